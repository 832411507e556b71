"""Which of the sentences that answer are shown: in which order, each thing once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

import numpy as np

from api.candidates import Candidate
from api.conflicts import Said, contradict
from api.retrieval import Ranking
from api.snapshot import Snapshot
from api.timeliness import asks_now, outdated
from indexer.encoder import Encoder
from indexer.text.markup import plain
from indexer.text.values import values
from indexer.types import Language

# A sentence joins the answer if it is nearly as good as the best one: without the reader by its
# score, with it by the share of the best one's probability, and by no less than the floor.
SENTENCE_MARGIN = 0.06
READER_SHARE, READER_FLOOR = 0.5, 0.25
# For a question about now, newer sentences come first among those of this share.
NOW_SHARE = 0.6
# Cosine from which two sentences with the same values say the same, in one language or in two.
SAME_SAID = 0.8


@dataclass(slots=True)
class Choice:
    """The sentences of an answer, best first."""

    sentences: list[Candidate]
    conflict: bool = False
    also: dict[int, list[int]] = field(default_factory=dict)  # rank -> rows that say the same


class Chooser:
    """Chooses for one question from one generation."""

    def __init__(
        self,
        snapshot: Snapshot,
        encoder: Encoder,
        question: str,
        language: Language,
        ranking: Ranking,
    ) -> None:
        self._snapshot = snapshot
        self._encoder = encoder
        self._question = question
        self._language = language
        self._ranking = ranking
        self._now = asks_now(question)
        self._vectors: dict[tuple[int, tuple[int, int]], np.ndarray] = {}

    def newest_first(self, candidates: list[Candidate]) -> list[Candidate]:
        """For a question about now: what still holds before what does not, newer before older.

        Only among sentences nearly as good as the best one; undated ones come last.
        """
        if not self._now or not candidates:
            return candidates
        good = [c for c in candidates if c.score >= NOW_SHARE * candidates[0].score]
        best_of = {c.passage.doc_id: c.score for c in reversed(good)}  # of each document
        good.sort(
            key=lambda c: (
                self.is_outdated(c),
                -(self._published(c) or date.min).toordinal(),
                -best_of[c.passage.doc_id],
                -c.score,
            )
        )
        kept = {id(candidate) for candidate in good}
        return good + [c for c in candidates if id(c) not in kept]

    def choose(
        self, candidates: Sequence[Candidate], max_sentences: int, max_passages: int
    ) -> Choice:
        """Choose from candidates in their order; the first one always is in the answer."""
        choice = Choice([])
        ranks: set[int] = set()
        for candidate in candidates:
            if len(choice.sentences) == max_sentences or not self._joins(candidate, candidates):
                continue
            if candidate.rank not in ranks and len(ranks) == max_passages:
                continue
            if self._is_said(candidate, choice):
                continue
            choice.sentences.append(candidate)
            ranks.add(candidate.rank)
        self._mark_conflict(choice)
        return choice

    def is_outdated(self, candidate: Candidate) -> bool:
        """Whether the sentence announces a future that has passed."""
        return outdated(_text(candidate), self._published(candidate), self._snapshot.today)

    def _joins(self, candidate: Candidate, candidates: Sequence[Candidate]) -> bool:
        best = candidates[0].score
        if candidate is candidates[0]:
            return True
        if candidate.logit is None:
            return candidate.score >= best - SENTENCE_MARGIN
        return candidate.score >= max(READER_FLOOR, READER_SHARE * best)

    def _is_said(self, candidate: Candidate, choice: Choice) -> bool:
        """Whether the answer says it already; the asker's language takes the other's place."""
        for place, said in enumerate(choice.sentences):
            if said.passage.doc_id == candidate.passage.doc_id or not self._same(said, candidate):
                continue
            hidden, shown = candidate, said
            if said.passage.language != self._language == candidate.passage.language:
                choice.sentences[place] = shown = candidate
                hidden = said
                choice.also[shown.rank] = choice.also.pop(said.rank, [])
            choice.also.setdefault(shown.rank, []).append(int(self._ranking.rows[hidden.rank]))
            return True
        return False

    def _same(self, one: Candidate, other: Candidate) -> bool:
        records = [self._snapshot.by_id[c.passage.doc_id] for c in (one, other)]
        if records[0].sha256 == records[1].sha256:
            return _text(one) == _text(other)
        if float(self._vector(one) @ self._vector(other)) < SAME_SAID:
            return False
        own, its = values(_text(one)), values(_text(other))
        return len(own) == len(its) and all(
            any(a.kind == b.kind and a.unit == b.unit and a.agrees(b) for b in its) for a in own
        )

    def _mark_conflict(self, choice: Choice) -> None:
        """Put sentences that contradict each other first, the newest document's before others."""
        against: set[int] = set()
        for one, other in combinations(range(len(choice.sentences)), 2):
            pair = choice.sentences[one], choice.sentences[other]
            if pair[0].passage.doc_id != pair[1].passage.doc_id and self._contradict(*pair):
                against |= {one, other}
        if not against:
            return
        choice.conflict = True
        first = sorted(
            (choice.sentences[place] for place in against),
            key=lambda c: -(self._published(c) or date.min).toordinal(),
        )
        rest = [s for place, s in enumerate(choice.sentences) if place not in against]
        choice.sentences = first + rest

    def _contradict(self, one: Candidate, other: Candidate) -> bool:
        def alike(left: str, right: str) -> float:
            vectors = self._encoder.encode_passages([left, right])
            return float(vectors[0] @ vectors[1])

        said = [Said(_text(c), self._snapshot.by_id[c.passage.doc_id].title) for c in (one, other)]
        return contradict(self._question, said[0], said[1], alike)

    def _published(self, candidate: Candidate) -> date | None:
        return self._snapshot.by_id[candidate.passage.doc_id].published

    def _vector(self, candidate: Candidate) -> np.ndarray:
        key = candidate.rank, candidate.span
        if key not in self._vectors:
            self._vectors[key] = self._encoder.encode_passages([_text(candidate)])[0]
        return self._vectors[key]


def _text(candidate: Candidate) -> str:
    passage, (start, end) = candidate.passage, candidate.span
    return plain(passage.text[start - passage.start : end - passage.start])

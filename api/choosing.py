"""Which of the sentences that answer are shown: in which order, each thing once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

import numpy as np

from api.candidates import Candidate
from api.conflicts import Said, contradict
from api.snapshot import Snapshot
from api.timeliness import asks_now, outdated
from indexer.encoder import Encoder
from indexer.text.markup import plain
from indexer.text.values import values
from indexer.types import Language

# A sentence joins the answer if it is nearly as good as the best one: without the reader by its
# score, with it by the share of the best one's probability (`python -m eval.sentence_choice`).
SENTENCE_MARGIN = 0.06
READER_SHARE = 0.4
# For a question about now, newer sentences come first among those of this share.
NOW_SHARE = 0.6
# Cosine from which two sentences with the same values say the same in two languages.
SAME_SAID = 0.8
_NEGATION = re.compile(
    r"\b(?:nicht|nichts|nie|niemals|ohne|kein\w{0,2}|not|no|never|without|none|cannot)\b|n['’]t\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A sentence of the answer, and those of other documents that say the same."""

    candidate: Candidate
    hidden: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """The sentences of an answer, best first."""

    shown: tuple[Shown, ...] = ()
    conflicting: int = 0  # how many of the first contradict each other

    @property
    def conflict(self) -> bool:
        """Whether any do."""
        return self.conflicting > 0

    @property
    def sentences(self) -> list[Candidate]:
        """Those that are shown."""
        return [one.candidate for one in self.shown]

    @property
    def hidden_ranks(self) -> set[int]:
        """Ranks of passages of which only a repetition was found."""
        hidden = {other.rank for one in self.shown for other in one.hidden}
        return hidden - {candidate.rank for candidate in self.sentences}

    def also(self, rank: int) -> list[int]:
        """Ranks of the passages that say the same as a sentence of this one."""
        own = [one for one in self.shown if one.candidate.rank == rank]
        return list(dict.fromkeys(other.rank for one in own for other in one.hidden))


class Chooser:
    """Chooses for one question from one generation."""

    def __init__(
        self,
        snapshot: Snapshot,
        encoder: Encoder,
        question: str,
        language: Language,
    ) -> None:
        self._snapshot = snapshot
        self._encoder = encoder
        self._question = question
        self._language = language
        self._now = asks_now(question)
        self._vectors: dict[str, np.ndarray] = {}

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
        shown: list[Shown] = []
        for candidate in candidates:
            if not self._joins(candidate, candidates[0]):
                continue
            place = next((n for n, one in enumerate(shown) if self._same(one, candidate)), None)
            if place is not None:
                shown[place] = self._with(shown, place, candidate, max_passages)
            elif len(shown) < max_sentences and _passages(shown, candidate) <= max_passages:
                shown.append(Shown(candidate))
        return self._contradictions_first(shown)

    def is_outdated(self, candidate: Candidate) -> bool:
        """Whether the sentence announces a future that has passed."""
        return outdated(_text(candidate), self._published(candidate), self._snapshot.today)

    def _joins(self, candidate: Candidate, first: Candidate) -> bool:
        if candidate is first:
            return True
        if candidate.logit is None:
            return candidate.score >= first.score - SENTENCE_MARGIN
        return candidate.score >= READER_SHARE * first.score

    def _with(
        self, shown: Sequence[Shown], place: int, other: Candidate, max_passages: int
    ) -> Shown:
        """The sentence that already says it, or the asker's language in its place."""
        own, hidden = shown[place].candidate, shown[place].hidden
        better = own.passage.language != self._language == other.passage.language
        rest = [*shown[:place], *shown[place + 1 :]]
        if better and _passages(rest, other) <= max_passages:
            return Shown(other, (*hidden, own))
        return Shown(own, (*hidden, other))

    def _same(self, shown: Shown, other: Candidate) -> bool:
        """Whether two documents say the same in these sentences."""
        one = shown.candidate
        if one.passage.doc_id == other.passage.doc_id:
            return False
        texts = _text(one), _text(other)
        if _words(texts[0]) == _words(texts[1]):
            return True
        if one.passage.language == other.passage.language:
            return False  # one word that differs may be what matters
        if _negates(texts[0]) != _negates(texts[1]) or not _same_values(*texts):
            return False
        return self._alike(*texts) >= SAME_SAID

    def _contradictions_first(self, shown: Sequence[Shown]) -> Choice:
        """Put sentences that contradict each other first, the newest document's before others."""
        against: set[int] = set()
        for one, other in combinations(range(len(shown)), 2):
            pair = shown[one].candidate, shown[other].candidate
            if pair[0].passage.doc_id != pair[1].passage.doc_id and self._contradict(*pair):
                against |= {one, other}
        first = sorted(
            (shown[place] for place in against),
            key=lambda found: -(self._published(found.candidate) or date.min).toordinal(),
        )
        rest = [found for place, found in enumerate(shown) if place not in against]
        return Choice((*first, *rest), len(first))

    def _contradict(self, one: Candidate, other: Candidate) -> bool:
        said = [Said(_text(c), self._snapshot.by_id[c.passage.doc_id].title) for c in (one, other)]
        return contradict(self._question, said[0], said[1], self._alike)

    def _alike(self, one: str, other: str) -> float:
        """Cosine of two texts; each is encoded once."""
        new = [text for text in dict.fromkeys((one, other)) if text not in self._vectors]
        if new:
            self._vectors |= zip(new, self._encoder.encode_passages(new), strict=True)
        return float(self._vectors[one] @ self._vectors[other])

    def _published(self, candidate: Candidate) -> date | None:
        return self._snapshot.by_id[candidate.passage.doc_id].published


def _text(candidate: Candidate) -> str:
    passage, (start, end) = candidate.passage, candidate.span
    return plain(passage.text[start - passage.start : end - passage.start])


def _passages(shown: Sequence[Shown], another: Candidate) -> int:
    """How many passages the answer would cite with another sentence."""
    return len({another.rank, *(one.candidate.rank for one in shown)})


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _negates(text: str) -> int:
    return len(_NEGATION.findall(text)) % 2


def _same_values(one: str, other: str) -> bool:
    """Whether each value of one sentence has its own in the other, and none is left."""
    left = values(other)
    for value in values(one):
        found = next(
            (v for v in left if (v.kind, v.unit) == (value.kind, value.unit) and v.agrees(value)),
            None,
        )
        if found is None:
            return False
        left.remove(found)
    return not left

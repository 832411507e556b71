"""Which sentences of the best passages answer: scored one by one, against the question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from api.retrieval import Ranking
from api.snapshot import Snapshot
from indexer.encoder import Encoder
from indexer.lexical import Wanted
from indexer.lexical import coverage as coverage_of
from indexer.text.markup import plain
from indexer.types import Passage, Span

# Passages whose sentences are looked at: the answer stands in the first few or is not found.
PASSAGES_READ = 4
# A sentence is scored by what it says and by the passage that it stands in.
SENTENCE_COVERAGE_WEIGHT = 0.6
PASSAGE_WEIGHT = 0.3
_ANSWERS_NOTHING = (":", "?")  # a list's introduction, a question
MAX_SENTENCE_CHARS = 600  # more of one sentence adds nothing to its vector but time


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer."""

    passage: Passage
    rank: int  # of its passage, from 0
    span: Span  # absolute
    cosine: float
    coverage: float  # share of the question's idf that the sentence and its headings hold
    score: float


def score_sentences(
    snapshot: Snapshot,
    encoder: Encoder,
    wanted: Sequence[Wanted],
    vector: np.ndarray,
    ranking: Ranking,
) -> list[Candidate]:
    """Score every sentence of the best passages, best first.

    Args:
        vector: (D,) float32, the encoded question.
    """
    passages = snapshot.store.passages(ranking.rows[:PASSAGES_READ].tolist())
    places = [
        (rank, passage, span)
        for rank, passage in enumerate(passages)
        for span in passage.sentences
        if not _text(passage, span).endswith(_ANSWERS_NOTHING)
    ]
    if not places:
        return []
    texts = [_in_context(passage, span, encoder) for _, passage, span in places]
    cosines = encoder.encode(texts) @ vector
    candidates = []
    for (rank, passage, span), text, cosine in zip(places, texts, cosines, strict=True):
        coverage = coverage_of(wanted, text, passage.language)
        score = (
            float(cosine)
            + SENTENCE_COVERAGE_WEIGHT * coverage
            + PASSAGE_WEIGHT * float(ranking.scores[rank])
        )
        candidates.append(Candidate(passage, rank, span, float(cosine), coverage, score))
    return sorted(candidates, key=lambda candidate: (-candidate.score, candidate.rank))


def best_span(wanted: Sequence[Wanted], passage: Passage, *, at_least: float = 0.0) -> Span | None:
    """The sentence of a passage that covers most of the query; None where none covers any."""
    best, most = None, at_least
    for start, end in passage.sentences:
        text = plain(_text(passage, (start, end)))
        coverage = coverage_of(wanted, text, passage.language)
        if coverage > most:
            best, most = (start, end), coverage
    return best


def _text(passage: Passage, span: Span) -> str:
    return passage.text[span[0] - passage.start : span[1] - passage.start]


def _in_context(passage: Passage, span: Span, encoder: Encoder) -> str:
    """The sentence under its nearest heading: a list item alone says too little.

    What the encoder's window does not hold gives way: the context, then the sentence's end.
    """
    sentence = _text(passage, span)[:MAX_SENTENCE_CHARS]
    heading = passage.headings[-1] if passage.headings else ""
    text = plain("\n".join(part for part in (heading, *passage.columns, sentence) if part))
    if encoder.fits(text):
        return text
    while not encoder.fits(plain(sentence)):
        sentence = sentence[: len(sentence) // 2]
    return plain(sentence)

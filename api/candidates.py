"""Sentences that may answer, and how surely each does by the reader's word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from api.fitted import probability
from indexer.types import Passage, Span


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer."""

    passage: Passage
    rank: int  # of its passage, from 0
    span: Span  # absolute
    cosine: float
    coverage: float  # share of the question's idf that the sentence and its headings hold
    score: float  # what the candidates are ordered by
    # The reader's logits; None where it is turned off.
    logit: float | None = None  # that this sentence answers
    window: float | None = None  # that anything in its passage does


@dataclass(frozen=True, slots=True)
class SentenceFeatures:
    """What decides which of the sentences that were read answer."""

    logit: float  # the reader's, of the sentence
    window: float  # the reader's, of its passage
    sentence_cosine: float
    sentence_coverage: float
    passage_behind: float  # score of the best passage over that of its own


def sentence_features(candidate: Candidate, scores: Sequence[float]) -> SentenceFeatures:
    """Describe a sentence that was read, `scores` being those of the ranking."""
    if candidate.logit is None or candidate.window is None:
        raise ValueError("the sentence was not read")
    return SentenceFeatures(
        logit=candidate.logit,
        window=candidate.window,
        sentence_cosine=candidate.cosine,
        sentence_coverage=candidate.coverage,
        passage_behind=float(scores[0] - scores[candidate.rank]),
    )


def answers(values: SentenceFeatures) -> float:
    """Return the probability, in [0, 1], that this sentence is one of those that answer."""
    return probability("sentence", asdict(values))

"""How likely the best candidate answers: logistic regression over a few named features.

The weights stand in confidence.json with the command that fitted them; they belong to the
encoder that is named there.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from functools import cache
from importlib import resources

from api.retrieval import Ranking
from api.sentences import Candidate
from indexer.records import DocumentRecord

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Features:
    """What the confidence is computed from; the order is that of the weights."""

    passage_cosine: float  # of the best passage
    passage_coverage: float
    passage_gap: float  # score of the best passage over that of the tenth
    sentence_cosine: float  # of the best sentence
    sentence_coverage: float
    year_missing: float  # 1 if the question names a year that the document does not, else 0


FEATURES = tuple(field.name for field in fields(Features))


def features(
    question: str, ranking: Ranking, best: Candidate, record: DocumentRecord, text: str
) -> Features:
    """Describe how well the best candidate fits the question.

    Args:
        text: the canonical text of the best candidate's document.
    """
    row = best.rank
    tenth = min(9, len(ranking.scores) - 1)
    return Features(
        passage_cosine=float(ranking.cosines[row]),
        passage_coverage=float(ranking.coverages[row]),
        passage_gap=float(ranking.scores[0] - ranking.scores[tenth]),
        sentence_cosine=best.cosine,
        sentence_coverage=best.coverage,
        year_missing=float(_misses_year(question, record, text)),
    )


def confidence(values: Features) -> float:
    """Return the probability, in [0, 1], that the best candidate answers."""
    bias, weights = _weights()
    return logistic(bias + sum(w * x for w, x in zip(weights, astuple(values), strict=True)))


def logistic(x: float) -> float:
    """Return 1 / (1 + e^-x), for any finite x."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _misses_year(question: str, record: DocumentRecord, text: str) -> bool:
    """Whether the question is about a year of which the document says nothing."""
    asked = set(_YEAR.findall(question))
    if not asked:
        return False
    year = str(record.published.year) if record.published else ""
    told = set(_YEAR.findall(f"{record.title} {year} {text}"))
    return not asked <= told


@cache
def _weights() -> tuple[float, Sequence[float]]:
    plain = json.loads(resources.files("api").joinpath("confidence.json").read_text("utf-8"))
    if list(plain["weights"]) != list(FEATURES):
        raise ValueError(
            f"confidence.json has weights for {list(plain['weights'])}, not {FEATURES}"
        )
    return float(plain["bias"]), list(plain["weights"].values())

"""How much of what a question asks for a text holds."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.analysis import part_terms, terms
from indexer.concepts import Terms
from indexer.types import Language
from indexer.wanted import INSIDE_WEIGHT, Wanted


def coverage(wanted: Sequence[Wanted], text: str, language: Language) -> float:
    """Return the share of a question's idf that a text holds, in [0, 1]."""
    total = sum(one.idf for one in wanted)
    if not total:
        return 0.0
    words, inside = set(terms(text, language)), set(part_terms(text, language))
    held = (one.idf * _held(one.concept.terms[language], words, inside) for one in wanted)
    return sum(held) / total


def rarest_missing(wanted: Sequence[Wanted], text: str, language: Language) -> float:
    """Return how rare the rarest thing is that a text lacks, in [0, 1]; 0 where it lacks none.

    It is the highest idf of a concept that the text does not hold, over the highest of all.
    """
    most = max((one.idf for one in wanted), default=0.0)
    if not most:
        return 0.0
    words, inside = set(terms(text, language)), set(part_terms(text, language))
    missing = (
        one.idf * (1 - min(1.0, _held(one.concept.terms[language], words, inside)))
        for one in wanted
    )
    return max(missing) / most


def _held(own: Terms, words: set[str], inside: set[str]) -> float:
    return max(
        (
            max(weight * (term in words), INSIDE_WEIGHT * weight * (term in inside))
            for term, weight in own.items()
        ),
        default=0.0,
    )

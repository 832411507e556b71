"""What a question asks for, as the terms that passages are looked up by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from indexer.analysis import LANGUAGES
from indexer.concepts import Concept
from indexer.postings import FIELDS, PARTS, WORDS, hashes, keys_in, salted
from indexer.spelling import MAX_CHARS, slips
from indexer.types import Language

# "Messe" also finds "Digitalisierungsmesse", for less: a part of a compound is not the whole.
INSIDE_WEIGHT = 0.8
# A word that no passage has may be a slip of the keyboard: then one letter may differ.
FUZZY_WEIGHT, FUZZY_CHARS = 0.7, 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """A concept of a question and how much it tells passages apart."""

    concept: Concept
    idf: float  # over the passages of all languages, so that a coverage means the same in each
    fuzzy: bool  # no passage has it, so a slip is likely
    fields: tuple[int, ...] = FIELDS


@dataclass(frozen=True, slots=True)
class Match:
    """A term, in passages of one language, that counts as a concept."""

    key: np.uint64
    language: Language
    field: int
    share: float  # of the concept's idf, in (0, 1]
    fuzzy: bool  # a neighbour in spelling: however often it stands there, it counts once


def matches(wanted: Wanted, held: Callable[[np.ndarray], np.ndarray]) -> Iterator[Match]:
    """Yield the terms of a concept in every language.

    Args:
        held: gives, of many keys, those that stand in any passage: hardly any neighbour in
            spelling does.
    """
    concept = wanted.concept
    near: dict[str, np.ndarray] = {}  # most words have the same stem in every language
    for language in LANGUAGES:
        own = concept.terms[language]
        every = keys_in(list(own), language, wanted.fields)
        for field, found in zip(wanted.fields, every, strict=True):
            inside = INSIDE_WEIGHT if field == PARTS else 1.0
            for key, weight in zip(found, own.values(), strict=True):
                yield Match(key, language, field, inside * weight, fuzzy=False)
        if wanted.fuzzy and FUZZY_CHARS <= len(concept.word) <= MAX_CHARS:
            stem = next(iter(own))
            if stem not in near:
                near[stem] = hashes(slips(stem))
            [neighbours] = salted(near[stem], language, [WORDS])
            for key in held(neighbours):
                yield Match(key, language, WORDS, FUZZY_WEIGHT, fuzzy=True)

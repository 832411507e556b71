"""What a question asks for, word by word: the terms that count as holding it, in each language.

A word is held by itself, by its inflections, by a compound that has it as a part, by what it is a
part of, by its translations, and by what an abbreviation stands for; each counts for so much.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from indexer.analysis import (
    LANGUAGES,
    content_words,
    hyphenated,
    stem,
    stems_of_parts,
)
from indexer.text.compounds import split_compound
from indexer.text.dictionary import translations
from indexer.types import Language

# Set once by hand; `eval.ablation` shows what each brings. A word itself counts as 1.
PART_WEIGHT = 0.5  # of a compound asked for: a part of it
TRANSLATION_WEIGHT = 0.8  # times the root of what the dictionary says of the translation
ABBREVIATED_WEIGHT = 0.5  # of an abbreviation asked for: one of the words it stands for

Terms = dict[str, float]  # term -> weight in (0, 1]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a question looks beyond its own words; less is for measuring what each brings."""

    parts: bool = True  # of compounds
    translations: bool = True
    abbreviations: bool = True
    slips: bool = True


FAR = Reach()


@dataclass(frozen=True, slots=True)
class Concept:
    """One word of a question."""

    word: str
    terms: Mapping[Language, Terms]  # by the language of the passage


def concepts(
    query: str,
    language: Language,
    abbreviations: Iterable[tuple[str, Sequence[str]]] = (),
    reach: Reach = FAR,
) -> list[Concept]:
    """Return a question's content words, each once, in their order.

    A question is asked of passages in both languages: the function words of its own must not
    count as rare words of the other.

    Args:
        language: the question's.
        abbreviations: those that the words hold, short or written out, and what they stand for.
    """
    words = list(dict.fromkeys(content_words(query)))
    found = [Concept(word, _terms(word, language, reach)) for word in words]
    together = [(parts, "".join(parts)) for parts in hyphenated(query)]
    for short, written_out in abbreviations if reach.abbreviations else ():
        if short in words:
            for own, target in _each(found, [short]):
                _add(own, [stem(word, target) for word in written_out], ABBREVIATED_WEIGHT)
        if all(word in words for word in written_out):
            together.append((list(written_out), short))
    for parts, whole in together:
        for own, target in _each(found, parts):
            _add(own, [stem(whole, target)], 1.0)
    return found


def _each(found: Sequence[Concept], words: Sequence[str]) -> Iterator[tuple[Terms, Language]]:
    for concept in found:
        if concept.word in words:
            for target, terms in concept.terms.items():
                yield terms, target


def _terms(word: str, language: Language, reach: Reach) -> dict[Language, Terms]:
    tables = translations()
    terms: dict[Language, Terms] = {target: {stem(word, target): 1.0} for target in LANGUAGES}
    parts = split_compound(word)
    if reach.parts and len(parts) > 1:
        _add(terms["de"], stems_of_parts(parts), PART_WEIGHT)
    if not reach.translations:
        return terms
    own, other = stem(word, "de"), stem(word, "en")
    # A word that translates to itself is a name or a guest in the other language's text.
    german = own in tables.to_english and _first(tables.to_english[own]) != other
    english = other in tables.to_german and _first(tables.to_german[other]) != own
    # "Kind" in a German question is no English word, though there is one of this spelling.
    if german and (language == "de" or not english):
        _translated(terms["en"], tables.to_english[own], 1.0)
    elif len(parts) > 1:
        for part in stems_of_parts(parts):
            _translated(terms["en"], tables.to_english.get(part, {}), PART_WEIGHT)
    if english and (language == "en" or not german):
        _translated(terms["de"], tables.to_german[other], 1.0)
    return terms


def _first(translated: Mapping[str, float]) -> str:
    return next(iter(translated))


def _translated(terms: Terms, others: Mapping[str, float], share: float) -> None:
    for other, weight in others.items():
        _add(terms, [other], share * TRANSLATION_WEIGHT * math.sqrt(weight))


def _add(terms: Terms, others: Sequence[str], weight: float) -> None:
    for other in others:
        terms[other] = max(terms.get(other, 0.0), weight)

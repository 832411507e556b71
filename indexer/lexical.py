"""BM25 over analysed terms, with one set of statistics for all segments.

Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond". Lengths are
compared within a language, and a concept's document frequency is taken over all languages: "die" is
no rare English word because a few German passages stand nearby.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from indexer.abbreviations import Abbreviations, Definition, find_abbreviations
from indexer.analysis import LANGUAGES, content_words, part_terms, terms
from indexer.blocks import Checks, trusted
from indexer.concepts import FAR, Concept, Reach, concepts
from indexer.counts import Among, Counts
from indexer.definitions import read_definitions, write_definitions
from indexer.opening import of_each
from indexer.postings import FIELDS, WORDS, Part, Postings, counted, keys_in, write
from indexer.scoring import Scorer
from indexer.spelling import Stems, corrected
from indexer.types import Language
from indexer.wanted import Wanted, matches

LEXICAL_FOLDER = "lexical"  # of a segment
SAME_WEIGHT = 0.5  # from which a term counts as the word itself where passages are counted


class LexicalIndex:
    """Passages by their terms; rows are numbered through all segments."""

    def __init__(self, folders: Sequence[Path], checks: Checks = trusted) -> None:
        """Open what `build` wrote, segment by segment; raises IndexDamaged, naming a file."""
        self._parts = of_each(folders, lambda folder: Postings(folder, checks))
        self._counts = Counts(self._parts)
        self._firsts = self._counts.firsts
        self._abbreviations = Abbreviations(
            sorted(  # so that which one counts does not depend on how documents came
                (short, words, row + int(first))
                for folder, first in zip(folders, self._firsts, strict=False)
                for short, words, row in read_definitions(folder, checks)
            )
        )
        self._scorer = Scorer(self._parts)

    @staticmethod
    def build(
        folder: Path,
        passages: Iterable[tuple[Language, str]],
        kept: Sequence[tuple[Path, np.ndarray]] = (),
        checks: Checks = trusted,
    ) -> None:
        """Write a segment into a new folder.

        Args:
            passages: (language, text to match) per row.
            kept: folders of other segments and (R,) bool, which of their rows stand before these;
                nothing is analysed again.
            checks: of these.
        """
        definitions: list[Definition] = []
        parts: list[Part] = []
        first = 0
        for other, rows in kept:
            number = first - 1 + np.cumsum(rows)
            definitions += [
                (short, words, int(number[row]))
                for short, words, row in read_definitions(other, checks)
                if rows[row]
            ]
            parts.append(Postings(other, checks).part(rows))
            first += int(rows.sum())

        def analysed() -> Iterator[tuple[Language, tuple[list[str], list[str]]]]:
            for row, (language, text) in enumerate(passages, start=first):
                for short, words in find_abbreviations([text]).items():
                    definitions.append((short, words, row))
                yield language, (terms(text, language), part_terms(text, language))

        write(folder, [*parts, counted(analysed())])
        write_definitions(folder, definitions)

    def __len__(self) -> int:
        return int(self._firsts[-1])

    def wanted(
        self,
        query: str,
        language: Language,
        reach: Reach = FAR,
        *,
        visible: np.ndarray | None = None,
    ) -> list[Wanted]:
        """Return what a question in this language asks for, with the weight of each concept.

        Args:
            visible: (N,) bool, True for rows that anybody may know of; None where all are. What an
                abbreviation stands for and how rare a word is, is told by these alone.
        """
        fields = FIELDS if reach.parts else (WORDS,)
        total = len(self) if visible is None else int(visible.sum())
        known = self._abbreviations.within(list(content_words(query)), visible)
        among = self._counts.among(visible)
        return [
            Wanted(concept, _idf(total, found), not found and reach.slips, fields)
            for concept in concepts(query, language, known, reach)
            for found in [self._passages_with(concept, fields, among)]
        ]

    def corrected(self, query: str, language: Language, allowed: np.ndarray | None = None) -> str:
        """Return the question with its slips put right, by what the allowed passages hold.

        Args:
            allowed: (N,) bool, True for rows that may be found; None allows all.
        """
        among = self._counts.among(allowed)
        return corrected(query, language, partial(self._held, among=among))

    def search(
        self, wanted: Sequence[Wanted], k: int, *, allowed: np.ndarray | None = None
    ) -> dict[int, float]:
        """Score the k best passages of each language by how much of the question they cover.

        The score is BM25 in which every concept has the idf that it has over all languages,
        divided by the sum of these: a coverage, near 0 where a passage shares only a stray word,
        comparable across languages. It is below 2.2. A concept counts by whichever of its
        terms scores highest.

        Args:
            allowed: (N,) bool, True for rows that may be found; None allows all.

        Returns:
            row -> score > 0.
        """
        total = sum(one.idf for one in wanted)
        if not total or not self._parts:
            return {}
        stand = self._counts.standing
        looked_for = [(one.idf / total, list(matches(one, stand))) for one in wanted]
        return self._scorer.best(looked_for, k, allowed)

    def _passages_with(self, concept: Concept, fields: Sequence[int], among: Among | None) -> int:
        """How many passages hold the concept by the most frequent of its terms."""
        count = 0
        for language in LANGUAGES:
            own = [term for term, w in concept.terms[language].items() if w >= SAME_WEIGHT]
            found = keys_in(own, language, fields).ravel()
            count += int(self._counts.of(found, among).max(initial=0))
        return count

    def _held(self, stems: Stems, among: Among | None) -> list[int]:
        """In how many passages each word stands, by itself or inside another.

        A word of no allowed passage is in none: a slip tells nobody of an embargoed document.
        """
        counts = [
            self._counts.of(found, among)
            for language, own in stems.items()
            for found in keys_in(own, language, FIELDS)
        ]
        return [int(count) for count in np.sum(counts, axis=0)]


def _idf(passages: int, found: int) -> float:
    # A word in every passage still tells a little: no division by its idf is one by 0.
    return max(1e-3, math.log(1 + (passages - found + 0.5) / (found + 0.5)))

"""BM25 over analysed terms, one index per language. The only module on tantivy.

Each language has an index of its own, so that document frequencies and lengths are those of
that language: "die" is no rare English word because a few German passages stand nearby.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import tantivy

from indexer.abbreviations import find_abbreviations
from indexer.analysis import LANGUAGES, part_terms, stems, terms
from indexer.concepts import FAR, Concept, Reach, concepts
from indexer.errors import IndexDamaged
from indexer.spelling import corrected
from indexer.types import Language
from indexer.vocabulary import Vocabulary

WRITER_HEAP_BYTES = 50_000_000
ABBREVIATIONS_FILE = "abbreviations.json"
WORDS, PARTS = "terms", "parts"  # the fields: words as they stand, and what is inside them
# "Messe" also finds "Digitalisierungsmesse", for less: a part of a compound is not the whole.
INSIDE_WEIGHT = 0.8
SAME_WEIGHT = 0.5  # from which a term counts as the word itself where passages are counted
# A word that no passage has may be a slip of the keyboard: then one letter may differ.
FUZZY_WEIGHT, FUZZY_CHARS = 0.7, 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """A concept of a question and how much it tells passages apart."""

    concept: Concept
    idf: float  # over the passages of all languages, so that a coverage means the same in each
    fuzzy: bool  # no passage has it, so a slip is likely
    fields: tuple[str, ...] = (WORDS, PARTS)


class LexicalIndex:
    """Passages by their terms; row r belongs to passage r of the same generation."""

    def __init__(self, folder: Path) -> None:
        """Open what `build` wrote; raises IndexDamaged, naming the language's folder."""
        self._indexes: dict[Language, tantivy.Index] = {}
        self._searchers: dict[Language, tantivy.Searcher] = {}
        self._vocabularies: dict[Language, Vocabulary] = {}
        for language in LANGUAGES:
            try:
                index = tantivy.Index(_schema(), path=str(folder / language))
            except ValueError as error:
                raise IndexDamaged(
                    f"{folder / language} is not a readable term index: {error}"
                ) from error
            self._indexes[language] = index
            self._searchers[language] = index.searcher()
            self._vocabularies[language] = Vocabulary.load(_vocabulary_file(folder, language))
        try:
            self._abbreviations = json.loads((folder / ABBREVIATIONS_FILE).read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise IndexDamaged(f"{folder / ABBREVIATIONS_FILE} is not readable: {error}") from error

    @classmethod
    def build(cls, folder: Path, passages: Iterable[tuple[Language, str]]) -> LexicalIndex:
        """Index (language, text to match) per row into a new folder, in row order."""
        writers = {}
        for language in LANGUAGES:
            (folder / language).mkdir(parents=True)
            index = tantivy.Index(_schema(), path=str(folder / language))
            # One thread writes one segment in row order: the same bytes on every machine.
            writers[language] = index.writer(WRITER_HEAP_BYTES, 1)
        abbreviations: dict[str, list[str]] = {}
        vocabularies: dict[Language, set[str]] = {language: set() for language in LANGUAGES}
        for row, (language, text) in enumerate(passages):
            document = tantivy.Document()
            words, parts = terms(text, language), part_terms(text, language)
            vocabularies[language].update(words, parts)
            document.add_text(WORDS, " ".join(words))
            document.add_text(PARTS, " ".join(parts))
            document.add_unsigned("row", row)
            writers[language].add_document(document)
            for short, written_out in find_abbreviations([text]).items():
                abbreviations.setdefault(short, written_out)
        for language, writer in writers.items():
            writer.commit()
            writer.wait_merging_threads()
            Vocabulary.save(_vocabulary_file(folder, language), vocabularies[language])
        text = json.dumps(abbreviations, ensure_ascii=False, indent=1, sort_keys=True)
        (folder / ABBREVIATIONS_FILE).write_text(text + "\n", encoding="utf-8")
        return cls(folder)

    def __len__(self) -> int:
        return sum(int(searcher.num_docs) for searcher in self._searchers.values())

    def wanted(self, query: str, language: Language, reach: Reach = FAR) -> list[Wanted]:
        """Return what a question in this language asks for, with the weight of each concept."""
        fields = (WORDS, PARTS) if reach.parts else (WORDS,)
        return [
            Wanted(concept, _idf(len(self), found), not found and reach.slips, fields)
            for concept in concepts(query, language, self._abbreviations, reach)
            for found in [self._passages_with(concept, fields)]
        ]

    def corrected(self, query: str, language: Language, allowed: np.ndarray | None = None) -> str:
        """Return the question with its slips put right, by what the allowed passages hold.

        Args:
            allowed: (N,) bool, True for rows that may be found; None allows all.
        """
        return corrected(query, language, partial(self._held, allowed=allowed))

    def _held(self, words: Sequence[str], allowed: np.ndarray | None) -> list[int]:
        """In how many passages each word stands, by itself or inside another.

        A word of no allowed passage is in none: a slip tells nobody of an embargoed document.
        """
        counts = [0] * len(words)
        for language, searcher in self._searchers.items():
            stemmed = stems(list(words), language)
            for place in np.flatnonzero(self._vocabularies[language].may_hold(stemmed)).tolist():
                term = stemmed[place]
                for field in (WORDS, PARTS):
                    found = int(searcher.doc_freq(field, term))
                    if found and (allowed is None or self._any(language, field, term, allowed)):
                        counts[place] += found
        return counts

    def _any(self, language: Language, field: str, term: str, allowed: np.ndarray) -> bool:
        """Whether any allowed passage holds the term."""
        schema = self._indexes[language].schema
        among = tantivy.Query.term_set_query(schema, "row", np.flatnonzero(allowed).tolist())
        both = [
            (tantivy.Occur.Must, tantivy.Query.term_query(schema, field, term, "freq")),
            (tantivy.Occur.Must, among),
        ]
        query = tantivy.Query.boolean_query(both)
        return bool(self._searchers[language].search(query, limit=1).hits)

    def search(
        self, wanted: Sequence[Wanted], k: int, *, allowed: np.ndarray | None = None
    ) -> dict[int, float]:
        """Score the k best passages of each language by how much of the question they cover.

        The score is BM25 in which every concept has the idf that it has over all languages,
        divided by the sum of these: a coverage, near 0 where a passage shares only a stray word,
        comparable across languages. It is below k1 + 1 = 2.2, tantivy's constants being
        k1 = 1.2 and b = 0.75.

        Args:
            allowed: (N,) bool, True for rows that may be found; None allows all.

        Returns:
            row -> score > 0.
        """
        total = sum(one.idf for one in wanted)
        if not total:
            return {}
        scores: dict[int, float] = {}
        for language in LANGUAGES:
            scores |= self._search(language, wanted, total, k, allowed)
        return scores

    def idf(self, term: str, language: Language, field: str = WORDS) -> float:
        """Return the analysed term's BM25 idf, ln(1 + (N - n + 0.5) / (n + 0.5)), >= 0."""
        searcher = self._searchers[language]
        return _idf(int(searcher.num_docs), int(searcher.doc_freq(field, term)))

    def _passages_with(self, concept: Concept, fields: Sequence[str]) -> int:
        """How many passages hold the concept by the most frequent of its terms."""
        return sum(
            max(
                int(searcher.doc_freq(field, term))
                for term, weight in concept.terms[language].items()
                if weight >= SAME_WEIGHT
                for field in fields
            )
            for language, searcher in self._searchers.items()
        )

    def _search(
        self,
        language: Language,
        wanted: Sequence[Wanted],
        total: float,
        k: int,
        allowed: np.ndarray | None,
    ) -> dict[int, float]:
        searcher, schema = self._searchers[language], self._indexes[language].schema
        matches = [match for one in wanted if (match := self._match(language, one)) is not None]
        if not matches or not searcher.num_docs:
            return {}
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, match) for match in matches])
        if allowed is not None:
            among = tantivy.Query.term_set_query(schema, "row", np.flatnonzero(allowed).tolist())
            query = tantivy.Query.boolean_query(
                [
                    (tantivy.Occur.Must, query),
                    (tantivy.Occur.Must, tantivy.Query.const_score_query(among, 0.0)),
                ]
            )
        hits = searcher.search(query, limit=k, count=False).hits
        found = searcher.fast_field_values("row", [address for _, address in hits])
        return {
            int(row or 0): float(score) / total for row, (score, _) in zip(found, hits, strict=True)
        }

    def _match(self, language: Language, wanted: Wanted) -> tantivy.Query | None:
        """Match whichever term of the concept scores highest; None where no passage has one."""
        searcher, schema = self._searchers[language], self._indexes[language].schema
        matches = []
        for term, weight in wanted.concept.terms[language].items():
            for field in wanted.fields:
                if searcher.doc_freq(field, term):
                    share = weight if field == WORDS else INSIDE_WEIGHT * weight
                    boost = share * wanted.idf / self.idf(term, language, field)
                    found = tantivy.Query.term_query(schema, field, term, "freq")
                    matches.append(tantivy.Query.boost_query(found, boost))
        if wanted.fuzzy and len(wanted.concept.word) >= FUZZY_CHARS:
            term = next(iter(wanted.concept.terms[language]))
            close = tantivy.Query.fuzzy_term_query(schema, WORDS, term)
            boost = FUZZY_WEIGHT * wanted.idf
            matches.append(tantivy.Query.const_score_query(close, boost))
        return tantivy.Query.disjunction_max_query(matches) if matches else None


def _idf(passages: int, found: int) -> float:
    # A word in every passage still tells a little: no division by its idf is one by 0.
    return max(1e-3, math.log(1 + (passages - found + 0.5) / (found + 0.5)))


def _vocabulary_file(folder: Path, language: Language) -> Path:
    return folder / f"{language}.vocabulary.npy"


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(WORDS, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(PARTS, tokenizer_name="whitespace", index_option="freq")
    builder.add_unsigned_field("row", indexed=True, fast=True)
    return builder.build()

"""BM25 over analysed terms, one index per language. The only module on tantivy.

Each language has an index of its own, so that document frequencies and lengths are those of
that language: "die" is no rare English word because a few German passages stand nearby.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import tantivy

from indexer.analysis import LANGUAGES, query_terms, terms
from indexer.errors import IndexDamaged
from indexer.types import Language

WRITER_HEAP_BYTES = 50_000_000
# "Partner" also finds "Partnerland", for less: the part of a compound is not the whole of it.
COMPOUND_WEIGHT = 0.5
MIN_COMPOUND_CHARS = 5  # of the part, as a stem
MAX_COMPOUNDS = 64


class LexicalIndex:
    """Passages by their terms; row r belongs to passage r of the same generation."""

    def __init__(self, folder: Path) -> None:
        """Open what `build` wrote; raises IndexDamaged, naming the language's folder."""
        self._indexes: dict[Language, tantivy.Index] = {}
        self._searchers: dict[Language, tantivy.Searcher] = {}
        for language in LANGUAGES:
            try:
                index = tantivy.Index(_schema(), path=str(folder / language))
            except ValueError as error:
                raise IndexDamaged(
                    f"{folder / language} is not a readable term index: {error}"
                ) from error
            self._indexes[language] = index
            self._searchers[language] = index.searcher()

    @classmethod
    def build(cls, folder: Path, passages: Iterable[tuple[Language, str]]) -> LexicalIndex:
        """Index (language, text to match) per row into a new folder, in row order."""
        writers = {}
        for language in LANGUAGES:
            (folder / language).mkdir(parents=True)
            index = tantivy.Index(_schema(), path=str(folder / language))
            # One thread writes one segment in row order: the same bytes on every machine.
            writers[language] = index.writer(WRITER_HEAP_BYTES, 1)
        for row, (language, text) in enumerate(passages):
            document = tantivy.Document()
            document.add_text("terms", " ".join(terms(text, language)))
            document.add_unsigned("row", row)
            writers[language].add_document(document)
        for writer in writers.values():
            writer.commit()
            writer.wait_merging_threads()
        return cls(folder)

    def __len__(self) -> int:
        return sum(int(searcher.num_docs) for searcher in self._searchers.values())

    def search(
        self,
        query: str,
        k: int,
        *,
        languages: Sequence[Language] = LANGUAGES,
        allowed: np.ndarray | None = None,
    ) -> dict[int, float]:
        """Score the k best passages of each language by how much of the query they cover.

        The score is BM25 divided by the summed idf of the query's distinct terms in the
        passage's language, terms unknown to that language counting as rarest: a coverage, near 0
        where a passage shares only a stray word, comparable across languages. It is below
        k1 + 1 = 2.2, tantivy's constants being k1 = 1.2 and b = 0.75.

        Args:
            allowed: (N,) bool, True for rows that may be found; None allows all.

        Returns:
            row -> score > 0.
        """
        scores: dict[int, float] = {}
        for language in languages:
            scores |= self._search(language, query_terms(query, language), k, allowed)
        return scores

    def idf(self, term: str, language: Language) -> float:
        """Return the analysed term's BM25 idf, ln(1 + (N - n + 0.5) / (n + 0.5)), >= 0."""
        searcher = self._searchers[language]
        found = int(searcher.doc_freq("terms", term))
        return math.log(1 + (int(searcher.num_docs) - found + 0.5) / (found + 0.5))

    def _match(self, term: str, language: Language) -> tantivy.Query:
        """Match the term, or a German compound that begins with it, whichever scores higher."""
        schema = self._indexes[language].schema
        match = tantivy.Query.term_query(schema, "terms", term, "freq")
        if language != "de" or len(term) < MIN_COMPOUND_CHARS:
            return match
        longer = self._searchers[language].terms_with_prefix("terms", term, limit=MAX_COMPOUNDS)
        compounds = [
            tantivy.Query.boost_query(
                tantivy.Query.term_query(schema, "terms", found, "freq"), COMPOUND_WEIGHT
            )
            for found, _ in longer
            if found != term
        ]
        return tantivy.Query.disjunction_max_query([match, *compounds]) if compounds else match

    def _search(
        self, language: Language, query: list[str], k: int, allowed: np.ndarray | None
    ) -> dict[int, float]:
        searcher, schema = self._searchers[language], self._indexes[language].schema
        if not query or not searcher.num_docs:
            return {}
        total_idf = sum(self.idf(term, language) for term in query)
        match = tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, self._match(term, language)) for term in query]
        )
        if allowed is not None:
            among = tantivy.Query.term_set_query(schema, "row", np.flatnonzero(allowed).tolist())
            match = tantivy.Query.boolean_query(
                [
                    (tantivy.Occur.Must, match),
                    (tantivy.Occur.Must, tantivy.Query.const_score_query(among, 0.0)),
                ]
            )
        hits = searcher.search(match, limit=k, count=False).hits
        found = searcher.fast_field_values("row", [address for _, address in hits])
        return {
            int(row or 0): float(score) / total_idf
            for row, (score, _) in zip(found, hits, strict=True)
        }


def query_weights(index: LexicalIndex, query: str, language: Language) -> dict[str, float]:
    """Return each distinct term of the query with its idf in that language."""
    return {term: index.idf(term, language) for term in query_terms(query, language)}


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
    builder.add_unsigned_field("row", indexed=True, fast=True)
    return builder.build()

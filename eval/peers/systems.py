"""The other systems, each set up as its documentation shows, with all-MiniLM-L6-v2 as encoder.

A peer ranks the passages that our index holds, by their text alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from api.answers import PassagePlace
from api.filters import Filters
from indexer.encoder import locate

MINILM = "all-MiniLM-L6-v2"
RRF_DEPTH = 1_000


class Peer(ABC):
    """Ranks rows of passages; `score` gives each row a figure that grows with relevance."""

    def __init__(self, places: Sequence[PassagePlace], texts: Sequence[str]) -> None:
        self._places = places
        self._languages = np.array([place.language for place in places])
        self.index(texts)

    @abstractmethod
    def index(self, texts: Sequence[str]) -> None:
        """Take in the passages, row by row."""

    @abstractmethod
    def score(self, query: str, allowed: np.ndarray) -> np.ndarray:
        """Return (N,) float scores, -inf for rows that are not found."""

    @abstractmethod
    def best(self, query: str, k: int) -> object:
        """Find the k best of all passages as a user of it would, for the clock."""

    def __call__(self, query: str, *, depth: int, filters: Filters) -> list[PassagePlace]:
        """Rank as `Engine.rank` does."""
        allowed = np.ones(len(self._places), bool)
        if filters.language is not None:
            allowed = self._languages == filters.language
        scores = np.where(allowed, self.score(query, allowed), -np.inf)
        best = np.argsort(-scores, kind="stable")[:depth]
        return [self._places[row] for row in best if np.isfinite(scores[row])]


class Bm25s(Peer):
    """bm25s over stems of both languages: it has one index and does not know a text's language."""

    def index(self, texts: Sequence[str]) -> None:
        import bm25s

        self._stemmed = partial(bm25s.tokenize, stopwords=None, show_progress=False)
        self._retriever = bm25s.BM25()
        self._retriever.index(self._tokens(texts), show_progress=False)

    def _tokens(self, texts: Sequence[str]) -> list[list[str]]:
        from indexer.analysis import content_words, stems

        # Both stemmers on everything: the peer has one index and does not know languages.
        words = [content_words(text) for text in texts]
        return [stems(stems(own, "de"), "en") for own in words]

    def score(self, query: str, allowed: np.ndarray) -> np.ndarray:
        tokens = self._tokens([query])[0]
        return np.asarray(self._retriever.get_scores(tokens)) if tokens else np.zeros(len(allowed))

    def best(self, query: str, k: int) -> object:
        return self._retriever.retrieve(
            self._tokens([query]), k=min(k, len(self._places)), show_progress=False
        )


class MiniLM(Peer):
    """all-MiniLM-L6-v2 through plain sentence-transformers, exact cosine."""

    def index(self, texts: Sequence[str]) -> None:
        from indexer.sbert import plain_sentence_transformer

        self._model = plain_sentence_transformer(locate(MINILM))
        self._vectors = self._encode(texts)

    def _encode(self, texts: Sequence[str]) -> np.ndarray:
        return np.asarray(
            self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        )

    def score(self, query: str, allowed: np.ndarray) -> np.ndarray:
        return np.asarray(self._vectors @ self._encode([query])[0])

    def best(self, query: str, k: int) -> object:
        return np.argsort(-(self._vectors @ self._encode([query])[0]))[:k]


class Txtai(Peer):
    """txtai's Embeddings with `hybrid=True`."""

    def index(self, texts: Sequence[str]) -> None:
        from txtai import Embeddings

        self._embeddings = Embeddings(path=str(locate(MINILM)), hybrid=True)
        self._embeddings.index((row, text, None) for row, text in enumerate(texts))

    def score(self, query: str, allowed: np.ndarray) -> np.ndarray:
        scores = np.full(len(allowed), -np.inf)
        # It cannot filter without its database: as many more are asked for.
        for row, score in self._embeddings.search(query, min(len(allowed), RRF_DEPTH)):
            scores[int(row)] = score
        return scores

    def best(self, query: str, k: int) -> object:
        return self._embeddings.search(query, k)


class Haystack(Peer):
    """Haystack's in-memory BM25 and embedding retrievers, joined by reciprocal rank fusion."""

    def index(self, texts: Sequence[str]) -> None:
        from haystack import Document
        from haystack.components.joiners import DocumentJoiner
        from haystack.components.retrievers.in_memory import (
            InMemoryBM25Retriever,
            InMemoryEmbeddingRetriever,
        )
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        self._dense = MiniLM(self._places, texts)
        store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        store.write_documents(
            [
                Document(
                    id=str(row), content=text, embedding=vector.tolist(),
                    meta={"language": self._places[row].language},
                )
                for row, (text, vector) in enumerate(zip(texts, self._dense._vectors, strict=True))
            ]
        )  # fmt: skip
        self._retrievers = InMemoryBM25Retriever(store), InMemoryEmbeddingRetriever(store)
        self._joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion")

    def score(self, query: str, allowed: np.ndarray) -> np.ndarray:
        filters: dict[str, Any] | None = None
        if not allowed.all():
            language = str(self._languages[allowed][0])
            filters = {"field": "meta.language", "operator": "==", "value": language}
        scores = np.full(len(allowed), -np.inf)
        for document in self.best(query, min(len(allowed), RRF_DEPTH), filters):
            scores[int(document.id)] = document.score
        return scores

    def best(self, query: str, k: int, filters: dict[str, Any] | None = None) -> Any:
        bm25, dense = self._retrievers
        vector = self._dense._encode([query])[0].tolist()
        lists = [
            bm25.run(query=query, top_k=k, filters=filters)["documents"],
            dense.run(query_embedding=vector, top_k=k, filters=filters)["documents"],
        ]
        return self._joiner.run(documents=lists, top_k=k)["documents"]


PEERS: dict[str, Callable[[Sequence[PassagePlace], Sequence[str]], Peer]] = {
    "bm25s + Snowball": Bm25s,
    "all-MiniLM-L6-v2": MiniLM,
    "txtai hybrid": Txtai,
    "Haystack hybrid": Haystack,
}

"""One question asked, whatever its confidence, and what is to be known of the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.answers import Answer, Citation
from api.engine import Engine
from api.filters import NO_FILTERS, Filters
from eval import indexing
from indexer.settings import MAX_SENTENCES
from indexer.types import Span

Judged = Mapping[str, Sequence[Span]]  # doc_id -> spans that answer; empty: nothing does


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its answer as it would be shown at a threshold of 0."""

    suite: str
    kind: str  # answerable, or why it is not
    question: str
    confidence: float
    silent: bool  # refused at any threshold: no content, another language, nothing found
    right: bool  # the first sentence overlaps a judged place
    holds: bool  # some sentence does
    cited: bool  # the first citation does
    label: bool  # the first citation, or what stands nearest, does; what the confidence is of
    answer: Answer

    @property
    def answerable(self) -> bool:
        """Whether the documents answer it."""
        return self.kind == "answerable"

    def shown(self, threshold: float) -> bool:
        """Whether an answer would be shown."""
        return not self.silent and self.confidence >= threshold


def opened(
    folders: Sequence[Path] = (), write: Callable[[Path], object] | None = None, **settings: Any
) -> AbstractContextManager[Engine]:
    """An engine that shows every answer, however unsure: thresholds are compared afterwards."""
    return indexing.opened(folders, write, answer_threshold=0.0, **settings)


def ask(
    engine: Engine,
    question: str,
    judged: Judged,
    *,
    suite: str,
    kind: str,
    filters: Filters = NO_FILTERS,
    k: int = 5,
    max_sentences: int = 5,
) -> Asked:
    """Ask once."""
    answer = engine.ask(question, k=k, max_sentences=max_sentences, filters=filters)
    spans = [
        (answer.citations[sentence.citation - 1].doc_id, (sentence.start, sentence.end))
        for sentence in answer.answer
    ]
    found = [_overlaps(doc_id, span, judged) for doc_id, span in spans]
    nearest = (answer.citations or answer.related)[:1]
    label = any(_cites(citation, judged) for citation in nearest)
    return Asked(
        suite=suite,
        kind=kind,
        question=question,
        confidence=answer.confidence,
        silent=not answer.answered,
        right=bool(found and found[0]),
        holds=any(found),
        cited=label and answer.answered,
        label=label,
        answer=answer,
    )


def whole(engine: Engine, question: str, doc_id: str) -> Answer:
    """Ask one document for all that it has, as municipal pages are asked."""
    return engine.ask(
        question, k=10, max_sentences=MAX_SENTENCES, filters=Filters(doc_ids=(doc_id,))
    )


def _cites(citation: Citation, judged: Judged) -> bool:
    return _overlaps(citation.doc_id, (citation.start, citation.end), judged)


def _overlaps(doc_id: str, span: Span, judged: Judged) -> bool:
    return any(start < span[1] and span[0] < end for start, end in judged.get(doc_id, ()))

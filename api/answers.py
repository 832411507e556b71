"""What an answer is made of; the shapes are the contract's, `schemas` shows them to HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from indexer.types import BasedOn, Language, Span

Refusal = Literal["not_in_documents", "nothing_matches_filters", "question_unclear"]


@dataclass(frozen=True, slots=True)
class PassagePlace:
    """Where a passage stands, without what it says."""

    doc_id: str
    start: int  # in characters of the canonical text
    end: int
    language: Language
    repeats: tuple[PassagePlace, ...] = ()  # the same thing elsewhere, not in the list itself


@dataclass(frozen=True, slots=True)
class OtherPlace:
    """Another document that holds the same text: a duplicate or a tied translation."""

    doc_id: str
    title: str
    language: Language


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage that can be checked: `document.text[start:end] == text`."""

    number: int  # from 1, in the order of the list it stands in
    doc_id: str
    title: str
    publisher: str | None
    source: str | None
    based_on: BasedOn | None
    language: Language
    published: date | None
    page: int | None  # physical page, from 1, of the first highlight, else of `start`
    start: int
    end: int
    text: str
    headings: tuple[str, ...]
    columns: tuple[str, ...]
    highlights: tuple[Span, ...]  # absolute, inside [start, end)
    score: float  # grows with relevance
    link: str | None
    view: str
    sha256: str  # of the document's canonical text
    also: tuple[OtherPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One verbatim sentence that answers, and the number of the citation that holds it."""

    text: str
    citation: int
    start: int
    end: int
    published: date | None
    outdated: bool = False
    conflicting: bool = False  # with another sentence of the answer


@dataclass(frozen=True, slots=True)
class IndexState:
    """The one generation that a reply was made from."""

    generation: int
    published_at: datetime


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """An indexed document without its text."""

    doc_id: str
    title: str
    language: Language
    published: date | None
    publisher: str | None
    source: str | None
    based_on: BasedOn | None
    tags: tuple[str, ...]
    translation_key: str | None
    visible_from: datetime | None
    valid_until: date | None
    sha256: str  # of the canonical text
    media_type: str  # of the original file
    characters: int
    pages: int | None  # PDF only
    pages_without_text: tuple[int, ...]
    passages: int
    translations: tuple[OtherPlace, ...]
    file: str  # where the original bytes are served
    view: str


@dataclass(frozen=True, slots=True)
class DocumentList:
    """One page of the documents that a request may see, ordered by doc_id."""

    documents: tuple[DocumentInfo, ...]
    total: int
    index: IndexState


@dataclass(frozen=True, slots=True)
class Original:
    """Our copy of a document's original file."""

    path: Path
    name: str  # last part of its path in the corpus, for the download
    media_type: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the documents say to a question, or that they do not say it."""

    id: str
    question: str
    language: Language
    answered: bool
    refusal: Refusal | None
    confidence: float  # calibrated probability that the best candidate answers, in [0, 1]
    conflict: bool
    answer: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    related: tuple[Citation, ...]
    index: IndexState
    took_ms: float
    corrected: str | None  # the question as it was understood, where a slip was put right


@dataclass(frozen=True, slots=True)
class Hits:
    """Ranked passages for a query."""

    query: str
    language: Language
    hits: tuple[Citation, ...]
    total: int  # passages that may be found at all, before `offset` and `k`
    index: IndexState
    took_ms: float
    corrected: str | None  # the query as it was understood, where a slip was put right

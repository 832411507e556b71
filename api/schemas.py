"""What goes over the wire: the contract's requests, checked at the door, and replies.

Replies are the dataclasses of `answers` themselves: OpenAPI describes them, they are
written as they are, nothing copies or validates them a second time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Literal, TypeVar

from pydantic import (
    BeforeValidator,
    Field,
    SkipValidation,
    StrictBool,
    StrictInt,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from api.answers import Answer, Citation, DocumentInfo, DocumentList, Hits
from api.filters import Filters
from api.wire import Request
from indexer.settings import (
    DEFAULT_K,
    DEFAULT_SENTENCES,
    MAX_BATCH,
    MAX_K,
    MAX_OFFSET,
    MAX_QUESTION_CHARS,
    MAX_SENTENCES,
)
from indexer.types import Language

MAX_LIMIT = 200
DEFAULT_LIMIT = 50
DOC_ID_PATTERN = r"^[a-z0-9](?:\.?[a-z0-9_-])*\.?$"  # no two dots in a row
MAX_DOC_ID_CHARS = 128

_UNSENDABLE = re.compile("[\x00\ud800-\udfff]")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


def tidy(value: object) -> object:
    """Treat a text as documents are treated: no NUL, no lone surrogate, no margin."""
    return _UNSENDABLE.sub("\ufffd", value).strip() if isinstance(value, str) else value


def _iso_date(value: object) -> object:
    # Pydantic would take 1700000000 and 2023-01-01T00:00:00 for dates as well.
    if isinstance(value, str) and _ISO_DATE.match(value):
        return value
    raise PydanticCustomError("date_format", "Input should be a date of the form YYYY-MM-DD")


DocId = Annotated[str, StringConstraints(pattern=DOC_ID_PATTERN, max_length=MAX_DOC_ID_CHARS)]
Question = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_QUESTION_CHARS),
    BeforeValidator(tidy),
    Field(
        description="1 to 1,000 characters, counted without the white space around them.",
        json_schema_extra={"pattern": r"\S"},  # it is checked without that white space
    ),
]
Day = Annotated[date, BeforeValidator(_iso_date)]
Value = Annotated[str, StringConstraints(min_length=1)]
Values = Annotated[list[Value], Field(min_length=1)]
AskingLanguage = Annotated[
    Literal["de", "en"] | None,
    Field(description="The question's language; null or absent: it is detected."),
]


class FilterFields(Request):
    """Values of one field are alternatives, different fields must all hold."""

    language: Language | None = Field(default=None, description="The passage's language.")
    doc_ids: Values | None = None
    published_from: Day | None = Field(
        default=None, description="Inclusive.", examples=["2023-01-01"]
    )
    published_to: Day | None = Field(
        default=None, description="Inclusive.", examples=["2023-12-31"]
    )
    tags: Values | None = None

    def _filters(self, include_expired: bool) -> Filters:
        return Filters(
            language=self.language,
            doc_ids=tuple(self.doc_ids) if self.doc_ids is not None else None,
            published_from=self.published_from,
            published_to=self.published_to,
            tags=tuple(self.tags) if self.tags is not None else None,
            include_expired=include_expired,
        )


class FilterBody(FilterFields):
    """What the answer is to be restricted to."""

    include_expired: StrictBool = Field(
        default=False, description="Whether documents answer after the end of their validity."
    )

    def filters(self) -> Filters:
        """Convert to what the engine takes."""
        return self._filters(self.include_expired)


class AskRequest(Request):
    """A question to the documents."""

    question: Question
    k: StrictInt = Field(
        default=DEFAULT_K, ge=1, le=MAX_K, description="At most so many citations."
    )
    max_sentences: StrictInt = Field(default=DEFAULT_SENTENCES, ge=1, le=MAX_SENTENCES)
    language: AskingLanguage = None
    filters: FilterBody = FilterBody()


class BatchRequest(Request):
    """Questions that are answered in order; each is checked on its own."""

    questions: list[SkipValidation[AskRequest]] = Field(min_length=1, max_length=MAX_BATCH)


class SearchRequest(Request):
    """A query for ranked passages."""

    q: Question
    k: StrictInt = Field(default=DEFAULT_K, ge=1, le=MAX_K)
    offset: StrictInt = Field(default=0, ge=0, le=MAX_OFFSET)
    filters: FilterBody = FilterBody()


class FilterParameters(FilterFields):
    """The filters as query parameters; lists are repeated."""

    include_expired: bool = False

    def filters(self) -> Filters:
        """Convert to what the engine takes."""
        return self._filters(self.include_expired)


class SearchParameters(FilterParameters):
    """`GET /v1/search`."""

    q: Question
    k: int = Field(default=DEFAULT_K, ge=1, le=MAX_K)
    offset: int = Field(default=0, ge=0, le=MAX_OFFSET)


class ListParameters(FilterParameters):
    """`GET /v1/documents`."""

    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    offset: int = Field(default=0, ge=0)


class TextParameters(Request):
    """`GET /v1/documents/{doc_id}/text`."""

    start: int = Field(default=0, ge=0, description="Code points from the beginning.")
    end: int | None = Field(
        default=None, ge=0, description="Exclusive; absent: the end of the text."
    )


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of a request."""

    field: str  # with dots: filters.published_from
    message: str


@dataclass(frozen=True, slots=True)
class Problem:
    """An error, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: tuple[FieldError, ...] = ()  # 422 only: what is wrong with which field


@dataclass(frozen=True, slots=True)
class BatchReply:
    """An answer or a problem for each question, in order."""

    answers: tuple[Answer | Problem, ...]


Reply = TypeVar("Reply", Answer, Hits, DocumentInfo, DocumentList)


def under(root: str, reply: Reply) -> Reply:
    """Put the path that the service is mounted at before the reply's local links."""
    if not root:
        return reply
    if isinstance(reply, DocumentInfo):
        return replace(reply, file=root + reply.file, view=root + reply.view)
    if isinstance(reply, DocumentList):
        return replace(reply, documents=tuple(under(root, info) for info in reply.documents))
    if isinstance(reply, Hits):
        return replace(reply, hits=_cited_under(root, reply.hits))
    return replace(
        reply,
        citations=_cited_under(root, reply.citations),
        related=_cited_under(root, reply.related),
    )


def _cited_under(root: str, citations: tuple[Citation, ...]) -> tuple[Citation, ...]:
    return tuple(
        replace(
            citation,
            view=root + citation.view,
            link=root + citation.link
            if citation.link and citation.link.startswith("/")
            else citation.link,
        )
        for citation in citations
    )

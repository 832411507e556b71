"""The tools that assistants get: the same requests and replies as over HTTP, and a text to read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field, StrictInt, TypeAdapter
from pydantic_core import to_jsonable_python

from api.answers import Answer, DocumentInfo, Hits
from api.asked import Asked
from api.routes.asking import answered, found
from api.routes.host import EngineHost
from api.schemas import AskRequest, DocId, SearchRequest, under
from api.terminal import render_answer, render_hits
from api.wire import Request

TEXT_CHARS = 20_000  # of a document at once; more would fill an assistant's memory
_MAX_OFFSET = 1 << 31


class ReadRequest(Request):
    """Which part of a document."""

    doc_id: DocId
    start: StrictInt = Field(
        default=0, ge=0, le=_MAX_OFFSET, description="Code points from the beginning."
    )
    end: StrictInt | None = Field(
        default=None,
        ge=0,
        le=_MAX_OFFSET,
        description=f"Exclusive; at most {TEXT_CHARS} behind `start` are given at once.",
    )


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a document's canonical text."""

    document: DocumentInfo
    start: int
    end: int
    text: str  # the canonical text from `start` to `end`


@dataclass(frozen=True, slots=True)
class Desk:
    """What a tool works with, for one call."""

    host: EngineHost
    asked: Asked
    root: str  # the path that the service is mounted at


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool gives: the same twice."""

    plain: dict[str, Any]  # as JSON has it
    readable: str


class NoDocument(LookupError):
    """Nobody who asks here knows of a document with this id."""


async def ask(desk: Desk, request: AskRequest) -> Result:
    """Answer a question with sentences of the documents, word for word, each with its citation.

    Where the documents do not answer it, `answered` is false and nothing may be quoted as an
    answer; `related` shows the nearest passages. Show the number, title and date of each citation.
    """
    answer = await answered(desk.host, request)
    desk.asked.note(answer)
    return _result(under(desk.root, answer), render_answer(answer, styled=False))


async def search(desk: Desk, request: SearchRequest) -> Result:
    """Rank the passages of the documents for a query. These are hits, not yet an answer."""
    filters = request.filters.filters()
    hits = await found(desk.host, request.q, request.k, request.offset, filters)
    return _result(under(desk.root, hits), render_hits(hits, styled=False))


async def read_document(desk: Desk, request: ReadRequest) -> Result:
    """Read a document's text, or the part that a citation's `start` and `end` name.

    Where `end` is below `document.characters`, there is more to read from `end` on.
    """
    try:
        info, text = await desk.host.call(lambda engine: engine.read(request.doc_id))
    except KeyError:
        raise NoDocument(request.doc_id) from None
    start = min(request.start, len(text))
    wanted = len(text) if request.end is None else min(request.end, len(text))
    end = max(start, min(wanted, start + TEXT_CHARS))
    part = Part(under(desk.root, info), start, end, text[start:end])
    about = f"{info.title} ({info.doc_id}), {start}–{end} of {len(text)}"
    return _result(part, f"{about}:\n\n{part.text}")


def _result(reply: Answer | Hits | Part, readable: str) -> Result:
    return Result(to_jsonable_python(reply), readable)


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool, with the types that it takes and gives."""

    name: str
    title: str
    about: str
    takes: type[BaseModel]
    gives: type
    use: Callable[[Desk, Any], Awaitable[Result]]

    @property
    def input_schema(self) -> dict[str, Any]:
        """What may be sent."""
        return self.takes.model_json_schema()

    @property
    def output_schema(self) -> dict[str, Any]:
        """What is given as structured content."""
        return TypeAdapter(self.gives).json_schema(mode="serialization")


def _tool(title: str, takes: type[BaseModel], gives: type, use: Callable[..., Any]) -> Tool:
    about = " ".join((use.__doc__ or "").split())
    return Tool(use.__name__, title, about, takes, gives, use)


TOOLS = {
    tool.name: tool
    for tool in (
        _tool("Ask the documents", AskRequest, Answer, ask),
        _tool("Search the documents", SearchRequest, Hits, search),
        _tool("Read a document", ReadRequest, Part, read_document),
    )
}

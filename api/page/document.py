"""Our own page of a document: its canonical text, with a passage marked among its neighbours."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.answers import DocumentInfo
from api.page.documents import offset_of
from api.page.layout import layout
from api.page.marking import Marks
from api.page.rendering import interface_of, render, say
from api.page.texts import TEXTS
from api.routes.access import may_ask
from api.routes.needs import Host, Root
from api.schemas import DocId, under
from indexer.errors import FundstelleError
from indexer.types import Span

router = APIRouter(include_in_schema=False, dependencies=[Depends(may_ask)])
_doc_id = TypeAdapter[str](DocId)
PART_CHARS = 60_000  # of a long document on one page; about twenty printed ones


@dataclass(frozen=True, slots=True)
class Place:
    """What an address names: a passage, what is highlighted in it, or a part of a long text."""

    passage: Span | None
    highlights: tuple[Span, ...]
    part: int  # from 1


@router.head("/documents/{doc_id}")
@router.get("/documents/{doc_id}")
async def document(request: Request, doc_id: str, host: Host, root: Root) -> HTMLResponse:
    """Show a document's text; `start` and `end` mark a passage and scroll to it.

    `highlight=1034-1120` marks a sentence of the passage; `part=2` shows another part of a text
    that is too long for one page.
    """
    texts = TEXTS[interface_of(request)]

    try:
        _doc_id.validate_python(doc_id)
        info, text = await host.call(lambda engine: engine.read(doc_id))
    except (KeyError, ValidationError):
        return say(request, texts["no_such_document"], 404)
    except FundstelleError:
        return say(request, texts["unavailable"], 503)
    place = _place(request, len(text))
    if place is None:
        return say(request, texts["no_such_place"], 422)
    return await run_sync(_shown, request, under(root, info), text, place)


def _shown(request: Request, info: DocumentInfo, text: str, place: Place) -> HTMLResponse:
    bounds = part_bounds(text)
    first = last = min(place.part, len(bounds) - 1)
    if place.passage:  # whole, also where it goes on in the next part
        first = max(1, bisect_right(bounds, place.passage[0]))
        last = max(first, bisect_left(bounds, place.passage[1]))
    begin, end = bounds[first - 1], bounds[last]
    groups, rest = layout(
        text[begin:end], begin, info.media_type, Marks(place.passage, place.highlights)
    )
    given = {
        "info": info,
        "groups": groups,
        "rest": rest,
        "marked": place.passage is not None,
        "flows": info.media_type == "text/markdown",
        "first": first,
        "last": last,
        "parts": len(bounds) - 1,
    }
    return render(request, "document.html", given)


def part_bounds(text: str) -> list[int]:
    """Where the parts of a text begin and end: at the end of a line, if there is one near.

    >>> part_bounds("kurz")
    [0, 4]
    """
    bounds = [0]
    while len(text) - bounds[-1] > 1.5 * PART_CHARS:
        near = bounds[-1] + PART_CHARS
        end = text.find("\n\n", near, near + PART_CHARS // 4)
        if end < 0:
            end = text.find("\n", near, near + PART_CHARS // 2)
        bounds.append(near if end < 0 else end)
    return [*bounds, len(text)]


def _place(request: Request, characters: int) -> Place | None:
    """Read the address; None where it names a place that is not in the text."""
    given = request.query_params
    start, end = offset_of(given.get("start", "0")), offset_of(given.get("end", "0"))
    part = offset_of(given.get("part", "1"))
    if start is None or end is None or not start <= end <= characters or not part:
        return None
    highlights: list[Span] = []
    for written in given.getlist("highlight"):
        low, _, high = written.partition("-")
        span = offset_of(low), offset_of(high)
        if span[0] is None or span[1] is None or not start <= span[0] <= span[1] <= end:
            return None
        highlights.append((span[0], span[1]))
    passage = (start, end) if start < end else None
    return Place(passage, tuple(sorted(highlights)), part)

"""The list of documents."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.page.rendering import interface_of, render, say
from api.page.texts import TEXTS
from api.routes.needs import Host, Root
from api.schemas import DEFAULT_LIMIT, under
from indexer.errors import FundstelleError

router = APIRouter(include_in_schema=False)
_MAX_DIGITS = 12  # of an offset; no document is longer


@router.head("/documents")
@router.get("/documents")
@router.head("/documents/")
@router.get("/documents/")
async def documents(request: Request, host: Host, root: Root) -> HTMLResponse:
    """List the documents, page by page."""
    texts = TEXTS[interface_of(request)]
    offset = _number(request.query_params.get("offset", "0"))
    if offset is None:
        return say(request, texts["bad_address"], 422)
    try:
        found = await host.call(lambda engine: engine.documents(limit=DEFAULT_LIMIT, offset=offset))
    except FundstelleError:
        return say(request, texts["unavailable"], 503)
    given = {
        "list": under(root, found),
        "offset": offset,
        "earlier": max(0, offset - DEFAULT_LIMIT) if offset else None,
        "later": offset + DEFAULT_LIMIT if offset + DEFAULT_LIMIT < found.total else None,
    }
    return render(request, "documents.html", given)


def _number(text: str) -> int | None:
    plain = text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS
    return int(text) if plain else None

"""Our own document pages: the list, and a document's canonical text with a passage marked."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.answers import DocumentInfo
from api.engine import Engine
from api.page.rendering import interface_of, render, say
from api.page.texts import TEXTS
from api.routes.access import may_ask
from api.routes.needs import Host, Root
from api.schemas import DEFAULT_LIMIT, DocId, under
from indexer.errors import FundstelleError

router = APIRouter(include_in_schema=False, dependencies=[Depends(may_ask)])
_doc_id = TypeAdapter[str](DocId)
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


@router.head("/documents/{doc_id}")
@router.get("/documents/{doc_id}")
async def document(request: Request, doc_id: str, host: Host, root: Root) -> HTMLResponse:
    """Show a document's text; `start` and `end` mark a passage and scroll to it."""
    texts = TEXTS[interface_of(request)]

    def read(engine: Engine) -> tuple[DocumentInfo, str]:
        while True:  # both from one generation, also where another is published in between
            state = engine.state
            read = engine.document(doc_id), engine.text(doc_id)
            if engine.state == state:
                return read

    try:
        _doc_id.validate_python(doc_id)
        info, text = await host.call(read)
    except (KeyError, ValidationError):
        return say(request, texts["no_such_document"], 404)
    except FundstelleError:
        return say(request, texts["unavailable"], 503)
    start = _number(request.query_params.get("start", "0"))
    end = _number(request.query_params.get("end", "0"))
    if start is None or end is None or not start <= end <= len(text):
        return say(request, texts["no_such_place"], 422)
    given = {
        "info": under(root, info),
        # Sliced here, in code points: a browser counts in UTF-16.
        "before": text[:start],
        "passage": text[start:end],
        "after": text[end:],
    }
    return render(request, "document.html", given)


def _number(text: str) -> int | None:
    plain = text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS
    return int(text) if plain else None

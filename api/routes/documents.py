"""What is indexed: the list, one document, its canonical text, its original file."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi.exceptions import RequestValidationError
from starlette.responses import FileResponse, PlainTextResponse, Response

from api.answers import DocumentInfo, DocumentList
from api.problems import documented
from api.routes.access import may_ask
from api.routes.needs import Host, Root, of_document, reply
from api.schemas import DocId, ListParameters, TextParameters, under

router = APIRouter(prefix="/v1/documents", tags=["documents"], dependencies=[Depends(may_ask)])
Id = Annotated[DocId, Path(examples=["sccon-2023.partner-country-ukraine.de.md"])]
_PDF = "application/pdf"
_TEXT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The canonical text, nothing else.", "content": {"text/plain": {}}}
}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The original's bytes.", "content": {"application/octet-stream": {}}},
    206: {"description": "The range that was asked for."},
}


@router.get("", response_model=DocumentList, responses=documented(422, 503))
async def documents(given: Annotated[ListParameters, Query()], host: Host, root: Root) -> Response:
    """List the documents in the order of their ids; `language` is the document's here."""
    found = await host.call(
        lambda engine: engine.documents(
            limit=given.limit, offset=given.offset, filters=given.filters()
        )
    )
    return reply(under(root, found))


@router.get("/{doc_id}", response_model=DocumentInfo, responses=documented(404, 422, 503))
async def document(doc_id: Id, host: Host, root: Root) -> Response:
    """Describe a document."""
    return reply(under(root, await of_document(host, lambda engine: engine.document(doc_id))))


@router.head("/{doc_id}/text", include_in_schema=False)
@router.get(
    "/{doc_id}/text",
    response_class=PlainTextResponse,
    responses={**_TEXT, **documented(404, 422, 503)},
)
async def text(doc_id: Id, span: Annotated[TextParameters, Query()], host: Host) -> Response:
    """Give the canonical text, or the part of it that a citation names."""
    whole = await of_document(host, lambda engine: engine.text(doc_id))
    end = len(whole) if span.end is None else span.end
    if end > len(whole):
        raise _outside("end", f"Input should be at most {len(whole)}, the length of the text")
    if span.start > end:
        raise _outside("start", f"Input should be at most {end}, the end of the span")
    return PlainTextResponse(whole[span.start : end])


@router.head("/{doc_id}/file", include_in_schema=False)
@router.get(
    "/{doc_id}/file",
    response_class=FileResponse,
    responses={**_FILE, **documented(404, 416, 422, 503)},
)
async def file(doc_id: Id, host: Host) -> Response:
    """Give the original file's bytes; a PDF opens in the browser, all else is downloaded."""
    original = await of_document(host, lambda engine: engine.original(doc_id))
    return FileResponse(
        original.path,
        media_type=original.media_type,
        filename=original.name.encode("utf-8", "replace").decode("utf-8"),
        content_disposition_type="inline" if original.media_type == _PDF else "attachment",
        headers={"Content-Security-Policy": "sandbox; default-src 'none'"},
    )


def _outside(field: str, message: str) -> RequestValidationError:
    return RequestValidationError(
        [{"type": "out_of_range", "loc": ("query", field), "msg": message}]
    )

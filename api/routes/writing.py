"""Adding, replacing and removing documents; each change is in force when its job is done."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, ParamSpec

from fastapi import APIRouter, Depends, File, Form, UploadFile
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.job_store import Job
from api.problems import documented
from api.routes.documents import Id
from api.routes.host import EngineHost
from api.routes.indexing import ACCEPTED, accepted
from api.routes.needs import Host, JobQueue, Root, this_machine_only
from indexer import changes
from indexer.errors import DataUnavailable, IndexUnavailable, ReadError
from indexer.reading.fields import metadata_from_mapping
from indexer.reading.formats import media_type
from indexer.settings import Settings

router = APIRouter(
    prefix="/v1/documents", tags=["documents"], dependencies=[Depends(this_machine_only)]
)
_Field = Annotated[str | None, Form()]
P = ParamSpec("P")


def stated(
    title: _Field = None,
    language: _Field = None,
    published: _Field = None,
    publisher: _Field = None,
    source: _Field = None,
    based_on: Annotated[
        str | None, Form(description="A title, or JSON with title and url.")
    ] = None,
    tags: Annotated[list[str] | None, Form()] = None,
    translation_key: _Field = None,
    visible_from: _Field = None,
    valid_until: _Field = None,
) -> dict[str, object]:
    """What is said about the document; the fields of a sidecar, empty ones not stated."""
    given: dict[str, object] = {
        "title": title,
        "language": language,
        "published": published,
        "publisher": publisher,
        "source": source,
        "based_on": _original(based_on),
        "tags": tags,
        "translation_key": translation_key,
        "visible_from": visible_from,
        "valid_until": valid_until,
    }
    found: list[dict[str, object]] = []
    for name, value in given.items():
        try:
            metadata_from_mapping({name: value or None}, "metadata")
        except ReadError as error:
            message = str(error).removeprefix(f"metadata: {name} ")
            found.append({"type": "metadata", "loc": ("body", name), "msg": f"Input {message}"})
    if found:
        raise RequestValidationError(found)
    return {name: value for name, value in given.items() if value}


@router.put(
    "/{doc_id}",
    status_code=202,
    response_model=Job,
    responses={**ACCEPTED, **documented(403, 409, 413, 415, 422, 503)},
)
async def put(
    doc_id: Id,
    file: Annotated[UploadFile, File(description="Read like a file of a corpus folder.")],
    metadata: Annotated[dict[str, object], Depends(stated)],
    host: Host,
    jobs: JobQueue,
    root: Root,
) -> Response:
    """Add a document or replace the upload of this id."""
    settings: Settings = host.settings
    name = file.filename or ""
    try:
        media_type(name)
    except ValueError as error:
        raise HTTPException(415, str(error)) from None
    if holder(host, doc_id) == "folder":
        raise HTTPException(409, f"{doc_id} is a document of a corpus folder.")
    await _left(changes.leave_upload, settings.data, doc_id, file.file, name, metadata)
    return await accepted(jobs, root)


@router.delete(
    "/{doc_id}",
    status_code=202,
    response_model=Job,
    responses={**ACCEPTED, **documented(403, 404, 422, 503)},
)
async def delete(doc_id: Id, host: Host, jobs: JobQueue, root: Root) -> Response:
    """Remove an upload, or no longer show a document of a corpus folder; its file stays there."""
    data, folder = host.settings.data, _folder(host, doc_id)
    if folder is not None and _is_corpus(host, folder):
        change = changes.Change("bury", doc_id)
    elif folder is not None or changes.is_upload(data, doc_id):
        change = changes.Change("remove", doc_id)
    else:
        raise HTTPException(404, "No document has this id.")
    await _left(changes.leave, data, change)
    return await accepted(jobs, root)


async def _left(leave: Callable[P, None], *given: P.args, **named: P.kwargs) -> None:
    """Leave a change for the next run; raises DataUnavailable where the data folder takes none."""
    try:
        await run_in_threadpool(leave, *given, **named)
    except OSError as error:
        raise DataUnavailable(f"nothing can be left for the next run: {error}") from error


def holder(host: EngineHost, doc_id: str) -> Literal["upload", "folder"] | None:
    """Where the document of this id comes from, shown or not; None where no document has it."""
    data, folder = host.settings.data, _folder(host, doc_id)
    if folder is not None and _is_corpus(host, folder):
        return "folder"
    if any(stone.doc_id == doc_id for stone in changes.buried(data)):
        return "folder"
    return "upload" if folder is not None or changes.is_upload(data, doc_id) else None


def _is_corpus(host: EngineHost, folder: Path) -> bool:
    """Whether documents of this folder are files of the user's own.

    Uploads of an index that was moved or restored name the place where they were before.
    """
    own = {corpus.resolve() for corpus in host.settings.corpus}
    return folder in own or folder.name != changes.UPLOADS


def _folder(host: EngineHost, doc_id: str) -> Path | None:
    try:
        return host.engine.folder(doc_id)
    except IndexUnavailable:
        return None


def _original(text: str | None) -> object:
    """A title, or an object of title and url."""
    if text is None or not text.lstrip().startswith("{"):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text

"""Adding, replacing and removing documents; each change is in force when its job is done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, BinaryIO, Literal, ParamSpec

from fastapi import APIRouter, Depends, File, Form, UploadFile
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.job_store import Job
from api.problems import documented
from api.routes.access import GatedRoute, may_write, record
from api.routes.documents import Id
from api.routes.host import EngineHost
from api.routes.indexing import ACCEPTED, accepted
from api.routes.middleware import BYTES_PER_MB
from api.routes.needs import Host, JobQueue, Root
from indexer import changes
from indexer.errors import DataUnavailable, IndexUnavailable, ReadError
from indexer.reading.content import HEAD_BYTES, contradiction
from indexer.reading.fields import metadata_from_mapping
from indexer.reading.formats import media_type
from indexer.reading.walk import MEDIA_TYPES
from indexer.settings import Settings

router = APIRouter(
    prefix="/v1/documents",
    tags=["documents"],
    dependencies=[Depends(may_write)],
    route_class=GatedRoute,
)
_Field = Annotated[str | None, Form()]
P = ParamSpec("P")
_TEXTS = {"text/plain", "text/markdown", "text/html", "message/rfc822"}


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
    responses={**ACCEPTED, **documented(400, 409, 413, 415, 422, 503)},
)
async def put(
    request: Request,
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
    await run_in_threadpool(_check_file, file, name, settings)
    await run_in_threadpool(_check_place, host, doc_id, settings)
    sha256 = await run_in_threadpool(_sha256, file.file)
    await record(request, "upload", doc_id=doc_id, sha256=sha256)
    await _left(changes.leave_upload, settings.data, doc_id, file.file, name, metadata)
    return await accepted(jobs, root)


@router.delete(
    "/{doc_id}",
    status_code=202,
    response_model=Job,
    responses={**ACCEPTED, **documented(404, 422, 503)},
)
async def delete(request: Request, doc_id: Id, host: Host, jobs: JobQueue, root: Root) -> Response:
    """Remove an upload, or no longer show a document of a corpus folder; its file stays there."""
    data, folder = host.settings.data, _folder(host, doc_id)
    if folder is not None and _is_corpus(host, folder):
        change = changes.Change("bury", doc_id)
    elif folder is not None or changes.is_upload(data, doc_id):
        change = changes.Change("remove", doc_id)
    else:
        raise HTTPException(404, "No document has this id.")
    await record(request, change.action, doc_id=doc_id)
    await _left(changes.leave, data, change)
    return await accepted(jobs, root)


async def _left(leave: Callable[P, None], *given: P.args, **named: P.kwargs) -> None:
    """Leave a change for the next run; raises DataUnavailable where the data folder takes none."""
    try:
        await run_in_threadpool(leave, *given, **named)
    except OSError as error:
        raise DataUnavailable(f"nothing can be left for the next run: {error}") from error


def _check_file(file: UploadFile, name: str, settings: Settings) -> None:
    """Refuse a file that is not read, too large, or begins like another format than its name's."""
    try:
        expected = media_type(name)
    except ValueError as error:
        raise HTTPException(415, str(error)) from None
    if (file.size or 0) > settings.max_upload_mb * BYTES_PER_MB:
        raise HTTPException(413, f"The file is larger than {settings.max_upload_mb} MB.")
    declared = (file.content_type or "").partition(";")[0].strip().lower()
    binary = {*MEDIA_TYPES.values()} - _TEXTS
    if declared in binary and declared != expected:  # texts are declared in many ways
        raise HTTPException(415, f"The file is declared as {declared}, its name says {expected}.")
    wrong = contradiction(file.file.read(HEAD_BYTES), name)
    file.file.seek(0)
    if wrong:
        raise HTTPException(415, f"The file {wrong}.")


def _check_place(host: EngineHost, doc_id: str, settings: Settings) -> None:
    """Refuse an upload in place of the user's own file, or beyond what the data folder may hold."""
    if holder(host, doc_id) == "folder":
        raise HTTPException(409, f"{doc_id} is a document of a corpus folder.")
    uploads = changes.uploads(settings.data)
    if doc_id not in uploads and len(uploads) >= settings.max_uploads:
        said = f"{settings.max_uploads} documents were uploaded, as many as allowed; remove one."
        raise HTTPException(409, said)


def _sha256(file: BinaryIO) -> str:
    # A temporary file of the framework can do all that is asked for, its type does not say so.
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    file.seek(0)
    return digest


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

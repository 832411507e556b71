"""The page of the documents: what is indexed, and for those who may write, what they can change."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.clock import clock
from api.filters import Filters
from api.key_store import Scope
from api.last_run import FileNote, read_last_run
from api.page.corpus_texts import CORPUS_TEXTS, SCRIPT_TEXTS
from api.page.reasons import Said, said
from api.page.rendering import day, interface_of, render, say
from api.page.texts import TEXTS, Interface
from api.routes.access import may_ask, scope_of
from api.routes.needs import Host, Root
from api.schemas import DEFAULT_LIMIT, under
from indexer.changes import is_upload
from indexer.errors import FundstelleError
from indexer.reading.ids import is_doc_id
from indexer.reading.walk import MEDIA_TYPES
from indexer.settings import Settings

router = APIRouter(include_in_schema=False, dependencies=[Depends(may_ask)])
SHOWN_NOTES = 100  # of each kind; the API and `fundstelle status` give all
_COUNTS = ("added", "changed", "moved", "removed", "unchanged")
_MAX_DIGITS = 12  # of an offset; no list and no text is longer


@dataclass(frozen=True, slots=True)
class ShownNote:
    """A file and what is said about it, in a language that the reader knows where possible."""

    path: str
    reason: Said
    upload: str = ""  # the id of the upload that it is; what failed can only be deleted here


@dataclass(frozen=True, slots=True)
class ShownRun:
    """The last run as the page tells of it."""

    finished_at: datetime | None
    refused: str
    counts: dict[str, int]  # name of a text -> documents
    failed: tuple[ShownNote, ...]
    notes: tuple[ShownNote, ...]
    skipped: dict[Said, int]  # files by reason: their names tell nothing
    failed_count: int
    notes_count: int


@router.head("/documents")
@router.get("/documents")
@router.head("/documents/")
@router.get("/documents/")
async def documents(request: Request, host: Host, root: Root) -> HTMLResponse:
    """List the documents; who may write sees what the last run did, and can change them."""
    interface = interface_of(request)
    offset = offset_of(request.query_params.get("offset", "0"))
    if offset is None:
        return say(request, TEXTS[interface]["bad_address"], 422)
    writes = await allowed(request)
    # What has expired can still be deleted.
    filters = Filters(include_expired=writes)
    try:
        found = await host.call(
            lambda engine: engine.documents(limit=DEFAULT_LIMIT, offset=offset, filters=filters)
        )
    except FundstelleError:
        return say(request, TEXTS[interface]["unavailable"], 503)
    settings: Settings = host.settings
    run = await run_sync(_last_run, settings, interface) if writes else None
    given: dict[str, Any] = {
        "c": CORPUS_TEXTS[interface],
        "words": SCRIPT_TEXTS[interface],
        "list": under(root, found),
        "offset": offset,
        "earlier": max(0, offset - DEFAULT_LIMIT) if offset else None,
        "later": offset + DEFAULT_LIMIT if offset + DEFAULT_LIMIT < found.total else None,
        "writes": writes,
        "run": run,
        "moment": partial(moment, interface=interface),
        "now": clock(settings.clock)(),
        "endings": tuple(MEDIA_TYPES),
        "megabytes": settings.max_upload_mb,
    }
    return render(request, "documents.html", given)


async def allowed(request: Request) -> bool:
    """Whether this reader may write: the page offers what the API would let him do."""
    scope = await scope_of(request)
    return scope is not None and scope >= Scope.WRITE


def offset_of(text: str) -> int | None:
    """A number as an address carries it; None where it is none."""
    plain = text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS
    return int(text) if plain else None


def _last_run(settings: Settings, interface: Interface) -> ShownRun | None:
    """What the last run did, in the reader's language; None where nothing is known of one."""
    run = read_last_run(settings.index)
    if run is None:
        return None

    def shown(note: FileNote) -> ShownNote:
        doc_id = note.path.partition("/document.")[0]
        upload = doc_id != note.path and is_doc_id(doc_id) and is_upload(settings.data, doc_id)
        return ShownNote(note.path, said(note.reason, interface), doc_id if upload else "")

    def notes(found: tuple[FileNote, ...]) -> tuple[ShownNote, ...]:
        return tuple(shown(note) for note in found[:SHOWN_NOTES])

    skipped = Counter(said(note.reason, interface) for note in run.skipped)
    return ShownRun(
        finished_at=run.finished_at,
        refused=run.refused,
        counts={name: getattr(run, name) for name in _COUNTS},
        failed=notes(run.failed),
        notes=notes(run.notes),
        skipped=dict(skipped.most_common()),
        failed_count=len(run.failed),
        notes_count=len(run.notes),
    )


def moment(value: datetime, interface: Interface) -> str:
    """A time by the server's own clock, to the minute."""
    local = value.astimezone()
    at = f"{day(local.date(), interface)}, {local:%H:%M}"
    return f"{at} Uhr" if interface == "de" else at

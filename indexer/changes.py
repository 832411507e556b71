"""What users add and remove one by one, beside the index, where every run finds it.

DATA/pending/NUMBER-…/change.json           asked for, not yet applied: {"action", "doc_id"}
DATA/pending/NUMBER-…/files/                of an upload: the file, and its sidecar
DATA/uploads/DOC_ID/document.pdf            read like any corpus folder
DATA/uploads/DOC_ID/document.pdf.meta.yaml  what was said about it, if anything
DATA/tombstones/DOC_ID.json                 a document of a corpus folder that is not to be shown

Whoever wants a change leaves it in `pending`, whole, by one rename. Only the indexer applies it, at
the beginning of a run and under the index's lock: nothing changes while files are being read, and
what is asked for meanwhile is published together by the next run. To apply a change twice is to
apply it once, so that a run that was killed loses none.
"""

from __future__ import annotations

import json
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal

import yaml

from indexer.durable import fsync, fsync_all, write_atomically
from indexer.manifest import sha256_of
from indexer.reading.formats import media_type
from indexer.reading.ids import is_doc_id
from indexer.reading.walk import SIDECAR_ENDING
from indexer.records import DocumentRecord

Action = Literal["upload", "remove", "bury", "revoke"]
UPLOADS, PENDING, TOMBSTONES = "uploads", "pending", "tombstones"
_NEW, _GONE = ".new-", ".gone-"
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be done with a document.

    `upload` and `remove` an upload, `bury` a document of a corpus folder, `revoke` that.
    """

    action: Action
    doc_id: str


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A document of a corpus folder that is not to be shown, until that is revoked."""

    doc_id: str  # when it was removed
    since: str  # ISO 8601, UTC
    folder: str | None = None  # where its file is; None until the next run has looked
    path: str | None = None  # below the folder

    def covers(self, folder: str, path: str, folders: Collection[str]) -> bool:
        """Whether it is this file's; in a folder that has moved, the one at the same path."""
        return path == self.path and (folder == self.folder or self.folder not in folders)


def leave(data: Path, change: Change) -> None:
    """Leave a change for the next run.

    Raises:
        ValueError: if the id cannot be a document's.
    """
    with _leaving(data, change):
        pass


def leave_upload(
    data: Path, doc_id: str, file: BinaryIO, name: str, metadata: dict[str, object]
) -> None:
    """Leave a file for the next run, in place of an earlier one of the same id.

    Args:
        file: is read to its end.
        name: of which only the ending counts.
        metadata: as a sidecar has it; null counts as not stated.

    Raises:
        ValueError: if the id cannot be a document's, or files with that ending are not read.
    """
    media_type(name)
    ending = PurePosixPath(name).suffix.lower()
    with _leaving(data, Change("upload", doc_id)) as aside:
        document = _folder(aside, "files") / f"document{ending}"
        with document.open("wb") as copy:
            shutil.copyfileobj(file, copy)
        if stated := {key: value for key, value in metadata.items() if value is not None}:
            sidecar = document.with_name(document.name + SIDECAR_ENDING)
            sidecar.write_text(yaml.safe_dump(stated, allow_unicode=True), "utf-8")


def apply(data: Path) -> list[Change]:
    """Apply what is pending, in the order in which it was left; for the indexer alone."""
    if not (data / PENDING).is_dir():
        return []
    uploads, tombstones = _folder(data, UPLOADS), _folder(data, TOMBSTONES)
    for rest in [*uploads.glob(f"{_GONE}*"), *(data / PENDING).glob(f"{_GONE}*")]:
        shutil.rmtree(rest, ignore_errors=True)
    for rest in (data / PENDING).glob(f"{_NEW}*"):
        with suppress(FileNotFoundError):  # left whole just now
            if time.time() - rest.stat().st_mtime > DAY_S:  # whoever left it has died
                shutil.rmtree(rest, ignore_errors=True)
    applied = []
    for left in sorted((data / PENDING).glob("[0-9]*")):
        change = Change(**json.loads((left / "change.json").read_text("utf-8")))
        if change.action == "bury":
            bury(data, Tombstone(change.doc_id, _now()))
        elif change.action == "revoke":
            revoke(data, change.doc_id)
        elif change.action == "remove" or (left / "files").is_dir():
            _move_away(uploads, change.doc_id)
            if change.action == "upload":
                (left / "files").rename(uploads / change.doc_id)
            fsync(uploads)
        fsync(tombstones)
        done = left.with_name(f"{_GONE}{left.name}")
        left.rename(done)  # at once: half of a change could not be read
        shutil.rmtree(done, ignore_errors=True)
        applied.append(change)
    return applied


def buried(data: Path) -> list[Tombstone]:
    """The documents that are not to be shown."""
    files = sorted((data / TOMBSTONES).glob("*.json"))
    return [Tombstone(**json.loads(file.read_text("utf-8"))) for file in files]


def bury(data: Path, tombstone: Tombstone) -> None:
    """Write a tombstone, or more of it; for the indexer alone."""
    file = _folder(data, TOMBSTONES) / f"{tombstone.doc_id}.json"
    write_atomically(file, json.dumps(asdict(tombstone)))


def revoke(data: Path, doc_id: str) -> None:
    """Remove a tombstone; for the indexer alone."""
    (_folder(data, TOMBSTONES) / f"{doc_id}.json").unlink(missing_ok=True)


def is_upload(data: Path, doc_id: str) -> bool:
    """Whether there is an upload of this id, or will be after the next run."""
    last: Action | None = None
    for left in sorted((data / PENDING).glob("[0-9]*/change.json")):
        with suppress(FileNotFoundError):  # applied meanwhile
            change = Change(**json.loads(left.read_text("utf-8")))
            if change.doc_id == doc_id and change.action in {"upload", "remove"}:
                last = change.action
    # Looked at last: what is pending moves there, not the other way.
    there = (data / UPLOADS / doc_id).is_dir()
    return there if last is None else last == "upload"


def uploads(data: Path) -> set[str]:
    """The ids of all uploads, as they will be after the next run at most."""
    pending = set[str]()
    for left in (data / PENDING).glob("[0-9]*/change.json"):
        with suppress(FileNotFoundError):  # applied meanwhile
            change = Change(**json.loads(left.read_text("utf-8")))
            if change.action == "upload":
                pending.add(change.doc_id)
    there = {folder.name for folder in (data / UPLOADS).glob("[!.]*")}
    return pending | there


def outdated(data: Path) -> Callable[[DocumentRecord], bool]:
    """Tell of a document whether it was removed, or its file or sidecar changed or gone, since.

    A corpus folder that is not on this machine tells nothing, and nothing of it is outdated.
    """
    removed = {stone.doc_id for stone in buried(data)}
    return lambda record: record.doc_id in removed or _differs(record)


def _differs(record: DocumentRecord) -> bool:
    folder = Path(record.folder)
    if not folder.is_dir():
        return folder.name == UPLOADS
    file = folder / record.path
    sidecar = file.with_name(file.name + SIDECAR_ENDING)
    return (
        not file.is_file()
        or sha256_of(file) != record.file_sha256
        or (sha256_of(sidecar) if sidecar.is_file() else "") != record.sidecar_sha256
    )


def uploads_folder(data: Path) -> Path | None:
    """The folder of uploads, once there has been one."""
    folder = uploads_place(data)
    return folder if folder.is_dir() else None


def uploads_place(data: Path) -> Path:
    """Where uploads are, as documents name their folder."""
    return (data / UPLOADS).resolve()


@contextmanager
def _leaving(data: Path, change: Change) -> Iterator[Path]:
    """Give a folder for what belongs to a change; it is left behind whole, or not at all."""
    if not is_doc_id(change.doc_id):
        raise ValueError(f"{change.doc_id!r} cannot be the id of a document")
    aside = Path(tempfile.mkdtemp(prefix=_NEW, dir=_folder(data, PENDING)))
    try:
        yield aside
        (aside / "change.json").write_text(json.dumps(asdict(change)), "utf-8")
        fsync_all(aside)
        aside.rename(data / PENDING / f"{time.time_ns():020d}-{secrets.token_hex(4)}")
        fsync(data / PENDING)
    finally:
        shutil.rmtree(aside, ignore_errors=True)  # where it was not left


def _move_away(uploads: Path, doc_id: str) -> None:
    if (uploads / doc_id).exists():
        gone = uploads / f"{_GONE}{secrets.token_hex(8)}"
        (uploads / doc_id).rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def _folder(data: Path, name: str) -> Path:
    (data / name).mkdir(parents=True, exist_ok=True)
    return data / name


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())

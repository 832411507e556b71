"""Generations on disk: written aside, made durable, then published by one rename.

INDEX/CURRENT                   the published generation's folder name, replaced atomically
INDEX/generations/000012/       immutable; manifest.json names every file with its length
INDEX/generations/.building-…   a run in progress, or the rest of one that was killed
INDEX/lock                      held by the one process that writes
INDEX/last-run.json             what the last run did, published or not
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from indexer.errors import IndexDamaged, IndexLocked, IndexUnavailable, NothingPublished

FORMAT = 3  # 2: sentence vectors, parts of compounds, abbreviations; 3: vocabulary
_BUILDING = ".building-"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation consists of."""

    format: int
    generation: int
    published_at: str  # ISO 8601, UTC, ending in Z
    encoder: str
    encoder_fingerprint: str
    dimension: int
    documents: int
    passages: int
    files: dict[str, dict[str, Any]]  # path below the generation -> bytes, sha256


@dataclass(frozen=True, slots=True)
class Generation:
    """A published, immutable folder and its manifest."""

    folder: Path
    manifest: Manifest


def current_name(index: Path) -> str | None:
    """The published generation's folder name; None while nothing is published."""
    try:
        return (index / "CURRENT").read_text().strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise IndexUnavailable(f"cannot read {index / 'CURRENT'}: {error.strerror}") from error


def current(index: Path) -> Generation:
    """Open the published generation.

    Raises:
        IndexUnavailable: if nothing is published at `index`.
        IndexDamaged: if files are missing or have another length, naming every one of them.
    """
    name = current_name(index)
    if name is None:
        raise IndexUnavailable(
            f"no index at {index}; `fundstelle index --corpus DIR --index {index}` makes one"
        )
    folder = index / "generations" / name
    try:
        plain = json.loads((folder / "manifest.json").read_text())
        if plain.get("format") != FORMAT:
            raise IndexDamaged(
                f"{folder} has format {plain.get('format')}, this version reads {FORMAT}; "
                "run `fundstelle index --rebuild`"
            )
        manifest = Manifest(**plain)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise IndexDamaged(
            f"{folder / 'manifest.json'} cannot be read: {error}; "
            "`fundstelle index --rebuild` makes a new one"
        ) from error
    damaged = [
        path
        for path, entry in manifest.files.items()
        if not (folder / path).is_file() or (folder / path).stat().st_size != entry["bytes"]
    ]
    if damaged:
        raise IndexDamaged(
            f"{folder} is damaged, missing or cut off: {', '.join(damaged)}; "
            "`fundstelle index --rebuild` makes a new one"
        )
    return Generation(folder, manifest)


def damaged_files(generation: Generation) -> list[str]:
    """Read everything and return the files whose SHA-256 is not the manifest's."""
    return [
        path
        for path, entry in generation.manifest.files.items()
        if _sha256(generation.folder / path) != entry["sha256"]
    ]


@contextmanager
def writing(index: Path) -> Iterator[None]:
    """Hold the index's lock; it dies with the process, so that no stale lock is left.

    Raises:
        IndexLocked: if another process holds it, naming its number.
    """
    try:
        (index / "generations").mkdir(parents=True, exist_ok=True)
        lock = (index / "lock").open("a+")
    except OSError as error:
        raise NothingPublished(f"cannot write to {index}: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            raise IndexLocked(
                f"process {owner} is writing {index}; wait until it has finished"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        _remove_rests(index)
        yield


@contextmanager
def building(index: Path) -> Iterator[Path]:
    """Give a fresh folder to build a generation in; what is not published from it is removed."""
    folder = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=index / "generations"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(
    index: Path,
    folder: Path,
    *,
    encoder: str,
    encoder_fingerprint: str,
    dimension: int,
    documents: int,
    passages: int,
    keep: int,
) -> Generation:
    """Make `folder` durable and the current generation, then remove all but `keep` older ones."""
    number = max([0, *_numbers(index)]) + 1
    files = {
        file.relative_to(folder).as_posix(): {
            "bytes": file.stat().st_size,
            "sha256": _sha256(file),
        }
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.endswith(".lock")
    }
    manifest = Manifest(
        format=FORMAT,
        generation=number,
        published_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        encoder=encoder,
        encoder_fingerprint=encoder_fingerprint,
        dimension=dimension,
        documents=documents,
        passages=passages,
        files=files,
    )
    (folder / "manifest.json").write_text(json.dumps(asdict(manifest), indent=1))
    _make_durable(folder)
    name = f"{number:06d}"
    final = index / "generations" / name
    folder.rename(final)
    _fsync(final.parent)
    write_atomically(index / "CURRENT", name + "\n")
    for old in sorted(_numbers(index))[: -1 - keep]:
        shutil.rmtree(index / "generations" / f"{old:06d}", ignore_errors=True)
    return Generation(final, manifest)


def write_atomically(file: Path, text: str) -> None:
    """Replace a small file: readers see the old text or the new, also after a power cut."""
    aside = file.with_name(f".{file.name}.new")
    with aside.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(file)
    _fsync(file.parent)


def _remove_rests(index: Path) -> None:
    """Remove what a killed run left: half-built folders, and one never pointed to."""
    for rest in (index / "generations").glob(f"{_BUILDING}*"):
        shutil.rmtree(rest, ignore_errors=True)
    name = current_name(index)
    if name is None or not name.isdigit():
        return  # without a pointer nobody can say which one is good: remove none
    for number in _numbers(index):
        if number > int(name):
            shutil.rmtree(index / "generations" / f"{number:06d}", ignore_errors=True)


def _numbers(index: Path) -> list[int]:
    return [
        int(path.name) for path in (index / "generations").glob("[0-9]*") if path.name.isdigit()
    ]


def _make_durable(folder: Path) -> None:
    for path in folder.rglob("*"):
        _fsync(path)
    _fsync(folder)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

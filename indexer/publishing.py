"""Generations on disk: written aside, made durable, then published by one rename.

INDEX/CURRENT                   see `indexer.manifest`
INDEX/generations/000012/       a published generation
INDEX/generations/.building-…   a run in progress, or the rest of one that was killed
INDEX/generations/*.damaged     see `indexer.damage`
INDEX/lock                      held by the one process that writes
INDEX/last-run.json             what the last run did, published or not
INDEX/seen.json                 which files it read, see `indexer.seen`
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from indexer.blocks import Entry, summed
from indexer.damage import ENDING
from indexer.durable import files_below, fsync, write_atomically
from indexer.errors import IndexLocked, NothingPublished
from indexer.leases import remove
from indexer.manifest import (
    FORMAT,
    Generation,
    Manifest,
    Segment,
    current_name,
    generations,
    pointer,
)

_BUILDING = ".building-"
LOOK_EVERY_S = 0.2  # at a lock that another process holds


@contextmanager
def writing(index: Path, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the index's lock; it dies with the process, so that no stale lock is left.

    Args:
        wait_s: how long to wait for another process, in seconds.

    Raises:
        IndexLocked: if another process holds it, naming its number.
    """
    try:
        (index / "generations").mkdir(parents=True, exist_ok=True)
        lock = (index / "lock").open("a+")
    except OSError as error:
        raise NothingPublished(f"cannot write to {index}: {error.strerror}") from error
    with lock:
        _lock(lock, index, time.monotonic() + wait_s)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        _remove_rests(index)
        yield


def _lock(lock: IO[str], index: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() < until:
                time.sleep(LOOK_EVERY_S)
                continue
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            raise IndexLocked(
                f"process {owner} is writing {index}; wait until it has finished"
            ) from None


@contextmanager
def building(index: Path) -> Iterator[Path]:
    """Give a fresh folder to build a generation in; what is not published from it is removed.

    Raises:
        NothingPublished: if there cannot be one.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=index / "generations"))
    except OSError as error:
        raise NothingPublished(f"cannot write to {index}: {error.strerror}") from error
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
    segments: list[Segment],
    known: Mapping[str, Entry],
    keep: int,
    number: int = 1,
) -> Generation:
    """Make `folder` durable and the current generation, then remove all but `keep` older ones.

    Args:
        known: what the manifest of the generation before says of files that were taken over: they
            are durable already, and are not read again.
        number: the lowest that it may get.
    """
    number = max([number - 1, *(int(folder.name) for folder in generations(index))]) + 1
    files = {path: known.get(path) or summed(folder / path) for path in files_below(folder)}
    manifest = Manifest(
        format=FORMAT,
        generation=number,
        published_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        encoder=encoder,
        encoder_fingerprint=encoder_fingerprint,
        dimension=dimension,
        segments=segments,
        files=files,
    )
    (folder / "manifest.json").write_text(manifest.to_json())
    for path in (*files, "manifest.json"):
        if path not in known:
            fsync(folder / path)
    for here, _, _ in os.walk(folder):
        fsync(Path(here))
    name = f"{number:06d}"
    final = index / "generations" / name
    folder.rename(final)
    fsync(final.parent)
    write_atomically(index / "CURRENT", pointer(name))
    remove_old(index, keep)
    return Generation(final, manifest)


def remove_old(index: Path, keep: int) -> list[Path]:
    """Remove all generations but the published one and the `keep` before it.

    Returns:
        Those that should have gone, but that somebody reads: a later run removes them.
    """
    name = current_name(index)
    if name is None:
        return []  # without a pointer nobody can say which one is good: remove none
    before = [folder for folder in generations(index) if folder.name != name]
    return [folder for folder in before[: max(0, len(before) - keep)] if not remove(folder)]


def take_over(published: str, copy: str) -> None:
    """Have an immutable file in two generations: linked, or copied durably where links fail."""
    try:
        os.link(published, copy)
    except OSError:  # file systems without hard links
        shutil.copyfile(published, copy)
        fsync(Path(copy))


def _remove_rests(index: Path) -> None:
    """Remove what a killed run left: half-built folders, one never pointed to, notes on none."""
    for rest in (index / "generations").glob(f"{_BUILDING}*"):
        shutil.rmtree(rest, ignore_errors=True)
    name = current_name(index)
    # Without a pointer nobody can say which one is good: remove none.
    if name is not None and name.isdigit():
        for folder in generations(index):
            if int(folder.name) > int(name):
                shutil.rmtree(folder, ignore_errors=True)
    for notes in (index / "generations").glob(f"*{ENDING}"):
        if not notes.with_suffix("").is_dir():
            notes.unlink(missing_ok=True)

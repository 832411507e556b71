"""Keep the index up to date with its folders: a run for every burst of changes."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from watchfiles import Change, watch

from indexer.changes import PENDING
from indexer.errors import IndexLocked
from indexer.reading.walk import SIDECAR_ENDING
from indexer.settings import Settings

QUIET_MS = 500  # a burst has ended when nothing has changed for so long
BURST_MS = 5_000  # a burst that does not end is looked at after so long
TICK_MS = 1_000  # between two looks whether the folders are still the same
LOOK_S = 600.0  # events get lost: everything is looked at now and then
POLL_MS = 2_000  # between two looks at a share that tells of no events
ABSENT_S = 5.0  # between two looks for a folder that is not there
LOCKED_S = 1.0
# File systems on which other machines write, and which do not tell of it.
_SHARES = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ceph", "glusterfs"}
_MOUNTS = Path("/proc/self/mounts")


def keep_up_to_date(
    settings: Settings,
    run: Callable[[], None],
    stop: threading.Event | None = None,
    *,
    poll: bool | None = None,
) -> None:
    """Run now, and whenever something in the folders or among the uploads has changed.

    Args:
        run: brings the index up to date; what it raises ends the watch, but for IndexLocked: then
            it is run again.
        stop: ends it; without it only an interrupt does.
        poll: look every two seconds instead of waiting for events; None: where a folder lies on a
            share.
    """
    stop = stop or threading.Event()
    (settings.data / PENDING).mkdir(parents=True, exist_ok=True)
    folders = [*settings.corpus, settings.data / PENDING]
    while not stop.is_set():
        watched = _places(folders)
        if None in watched:
            _run(run, stop)
            stop.wait(ABSENT_S)
            continue
        polls = any(map(is_on_a_share, folders)) if poll is None else poll
        looked = -math.inf
        for changes in watch(
            *folders,
            watch_filter=_concerns_documents,
            debounce=BURST_MS,
            step=QUIET_MS,
            rust_timeout=TICK_MS,
            yield_on_timeout=True,
            force_polling=polls,
            poll_delay_ms=POLL_MS,
            stop_event=stop,
        ):
            # The first tick is behind the beginning of the watch: nothing is missed in between.
            if changes or time.monotonic() - looked > LOOK_S:
                _run(run, stop)
                looked = time.monotonic()
            if _places(folders) != watched:
                break  # a folder that comes back, or takes another's place, is another one


def _places(folders: Sequence[Path]) -> list[tuple[int, int] | None]:
    """What tells each folder from another one in its place; None where there is none."""
    places: list[tuple[int, int] | None] = []
    for folder in folders:
        try:
            status = folder.stat()
        except OSError:
            places.append(None)
        else:
            places.append((status.st_dev, status.st_ino) if folder.is_dir() else None)
    return places


def is_on_a_share(folder: Path) -> bool:
    """Whether a folder lies on a file system that does not tell what other machines write."""
    try:
        lines = _MOUNTS.read_text("utf-8").splitlines()
    except OSError:
        return False
    real = folder.resolve()
    mounts = [
        (Path(place.replace("\\040", " ")), kind)
        for _, place, kind, *_ in (line.split() for line in lines)
    ]
    inside = [(place, kind) for place, kind in mounts if real == place or place in real.parents]
    return bool(inside) and max(inside, key=lambda one: len(one[0].parts))[1] in _SHARES


def _run(run: Callable[[], None], stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            run()
        except IndexLocked:
            stop.wait(LOCKED_S)
        else:
            return


def _concerns_documents(change: Change, path: str) -> bool:
    """What editors leave for a moment is no reason for a run."""
    name = Path(path).name
    if name.endswith(SIDECAR_ENDING):
        return True
    return not (name.startswith((".", "~$")) or name.lower().endswith((".tmp", "~", ".swp")))

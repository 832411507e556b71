"""Who reads a generation: it is not removed meanwhile. A lease dies with its process.

A reader holds a shared lock on the generation's manifest. Whoever removes a generation takes the
lock for itself first, and keeps it until nothing is left.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from indexer.errors import IndexDamaged, IndexUnavailable
from indexer.manifest import Generation, current, current_name, generations, read_generation

_TRIES = 5  # a generation may be replaced and removed between looking it up and taking the lease


class Lease:
    """Given back when it is closed, or collected with whatever holds it."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError if the generation is being removed, or has been."""
        self._descriptor = os.open(folder / "manifest.json", os.O_RDONLY)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            if os.fstat(self._descriptor).st_nlink == 0:
                raise FileNotFoundError(folder)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Allow the generation to be removed."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __del__(self) -> None:
        if hasattr(self, "_descriptor"):
            self.close()


def leased(
    index: Path, damaged: Mapping[str, str] | None = None
) -> tuple[Generation, Lease, list[str]]:
    """Take the published generation, or the newest readable one where it is damaged.

    Args:
        damaged: names of generations that are known to be, and what is wrong with each.

    Returns:
        The generation, the lease to keep as long as it is read, and what is damaged, if anything.

    Raises:
        IndexUnavailable: if nothing is published at `index`.
        IndexDamaged: if no generation can be read, with what is wrong with the published one.
    """
    for _ in range(_TRIES):
        damages: list[str] = []
        name = current_name(index)
        for generation in _readable(index, damages, damaged or {}):
            if damages and current_name(index) != name:
                break  # it was not damaged, it was replaced meanwhile
            with suppress(OSError):
                return generation, Lease(generation.folder), damages
        if damages and current_name(index) == name:
            raise IndexDamaged(damages[0])
    raise IndexUnavailable(f"generations at {index} are replaced faster than they can be opened")


def _readable(index: Path, damages: list[str], damaged: Mapping[str, str]) -> Iterator[Generation]:
    try:
        published = current(index)
        if published.folder.name not in damaged:
            yield published
            return
        damages.append(damaged[published.folder.name])
    except IndexDamaged as error:
        damages.append(str(error))
    for folder in reversed(generations(index)):
        if folder.name not in damaged:
            with suppress(IndexDamaged):
                yield read_generation(folder)


def remove(folder: Path) -> bool:
    """Remove a generation that nobody reads; returns whether it is gone."""
    try:
        with (folder / "manifest.json").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        return False
    except FileNotFoundError:  # without a manifest nobody can read it
        shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()

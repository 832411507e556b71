"""Files that survive a power cut."""

from __future__ import annotations

import os
from pathlib import Path


def write_atomically(file: Path, text: str) -> None:
    """Replace a small file: readers see the old text or the new, also after a power cut."""
    aside = file.with_name(f".{file.name}.new")
    with aside.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(file)
    fsync(file.parent)


def files_below(folder: Path) -> list[str]:
    """Paths of all files below a folder, with forward slashes, sorted."""
    root = os.fspath(folder)
    return sorted(
        f"{here}/{name}"[len(root) + 1 :] for here, _, names in os.walk(root) for name in names
    )


def fsync_all(folder: Path) -> None:
    """Make a folder and everything below it durable."""
    for path in folder.rglob("*"):
        fsync(path)
    fsync(folder)


def fsync(path: Path) -> None:
    """Make a file's bytes, or a folder's names, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""What was found damaged while it was read, noted for the next run, which makes it anew.

INDEX/generations/000012.damaged   paths below the generation of this number, one on each line
"""

from __future__ import annotations

from pathlib import Path

from indexer.manifest import Generation, damaged_files

ENDING = ".damaged"


def note(generation: Path, path: str) -> bool:
    """Note a file of a generation; returns whether that was new, and could be written."""
    if path in noted(generation):
        return False
    try:
        with _notes(generation).open("a", encoding="utf-8") as notes:
            notes.write(f"\n{path}\n")  # on a line of its own, even behind one that was cut off
    except OSError:  # a reader may have no right to write, or the disk no space
        return False
    return True


def noted(generation: Path) -> set[str]:
    """The files of a generation that somebody has noted."""
    try:
        return {*_notes(generation).read_text("utf-8", errors="replace").split("\n")} - {""}
    except OSError:
        return set()


def verified(generation: Generation) -> list[str]:
    """Read everything; note and return the files whose SHA-256 is not the manifest's."""
    damaged = damaged_files(generation)
    for path in damaged:
        note(generation.folder, path)
    return damaged


def _notes(generation: Path) -> Path:
    return generation.with_name(generation.name + ENDING)

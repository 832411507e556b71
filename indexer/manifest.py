"""What a generation consists of, and which one is published.

INDEX/CURRENT                   the published generation's folder name, replaced atomically
INDEX/generations/000012/       immutable; manifest.json names every file with its length and hash
  segments/000031/              documents with passages, vectors and terms; shared with the
  originals/SHA256              generation before by hard links where nothing has changed
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.errors import IndexDamaged, IndexUnavailable

FORMAT = 4  # 3: segments, own postings; 4: columns, lists of near vectors
REMEDY = "`fundstelle index` makes it anew, `fundstelle index --rebuild` checks every byte before"
Entry = dict[str, Any]  # of a file: bytes, sha256


@dataclass(frozen=True, slots=True)
class Segment:
    """Some of the documents with everything that is searched in them."""

    name: str
    documents: int
    passages: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation consists of."""

    format: int
    generation: int
    published_at: str  # ISO 8601, UTC, ending in Z
    encoder: str
    encoder_fingerprint: str
    dimension: int
    segments: list[Segment]  # in the order of their rows
    files: dict[str, Entry]  # path below the generation -> bytes, sha256

    @property
    def documents(self) -> int:
        """How many there are."""
        return sum(segment.documents for segment in self.segments)

    @property
    def passages(self) -> int:
        """How many there are."""
        return sum(segment.passages for segment in self.segments)


@dataclass(frozen=True, slots=True)
class Generation:
    """A published, immutable folder and its manifest."""

    folder: Path
    manifest: Manifest

    @property
    def segments(self) -> list[Path]:
        """The segments' folders, in the order of their rows."""
        return [self.folder / "segments" / segment.name for segment in self.manifest.segments]


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
    return read_generation(index / "generations" / name)


def generations(index: Path) -> list[Path]:
    """The folders of all generations that are there, oldest first."""
    every = (index / "generations").glob("[0-9]*")
    return sorted((path for path in every if path.name.isdigit()), key=lambda path: int(path.name))


def read_generation(folder: Path) -> Generation:
    """Open a generation; raises IndexDamaged, naming all files that are missing or cut off."""
    generation = read_manifest(folder)
    if damaged := cut_off(generation):
        raise IndexDamaged(
            f"{folder} is damaged, missing or cut off: {', '.join(damaged)}; {REMEDY}"
        )
    return generation


def read_manifest(folder: Path) -> Generation:
    """Read what a generation consists of, without looking whether it is there; IndexDamaged."""
    try:
        plain = json.loads((folder / "manifest.json").read_text())
        if plain.get("format") != FORMAT:
            raise IndexDamaged(
                f"{folder} has format {plain.get('format')}, this version reads {FORMAT}; "
                "run `fundstelle index --rebuild`"
            )
        segments = [Segment(**segment) for segment in plain.pop("segments")]
        manifest = Manifest(**plain, segments=segments)
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise IndexDamaged(
            f"{folder / 'manifest.json'} cannot be read: {error}; {REMEDY}"
        ) from error
    return Generation(folder, manifest)


def cut_off(generation: Generation) -> list[str]:
    """Return the files that are missing or have another length than the manifest says."""
    folder = generation.folder
    return [
        path
        for path, entry in generation.manifest.files.items()
        if not (folder / path).is_file() or (folder / path).stat().st_size != entry["bytes"]
    ]


def damaged_files(generation: Generation) -> list[str]:
    """Read everything and return the files whose SHA-256 is not the manifest's."""
    return [
        path
        for path, entry in generation.manifest.files.items()
        if not (generation.folder / path).is_file()
        or sha256_of(generation.folder / path) != entry["sha256"]
    ]


def sha256_of(file: Path) -> str:
    """Return the hexadecimal hash of a file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

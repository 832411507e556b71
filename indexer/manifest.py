"""What a generation consists of, and which one is published.

INDEX/CURRENT                   the published generation's folder name and a checksum of it,
                                replaced atomically
INDEX/generations/000012/       immutable; manifest.json names every file with its length and hashes
  segments/000031/              documents with passages, vectors and terms; shared with the
  originals/SHA256              generation before by hard links where nothing has changed
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from indexer.blocks import Blocks, Entry, checksum
from indexer.errors import IndexDamaged, IndexUnavailable

# 3: segments, own postings; 4: checksums of blocks, columns, lists of near vectors, then centres in
# a file of their own; 5: smaller blocks, their size beside them.
FORMAT = 5
READABLE = (4, FORMAT)  # whatever is written anew has the last
REMEDY = "`fundstelle index` makes it anew, `fundstelle index --rebuild` checks every byte before"

# Of the rest as it is written, in braces: to write JSON anew takes longer than to read it.
_HEAD, _REST = '{"checksum": "', '", '


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
    files: dict[str, Entry]  # path below the generation -> what it should be

    @property
    def documents(self) -> int:
        """How many there are."""
        return sum(segment.documents for segment in self.segments)

    @property
    def passages(self) -> int:
        """How many there are."""
        return sum(segment.passages for segment in self.segments)

    def to_json(self) -> str:
        """Write it down with a checksum of its own, see `read_manifest`."""
        plain = {name: getattr(self, name) for name in Manifest.__dataclass_fields__}
        plain["segments"] = [asdict(segment) for segment in self.segments]
        text = json.dumps(plain)
        return f"{_HEAD}{checksum(text.encode())}{_REST}{text[1:]}"


@dataclass(frozen=True, slots=True)
class Generation:
    """A published, immutable folder and its manifest."""

    folder: Path
    manifest: Manifest

    @property
    def segments(self) -> list[Path]:
        """The segments' folders, in the order of their rows."""
        return [self.folder / "segments" / segment.name for segment in self.manifest.segments]

    def blocks(self, file: Path) -> Blocks:
        """The blocks of one of its files; raises IndexDamaged if it should not be there."""
        path = file.relative_to(self.folder).as_posix()
        entry = self.manifest.files.get(path)
        if entry is None:
            raise IndexDamaged(f"{file} is not in its manifest; {REMEDY}", self.folder, path)
        return Blocks(self.folder, path, entry)


def pointer(name: str) -> str:
    """What CURRENT holds to name a generation."""
    return f"{name} {checksum(name.encode())}\n"


def current_name(index: Path) -> str | None:
    """The published generation's folder name; None while nothing is published.

    Where the pointer is damaged, whatever it holds: that names no generation.
    """
    try:
        text = (index / "CURRENT").read_text("utf-8", errors="replace")
        name = text.split(" ")[0]
        return name if text == pointer(name) else text.strip()
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
        text = (folder / "manifest.json").read_text()
        plain = msgspec.json.decode(text)  # as many files as documents: quicker than json
        if plain.get("format") not in READABLE:
            raise IndexDamaged(
                f"{folder} has format {plain.get('format')}, this version reads "
                f"{' and '.join(map(str, READABLE))}; run `fundstelle index --rebuild`"
            )
        head = f"{_HEAD}{plain.pop('checksum')}{_REST}"
        rest = f"{{{text[len(head) :]}"
        if text != f"{_HEAD}{checksum(rest.encode())}{_REST}{rest[1:]}":
            raise ValueError("its checksum is that of something else")
        segments = [Segment(**segment) for segment in plain.pop("segments")]
        manifest = Manifest(**plain, segments=segments)
    except (
        OSError,
        ValueError,
        TypeError,
        AttributeError,
        KeyError,
        msgspec.DecodeError,
    ) as error:
        raise IndexDamaged(
            f"{folder / 'manifest.json'} cannot be read: {error}; {REMEDY}"
        ) from error
    return Generation(folder, manifest)


def cut_off(generation: Generation) -> list[str]:
    """Return the files that are missing or have another length than the manifest says."""
    lengths = _lengths(os.fspath(generation.folder))
    return [
        path
        for path, entry in generation.manifest.files.items()
        if lengths.get(path) != entry["bytes"]
    ]


def damaged_files(generation: Generation) -> list[str]:
    """Read everything and return the files whose SHA-256 is not the manifest's."""
    return [
        path
        for path, entry in generation.manifest.files.items()
        if not _is_whole(generation.folder / path, entry)
    ]


def _is_whole(file: Path, entry: Entry) -> bool:
    try:
        return file.is_file() and sha256_of(file) == entry["sha256"]
    except PermissionError:
        raise
    except OSError:  # a bad sector
        return False


def sha256_of(file: Path) -> str:
    """Return the hexadecimal hash of a file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _lengths(folder: str, below: str = "") -> dict[str, int]:
    """Path below the folder -> bytes, of all regular files; of folders that can be listed."""
    found: dict[str, int] = {}
    with suppress(OSError), os.scandir(f"{folder}/{below}") as entries:
        for entry in entries:
            if entry.is_dir():
                found |= _lengths(folder, f"{below}{entry.name}/")
            elif entry.is_file():
                found[f"{below}{entry.name}"] = entry.stat().st_size
    return found

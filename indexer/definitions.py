"""Which passage of a segment says what an abbreviation stands for, on disk."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from indexer.abbreviations import Definition
from indexer.blocks import Checks, trusted
from indexer.errors import IndexDamaged

DEFINITIONS_FILE = "abbreviations.json"
_DEFINITIONS = msgspec.json.Decoder(list[Definition])


def read_definitions(folder: Path, checks: Checks = trusted) -> list[Definition]:
    """Raises IndexDamaged, naming the file."""
    file = folder / DEFINITIONS_FILE
    checks(file).all()
    try:
        return _DEFINITIONS.decode(file.read_bytes())
    except (OSError, ValueError, msgspec.DecodeError) as error:
        raise IndexDamaged(f"{file} is not readable: {error}") from error


def write_definitions(folder: Path, definitions: list[Definition]) -> None:
    """Write a new file."""
    text = json.dumps(sorted(definitions), ensure_ascii=False)
    (folder / DEFINITIONS_FILE).write_text(text + "\n", encoding="utf-8")

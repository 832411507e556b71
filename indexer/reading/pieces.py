"""From the pieces that a reader finds in a file to canonical text and its blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from indexer.reading.canonical import canonicalise
from indexer.types import Block, BlockKind

CELL_SEPARATOR = " | "
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
)
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")  # soft hyphen, zero-width spaces


@dataclass(frozen=True, slots=True)
class Piece:
    """A block that has no place in the text yet."""

    kind: BlockKind
    text: str
    level: int = 0
    columns: tuple[str, ...] = ()
    table: int = 0  # rows with the same number follow each other on lines of one table


def clean(text: str) -> str:
    """Return a block's text as it will be stored: one line, canonical, nothing invisible.

    >>> clean("Ge\\u00adbühren-  \\n ﬁbel")
    'Gebühren- fibel'
    """
    text = _INVISIBLE.sub("", text.translate(_LIGATURES))
    return canonicalise(" ".join(text.split()))


def row_text(cells: Iterable[str]) -> str:
    """Return a table row as one line; empty cells at its end are left out."""
    cleaned = [clean(cell) for cell in cells]
    while cleaned and not cleaned[-1]:
        cleaned.pop()
    filled = [cell for cell in cleaned if cell]
    return filled[0] if len(filled) == 1 else CELL_SEPARATOR.join(cleaned).strip()


def compose(pieces: Iterable[Piece]) -> tuple[str, tuple[Block, ...]]:
    """Return the canonical text of pieces in order, and each piece's block in it.

    Pieces without text leave no trace. Blocks are joined by an empty line, rows of one table
    by a newline.
    """
    parts: list[str] = []
    blocks: list[Block] = []
    end = 0
    table = 0
    for piece in pieces:
        text = clean(piece.text)
        if not text:
            continue
        if parts:
            joint = "\n" if piece.table and piece.table == table else "\n\n"
            parts.append(joint)
            end += len(joint)
        columns = tuple(clean(column) for column in piece.columns)
        blocks.append(Block(end, end + len(text), piece.kind, piece.level, columns))
        parts.append(text)
        end += len(text)
        table = piece.table
    return "".join(parts), tuple(blocks)

"""Rich text files: paragraphs and table rows; character formats are not looked at."""

from __future__ import annotations

import re

from striprtf.striprtf import rtf_to_text

from indexer.errors import ReadError
from indexer.reading.pieces import Piece, clean, compose
from indexer.reading.tables import looks_like_header, row_pieces
from indexer.reading.titles import document_title
from indexer.types import Metadata, Reading

_TITLE = re.compile(r"\{\\title\s+((?:[^{}\\]|\\.)*)\}")
_BULLET = re.compile(r"^\s*(?:[•◦▪·\uf0b7]\s*|[-–—]\s+)(?=\S)")


def read_rtf(data: bytes) -> Reading:
    """Read an .rtf file.

    Raises:
        ReadError: if it is none or damaged.
    """
    if not data.lstrip().startswith(b"{\\rtf"):
        raise ReadError("is not RTF although it is named .rtf")
    # RTF is ASCII; bytes beyond it are in the code page it names, Western in practice.
    source = data.decode("cp1252", "replace")
    title = _TITLE.search(source)
    metadata = Metadata(title=document_title(clean(_plain(title[1]))) if title else None)
    has_rows = re.search(r"\\row\b", source) is not None
    text, blocks = compose(_pieces(_text(source), has_rows=has_rows))
    return Reading(text=text, metadata=metadata, blocks=blocks)


def _pieces(text: str, *, has_rows: bool) -> list[Piece]:
    pieces: list[Piece] = []
    rows: list[list[str]] = []
    tables = 0
    for line in [*text.splitlines(), ""]:
        if has_rows and line.rstrip().endswith("|"):
            rows.append([cell.strip() for cell in line.rstrip()[:-1].split("|")])
            continue
        if rows:
            tables += 1
            pieces += row_pieces(rows, int(looks_like_header(rows)), tables)
            rows = []
        bullet = _BULLET.match(line)
        kept = line[bullet.end() :] if bullet else line
        pieces.append(Piece("item" if bullet else "paragraph", kept))
    return pieces


def _plain(title: str) -> str:
    return _text(f"{{\\rtf1\\ansi {title}}}")


def _text(source: str) -> str:
    try:
        return str(rtf_to_text(source, errors="replace"))  # type: ignore[no-untyped-call]
    except (ValueError, LookupError, IndexError, UnicodeError) as error:
        raise ReadError(f"is a damaged RTF file: {error}") from error

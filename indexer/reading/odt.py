"""OpenDocument texts: headings, paragraphs, lists and tables in document order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from indexer.errors import ReadError
from indexer.reading.archive import checked_archive, part
from indexer.reading.html_metadata import language_of_tag
from indexer.reading.pieces import Piece, clean, compose
from indexer.reading.tables import looks_like_header, row_pieces
from indexer.reading.titles import document_title
from indexer.types import Metadata, Reading

MAX_SPAN = 100  # repeated empty cells can fill a sheet
MAX_LEVEL = 6
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_DC = "{http://purl.org/dc/elements/1.1/}"
# Not part of the text as it is shown.
_APART = frozenset(
    {
        f"{_TEXT}tracked-changes",
        f"{_TEXT}sequence-decls",
        f"{_TEXT}table-of-content",
        f"{_OFFICE}annotation",
        f"{_OFFICE}forms",
        f"{_TEXT}note-citation",
    }
)
_CONTAINERS = frozenset(
    {
        f"{_TEXT}section",
        f"{_TEXT}list",
        f"{_TEXT}list-item",
        f"{_TEXT}list-header",
        f"{_TEXT}note-body",
        f"{_TEXT}numbered-paragraph",
        f"{_DRAW}frame",
        f"{_DRAW}text-box",
        f"{_DRAW}g",
        f"{_TEXT}index-body",
    }
)


def read_odt(data: bytes) -> Reading:
    """Read an .odt file.

    Raises:
        ReadError: if it is none, damaged, encrypted, or dangerous to unpack.
    """
    archive = checked_archive(data, ".odt")
    content = part(archive, "content.xml")
    body = content.find(f"{_OFFICE}body/{_OFFICE}text") if content is not None else None
    if body is None:
        raise ReadError("is not an OpenDocument text although it is named .odt")
    meta = part(archive, "meta.xml")
    title = meta.findtext(f".//{_DC}title") if meta is not None else None
    language = meta.findtext(f".//{_DC}language") if meta is not None else None
    text, blocks = compose(_Reader().pieces(body))
    metadata = Metadata(
        title=document_title(clean(title or "")), language=language_of_tag(language)
    )
    return Reading(text=text, metadata=metadata, blocks=blocks)


class _Reader:
    def __init__(self) -> None:
        self.tables = 0

    def pieces(self, parent: Any, *, in_list: bool = False) -> Iterator[Piece]:
        for element in parent:
            tag = element.tag
            if tag == f"{_TEXT}h":
                level = element.get(f"{_TEXT}outline-level") or "1"
                rank = int(level) if level.isdecimal() else 1
                yield Piece("heading", _shown(element), level=max(1, min(rank, MAX_LEVEL)))
                yield from self.anchored(element)
            elif tag == f"{_TEXT}p":
                yield Piece("item" if in_list else "paragraph", _shown(element))
                yield from self.anchored(element)
            elif tag == f"{_TABLE}table":
                yield from self.table(element)
            elif tag in _CONTAINERS:
                yield from self.pieces(element, in_list=in_list or tag == f"{_TEXT}list")

    def anchored(self, paragraph: Any) -> Iterator[Piece]:
        """Yield what hangs on a paragraph but is set apart from it: boxes and notes."""
        for element in paragraph.iter(f"{_DRAW}text-box", f"{_TEXT}note-body"):
            above = [up.tag for up in element.iterancestors(f"{_TEXT}p", f"{_TEXT}h")]
            if above and next(element.iterancestors(f"{_TEXT}p", f"{_TEXT}h")) is paragraph:
                yield from self.pieces(element)

    def table(self, element: Any) -> Iterator[Piece]:
        if next(element.iterdescendants(f"{_TABLE}table"), None) is not None:
            for cell in element.iter(f"{_TABLE}table-cell"):
                if next(cell.iterancestors(f"{_TABLE}table")) is element:
                    yield from self.pieces(cell)
            return
        rows = [_row(row) for row in element.iter(f"{_TABLE}table-row")]
        marked = len(element.findall(f"{_TABLE}table-header-rows/{_TABLE}table-row"))
        if max((sum(map(bool, row)) for row in rows), default=0) < 2:
            for row in element.iter(f"{_TABLE}table-cell"):
                yield from self.pieces(row)
            return
        self.tables += 1
        yield from row_pieces(rows, marked or int(looks_like_header(rows)), self.tables)


def _row(row: Any) -> list[str]:
    cells: list[str] = []
    for cell in row.iter(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
        repeated = cell.get(f"{_TABLE}number-columns-repeated") or "1"
        count = min(int(repeated), MAX_SPAN) if repeated.isdecimal() else 1
        paragraphs = cell.iter(f"{_TEXT}p", f"{_TEXT}h")
        cells += [clean(" ".join(_shown(paragraph) for paragraph in paragraphs))] * count
    return cells


def _shown(element: Any) -> str:
    return "".join(_parts(element))


def _parts(element: Any) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag in (f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break"):
            yield " "
        elif child.tag not in _APART and not _is_anchored(child):
            yield from _parts(child)
        yield child.tail or ""


def _is_anchored(element: Any) -> bool:
    return not isinstance(element.tag, str) or element.tag in (
        f"{_TEXT}note",
        f"{_DRAW}frame",
        f"{_DRAW}g",
        f"{_TEXT}soft-page-break",
    )

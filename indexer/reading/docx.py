"""Word documents: paragraphs by their styles, lists and tables, as a reader sees them.

Deleted and moved-away text, hidden text, comments, and tables of contents are left out; inserted
text, text boxes, content controls and footnotes are in.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from indexer.errors import ReadError
from indexer.reading.archive import checked_archive, part
from indexer.reading.docx_tables import docx_rows
from indexer.reading.html_metadata import language_of_tag
from indexer.reading.pieces import Piece, clean, compose
from indexer.reading.tables import row_pieces
from indexer.reading.titles import document_title
from indexer.reading.wordml import W, own_paragraphs, paragraph_text, text_boxes
from indexer.types import Metadata, Reading

_HEADING = re.compile(r"heading ([1-9])")
MAX_LEVEL = 6


def read_docx(data: bytes) -> Reading:
    """Read a .docx file.

    Raises:
        ReadError: if it is none, damaged, encrypted, or dangerous to unpack.
    """
    archive = checked_archive(data, ".docx")
    if "word/document.xml" not in archive.namelist():
        raise ReadError("is not a Word document although it is named .docx")
    import docx

    try:
        document = docx.Document(io.BytesIO(data))
        properties = document.core_properties
        body = document.element.body
        styles = {style.style_id: style for style in document.styles}
    except (KeyError, ValueError, AttributeError, etree.LxmlError) as error:
        raise ReadError(f"is a damaged .docx file: {error}") from error
    reader = _Reader(styles)
    pieces = list(reader.pieces(body))
    notes = part(archive, "word/footnotes.xml")
    for note in notes.iterfind(f"{W}footnote") if notes is not None else ():
        if note.get(f"{W}type") is None:  # separators have a type
            pieces += reader.pieces(note)
    text, blocks = compose(pieces)
    metadata = Metadata(
        title=document_title(clean(properties.title or "")),
        language=language_of_tag(properties.language),
    )
    return Reading(text=text, metadata=metadata, blocks=blocks)


class _Reader:
    def __init__(self, styles: dict[str, Any]) -> None:
        self.styles = styles
        self.tables = 0

    def pieces(self, parent: Any) -> Iterator[Piece]:
        for element in parent:
            if element.tag == f"{W}p":
                yield from self.paragraph(element)
            elif element.tag == f"{W}tbl":
                yield from self.table(element)
            elif element.tag == f"{W}sdt":
                for content in element.iterfind(f"{W}sdtContent"):
                    yield from self.pieces(content)
            elif element.tag in (f"{W}ins", f"{W}moveTo", f"{W}customXml", f"{W}smartTag"):
                yield from self.pieces(element)

    def paragraph(self, element: Any) -> Iterator[Piece]:
        text = paragraph_text(element)
        names = [style.name.lower() for style in self._chain(element) if style.name]
        if any(name.startswith("toc ") for name in names):
            return
        level = self._level(element, names)
        if level:
            yield Piece("heading", text, level=min(level, MAX_LEVEL))
        else:
            yield Piece("item" if self._is_item(element, names) else "paragraph", text)
        for box in text_boxes(element):
            yield from self.pieces(box)

    def table(self, element: Any) -> Iterator[Piece]:
        found = docx_rows(element)
        if found is None:  # a frame for layout
            for cell in element.iter(f"{W}tc"):
                if next(cell.iterancestors(f"{W}tbl")) is element:
                    yield from self.pieces(cell)
            return
        rows, headers = found
        self.tables += 1
        yield from row_pieces(rows, headers, self.tables)
        for paragraph in own_paragraphs(element):
            for box in text_boxes(paragraph):
                yield from self.pieces(box)

    def _chain(self, element: Any) -> list[Any]:
        """Return a paragraph's style and what that is based on."""
        named = element.find(f"{W}pPr/{W}pStyle")
        style = self.styles.get(named.get(f"{W}val")) if named is not None else None
        chain: list[Any] = []
        while style is not None and style not in chain and len(chain) < 20:
            chain.append(style)
            style = getattr(style, "base_style", None)
        return chain

    def _level(self, element: Any, names: list[str]) -> int:
        for name in names:
            match = _HEADING.fullmatch(name)
            if match:
                return int(match[1])
            if name == "title":
                return 1
        for source in (element, *(style.element for style in self._chain(element))):
            outline = source.find(f"{W}pPr/{W}outlineLvl")
            if outline is not None:
                value = outline.get(f"{W}val") or "9"
                return int(value) + 1 if value.isdecimal() and int(value) < 9 else 0
        return 0

    def _is_item(self, element: Any, names: list[str]) -> bool:
        for source in (element, *(style.element for style in self._chain(element))):
            number = source.find(f"{W}pPr/{W}numPr/{W}numId")
            if number is not None:
                return bool(number.get(f"{W}val") != "0")
        return any(name.startswith("list ") and name != "list paragraph" for name in names)

"""The blocks of a part of a web page, in document order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from indexer.reading.html_tables import is_data_table, table_rows
from indexer.reading.pieces import Piece, clean
from indexer.reading.tables import looks_like_header, row_pieces
from indexer.types import BlockKind

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt "
    "fieldset figcaption figure footer form header hgroup hr legend li main menu ol p pre section "
    "summary table tbody td tfoot th thead tr ul".split()
) | frozenset(_HEADINGS)


@dataclass(frozen=True, slots=True)
class HtmlPiece:
    """A piece, and whether every word of it is part of a link."""

    piece: Piece
    only_links: bool = False


def element_pieces(root: Any) -> list[HtmlPiece]:
    """Return the blocks of an element from which everything invisible has been removed."""
    walk = _Walk()
    walk.go(root)
    return walk.found


@dataclass(slots=True)
class _Walk:
    """One pass over a part of a page; text gathers until a block element begins or ends."""

    found: list[HtmlPiece] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    linked: int = 0  # characters of the gathered text that stand inside links
    links: int = 0  # how many link elements are open
    items: int = 0
    level: int = 0
    tables: int = 0

    def go(self, root: Any) -> None:
        steps = etree.iterwalk(root, events=("start", "end"))
        skipped = None
        for event, element in steps:
            if event == "start":
                if element.tag == "table" and is_data_table(element):
                    self.flush()
                    self.table(element)
                    steps.skip_subtree()
                    skipped = element
                    continue
                self.open(element)
                self.add(element.text)
            else:
                if element is skipped:
                    skipped = None
                else:
                    self.close(element)
                if element is not root:
                    self.add(element.tail)
        self.flush()

    def open(self, element: Any) -> None:
        tag = element.tag
        if tag in _BLOCKS:
            self.flush()
        if tag in _HEADINGS:
            self.level = _HEADINGS[tag]
        elif tag == "li":
            self.items += 1
        elif tag == "a":
            self.links += 1
        elif tag == "br":
            self.line_break(element)

    def close(self, element: Any) -> None:
        tag = element.tag
        if tag in _BLOCKS:
            self.flush()
        if tag in _HEADINGS:
            self.level = 0
        elif tag == "li":
            self.items -= 1
        elif tag == "a":
            self.links -= 1

    def line_break(self, element: Any) -> None:
        before = element.getprevious()
        if before is not None and before.tag == "br" and not (before.tail or "").strip():
            self.flush()  # two in a row stand for a new paragraph
        else:
            self.text.append(" ")

    def add(self, text: str | None) -> None:
        if text:
            self.text.append(text)
            if self.links:
                self.linked += len("".join(text.split()))

    def flush(self) -> None:
        text = clean("".join(self.text))
        only_links = self.linked >= len(text.replace(" ", "")) > 0
        self.text.clear()
        self.linked = 0
        if not text:
            return
        kind: BlockKind = "heading" if self.level else "item" if self.items else "paragraph"
        self.found.append(HtmlPiece(Piece(kind, text, level=self.level), only_links))

    def table(self, element: Any) -> None:
        self.tables += 1
        for caption in element.findall("caption"):
            text = clean("".join(caption.itertext()))
            if text:
                self.found.append(HtmlPiece(Piece("paragraph", text)))
        rows, headers = table_rows(element)
        if not headers and looks_like_header(rows):
            headers = 1
        for piece in row_pieces(rows, headers, self.tables):
            self.found.append(HtmlPiece(piece))

"""From the paragraphs of all pages to canonical text, blocks and the places where pages begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from indexer.reading.pdf_paragraphs import Paragraph, bullet_end, ends_sentence, heading_style
from indexer.reading.pdf_style import Style
from indexer.reading.pieces import Piece, clean, compose
from indexer.reading.tables import merged_columns, row_pieces
from indexer.reading.unwrap import join_lines, join_two
from indexer.types import Block

MAX_LEVEL = 6
NOTE_SIZE = 0.92  # of the body's size; smaller text at a page's foot is a footnote


@dataclass(slots=True)
class _Flow:
    """A paragraph that may go on over pages, or a table."""

    head: Paragraph
    text: str
    last: Paragraph
    marks: list[tuple[int, int]] = field(default_factory=list)  # offset in text, page from 0


def pdf_blocks(
    paragraphs: Sequence[Paragraph], page_count: int, style: Style, known: frozenset[str]
) -> tuple[str, tuple[Block, ...], tuple[int, ...], set[int]]:
    """Return text, blocks, where each page begins, and the pages (from 0) that have text."""
    flows = _joined_flows(paragraphs, style, known)
    ranks = sorted(
        {rank for flow in flows if (rank := heading_style(flow.head, style))}, reverse=True
    )
    pieces: list[Piece] = []
    marks: list[tuple[int, int, int]] = []  # piece, offset in it, page
    tables = _Tables()
    for flow in flows:
        marks.append((len(pieces), 0, flow.head.page))
        if flow.head.table is not None:
            pieces += tables.pieces(flow.head, before=len(pieces))
            continue
        marks += [(len(pieces), offset, page) for offset, page in flow.marks]
        rank = heading_style(flow.head, style) if not flow.marks else None
        if rank is not None:
            level = min(MAX_LEVEL, ranks.index(rank) + 1)
            pieces.append(Piece("heading", flow.text, level=level))
        else:
            pieces.append(Piece(flow.head.kind, flow.text))
    text, blocks = compose(pieces)
    starts = [len(text)] * page_count
    pages = set()
    for piece, offset, page in marks:
        if piece < len(blocks):  # a table may have brought no row
            pages.add(page)
            starts[page] = min(starts[page], blocks[piece].start + offset)
    for page in range(page_count - 2, -1, -1):
        starts[page] = min(starts[page], starts[page + 1])
    return text, blocks, tuple(starts), pages


class _Tables:
    """Tables in order; one that goes on over a page break stays one table."""

    def __init__(self) -> None:
        self.number = 0
        self.columns: tuple[str, ...] = ()
        self.width = 0
        self.end = -1  # how many pieces there were after the last table
        self.page = -1

    def pieces(self, paragraph: Paragraph, *, before: int) -> list[Piece]:
        table = paragraph.table
        if table is None:
            return []
        rows, headers = table.rows, table.headers
        columns = merged_columns(rows[:headers])
        width = max(len(row) for row in rows)
        goes_on = self._goes_on(paragraph.page, width, before)
        if goes_on and (not columns or columns == self.columns):
            found = [
                Piece("row", piece.text, columns=self.columns, table=self.number)
                for piece in row_pieces(rows[headers:], 0, self.number)
            ]
        else:
            self.number += 1
            self.columns = columns
            found = row_pieces(rows, headers, self.number)
        self.width, self.page = width, paragraph.page
        self.end = before + len(found)
        return found

    def _goes_on(self, page: int, width: int, before: int) -> bool:
        return before == self.end and page == self.page + 1 and width == self.width


def _joined_flows(
    paragraphs: Sequence[Paragraph], style: Style, known: frozenset[str]
) -> list[_Flow]:
    flows: list[_Flow] = []
    for paragraph in paragraphs:
        text = _paragraph_text(paragraph, known)
        if not text and paragraph.table is None:
            continue
        open_flow = _open_flow(flows, paragraph, style)
        if open_flow is None:
            flows.append(_Flow(paragraph, text, paragraph))
            continue
        # Footnotes between the two parts go before them, so that pages stay in order.
        flows.remove(open_flow)
        flows.append(open_flow)
        open_flow.text = clean(join_two(open_flow.text, text, known))
        if paragraph.page != open_flow.last.page:
            open_flow.marks.append((len(open_flow.text) - len(text), paragraph.page))
        open_flow.last = paragraph
    return flows


def _paragraph_text(paragraph: Paragraph, known: frozenset[str]) -> str:
    text = join_lines([line.text for line in paragraph.lines], known)
    return clean(text[bullet_end(text) :] if paragraph.kind == "item" else text)


def _open_flow(flows: Sequence[_Flow], paragraph: Paragraph, style: Style) -> _Flow | None:
    """Return the paragraph that this one goes on with after a column or page break."""
    if not paragraph.starts_region or paragraph.kind != "paragraph":
        return None
    size = paragraph.lines[0].size
    for flow in reversed(flows[-6:]):
        if flow.last.table is not None:
            return None
        last = flow.last.lines[-1]
        if abs(last.size - size) <= 0.6:
            text = paragraph.lines[0].text
            hyphened = flow.text.endswith("-") and text[0].isalpha()
            goes_on = not ends_sentence(flow.text) and text[0].islower()
            fits = last.bold == paragraph.lines[0].bold and (goes_on or hyphened)
            return flow if fits else None
        if last.size > NOTE_SIZE * style.body_size or flow.last.page != paragraph.page - 1:
            return None
    return None

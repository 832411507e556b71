"""The rows of a Word table."""

from __future__ import annotations

from typing import Any

from indexer.reading.tables import looks_like_header
from indexer.reading.wordml import W, is_bold, paragraph_text

MAX_CELL_CHARACTERS = 1_500  # a longer cell holds running text, and the table is a frame


def docx_rows(table: Any) -> tuple[list[list[str]], int] | None:
    """Return a table's rows and how many of the first are headers, None for a layout frame.

    A cell merged downwards is repeated in each row.
    """
    if next(table.iterdescendants(f"{W}tbl"), None) is not None:
        return None
    elements = list(table.iter(f"{W}tr"))
    rows: list[list[str]] = []
    bold: list[bool] = []
    for element in elements:
        cells = list(element.iter(f"{W}tc"))
        above = rows[-1] if rows else []
        rows.append(_row(cells, above))
        filled = [cell for cell in cells if _cell_text(cell).strip()]
        bold.append(bool(filled) and all(is_bold(cell) for cell in filled))
    longest = max((len(cell) for row in rows for cell in row), default=0)
    if max((len(row) for row in rows), default=0) < 2 or longest > MAX_CELL_CHARACTERS:
        return None
    marked = 0
    while marked < len(rows) and elements[marked].find(f"{W}trPr/{W}tblHeader") is not None:
        marked += 1
    if not marked and len(rows) > 1:
        marked = int((bold[0] and not bold[1]) or looks_like_header(rows))
    return rows, marked


def _row(cells: list[Any], above: list[str]) -> list[str]:
    row: list[str] = []
    for cell in cells:
        text = _cell_text(cell)
        merged = cell.find(f"{W}tcPr/{W}vMerge")
        if merged is not None and merged.get(f"{W}val") != "restart" and len(row) < len(above):
            text = above[len(row)]
        span = cell.find(f"{W}tcPr/{W}gridSpan")
        value = (span.get(f"{W}val") if span is not None else None) or "1"
        row += [text, *[""] * (min(int(value), 100) - 1 if value.isdecimal() else 0)]
    return row


def _cell_text(cell: Any) -> str:
    return " ".join(paragraph_text(paragraph) for paragraph in cell.iter(f"{W}p"))

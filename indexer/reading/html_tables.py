"""The rows of an HTML table."""

from __future__ import annotations

from typing import Any

from lxml import etree

MAX_SPAN = 100  # cells; more is a mistake of the page
MAX_CELL_CHARACTERS = 1_500  # a longer cell holds an article, and the table is page layout
_LAYOUT = "./descendant::table | ./descendant::h1 | ./descendant::h2 | ./descendant::h3"
_LINES = frozenset({"br", "dd", "div", "dt", "li", "ol", "p", "pre", "ul"})


def is_data_table(table: Any) -> bool:
    """Tell whether a table holds rows of data and not the layout of a page."""
    if table.get("role") in ("presentation", "none") or table.xpath(_LAYOUT):
        return False
    rows = _row_elements(table)
    if max((len(_cell_elements(row)) for row in rows), default=0) < 2:
        return False
    cells = (cell for row in rows for cell in _cell_elements(row))
    return all(len("".join(cell.itertext())) <= MAX_CELL_CHARACTERS for cell in cells)


def table_rows(table: Any) -> tuple[list[list[str]], int]:
    """Return a table's rows and how many of the first are headers.

    A cell that spans rows is repeated in each; one that spans columns fills the first, except
    in header rows, where it labels all of them.
    """
    rows: list[list[str]] = []
    headers = 0
    hanging: dict[int, tuple[int, str]] = {}  # column: rows still to fill, text
    for row in _row_elements(table):
        cells = _cell_elements(row)
        is_header = bool(cells) and (
            row.getparent().tag == "thead" or all(cell.tag == "th" for cell in cells)
        )
        if is_header and headers == len(rows):
            headers += 1
        rows.append(_filled(cells, hanging, repeat=is_header))
    return rows, headers


def _filled(cells: list[Any], hanging: dict[int, tuple[int, str]], *, repeat: bool) -> list[str]:
    line: list[str] = []

    def fill_from_above() -> None:
        while len(line) in hanging:
            left, text = hanging.pop(len(line))
            if left > 1:
                hanging[len(line)] = (left - 1, text)
            line.append(text)

    for cell in cells:
        fill_from_above()
        text = _text(cell)
        down = _span(cell, "rowspan")
        for offset in range(_span(cell, "colspan")):
            shown = text if repeat or offset == 0 else ""
            if down > 1:
                hanging[len(line)] = (down - 1, shown)
            line.append(shown)
    fill_from_above()
    return line


def _text(cell: Any) -> str:
    parts: list[str] = []
    for event, element in etree.iterwalk(cell, events=("start", "end")):
        if element.tag in _LINES:
            parts.append(" ")
        if event == "start":
            parts.append(element.text or "")
        elif element is not cell:
            parts.append(element.tail or "")
    return "".join(parts)


def _span(cell: Any, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return min(int(value), MAX_SPAN) if value.isdecimal() and int(value) else 1


def _row_elements(table: Any) -> list[Any]:
    return list(table.xpath("./tr | ./thead/tr | ./tbody/tr | ./tfoot/tr"))


def _cell_elements(row: Any) -> list[Any]:
    return list(row.xpath("./td | ./th"))

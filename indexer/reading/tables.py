"""Tables of any format: which rows are headers, and what every other row becomes."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.reading.pieces import Piece, clean, row_text

MAX_HEADER_CELL_CHARACTERS = 80


def row_pieces(rows: Sequence[Sequence[str]], headers: int, table: int) -> list[Piece]:
    """Return a table's rows as pieces; the first `headers` rows become every row's columns.

    A table of nothing but header rows keeps them as rows, so that their text is not lost.
    """
    if headers >= len(rows):
        headers = 0
    columns = merged_columns(rows[:headers])
    return [
        Piece("row", text, columns=columns, table=table)
        for text in (row_text(row) for row in rows[headers:])
        if text
    ]


def merged_columns(headers: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return one label for each column from header rows that stand above each other.

    >>> merged_columns([["Gebühr", "Gebühr"], ["Erwachsene", "Kinder"]])
    ('Gebühr Erwachsene', 'Gebühr Kinder')
    """
    width = max((len(row) for row in headers), default=0)
    labels = []
    for column in range(width):
        words = (clean(row[column]) for row in headers if column < len(row))
        labels.append(" ".join(dict.fromkeys(word for word in words if word)))
    return tuple(labels) if any(labels) else ()


def looks_like_header(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether an unmarked first row is a header: labels without digits above numbers."""
    if len(rows) < 2:
        return False
    first = [clean(cell) for cell in rows[0]]
    below = [[clean(cell) for cell in row] for row in rows[1:]]
    if not all(first) or len(first) < 2 or len(set(first)) < len(first):
        return False
    if any(_has_digit(cell) or len(cell) > MAX_HEADER_CELL_CHARACTERS for cell in first):
        return False
    for column in range(len(first)):
        cells = [row[column] for row in below if column < len(row) and row[column]]
        if cells and 2 * sum(_has_digit(cell) for cell in cells) >= len(cells):
            return True
    return False


def _has_digit(text: str) -> bool:
    return any(char.isdigit() for char in text)

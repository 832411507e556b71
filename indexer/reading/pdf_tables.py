"""Tables of a PDF page: ruled ones by their lines, others by columns that stay aligned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from indexer.reading.pdf_words import Run, joined, rows_of
from indexer.reading.tables import looks_like_header
from indexer.reading.unwrap import join_lines

MAX_CELL_CHARACTERS = 1_500  # a longer cell is a framed text, and the table is no table
MIN_UNRULED_ROWS = 3
MIN_FILLED = 0.3  # of all cells
_WHITE = 0.98

Box = tuple[float, float, float, float]  # x0, top, x1, bottom


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table before its text is filled in; None is a cell that another one covers."""

    box: Box
    cells: tuple[tuple[Box | None, ...], ...]
    shaded: tuple[bool, ...]  # for each row


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its text, placed on its page."""

    box: Box
    rows: tuple[tuple[str, ...], ...]
    headers: int  # how many of the first rows are headers


def find_grids(page: Any) -> list[Grid]:
    """Return the ruled tables of a page that have at least two rows and columns."""
    if len(page.lines) + len(page.rects) + len(page.curves) < 3:
        return []
    grids = []
    for table in page.find_tables():
        cells = tuple(tuple(row.cells) for row in table.rows)
        if len(cells) < 2 or max(len(row) for row in cells) < 2:
            continue
        shaded = tuple(_is_shaded(page, row.bbox) for row in table.rows)
        grids.append(Grid(tuple(table.bbox), cells, shaded))
    return [grid for grid in grids if not any(_holds(other, grid) for other in grids)]


def is_inside(run: Run, box: Box) -> bool:
    """Tell whether a run's centre lies in a box."""
    x, y = run.centre
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def fill_grid(grid: Grid, words: Sequence[Run], known: frozenset[str]) -> Table | None:
    """Return a ruled table with its text, None where the rules frame something else."""
    inside = [word for word in words if is_inside(word, grid.box)]
    texts: dict[Box, str] = {}
    bold: dict[Box, bool] = {}
    for box in {box for row in grid.cells for box in row if box is not None}:
        cell = [word for word in inside if is_inside(word, box)]
        texts[box] = join_lines([joined(row).text for row in rows_of(cell)], known)
        bold[box] = bool(cell) and all(word.bold for word in cell)
    filled = sum(bool(text) for text in texts.values())
    longest = max((len(text) for text in texts.values()), default=0)
    if filled < MIN_FILLED * len(texts) or filled < 2 or longest > MAX_CELL_CHARACTERS:
        return None
    rows = tuple(
        tuple(_covered_text(grid, texts, row, column) for column in range(len(grid.cells[row])))
        for row in range(len(grid.cells))
    )
    used = [number for number, row in enumerate(rows) if any(row)]
    if len(used) < 2 or sum(any(row[1:]) for row in rows) == 0:
        return None
    rows = tuple(rows[number] for number in used)
    strong = [
        all(bold[box] for box in grid.cells[number] if box is not None and texts[box])
        for number in used
    ]
    return Table(grid.box, rows, _headers(rows, strong, [grid.shaded[n] for n in used]))


def unruled_table(lines: Sequence[Sequence[Run]]) -> tuple[int, Table] | None:
    """Return the table that begins with a region's first line, and how many lines it takes."""
    count = 0
    while count < len(lines) and len(lines[count]) >= 2 and _is_aligned(lines[: count + 1]):
        count += 1
    if count < MIN_UNRULED_ROWS or _is_prose(lines[:count]):
        return None
    spans = _columns([run for line in lines[:count] for run in line])
    placed = [[_column(spans, run) for run in line] for line in lines[:count]]
    rows = []
    for line, places in zip(lines[:count], placed, strict=True):
        row = [""] * len(spans)
        for run, place in zip(line, places, strict=True):
            row[place] = run.text
        rows.append(tuple(row))
    strong = [all(run.bold for run in line) for line in lines[:count]]
    runs = [run for line in lines[:count] for run in line]
    box = (
        min(run.x0 for run in runs),
        min(run.top for run in runs),
        max(run.x1 for run in runs),
        max(run.bottom for run in runs),
    )
    return count, Table(box, tuple(rows), _headers(rows, strong, [False] * count))


def _headers(rows: Sequence[Sequence[str]], bold: Sequence[bool], shaded: Sequence[bool]) -> int:
    for marked in (bold, shaded):
        count = next((number for number, mark in enumerate(marked) if not mark), len(rows))
        if 0 < count < len(rows) and count <= 3 and sum(marked) <= max(count, len(rows) // 2):
            return count
    return int(looks_like_header(rows))


def _covered_text(grid: Grid, texts: dict[Box, str], row: int, column: int) -> str:
    box = grid.cells[row][column]
    if box is not None:
        return texts[box]
    # Only a cell from above is repeated; one that began further left stands there already.
    for above in range(row - 1, -1, -1):
        box = grid.cells[above][column] if column < len(grid.cells[above]) else None
        if box is not None:
            top = min(cell[1] for cell in grid.cells[row] if cell is not None)
            return texts[box] if box[3] > top + 1 else ""
    return ""


def _is_aligned(lines: Sequence[Sequence[Run]]) -> bool:
    """Tell whether no line has two runs in one column; more lines only make columns wider."""
    spans = _columns([run for line in lines for run in line])
    placed = [[_column(spans, run) for run in line] for line in lines]
    return all(len(set(places)) == len(places) for places in placed)


def _columns(runs: Sequence[Run]) -> list[tuple[float, float]]:
    spans: list[tuple[float, float]] = []
    for run in sorted(runs, key=lambda run: run.x0):
        if spans and run.x0 <= spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], max(spans[-1][1], run.x1))
        else:
            spans.append((run.x0, run.x1))
    return spans


def _column(spans: Sequence[tuple[float, float]], run: Run) -> int:
    return next(number for number, span in enumerate(spans) if run.x0 <= span[1])


def _is_prose(lines: Sequence[Sequence[Run]]) -> bool:
    """Tell whether gaps between words are only those of widely set running text."""
    return median(max(len(run.text) for run in line) for line in lines) > 90


def _is_shaded(page: Any, box: Box) -> bool:
    x0, top, x1, bottom = box
    y = (top + bottom) / 2
    covered = 0.0
    for rect in page.rects:
        if rect.get("fill") and rect["top"] <= y <= rect["bottom"] and _is_coloured(rect):
            covered += max(0.0, min(x1, rect["x1"]) - max(x0, rect["x0"]))
    return covered > 0.8 * (x1 - x0)


def _is_coloured(rect: Any) -> bool:
    colour = rect.get("non_stroking_color")
    if colour is None:
        return False
    parts = colour if isinstance(colour, (list, tuple)) else (colour,)
    if not parts or not all(isinstance(part, (int, float)) for part in parts):
        return False
    if len(parts) == 4:  # CMYK: no ink is white
        return bool(max(parts) > 1 - _WHITE)
    return bool(min(parts) < _WHITE)


def _holds(outer: Grid, inner: Grid) -> bool:
    return (
        outer is not inner
        and outer.box[0] <= inner.box[0]
        and outer.box[1] <= inner.box[1]
        and outer.box[2] >= inner.box[2]
        and outer.box[3] >= inner.box[3]
        and outer.box != inner.box
    )

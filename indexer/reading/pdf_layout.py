"""The reading order of a page: columns from the left, what spans them in its place.

A gutter is an x that no text in a stretch of the page crosses and that has running text on both
sides. Text that crosses it cuts the page into stretches from top to bottom; in each, the left
side is read before the right, and each side is looked at in the same way again. Two sides of
which one holds only words and numbers are a table, not columns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import median

from indexer.reading.pdf_words import Run

MIN_COLUMN_LINES = 3
MIN_GUTTER = 0.7  # of the font size
MIN_COLUMN_CHARACTERS = 16  # in the median line; shorter ones are cells
MATE_OVERLAP = 0.2  # of a line's height; columns need not share their baselines
MAX_EDGES = 40  # left edges that are tried
BAND_POINTS = 20.0
_MAX_DEPTH = 4  # sixteen columns


def regions(runs: Sequence[Run], depth: int = 0) -> list[list[Run]]:
    """Split a page's runs into regions in reading order; inside one, rows go from the top."""
    edge = _best_edge(runs) if depth < _MAX_DEPTH else None
    if edge is None:
        return [sorted(runs, key=lambda run: (run.top, run.x0))] if runs else []
    ordered: list[list[Run]] = []
    for stretch, is_full in _stretches(runs, edge):
        if is_full:
            ordered += regions(stretch, _MAX_DEPTH)
        else:
            ordered += regions([run for run in stretch if run.x0 < edge], depth + 1)
            ordered += regions([run for run in stretch if run.x0 >= edge], depth + 1)
    return ordered


def _best_edge(runs: Sequence[Run]) -> float | None:
    """Return the left edge of the column right of the best gutter."""
    starts: list[list[float]] = []
    for start in sorted(run.x0 for run in runs):
        if starts and start - starts[-1][0] < 2:
            starts[-1].append(start)
        else:
            starts.append([start])
    # Columns begin where many lines do; plans and maps have text at every x.
    starts.sort(key=len, reverse=True)
    best, best_score = None, 0
    for common in sorted(starts[:MAX_EDGES]):
        score = _gutter_score(runs, common[0] - 1)
        if score > best_score:
            best, best_score = common[0] - 1, score
    return best


def _gutter_score(runs: Sequence[Run], edge: float) -> int:
    """Return how many lines a gutter left of an edge separates, 0 where there is no gutter."""
    right = [run for run in runs if edge <= run.x0 <= edge + 4]
    if len(right) < MIN_COLUMN_LINES:
        return 0
    left = [run for run in runs if run.x1 <= edge - MIN_GUTTER * run.size + 1]
    right = [run for run in runs if run.x0 >= edge]
    left_mates = _with_mates(left, right)
    right_mates = _with_mates(right, left)
    fewer = min(len(left_mates), len(right_mates))
    if fewer < MIN_COLUMN_LINES:
        return 0
    for side in (left_mates, right_mates):
        if median(len(run.text) for run in side) < MIN_COLUMN_CHARACTERS:
            return 0
    crossing = sum(run.x0 < edge < run.x1 for run in runs)
    touching = sum(edge - MIN_GUTTER * run.size + 1 < run.x1 <= edge for run in runs)
    return max(0, fewer - crossing // 4 - 2 * touching)


def _with_mates(runs: Iterable[Run], others: Iterable[Run]) -> list[Run]:
    """Return the runs that have another one beside them."""
    bands: dict[int, list[Run]] = defaultdict(list)
    for other in others:
        for band in _bands(other):
            bands[band].append(other)
    return [
        run
        for run in runs
        if any(_is_beside(run, other) for band in _bands(run) for other in bands.get(band, ()))
    ]


def _bands(run: Run) -> range:
    return range(int(run.top // BAND_POINTS), int(run.bottom // BAND_POINTS) + 1)


def _is_beside(run: Run, other: Run) -> bool:
    overlap = min(run.bottom, other.bottom) - max(run.top, other.top)
    lower = min(run.bottom - run.top, other.bottom - other.top)
    return other is not run and overlap > MATE_OVERLAP * lower


def _stretches(runs: Sequence[Run], edge: float) -> list[tuple[list[Run], bool]]:
    """Cut a page from top to bottom into stretches that cross an edge and that do not."""
    usual = median(run.size for run in runs)
    found: list[tuple[list[Run], bool]] = []
    for run in sorted(runs, key=lambda run: (run.top, run.x0)):
        full = run.x0 < edge < run.x1 or _is_headline(run, runs, edge, usual)
        if not full and found and found[-1][1] and _goes_on(run, found[-1][0][-1], runs):
            full = True
        if found and found[-1][1] == full:
            found[-1][0].append(run)
        else:
            found.append(([run], full))
    return found


def _is_headline(run: Run, runs: Sequence[Run], edge: float, usual: float) -> bool:
    """Tell whether a large line stands alone in its height with columns above and below it."""
    if run.size < 1.15 * usual or run.x0 >= edge:
        return False
    others = [other for other in runs if other is not run and other.x0 >= edge]
    beside = any(other.top < run.bottom + 1 and other.bottom > run.top - 1 for other in others)
    return not beside and any(other.top > run.bottom for other in others)


def _goes_on(run: Run, before: Run, runs: Sequence[Run]) -> bool:
    """Tell whether a short line ends the paragraph that spans the columns above it."""
    return (
        abs(run.size - before.size) < 0.5
        and 0 < run.bottom - before.bottom < 1.5 * run.size
        and abs(run.x0 - before.x0) < 2 * run.size
        and not _with_mates([run], runs)
    )

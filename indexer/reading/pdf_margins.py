"""Running headers, footers and page numbers: found by their places and taken out.

From the outermost line of a page inwards, a line goes while it repeats: the same text at the
same height on another page of a document of three pages or more, or a text that differs only in
numbers that count the pages. A page number that stands alone goes in every document.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from indexer.reading.pdf_words import Run, rows_of

MARGIN = 0.15  # of the page's height, above and below
MAX_MARGIN_LINES = 6
MIN_PAGES = 3
SAME_HEIGHT_POINTS = 4.0
_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:[-–—|]\s*)?(?:(?:seite|page|s\.|p\.)\s*)?\d{1,4}(?:\s*(?:von|of|/)\s*\d{1,4})?(?:\s*[-–—|])?",
    re.IGNORECASE,
)
_ROMAN = re.compile(r"x{0,3}(?:ix|iv|v?i{0,3})(?<=[ivx])")

Pages = Sequence[tuple[float, Sequence[Run]]]  # height of each page, and its runs


def running_lines(pages: Pages) -> list[list[Run]]:
    """Return the runs of each page that are header, footer or page number."""
    places: dict[tuple[str, bool], list[tuple[int, Run]]] = defaultdict(list)
    candidates = [_margin_rows(height, runs) for height, runs in pages]
    for number, (tops, bottoms) in enumerate(candidates):
        for rows, at_top in ((tops, True), (bottoms, False)):
            for row in rows:
                for run in row:
                    places[_pattern(run.text), at_top].append((number, run))
    found = []
    for number in range(len(pages)):
        gone: list[Run] = []
        for rows, at_top in zip(candidates[number], (True, False), strict=True):
            for row in rows:
                if not all(_is_running(run, number, len(pages), places, at_top) for run in row):
                    break
                gone += row
        found.append(gone)
    return found


def _margin_rows(height: float, runs: Sequence[Run]) -> tuple[list[list[Run]], list[list[Run]]]:
    """Return the rows in the top and bottom margin, the outermost first."""
    tops = rows_of(run for run in runs if run.bottom <= MARGIN * height)
    bottoms = rows_of(run for run in runs if run.top >= (1 - MARGIN) * height)
    return tops[:MAX_MARGIN_LINES], bottoms[::-1][:MAX_MARGIN_LINES]


def _is_running(
    run: Run,
    number: int,
    pages: int,
    places: dict[tuple[str, bool], list[tuple[int, Run]]],
    at_top: bool,
) -> bool:
    if _is_page_number(run.text, number, pages):
        return True
    if pages < MIN_PAGES:
        return False
    return any(
        other_number != number
        and abs(other.bottom - run.bottom) <= SAME_HEIGHT_POINTS
        and abs(other.size - run.size) < 0.5
        and _counts(run.text, number, other.text, other_number)
        for other_number, other in places[_pattern(run.text), at_top]
    )


def _is_page_number(text: str, number: int, pages: int) -> bool:
    if _ROMAN.fullmatch(text.strip()):
        return True
    if not _PAGE_NUMBER.fullmatch(text.strip()):
        return False
    stated = int(_NUMBER.findall(text)[0])
    named = not text.strip().isdecimal()
    # A bare number may be content; as a page number it lies near the physical one.
    return named or number + 1 - pages <= stated <= number + 1 + pages + 4


def _counts(text: str, page: int, other: str, other_page: int) -> bool:
    """Tell whether two texts are equal but for numbers that grow with the page."""
    pairs = zip(_NUMBER.findall(text), _NUMBER.findall(other), strict=True)
    return all(one == two or int(one) - int(two) == page - other_page for one, two in pairs)


def _pattern(text: str) -> str:
    return _NUMBER.sub("#", text)

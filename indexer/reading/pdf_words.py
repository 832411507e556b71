"""The words of a PDF page, and the runs of words that stand close together on one line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

SPACE = 0.15  # of the font size; words closer than that are one
WIDE_GAP = 1.0  # of the font size; words further apart may belong to different columns
SAME_LINE = 0.3  # of the font size, between baselines
_BOLD = re.compile(r"bold|black|heavy|semibold|demi(?!\w)|[-,]bd", re.IGNORECASE)
_WIN_BULLET = ("(cid:127)", "•")  # unused codes show a bullet in Windows fonts
_UNMAPPED = re.compile(r"\(cid:\d+\)")
_MARKER = re.compile(
    r"[•◦▪▫‣●○■□►➢\uf0b7\uf0a7\ufffd\-–—*·§]|\(?\d{1,3}[.)]|\(?[a-z][.)]|§ ?\d+[a-z]?"
)


@dataclass(frozen=True, slots=True)
class Run:
    """Words on one line, in points from the page's left and top edge."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool

    @property
    def centre(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.top + self.bottom) / 2


def page_words(page: Any) -> list[Run]:
    """Return a page's upright words; text with no known characters becomes U+FFFD."""
    left, top, right, bottom = page.bbox
    words = page.extract_words(
        x_tolerance_ratio=SPACE, extra_attrs=["fontname", "size"], return_chars=False
    )
    upright = sum(bool(word["upright"]) for word in words)
    found = []
    for word in words:
        # Rotated words are stamps and margin notes, unless the whole page is rotated.
        if not word["upright"] and 2 * upright >= len(words):
            continue
        run = Run(
            text=_UNMAPPED.sub("\N{REPLACEMENT CHARACTER}", word["text"].replace(*_WIN_BULLET)),
            x0=float(word["x0"]),
            x1=float(word["x1"]),
            top=float(word["top"]),
            bottom=float(word["bottom"]),
            size=float(word["size"]),
            bold=_BOLD.search(word["fontname"] or "") is not None,
        )
        x, y = run.centre
        if left <= x <= right and top <= y <= bottom and run.text.strip():
            found.append(run)
    return found


def rows_of(runs: Iterable[Run]) -> list[list[Run]]:
    """Group runs that share a line, lines from the top, runs from the left."""
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: (run.bottom, run.x0)):
        if rows and run.bottom - rows[-1][0].bottom <= SAME_LINE * max(run.size, rows[-1][0].size):
            rows[-1].append(run)
        else:
            rows.append([run])
    rows = _with_raised(rows)
    return [sorted(row, key=lambda run: run.x0) for row in rows]


def line_runs(words: Iterable[Run]) -> list[Run]:
    """Join words to runs: one for every stretch of a line without a wide gap."""
    runs = []
    for row in rows_of(words):
        stretch: list[Run] = []
        for word in row:
            if stretch and not _is_close(stretch, word):
                runs.append(joined(stretch))
                stretch = []
            stretch.append(word)
        runs.append(joined(stretch))
    return runs


def joined(row: Sequence[Run]) -> Run:
    """Return one run for words of one line, from the left; bold if all of it is."""
    text = row[0].text
    for before, after in pairwise(row):
        close = after.x0 - before.x1 < SPACE * min(before.size, after.size)
        text += after.text if close else f" {after.text}"
    return Run(
        text=text,
        x0=min(word.x0 for word in row),
        x1=max(word.x1 for word in row),
        top=min(word.top for word in row),
        bottom=median(word.bottom for word in row),
        size=_main_size(row),
        bold=all(word.bold for word in row if any(char.isalnum() for char in word.text))
        and any(word.bold for word in row),
    )


def _is_close(stretch: Sequence[Run], word: Run) -> bool:
    gap = word.x0 - max(run.x1 for run in stretch)
    if gap <= WIDE_GAP * max(word.size, stretch[-1].size):
        return True
    # A bullet or number belongs to what it marks, however far it is set apart.
    marker = " ".join(run.text for run in stretch)
    return _MARKER.fullmatch(marker) is not None and gap <= 5 * word.size


def _main_size(row: Sequence[Run]) -> float:
    sizes: dict[float, int] = {}
    for word in row:
        sizes[word.size] = sizes.get(word.size, 0) + len(word.text)
    return max(sizes, key=lambda size: (sizes[size], size))


def _with_raised(rows: list[list[Run]]) -> list[list[Run]]:
    """Put lines of nothing but small raised or lowered signs into the line that they belong to."""
    kept: list[list[Run]] = []
    for number, row in enumerate(rows):
        near = [*rows[number - 1 : number], *rows[number + 1 : number + 2]]
        host = next((other for other in near if all(_hangs_on(run, other) for run in row)), None)
        if host is None:
            kept.append(row)
        else:
            host.extend(row)
    return kept


def _hangs_on(small: Run, row: Sequence[Run]) -> bool:
    if len(small.text) > 3:
        return False
    return any(
        small.size < 0.85 * run.size
        and run.top - 0.4 * run.size <= (small.top + small.bottom) / 2 <= run.bottom + 1
        and -1 <= small.x0 - run.x1 <= 0.3 * run.size
        for run in row
    )

"""What is usual in one PDF: the size of its running text and the step from line to line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer.reading.pdf_words import Run

_DEFAULT_STEP = 1.2  # of the font size
_MIN_SHARE = 0.2  # of a size's steps, so that one odd pair of lines decides nothing
HEADING_SIZE = 1.12  # of the body's size


@dataclass(frozen=True, slots=True)
class Style:
    """Measures of a whole document, in points."""

    body_size: float
    body_bold: bool
    steps: dict[int, float]  # rounded font size: usual distance of baselines in a paragraph

    def step(self, size: float) -> float:
        """Return the usual distance of baselines at a font size."""
        return self.steps.get(round(size), _DEFAULT_STEP * size)

    def is_large(self, size: float) -> bool:
        """Tell whether a font size is that of a heading."""
        return size >= HEADING_SIZE * self.body_size


def measure(pages: Iterable[Sequence[Sequence[Run]]]) -> Style:
    """Measure a document's pages, each a list of lines from the top, as runs."""
    sizes: Counter[float] = Counter()
    bold: Counter[bool] = Counter()
    steps: dict[int, Counter[float]] = {}
    for lines in pages:
        for row in lines:
            for run in row:
                sizes[round(run.size * 2) / 2] += len(run.text)
                bold[run.bold] += len(run.text)
        for before, after in pairwise(lines):
            size = after[0].size
            step = after[0].bottom - before[0].bottom
            if abs(before[0].size - size) < 0.5 and 0.8 * size < step < 2.2 * size:
                steps.setdefault(round(size), Counter())[round(step * 2) / 2] += 1
    usual = {}
    for size_key, counted in steps.items():
        common = [step for step, count in counted.items() if count >= _MIN_SHARE * counted.total()]
        if counted.total() >= 3 and common:
            usual[size_key] = min(common)
    body = max(sizes, key=lambda size: (sizes[size], -size), default=10.0)
    return Style(body, bold[True] > bold[False], usual)

"""Dates, times and amounts in German and English text.

"9. November 2023" = "November 9, 2023", "1,5 Mio. Euro" = "€1.5 million", "halb neun" = "8:30".
"""

from __future__ import annotations

import re

from indexer.text.value import Value
from indexer.text.value_patterns import PATTERNS

MAX_CHARS = 2_000  # of one sentence; what is longer is no sentence
_ABOUT = re.compile(
    r"(?:rund|etwa|ungefähr|circa|ca\.|knapp|fast|gut|über|mehr als|bis zu|mindestens|höchstens|"
    r"about|around|roughly|approximately|approx\.|nearly|almost|over|more than|up to|some|"
    r"at least|at most|under|unter)\s*$",
    re.IGNORECASE,
)


def values(text: str) -> list[Value]:
    """Find all values, in the order of the text; none lies within another."""
    text = text[:MAX_CHARS]
    found: list[Value] = []
    taken = [False] * len(text)
    for pattern, make in PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(taken[start:end]):
                continue
            value = make(match, bool(_ABOUT.search(text, max(0, start - 20), start)))
            if value is not None:
                found.append(value)
                taken[start:end] = [True] * (end - start)
    return sorted(found, key=lambda value: value.span)

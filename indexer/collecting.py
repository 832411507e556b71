"""Python's search for cycles of garbage, made rarer while very many objects come and stay."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

ALLOCATED = 100_000  # objects until new ones are looked through; 700 otherwise


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Inside, in the whole process, look for cycles among new objects this much more rarely.

    The records of 46,000 documents are hundreds of thousands of objects without any, and looking
    through them again and again took a fifth of a run that adds one document.
    """
    before = gc.get_threshold()
    gc.set_threshold(ALLOCATED, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)

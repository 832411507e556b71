"""Python's search for cycles of garbage, made rarer while very many objects come and stay."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

ALLOCATED = 100_000  # objects until new ones are looked through; some hundreds otherwise

_lock = Lock()
_inside: list[tuple[int, int, int]] = []  # what was set before, once for each that is inside


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Inside, in the whole process, look for cycles among new objects this much more rarely.

    The records of 46,000 documents are hundreds of thousands of objects without any, and looking
    through them again and again took a fifth of a run that adds one document. Who has turned the
    search off, or made it rarer still, keeps that.
    """
    with _lock:
        before = _inside[0] if _inside else gc.get_threshold()
        _inside.append(before)
        if 0 < before[0] < ALLOCATED:
            gc.set_threshold(ALLOCATED, *before[1:])
    try:
        yield
    finally:
        with _lock:  # of several at once the last to leave puts things back
            before = _inside.pop()
            if not _inside:
                gc.set_threshold(*before)

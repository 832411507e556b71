"""Opens something of many segments at a time: most of it is waiting for files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

AT_ONCE = 4
T = TypeVar("T")


def of_each(folders: Sequence[Path], opened: Callable[[Path], T]) -> list[T]:
    """What `opened` gives of each folder, in their order; raises what it raises first."""
    if len(folders) < 2:
        return [opened(folder) for folder in folders]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(opened, folders))

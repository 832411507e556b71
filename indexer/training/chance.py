"""Drawing by chance, as every kind of batch does."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def some(chance: random.Random, items: Sequence[Item], count: int) -> list[Item]:
    """Draw so many different items, or all where there are fewer."""
    return chance.sample(items, min(count, len(items)))

"""One date, time or amount, comparable whichever way it was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from indexer.text.numbers import tolerance
from indexer.types import Span

ValueKind = Literal["date", "time", "number", "money", "percent", "measure"]
DateParts = tuple[int | None, int | None, int | None]  # year, month, day


@dataclass(frozen=True, slots=True)
class Value:
    """One thing that two texts can differ in."""

    kind: ValueKind
    low: float  # of an amount in its base unit, of a time in minutes since midnight
    high: float  # equal to `low` unless it is a range
    unit: str  # m, m², l, kg, min, month, a currency; "" for a plain number
    what: str  # the word behind a plain number, in lower case
    about: bool  # said to be rough
    span: Span
    date: DateParts = (None, None, None)
    last: DateParts = (None, None, None)  # last day of a range of dates

    def agrees(self, other: Value) -> bool:
        """Whether both can be true of the same thing; of one kind and unit."""
        if self.kind == "date":
            return _dates_agree(self, other)
        slack = max(tolerance(self.low, self.about), tolerance(other.low, other.about))
        return self.low - slack <= other.high and other.low - slack <= self.high


def _dates_agree(one: Value, other: Value) -> bool:
    for own, its in zip(one.date, other.date, strict=True):
        if own is None or its is None:
            continue
        if own != its:
            # A day within the other's range is no other date.
            return _within(one, other) or _within(other, one)
    return one.last == other.last or None in (one.last[2], other.last[2])


def _within(one: Value, other: Value) -> bool:
    first, last, own = other.date, other.last, one.date
    same_years = None in (own[0], first[0]) or own[0] == first[0]
    if last[2] is None or own[2] is None or not same_years:
        return False
    day = (own[1] or 0, own[2])
    return (first[1] or 0, first[2] or 0) <= day <= (last[1] or 0, last[2])

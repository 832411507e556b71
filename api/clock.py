"""What time it is: the machine's clock, or a day that the settings fix."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time

Clock = Callable[[], datetime]  # with a zone


def running() -> datetime:
    """The time now."""
    return datetime.now(UTC)


def clock(day: str) -> Clock:
    """A clock that stands at noon of an ISO day; an empty day is the running clock.

    Raises:
        ValueError: if it is no ISO day.
    """
    if not day:
        return running
    fixed = datetime.combine(date.fromisoformat(day), time(12), UTC)
    return lambda: fixed

"""How often somebody may ask: counted by all processes of the service together."""

from __future__ import annotations

import math
import time
from functools import cached_property
from typing import Literal

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage, Storage
from limits.strategies import FixedWindowRateLimiter

from api.shared_state import SharedState
from indexer.errors import DataUnavailable
from indexer.settings import Settings

WRONG_KEYS_PER_MINUTE = 10  # of one address
WRONG_KEYS_LOGGED_PER_HOUR = 100  # of all together: at most about 150 MB of audit log in a year
STREAMS_AT_ONCE = 10  # of events, of one key or address and process

Kind = Literal["ask", "write", "wrong key", "logged wrong key"]


class SharedCounters(Storage):
    """Counters in the file that the processes of a service share."""

    STORAGE_SCHEME = None  # only made here, never by an address

    def __init__(self, state: SharedState) -> None:
        super().__init__()
        self._state = state

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the calls may raise."""
        return DataUnavailable

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count on, from 0 where the time of the counter is over; return where it stands."""
        now = time.time()
        # Not durable: after a power cut whoever was counted starts again at 0.
        with self._state.writing(durable=False) as execute:
            # A window that ends too late is of a clock that was set back since.
            execute(
                "DELETE FROM counters WHERE expires <= ? OR (name = ? AND expires > ?)",
                (now, key, now + expiry),
            )
            [[count]] = execute(
                "INSERT INTO counters (name, count, expires) VALUES (?, ?, ?) "
                "ON CONFLICT (name) DO UPDATE SET count = count + excluded.count RETURNING count",
                (key, amount, now + expiry),
            )
        return int(count)

    def get(self, key: str) -> int:
        """Where the counter stands."""
        rows = self._state.read(
            "SELECT count FROM counters WHERE name = ? AND expires > ?", (key, time.time())
        )
        return int(rows[0][0]) if rows else 0

    def get_expiry(self, key: str) -> float:
        """When the time of the counter is over, in seconds since 1970."""
        rows = self._state.read("SELECT expires FROM counters WHERE name = ?", (key,))
        return float(rows[0][0]) if rows else time.time()

    def check(self) -> bool:
        """Whether there is anything to count in."""
        return True

    def reset(self) -> int | None:
        """Forget all counters."""
        with self._state.writing(durable=False) as execute:
            return len(execute("DELETE FROM counters RETURNING name", ()))

    def clear(self, key: str) -> None:
        """Forget one counter."""
        with self._state.writing(durable=False) as execute:
            execute("DELETE FROM counters WHERE name = ?", (key,))


class Limits:
    """Safe from any thread; calls may wait for another process, none belongs on an event loop."""

    def __init__(self, settings: Settings, state: SharedState) -> None:
        self._items: dict[Kind, RateLimitItem] = {
            "wrong key": RateLimitItemPerMinute(WRONG_KEYS_PER_MINUTE),
            "logged wrong key": RateLimitItemPerHour(WRONG_KEYS_LOGGED_PER_HOUR),
        }
        if settings.asks_per_minute:
            self._items["ask"] = RateLimitItemPerMinute(settings.asks_per_minute)
        if settings.writes_per_minute:
            self._items["write"] = RateLimitItemPerMinute(settings.writes_per_minute)
        self._shared = FixedWindowRateLimiter(SharedCounters(state))

    def count(self, kind: Kind, who: str, amount: int = 1) -> int:
        """Count a request, or `amount` of them at once.

        Returns:
            0 if it is within the limit, else in how many seconds to try again, at least 1.
        """
        item = self._items.get(kind)
        if item is None:
            return 0
        try:
            return _over(self._shared, item, kind, who, amount)
        except DataUnavailable:  # questions are answered all the same, and each process counts
            return _over(self._alone, item, kind, who, amount)

    @cached_property
    def _alone(self) -> FixedWindowRateLimiter:
        return FixedWindowRateLimiter(MemoryStorage())


def _over(
    limiter: FixedWindowRateLimiter, item: RateLimitItem, kind: Kind, who: str, amount: int
) -> int:
    if limiter.hit(item, kind, who, cost=amount):
        return 0
    ends = limiter.get_window_stats(item, kind, who).reset_time
    return max(1, math.ceil(ends - time.time()))


class Streams:
    """Who has how many streams of events open at this process; only for its event loop."""

    def __init__(self) -> None:
        self._open: dict[str, int] = {}

    def enter(self, who: str) -> bool:
        """Begin one; False where there are as many as allowed already."""
        if self._open.get(who, 0) >= STREAMS_AT_ONCE:
            return False
        self._open[who] = self._open.get(who, 0) + 1
        return True

    def leave(self, who: str) -> None:
        """End one."""
        self._open[who] -= 1
        if not self._open[who]:
            del self._open[who]

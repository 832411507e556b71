"""Holds the engine for the app: loads it aside, keeps it current, limits how many ask at once."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import anyio
from anyio.to_thread import run_sync

from api.engine import Engine
from api.stopwatch import Stopwatch, timed
from indexer.errors import FundstelleError, IndexDamaged, IndexUnavailable
from indexer.settings import Settings

CALLS_AT_ONCE = 4  # more would only wait for the same cores
LOOK_EVERY_S = 1.0
LOOK_AFTER_FAILURE_S = 30.0  # loading a damaged index again and again costs more than it helps

T = TypeVar("T")
_log = logging.getLogger("fundstelle")


class EngineHost:
    """One per app; everything but the constructor runs on its event loop."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine | None = None,
        noted: Callable[[Stopwatch, object], None] = lambda watch, result: None,
    ) -> None:
        """Without an engine, `bring_current` loads one.

        Args:
            noted: is told of each call what took how long, and what came of it.
        """
        self.settings = settings
        self._noted = noted
        self._engine = engine
        self._unusable: IndexDamaged | None = None  # why there is no engine
        self._patient_until = 0.0  # a newer generation could not be used
        self._limiter = anyio.CapacityLimiter(CALLS_AT_ONCE)
        self._changing = asyncio.Lock()

    @property
    def engine(self) -> Engine:
        """Raises IndexUnavailable until a generation is loaded, IndexDamaged if none can be."""
        if self._engine is None:
            if self._unusable is not None:
                raise self._unusable.with_traceback(None)
            raise IndexUnavailable("no generation is loaded yet")
        return self._engine

    def seeing_embargoed(self) -> EngineHost:
        """The same host for a request to which documents under embargo exist."""
        return _SeeingEmbargoed(self)

    @property
    def loaded(self) -> Engine | None:
        """The engine, where there is one."""
        return self._engine

    async def call(self, work: Callable[[Engine], T]) -> T:
        """Let the engine work in a thread, never on the event loop."""
        watch = Stopwatch()
        work_now = partial(self._current, self.engine, work)
        result = await run_sync(timed, watch, work_now, limiter=self._limiter)
        self._noted(watch, result)
        return result

    def _current(self, engine: Engine, work: Callable[[Engine], T]) -> T:
        """Work on what is published now, where another worker may have said that it is.

        A job that is done is in force, whichever worker is asked next. One that is alone brings it
        into force before it says so, and answers from the older one while it loads.
        """
        if self.settings.workers > 1 and time.monotonic() >= self._patient_until:
            try:
                engine.refresh()
            except FundstelleError:  # whoever watches the index says so
                self._patient_until = time.monotonic() + LOOK_AFTER_FAILURE_S
        return work(engine)

    async def bring_current(self) -> None:
        """Load the published generation, or take up a newer one.

        Raises:
            FundstelleError: if it cannot be used; an older one that was in force stays so.
        """
        async with self._changing:
            if self._engine is None:
                try:
                    self._engine = await run_sync(Engine.open, self.settings)
                except IndexDamaged as error:
                    self._unusable = error
                    raise
            else:
                await run_sync(self._engine.refresh)

    async def watch(self) -> None:
        """Take up, within about a second, whatever any process publishes; runs until cancelled."""
        said = ""
        while True:
            pause = LOOK_EVERY_S
            try:
                await self.bring_current()
                said = ""
            except Exception as error:  # whatever it is, the older generation keeps answering
                foreseen = isinstance(error, FundstelleError)
                if str(error) != said:
                    _log.warning("no newer index: %s", error, exc_info=None if foreseen else error)
                said = str(error)
                if not isinstance(error, IndexUnavailable):
                    pause = LOOK_AFTER_FAILURE_S
            await asyncio.sleep(pause)


class _SeeingEmbargoed(EngineHost):
    """A host that hands out another engine; all else it has in common with the first."""

    def __init__(self, host: EngineHost) -> None:
        self.__dict__ = host.__dict__

    @property
    def engine(self) -> Engine:
        """See `EngineHost`."""
        return super().engine.seeing_embargoed()

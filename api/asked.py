"""Hands what is asked to the question log: beside the answers, which never wait for it."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace
from functools import partial

from anyio.to_thread import run_sync

from api.answers import Answer
from api.question_log import LoggedQuestion, QuestionList, QuestionLog, Thumb
from api.shared_state import SharedState
from indexer.errors import DataUnavailable
from indexer.settings import Settings

MAX_WAITING = 10_000  # answers; more are dropped while the data folder cannot be written
FORGET_EVERY_S = 3600.0
_log = logging.getLogger("fundstelle")


class Asked:
    """One per process; everything but the constructor runs on its event loop."""

    def __init__(self, settings: Settings, state: SharedState) -> None:
        """Prepare; `work` and `forget` do the rest."""
        self.on = settings.log_questions
        self._log = QuestionLog(state, settings.question_days)
        self._waiting: list[tuple[float, Answer]] = []
        self._something = asyncio.Event()
        self._writing = asyncio.Lock()
        self._warned = False

    def note(self, answer: Answer) -> None:
        """Have an answer's question written down soon, where that is turned on."""
        if self.on and len(self._waiting) < MAX_WAITING:
            # Only what is kept: the quotes would hold on to memory.
            bare = replace(answer, answer=(), citations=(), related=())
            self._waiting.append((time.time(), bare))
            self._something.set()

    async def work(self) -> None:
        """Write down what was noted; runs until cancelled."""
        while True:
            await self._something.wait()
            self._something.clear()
            try:
                await self.written()
                self._warned = False
            except DataUnavailable as error:
                self._warn(error)
            except Exception as error:  # a bug costs what was noted, not the log from then on
                _log.error("questions are not logged", exc_info=error)

    async def written(self) -> None:
        """Write down what has been noted up to now; raises DataUnavailable and keeps nothing."""
        async with self._writing:
            waiting, self._waiting = self._waiting, []
            try:
                if waiting:
                    await run_sync(self._log.add, waiting)
            except asyncio.CancelledError:  # left to `close`; to write something twice is no harm
                self._waiting[:0] = waiting
                raise

    async def close(self) -> None:
        """Write down what is left."""
        try:
            await self.written()
        except DataUnavailable as error:
            self._warn(error)

    async def forget(self) -> None:
        """Delete what is too old, at once and every hour, also of a log that is turned off now."""
        while True:
            try:
                if forgotten := await run_sync(self._log.forget):
                    _log.info("%d old questions were deleted", forgotten)
            except DataUnavailable as error:
                self._warn(error)
            await asyncio.sleep(FORGET_EVERY_S)

    async def rate(
        self, answer_id: str, thumb: Thumb | None, citation: int | None
    ) -> LoggedQuestion:
        """Note what somebody thought of an answer; raises KeyError and DataUnavailable."""
        await self.written()  # it may have been asked just now
        return await run_sync(self._log.rate, answer_id, thumb, citation)

    async def listed(self, *, unanswered: bool, limit: int, offset: int) -> QuestionList:
        """What was asked; raises DataUnavailable."""
        await self.written()
        return await run_sync(
            partial(
                self._log.listed,
                unanswered=unanswered,
                limit=limit,
                offset=offset,
                logging=self.on,
            )
        )

    async def delete(self, answer_id: str) -> None:
        """Delete an entry for good; raises KeyError and DataUnavailable."""
        await self.written()
        await run_sync(self._log.delete, answer_id)

    def _warn(self, error: DataUnavailable) -> None:
        if not self._warned:  # once, not with every question
            _log.warning("questions are not logged: %s", error)
        self._warned = True

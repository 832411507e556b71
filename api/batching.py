"""Questions that are asked at the same time are encoded together."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from api.stopwatch import running
from indexer.encoder import Encoder

MOST = 16  # questions in one batch: about 256 tokens, beyond which nothing is gained


class _Asked:
    """A question, and what became of it."""

    def __init__(self, query: str) -> None:
        self.query = query
        self.vector: np.ndarray | None = None
        self.error: BaseException | None = None

    @property
    def done(self) -> bool:
        return self.vector is not None or self.error is not None


class Together(Encoder):
    """An encoder that is asked from many threads at once.

    Nobody waits for company: who comes while nothing is encoded begins at once, and who comes
    meanwhile is taken into the next batch with all others who wait. Where company would change a
    vector, if only in its last digits, each question stays alone: an answer must not depend on who
    asks at the same time.
    """

    def __init__(self, encoder: Encoder) -> None:
        """Share model and lock with an encoder."""
        vars(self).update(vars(encoder))
        self._most = MOST if self.alone_as_in_company else 1
        self._queue: list[_Asked] = []
        self._busy = False
        self._changed = threading.Condition()

    def encode_query(self, query: str) -> np.ndarray:
        """Encode a query of any length, with those of other threads; its own errors only."""
        mine = _Asked(query)
        with self._changed:
            self._queue.append(mine)
        while True:
            with self._changed:
                self._changed.wait_for(lambda: mine.done or not self._busy)
                if mine.done:
                    break
                # Mine may have to wait for the next batch: who came first goes first.
                batch, self._queue = self._queue[: self._most], self._queue[self._most :]
                self._busy = True
            try:
                self._encode(batch)
            finally:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()
        if mine.vector is None:
            raise mine.error or RuntimeError("encoding ended without a vector")
        return mine.vector

    def _encode(self, batch: Sequence[_Asked]) -> None:
        running().batches.append(len(batch))
        try:
            vectors = self.encode_passages([one.query for one in batch])
        except BaseException as error:
            if len(batch) == 1:
                batch[0].error = error
                return
            for one in batch:  # whose question it was shows alone
                self._encode([one])
        else:
            for one, vector in zip(batch, vectors, strict=True):
                one.vector = vector

"""Passages are embedded in a thread of its own while the next files are read and cut.

torch lets go of the interpreter while it computes, and so the encoder is hardly ever idle.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Self

import numpy as np

from indexer.cutting import Inputs, LazyEncoder
from indexer.encoder import Encoder
from indexer.previous import PassageVectors, Previous
from indexer.sentence_vectors import compressed
from indexer.stages import BETWEEN, EMBED, Stages
from indexer.summary import Progress

# Passages that are sorted by length together; at first few, so that the encoder begins early.
FIRST_CHUNK, LARGEST_CHUNK = 250, 2_000
MOST_WAITING = 2  # chunks behind the one that is being embedded
SLICE_CHARS = 50_000  # of texts: about ten batches, a second; then a stopped run is noticed
LOOK_S = 0.5  # between two reports of progress, and two looks whether a chunk is done


class Embedder:
    """Embeds what is added, each key once, but for what is published already.

    A context manager: its thread, which starts with the first chunk, has ended behind it, whatever
    happened. All methods are for one thread. Chunks depend only on what is added in which order:
    the same run makes the same vectors.

    Args:
        anew: embed also what is published.
    """

    def __init__(
        self,
        encoder: LazyEncoder,
        previous: Previous,
        stages: Stages,
        progress: Progress,
        *,
        anew: bool,
    ) -> None:
        self._encoder = encoder
        self._previous = previous
        self._stages = stages
        self._progress = progress
        self._anew = anew
        self._seen = set[bytes]()
        self._next: dict[bytes, Inputs] = {}  # the chunk that is being filled
        self._chunk = FIRST_CHUNK
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="embedding")
        self._running: deque[Future[dict[bytes, PassageVectors]]] = deque()
        self._stopped = threading.Event()
        self._vectors: dict[bytes, PassageVectors] = {}
        self._done = 0.0  # passages; of a chunk by its share of characters
        self._reported = 0.0  # when, last
        self._told = 0  # passages that were reported as a whole
        self.embedded = 0  # passages that were not known, done or not
        self.encoding_s = 0.0  # elapsed seconds of the thread's work
        self.read = 1.0  # share of the files that have been read, by which the rest is estimated

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._pool.shutdown(cancel_futures=True)

    def add(self, inputs: Mapping[bytes, Inputs]) -> None:
        """Have these embedded by and by; waits where too many are waiting already.

        Raises:
            Exception: what the encoder raised on earlier ones.
        """
        unseen = [key for key in inputs if key not in self._seen]
        self._seen.update(unseen)
        known = () if self._anew else self._previous.known(unseen)
        for key in unseen:
            if key in known:
                continue
            self._next[key] = inputs[key]
            self.embedded += 1
            if len(self._next) == self._chunk:
                self._submit()
        while self._running and self._running[0].done():
            self._take()
        self._report()

    def vectors(self, keys: Sequence[bytes]) -> dict[bytes, PassageVectors]:
        """Wait until all is embedded, and return the vectors of these keys, new or published.

        Raises:
            Exception: what the encoder raised.
        """
        if self._next:
            self._submit()
        while self._running:
            self._take()
        if self._told < self.embedded:
            self._told = self.embedded
            self._progress(EMBED, self.embedded, self.embedded)
        found = {key: self._vectors[key] for key in keys if key in self._vectors}
        return found | self._previous.vectors([key for key in keys if key not in found])

    def _submit(self) -> None:
        while len(self._running) > MOST_WAITING:
            self._take()
        self._running.append(self._pool.submit(self._embed, self._encoder(), self._next))
        self._next = {}
        self._chunk = min(2 * self._chunk, LARGEST_CHUNK)

    def _take(self) -> None:
        """Wait for the oldest chunk."""
        with self._stages.on(BETWEEN):
            while not wait([self._running[0]], LOOK_S).done:
                self._report()
        self._vectors |= self._running.popleft().result()

    def _report(self) -> None:
        if not self._running or time.monotonic() < self._reported + LOOK_S:
            return
        self._reported = time.monotonic()
        total = max(self.embedded, round(self.embedded / self.read))
        self._progress(EMBED, min(int(self._done), total - 1), total)

    def _embed(
        self, encoder: Encoder, chunk: Mapping[bytes, Inputs]
    ) -> dict[bytes, PassageVectors]:
        """In the thread; nothing where it has been stopped."""
        began = time.monotonic()
        texts = distinct_texts(chunk.values())
        vectors = np.empty((len(texts), encoder.dimension), np.float32)
        characters = sum(map(len, texts)) or 1
        for first, last in slices(texts):
            if self._stopped.is_set():
                return {}
            vectors[first:last] = encoder.encode(texts[first:last])
            self._done += len(chunk) * sum(map(len, texts[first:last])) / characters
        row = {text: number for number, text in enumerate(texts)}
        small = compressed(vectors)
        self.encoding_s += time.monotonic() - began
        return {
            key: (vectors[row[made.passage]].copy(), small[[row[text] for text in made.sentences]])
            for key, made in chunk.items()
        }


def distinct_texts(inputs: Iterable[Inputs]) -> list[str]:
    """What is encoded for these, each text once, short ones first.

    Neighbours in length share a batch, which then has few lengths. Sentences recur: an item of a
    menu, a line of a table.
    """
    texts = dict.fromkeys(text for made in inputs for text in (made.passage, *made.sentences))
    return sorted(texts, key=len)


def slices(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield [first, last) of neighbours, together at most SLICE_CHARS long, or of a single text."""
    first, characters = 0, 0
    for number, text in enumerate(texts):
        if number > first and characters + len(text) > SLICE_CHARS:
            yield first, number
            first, characters = number, 0
        characters += len(text)
    if texts:
        yield first, len(texts)

"""The sentence encoder: texts in, unit vectors out."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np

from indexer.bert_folder import is_plain_bert
from indexer.encoder_files import fingerprint, locate
from indexer.errors import EncoderError

__all__ = ["Encoder", "fingerprint", "load_encoder", "locate"]

BATCH_TOKENS = 1024  # of neighbours in length: enough to fill the CPU, little memory
# More than a batch's largest matrix, which would else be mapped anew each time.
LARGE_BLOCK_BYTES = 1 << 23
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # malloc.h


class Model(Protocol):
    """What computes the vectors; safe from any thread."""

    window: int
    dimension: int

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, special ones included."""

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """One batch of texts within the window in, (N, dimension) float32 of unit length out."""


class Encoder:
    """A bi-encoder for queries and passages, loaded once, used from any thread.

    The same text has the same vector whatever it is encoded with (to 1e-3 in each place, for any
    model), and the same in every run on one machine. A blank text is as good as any other: its
    vector is that of the special tokens alone, of unit length too.

    `window` is the most tokens, special ones included, that one input may have; nothing longer
    is ever cut silently. `fingerprint` changes with any byte of the model's files.
    """

    def __init__(self, setting: str, *, threads: int = 0) -> None:
        """Load weights from safetensors, never running code that comes with a model.

        Args:
            threads: of the CPU, for the whole process; 0 leaves the choice to torch.

        Raises:
            EncoderError: if the model is not on this machine, is not what its SHA-256 list says,
                or cannot be loaded.
        """
        folder = locate(setting)
        self.name = setting
        self.fingerprint = fingerprint(folder)
        self._model = _load(folder, setting)
        if threads:
            import torch  # seconds to import, needed for this line only

            torch.set_num_threads(threads)
        # One batch has all threads to itself: two would only wait for each other.
        self._one_at_a_time = threading.Lock()
        self.window = self._model.window
        self.dimension = self._model.dimension

    @property
    def alone_as_in_company(self) -> bool:
        """Whether a text has the very same vector alone and in any batch, not only nearly."""
        return bool(getattr(self._model, "alone_as_in_company", False))

    def count_tokens(self, text: str) -> int:
        """Count by the encoder's own tokenizer, special tokens included."""
        return self._model.lengths([text])[0]

    def fits(self, text: str) -> bool:
        """Whether the window holds the text; one of few bytes needs no counting."""
        # A token is at least one byte, and two are special.
        return len(text.encode()) + 2 <= self.window or self.count_tokens(text) <= self.window

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Encode texts, long and short ones in any order.

        Returns:
            (N, dimension) float32, rows of unit length in the order of `texts`.

        Raises:
            ValueError: if a text has more tokens than the window holds.
        """
        lengths = self._model.lengths(texts) if texts else []
        for text, length in zip(texts, lengths, strict=True):
            if length > self.window:
                raise ValueError(
                    f"text of {length} tokens is beyond the encoder's window of "
                    f"{self.window}: {text[:40]!r}…; split it first"
                )
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for rows in _batches(lengths):
            with self._one_at_a_time:
                vectors[rows] = self._model.vectors([texts[row] for row in rows])
        return vectors

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """Encode texts of any length: beyond the window, the mean of a text's windows' vectors.

        Returns:
            (N, dimension) float32, rows of unit length in the order of `texts`.
        """
        windows = [self._windows(text) for text in texts]
        vectors = self.encode([window for of_text in windows for window in of_text])
        first = 0
        for row, of_text in enumerate(windows):  # whose vectors stand at `row` or behind
            vectors[row] = _mean(vectors[first : first + len(of_text)])
            first += len(of_text)
        return vectors[: len(texts)]

    def encode_query(self, query: str) -> np.ndarray:
        """Encode a query of any length, as `encode_passages` does.

        Returns:
            (dimension,) float32 of unit length.
        """
        vector: np.ndarray = self.encode_passages([query])[0]
        return vector

    def _windows(self, text: str) -> list[str]:
        """Halve the text between words, or a word between characters, until each part fits."""
        if self.fits(text):
            return [text]
        words = text.split()
        if len(words) > 1:
            half = len(words) // 2
            parts = [" ".join(words[:half]), " ".join(words[half:])]
        else:
            parts = [text[: len(text) // 2], text[len(text) // 2 :]]
        return [window for part in parts for window in self._windows(part)]


def load_encoder(setting: str, *, allow_download: bool = False, threads: int = 0) -> Encoder:
    """Load an encoder, or take the one that this process has already loaded from these bytes.

    Raises:
        EncoderError: as `Encoder` does.
    """
    folder = locate(setting, allow_download=allow_download)
    return _loaded(setting, threads, fingerprint(folder))


@lru_cache(maxsize=1)
def _loaded(setting: str, threads: int, fingerprint: str) -> Encoder:  # the last is for the cache
    return Encoder(setting, threads=threads)


def _mean(vectors: np.ndarray) -> np.ndarray:
    """The mean, of unit length again; a single vector as it is."""
    mean: np.ndarray = vectors.mean(axis=0)
    if len(vectors) > 1:
        mean /= np.linalg.norm(mean)
    return mean


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows of texts, neighbours in length together, about BATCH_TOKENS tokens in each batch."""
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[row] > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _load(folder: Path, setting: str) -> Model:
    if not any(folder.rglob("*.safetensors")):
        raise EncoderError(f"encoder {setting!r} has no safetensors file in {folder}")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    _keep_memory_flat()
    try:
        if is_plain_bert(folder):
            from indexer.bert import Bert  # a second to import

            return Bert(folder)
        from indexer.sbert import SentenceTransformersModel  # seconds

        return SentenceTransformersModel(folder)
    except Exception as error:
        raise EncoderError(f"encoder {setting!r} cannot be loaded: {error}") from error


def _keep_memory_flat() -> None:
    """Have large blocks given back to the system as soon as they are free (glibc only).

    Left to itself glibc raises its threshold with the blocks it sees, and batches of changing
    length then scatter the heap: the process grows with every question for a long time.
    """
    with suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES)
        mallopt(_M_TRIM_THRESHOLD, LARGE_BLOCK_BYTES)
        mallopt(_M_ARENA_MAX, 2)

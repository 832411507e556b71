"""A BERT sentence encoder's forward pass, written out: the fast path on CPUs.

It computes what sentence-transformers computes for the same folder, from the same files, without
importing it. Three things make it fast: the texts of a batch stand end to end, so nothing is ever
padding and a text has the same vector alone or in company; the weights are laid out once as the
CPU's matrix kernels want them; and they are bf16 where the CPU multiplies bf16 by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  its customary name
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor

from indexer.bert_folder import TOKENIZER, WEIGHTS, BertShape

_WORDS = "embeddings.word_embeddings.weight"


class Bert:
    """Weights, read only, and tokenizer of one model; safe from any thread."""

    def __init__(self, folder: Path, precision: torch.dtype | None = None) -> None:
        """Load a folder that `is_plain_bert`.

        Args:
            precision: of products and attention; None takes the fastest that this CPU has.
                Everything between them is float32, to stay near the exact vectors.
        """
        self._shape = BertShape.of(folder)
        self.window, self.dimension = self._shape.window, self._shape.dimension
        self.precision = precision or fastest_precision()
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        # The file carries the settings of whoever saved it last.
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        weights = load_file(folder / WEIGHTS)
        # Copied, as all others are: the loaded tensor is the file itself, which may change.
        self._words = weights[_WORDS].clone()
        self._places = (
            weights["embeddings.position_embeddings.weight"].float()
            + weights["embeddings.token_type_embeddings.weight"][0].float()
        )
        self._first_norm = _Norm.of(weights, "embeddings.LayerNorm")
        self._layers = [
            _Layer.of(weights, f"encoder.layer.{number}", self.precision)
            for number in range(self._shape.layers)
        ]

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, special ones included."""
        return [len(ids) for ids in self._tokenize(texts)]

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Encode one batch, each text within the window.

        Returns:
            (N, dimension) float32, rows of unit length.
        """
        texts_ids = self._tokenize(texts)
        # Texts of one length stand together: attention takes them as one block.
        order = sorted(range(len(texts)), key=lambda text: len(texts_ids[text]))
        vectors = np.empty((len(texts), self.dimension), np.float32)
        with torch.inference_mode():
            vectors[order] = self._forward([texts_ids[text] for text in order]).numpy()
        return vectors

    def _tokenize(self, texts: Sequence[str]) -> list[list[int]]:
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]

    def _forward(self, texts_ids: list[list[int]]) -> Tensor:
        """Texts of rising length in, (N, dimension) float32 out.

        Inside, the T tokens of all texts are the rows of one matrix (T, dimension); the few rows
        behind them that only round T up are never looked at.
        """
        blocks = [
            _Block(sum(1 for _ in same), length) for length, same in groupby(map(len, texts_ids))
        ]
        tokens = [token for text in texts_ids for token in text]
        unused = _rows(len(tokens)) - len(tokens)
        words = F.embedding(torch.tensor(tokens + [0] * unused), self._words).float()
        places = [self._places[: block.length].repeat(block.texts, 1) for block in blocks]
        places.append(self._places[:1].expand(unused, -1))
        epsilon = self._shape.epsilon
        states = self._first_norm(words + torch.cat(places), epsilon)
        for layer in self._layers:
            attended = _attend(layer.query_key_value(states), blocks, self._shape.heads)
            states = layer.attention_norm(states + layer.attended(attended), epsilon)
            states = layer.norm(states + layer.down(layer.up(states, gelu=True)), epsilon)
        means = [
            rows.view(block.texts, block.length, -1).mean(dim=1)
            for block, rows in _each(blocks, states)
        ]
        return F.normalize(torch.cat(means), dim=1)


def _rows(tokens: int) -> int:
    """Round up: torch keeps kernels for every number of rows that it has seen."""
    step = 8 if tokens <= 64 else 32 if tokens <= 256 else 128
    return -(-tokens // step) * step


class _Block(NamedTuple):
    """Neighbouring texts of one length in tokens."""

    texts: int
    length: int


def _each(blocks: list[_Block], rows: Tensor) -> list[tuple[_Block, Tensor]]:
    """Each block with its tokens' rows."""
    sizes = [block.texts * block.length for block in blocks]
    parts = torch.split(rows[: sum(sizes)], sizes)
    return list(zip(blocks, parts, strict=True))


def _attend(query_key_value: Tensor, blocks: list[_Block], heads: int) -> Tensor:
    """(T, 3 · dimension) in, (T, dimension) out: every token looks at its own text's tokens."""
    width = query_key_value.shape[1] // 3
    attended = query_key_value.new_zeros(len(query_key_value), width)
    pairs = zip(_each(blocks, query_key_value), _each(blocks, attended), strict=True)
    for (block, rows), (_, target) in pairs:
        split = rows.view(block.texts, block.length, 3, heads, width // heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        context = F.scaled_dot_product_attention(query, key, value)
        target.view(block.texts, block.length, heads, -1).copy_(context.transpose(1, 2))
    return attended


class _Norm(NamedTuple):
    """Layer normalisation, in float32."""

    weight: Tensor
    bias: Tensor

    @classmethod
    def of(cls, weights: dict[str, Tensor], name: str) -> _Norm:
        parts = (weights[f"{name}.{part}"] for part in ("weight", "bias"))
        return cls(*(part.to(torch.float32, copy=True) for part in parts))

    def __call__(self, states: Tensor, epsilon: float) -> Tensor:
        return F.layer_norm(states, self.weight.shape, self.weight, self.bias, epsilon)


class _Linear:
    """x @ weight.T + bias in one precision, the weight laid out for the CPU where torch can."""

    def __init__(self, weights: dict[str, Tensor], names: list[str], to: torch.dtype) -> None:
        """Several names make one product of them, side by side."""
        self._bias = torch.cat([weights[f"{name}.bias"] for name in names]).to(to)
        self._weight = torch.cat([weights[f"{name}.weight"] for name in names]).to(to)
        self._packed = _can_pack(to)
        if self._packed:
            self._weight = _pack(self._weight)

    def __call__(self, states: Tensor, *, gelu: bool = False) -> Tensor:
        states = states.to(self._bias.dtype)
        if self._packed:
            return _packed_linear(states, self._weight, self._bias, "gelu" if gelu else "none")
        product = F.linear(states, self._weight, self._bias)
        return F.gelu(product) if gelu else product


def _pack(weight: Tensor) -> Tensor:
    packed: Tensor = torch.ops.mkldnn._reorder_linear_weight(weight)
    return packed


def _packed_linear(states: Tensor, packed: Tensor, bias: Tensor, after: str) -> Tensor:
    """What torch.compile puts in a linear layer's place; `after` is "none" or "gelu"."""
    done: Tensor = torch.ops.mkldnn._linear_pointwise(states, packed, bias, after, [], "none")
    return done


@lru_cache
def _can_pack(precision: torch.dtype) -> bool:
    """Try it once: these two calls are torch's own, not every build has them or keeps them."""
    states, weight, bias = (torch.ones(shape, dtype=precision) for shape in ((2, 16), (16, 16), 16))
    try:
        done = _packed_linear(states, _pack(weight), bias, "gelu")
    except (AttributeError, RuntimeError):
        return False
    return torch.allclose(done, F.gelu(F.linear(states, weight, bias)))


class _Layer(NamedTuple):
    query_key_value: _Linear
    attended: _Linear
    attention_norm: _Norm
    up: _Linear
    down: _Linear
    norm: _Norm

    @classmethod
    def of(cls, weights: dict[str, Tensor], name: str, precision: torch.dtype) -> _Layer:
        inputs = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        return cls(
            _Linear(weights, inputs, precision),
            _Linear(weights, [f"{name}.attention.output.dense"], precision),
            _Norm.of(weights, f"{name}.attention.output.LayerNorm"),
            _Linear(weights, [f"{name}.intermediate.dense"], precision),
            _Linear(weights, [f"{name}.output.dense"], precision),
            _Norm.of(weights, f"{name}.output.LayerNorm"),
        )


def fastest_precision() -> torch.dtype:
    """bf16 where the CPU has instructions for it, and float32 elsewhere: emulated it is slow."""
    native = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")  # torch has no public name
    if any(getattr(torch.cpu, name, bool)() for name in native):
        return torch.bfloat16
    return torch.float32

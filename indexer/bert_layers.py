"""The layers of a BERT, written out: the fast path on CPUs.

Three things make it fast: the texts of a batch stand end to end, so nothing is ever padding and a
text has the same states alone or in company; the weights are laid out once as the CPU's matrix
kernels want them; and they are bf16 where the CPU multiplies bf16 by itself.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812  its customary name
from safetensors.torch import load_file
from torch import Tensor

Weights = dict[str, Tensor]


class Block(NamedTuple):
    """Neighbouring texts of one length in tokens."""

    texts: int
    length: int


class Layers:
    """All layers of one model, read only; safe from any thread."""

    def __init__(
        self, weights: Weights, count: int, heads: int, epsilon: float, precision: torch.dtype
    ) -> None:
        """Take the first `count` layers; products and attention are computed in `precision`.

        Everything between them is float32, to stay near the exact states.
        """
        self._heads, self._epsilon = heads, epsilon
        self._first_norm = _Norm.of(weights, "embeddings.LayerNorm")
        self._layers = [
            _Layer.of(weights, f"encoder.layer.{number}", precision) for number in range(count)
        ]

    def __call__(self, embeddings: Tensor, blocks: list[Block]) -> Tensor:
        """(T, D) float32 in, sums of the embeddings; (T, D) float32 out, the last layer's states.

        T is the number of tokens of all blocks, made round by `round_up`; the few rows behind
        them are never looked at.
        """
        states = self._first_norm(embeddings, self._epsilon)
        for layer in self._layers:
            attended = _attend(layer.query_key_value(states), blocks, self._heads)
            states = layer.attention_norm(states + layer.attended(attended), self._epsilon)
            states = layer.norm(states + layer.down(layer.up(states, gelu=True)), self._epsilon)
        return states


def load_weights(file: Path) -> Weights:
    """Read a safetensors file; its tensors are the file itself until they are copied."""
    return load_file(file)


def round_up(tokens: int) -> int:
    """Round up: torch keeps kernels for every number of rows that it has seen."""
    step = 8 if tokens <= 64 else 32 if tokens <= 512 else 128
    return -(-tokens // step) * step


def each_block(blocks: list[Block], rows: Tensor) -> list[tuple[Block, Tensor]]:
    """Each block with its tokens' rows."""
    sizes = [block.texts * block.length for block in blocks]
    parts = torch.split(rows[: sum(sizes)], sizes)
    return list(zip(blocks, parts, strict=True))


def _attend(query_key_value: Tensor, blocks: list[Block], heads: int) -> Tensor:
    """(T, 3 · dimension) in, (T, dimension) out: every token looks at its own text's tokens."""
    width = query_key_value.shape[1] // 3
    attended = query_key_value.new_zeros(len(query_key_value), width)
    pairs = zip(each_block(blocks, query_key_value), each_block(blocks, attended), strict=True)
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
    def of(cls, weights: Weights, name: str) -> _Norm:
        parts = (weights[f"{name}.{part}"] for part in ("weight", "bias"))
        return cls(*(part.to(torch.float32, copy=True) for part in parts))

    def __call__(self, states: Tensor, epsilon: float) -> Tensor:
        return F.layer_norm(states, self.weight.shape, self.weight, self.bias, epsilon)


class _Linear:
    """x @ weight.T + bias in one precision, the weight laid out for the CPU where torch can."""

    def __init__(self, weights: Weights, names: list[str], to: torch.dtype) -> None:
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
    def of(cls, weights: Weights, name: str, precision: torch.dtype) -> _Layer:
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

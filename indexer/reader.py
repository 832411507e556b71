"""The reader: a question and a passage in, how surely each sentence answers out.

Question and passage are read together (a cross-encoder), which tells an answer from a sentence that
only shares the question's words. The layers are the reader's own; the word rows are those of the
shipped encoder, which every reader belongs to.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812  its customary name
from torch import Tensor

from indexer.bert import Pieces, blocks_of, position_rows, word_rows
from indexer.bert_folder import WEIGHTS
from indexer.bert_layers import (
    Layers,
    Weights,
    each_block,
    fastest_precision,
    load_weights,
    round_up,
)
from indexer.encoder_files import SHIPPED_FOLDER, fingerprint, sha256_of
from indexer.errors import EncoderError

READER_FOLDER = Path(__file__).parent / "reader_model"
CONFIG_FILE = "config.json"
UNREAD = -12.0  # logit of a sentence that the window had no room for


class Window(NamedTuple):
    """What is read at once: sentences in order, under their title and headings."""

    heading: str
    sentences: tuple[str, ...]


class Scores(NamedTuple):
    """Logits: above 0 rather yes than no."""

    sentences: list[float]  # that this sentence answers
    window: float  # that anything in the window answers


@dataclass(frozen=True, slots=True)
class _Config:
    layers: int
    heads: int
    epsilon: float
    question_tokens: int
    heading_tokens: int
    window_tokens: int  # of everything read at once
    encoder_sha256: str  # of the weights file that the word rows are in


class _Tokens(NamedTuple):
    ids: list[int]
    text_from: int  # behind the question
    sentences: list[tuple[int, int]]  # places in ids; those without room are left out


class Reader:
    """Scores sentences for a question; loaded once, safe from any thread."""

    def __init__(self, folder: Path = READER_FOLDER, encoder: Path = SHIPPED_FOLDER) -> None:
        """Load weights from safetensors.

        Raises:
            EncoderError: if a file is not what its SHA-256 list says, or the reader belongs to
                another version of the encoder.
        """
        if not (folder / WEIGHTS).is_file():
            raise EncoderError(
                f"the reader's folder {folder} is missing or empty; install the package again, or "
                "set FUNDSTELLE_READER=0 to answer without it"
            )
        self.fingerprint = fingerprint(folder)
        config = _Config(**json.loads((folder / CONFIG_FILE).read_text("utf-8")))
        if sha256_of(encoder / WEIGHTS) != config.encoder_sha256:
            raise EncoderError(
                f"the reader in {folder} was trained with other word rows than those in {encoder}; "
                "train it again (indexer/training/READER.md), or set FUNDSTELLE_READER=0"
            )
        self._config = config
        self._pieces = Pieces(encoder)
        self._first, self._between = self._pieces.number("[CLS]"), self._pieces.number("[SEP]")
        self._words = word_rows(encoder)
        weights = load_weights(folder / WEIGHTS)
        self._question_places = position_rows(weights, kind=0)
        self._text_places = position_rows(weights, kind=1)
        self._layers = Layers(
            weights, config.layers, config.heads, config.epsilon, fastest_precision()
        )
        self._sentence, self._window = _Head(weights, "sentence"), _Head(weights, "window")

    def read(self, question: str, windows: Sequence[Window]) -> list[Scores]:
        """Score every sentence of every window.

        A sentence that the window's tokens do not reach has the logit UNREAD.
        """
        if not windows:
            return []
        tokens = self._tokens(question, windows)
        order = sorted(range(len(windows)), key=lambda place: len(tokens[place].ids))
        with torch.inference_mode():
            states = self._states([tokens[place] for place in order])
            scores = {
                place: self._score(own, tokens[place], len(windows[place].sentences))
                for place, own in zip(order, states, strict=True)
            }
        return [scores[place] for place in range(len(windows))]

    def _tokens(self, question: str, windows: Sequence[Window]) -> list[_Tokens]:
        """[CLS] question [SEP] heading [SEP] sentence sentence … [SEP], for each window."""
        texts = [text for window in windows for text in (window.heading, *window.sentences)]
        asked, *pieces = self._pieces.of([question, *texts], special=False)
        start = [self._first, *asked[: self._config.question_tokens], self._between]
        found, at = [], 0
        for window in windows:
            heading, *sentences = pieces[at : at + 1 + len(window.sentences)]
            at += 1 + len(window.sentences)
            ids = list(start)
            if heading:
                ids += [*heading[: self._config.heading_tokens], self._between]
            places = []
            for sentence in sentences:
                kept = sentence[: self._config.window_tokens - 1 - len(ids)]
                if not kept:
                    break
                places.append((len(ids), len(ids) + len(kept)))
                ids += kept
            found.append(_Tokens([*ids, self._between], len(start), places))
        return found

    def _states(self, tokens: list[_Tokens]) -> list[Tensor]:
        """Each window's (L, D) float32 states; lengths never fall."""
        ids = [number for one in tokens for number in one.ids]
        unused = round_up(len(ids)) - len(ids)
        words = F.embedding(torch.tensor(ids + [0] * unused), self._words).float()
        places = [
            part
            for one in tokens
            for part in (
                self._question_places[: one.text_from],
                self._text_places[one.text_from : len(one.ids)],
            )
        ]
        places.append(self._question_places[:1].expand(unused, -1))
        blocks = blocks_of([len(one.ids) for one in tokens])
        states = self._layers(words + torch.cat(places), blocks)
        return [
            own
            for block, rows in each_block(blocks, states)
            for own in rows.view(block.texts, block.length, -1)
        ]

    def _score(self, states: Tensor, tokens: _Tokens, count: int) -> Scores:
        whole = states[0]
        if not tokens.sentences:
            return Scores([UNREAD] * count, UNREAD)
        means = torch.stack([states[start:end].mean(0) for start, end in tokens.sentences])
        each = whole.expand_as(means)
        logits = self._sentence(torch.cat([means, each, means * each], dim=1))
        best = torch.softmax(logits, dim=0) @ means
        window = self._window(torch.cat([whole, best]).unsqueeze(0))
        unread = [UNREAD] * (count - len(tokens.sentences))
        return Scores([*logits.tolist(), *unread], float(window))


def load_reader() -> Reader:
    """Load the reader that ships, once per process; raises EncoderError as `Reader` does."""
    return _loaded(fingerprint(READER_FOLDER) if READER_FOLDER.is_dir() else "")


@lru_cache(maxsize=1)
def _loaded(fingerprint: str) -> Reader:  # the argument is for the cache
    return Reader()


class _Head:
    """Two layers; (N, inputs) float32 in, (N,) logits out."""

    def __init__(self, weights: Weights, name: str) -> None:
        # As torch.nn.Sequential(Linear, GELU, Linear) names them.
        self._parts = [
            weights[f"{name}.{part}"].float()
            for part in ("0.weight", "0.bias", "2.weight", "2.bias")
        ]

    def __call__(self, inputs: Tensor) -> Tensor:
        first, first_bias, last, last_bias = self._parts
        return F.linear(F.gelu(F.linear(inputs, first, first_bias)), last, last_bias).squeeze(1)

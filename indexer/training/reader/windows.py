"""Examples as padded tensors: what the reader sees, and which token belongs to which sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from indexer.bert import Pieces
from indexer.training.padding import LENGTHS, ROWS_STEP
from indexer.training.reader.examples import UNKNOWN, Example

QUESTION_TOKENS, HEADING_TOKENS, WINDOW_TOKENS = 64, 32, 384
_LENGTHS = (*LENGTHS, 256, 288, 320, 352, WINDOW_TOKENS)
OUTSIDE = -1  # sentence number of a token that is in none


@dataclass(frozen=True, slots=True)
class Window:
    """One example in token ids."""

    ids: list[int]
    sentences: list[int]  # per token: number of its sentence, or OUTSIDE
    first: int  # where the text behind the question begins
    labels: list[float]  # per sentence; those behind the window's end are left out
    answered: float


@dataclass(frozen=True, slots=True)
class Group:
    """Windows of like length, padded. B windows, L tokens, S sentences at most."""

    places: list[int]  # which of the given examples these are
    ids: torch.Tensor  # (B, L)
    kinds: torch.Tensor  # (B, L), 0 the question, 1 what is read
    mask: torch.Tensor  # (B, L)
    sentences: torch.Tensor  # (B, S, L), 1 / tokens of the sentence, or 0
    labels: torch.Tensor  # (B, S), UNKNOWN where there is no sentence
    answered: torch.Tensor  # (B,)


class Windows:
    """Turns examples into windows by the encoder's own word pieces."""

    def __init__(self, folder: Path) -> None:
        self._pieces = Pieces(folder)
        self._cls, self._sep = self._pieces.number("[CLS]"), self._pieces.number("[SEP]")

    def of(self, one: Example) -> Window:
        """[CLS] question [SEP] heading [SEP] sentence sentence … [SEP]."""
        texts = [one.question, one.heading, *one.sentences]
        question, heading, *sentences = self._pieces.of(texts, special=False)
        ids = [self._cls, *question[:QUESTION_TOKENS], self._sep]
        first = len(ids)
        if heading:
            ids += [*heading[:HEADING_TOKENS], self._sep]
        numbers = [OUTSIDE] * len(ids)
        labels: list[float] = []
        for pieces, label in zip(sentences, one.labels, strict=True):
            kept = pieces[: WINDOW_TOKENS - 1 - len(ids)]
            if not kept:
                break
            numbers += [len(labels)] * len(kept)
            labels.append(label)
            ids += kept
        return Window([*ids, self._sep], [*numbers, OUTSIDE], first, labels, one.answered)

    def groups(self, examples: Sequence[Example], tokens: int) -> list[Group]:
        """Groups of like length, about so many tokens each; long ones first."""
        windows = [self.of(one) for one in examples]
        order = sorted(range(len(windows)), key=lambda place: -len(windows[place].ids))
        groups = []
        while order:
            length = next(fixed for fixed in _LENGTHS if fixed >= len(windows[order[0]].ids))
            count = max(2, tokens // length)
            places, order = order[:count], order[count:]
            groups.append(_group(places, [windows[place] for place in places], length))
        return groups


def _group(places: list[int], windows: list[Window], length: int) -> Group:
    rows = len(windows)
    most = -(-max(1, *(len(window.labels) for window in windows)) // ROWS_STEP) * ROWS_STEP
    ids = torch.zeros(rows, length, dtype=torch.long)
    kinds, mask = torch.zeros_like(ids), torch.zeros_like(ids)
    sentences = torch.zeros(rows, most, length)
    labels = torch.full((rows, most), UNKNOWN)
    for row, window in enumerate(windows):
        size = len(window.ids)
        ids[row, :size] = torch.tensor(window.ids)
        kinds[row, window.first : size] = 1
        mask[row, :size] = 1
        numbers = torch.tensor(window.sentences)
        for number in range(len(window.labels)):
            inside = numbers == number
            sentences[row, number, :size] = inside / inside.sum()
        labels[row, : len(window.labels)] = torch.tensor(window.labels)
    answered = torch.tensor([window.answered for window in windows])
    return Group(places, ids, kinds, mask, sentences, labels, answered)

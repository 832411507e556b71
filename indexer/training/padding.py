"""Texts as padded tensors of few shapes, and their vectors with gradients."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from indexer.training.student import embed

LENGTHS = (8, 12, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224)
LONGEST = LENGTHS[-1]  # tokens; longer texts are cut in training only
ROWS_STEP = 8
GROUP_TOKENS = 1_024  # small groups of like length need less padding than large ones


class Texts:
    """Token ids and masks for one tokenizer, padded to few lengths."""

    def __init__(self, folder: Path, longest: int = LONGEST) -> None:
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(longest)
        self._tokenizer.no_padding()

    def groups(
        self, texts: Sequence[str], size: int
    ) -> list[tuple[np.ndarray, torch.Tensor, torch.Tensor]]:
        """Return (places, ids, mask) of texts of like length, about `size` tokens a group.

        Rows beyond `places` are padding: few shapes let the CPU's kernels be compiled once.
        """
        encoded = [item.ids for item in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(texts)), key=lambda place: -len(encoded[place]))
        groups = []
        while order:
            length = next(fixed for fixed in LENGTHS if fixed >= len(encoded[order[0]]))
            count = max(ROWS_STEP, size // length // ROWS_STEP * ROWS_STEP)
            places, order = order[:count], order[count:]
            rows = -(-len(places) // ROWS_STEP) * ROWS_STEP
            ids = torch.zeros(rows, length, dtype=torch.long)
            mask = torch.zeros_like(ids)
            mask[:, 0] = 1  # a padding row needs something to attend to
            for row, place in enumerate(places):
                ids[row, : len(encoded[place])] = torch.tensor(encoded[place])
                mask[row, : len(encoded[place])] = 1
            groups.append((np.array(places), ids, mask))
        return groups


def vectors(
    model: torch.nn.Module,
    texts: Texts,
    batch: Sequence[str],
    device: str,
    size: int = GROUP_TOKENS,
) -> torch.Tensor:
    """Encode texts with gradients, (N, D), in their order."""
    parts, places = [], []
    for group, ids, mask in texts.groups(batch, size):
        with torch.autocast(device, dtype=torch.bfloat16):
            parts.append(embed(model, ids.to(device), mask.to(device))[: len(group)])
        places.append(group)
    order = torch.from_numpy(np.argsort(np.concatenate(places), kind="stable"))
    return torch.cat(parts)[order.to(device)]

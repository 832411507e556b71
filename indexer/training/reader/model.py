"""The reader in torch, for training: the encoder's layers, and two small heads."""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812  its customary name
from torch import Tensor, nn

from indexer.training.reader.examples import UNKNOWN
from indexer.training.reader.windows import Group
from indexer.training.student import load_bert

POSITIVE_WEIGHT = 2.0  # few sentences answer
ANSWERED_WEIGHT = 0.5  # of "does anything here answer?" against "which sentences do?"
DROPOUT = 0.1


class Reader(nn.Module):
    """Scores every sentence of a window, and the window itself, for a question."""

    def __init__(self, encoder: Path) -> None:
        super().__init__()
        self.bert = load_bert(encoder)
        # The rows stay the encoder's own: they are not shipped twice.
        self.bert.embeddings.word_embeddings.requires_grad_(False)
        for layer in self.bert.modules():
            if isinstance(layer, nn.Dropout):
                layer.p = DROPOUT
        for layer in self.bert.encoder.layer:
            layer.attention.self.dropout.p = 0.0  # the dearest, and of the least use
        size = self.bert.config.hidden_size
        self.sentence = nn.Sequential(nn.Linear(3 * size, size), nn.GELU(), nn.Linear(size, 1))
        self.window = nn.Sequential(nn.Linear(2 * size, size), nn.GELU(), nn.Linear(size, 1))

    def forward(self, group: Group) -> tuple[Tensor, Tensor]:
        """Return logits (B, S) of the sentences and (B,) of the windows, float32."""
        states = self.bert(
            input_ids=group.ids, attention_mask=group.mask, token_type_ids=group.kinds
        ).last_hidden_state.float()
        means = group.sentences @ states  # (B, S, D)
        whole = states[:, :1].expand_as(means)
        logits = self.sentence(torch.cat([means, whole, means * whole], dim=-1)).squeeze(-1)
        logits = logits.masked_fill(group.sentences.sum(-1) == 0, -30.0)
        best = torch.softmax(logits.detach(), dim=1).unsqueeze(1) @ means
        window = self.window(torch.cat([states[:, 0], best[:, 0]], dim=-1)).squeeze(-1)
        return logits, window


def losses(logits: Tensor, window: Tensor, group: Group) -> tuple[Tensor, Tensor]:
    """Return the sums of both losses: over the sentences with a known label, over the windows."""
    known = group.labels != UNKNOWN
    weight = 1.0 + (POSITIVE_WEIGHT - 1.0) * group.labels
    sentences = F.binary_cross_entropy_with_logits(
        logits[known], group.labels[known], weight[known], reduction="sum"
    )
    windows = F.binary_cross_entropy_with_logits(window, group.answered, reduction="sum")
    return sentences, windows

"""What training makes small: the distance to the teacher, and the confusion with other texts."""

from __future__ import annotations

from collections.abc import Sequence

import torch

SCALE = 20.0  # of cosines in the contrastive losses


def translation_loss(student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """Be where the teacher is, and nearer to one's own translation than to the others'."""
    cosine = (student * teacher).sum(1)
    return 5 * (1 - cosine).mean() + 0.5 * contrast(student, teacher)


def contrast(
    queries: torch.Tensor, passages: torch.Tensor, same: torch.Tensor | None = None
) -> torch.Tensor:
    """InfoNCE with the batch as negatives, both ways round; `same` (N, N) marks what is none."""
    scores = SCALE * queries @ passages.T
    if same is not None:
        scores = scores.masked_fill(same, -torch.inf)
    own = torch.arange(len(scores), device=scores.device)
    cross_entropy = torch.nn.functional.cross_entropy
    return (cross_entropy(scores, own) + cross_entropy(scores.T, own)) / 2


def duplicates(texts: Sequence[str]) -> torch.Tensor:
    """Mark pairs of places, (N, N), that hold the same text: no negatives of each other."""
    numbers = torch.tensor([texts.index(text) for text in texts])
    same = numbers[:, None] == numbers[None, :]
    return same.fill_diagonal_(False)

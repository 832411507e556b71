"""What training makes small: the distance to the teacher, and the confusion with other texts."""

from __future__ import annotations

from collections.abc import Sequence

import torch

SCALE = 20.0  # of cosines in the contrastive losses
ALIKE = 0.9


def translation_loss(
    student: torch.Tensor, teacher: torch.Tensor, crowding: float = 0.0
) -> torch.Tensor:
    """Be where the teacher is, and nearer to one's own translation than to the others'.

    `crowding` weighs being nearer to it than to the other texts of one's own language, too.
    """
    cosine = (student * teacher).sum(1)
    loss = 5 * (1 - cosine).mean() + 0.5 * contrast(student, teacher)
    return loss + crowding * crowded(student, cosine) if crowding else loss


def crowded(student: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
    """InfoNCE of each text's cosine to its translation, `own` (N,), against its neighbours.

    Texts that say nearly the same (cosine of .9) are no negatives of each other.
    """
    among = student @ student.T
    among = SCALE * among.masked_fill(among.detach() > ALIKE, -torch.inf)
    scores = torch.cat([SCALE * own.unsqueeze(1), among], dim=1)
    return -torch.nn.functional.log_softmax(scores, dim=1)[:, 0].mean()


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

"""What a threshold costs, and whether the confidence is what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.answers.asked import Asked
from eval.measures import Share

BINS = 10


@dataclass(frozen=True, slots=True)
class Point:
    """All that is shown and refused at one threshold."""

    threshold: float
    answered: Share  # of the answerable questions
    refused: Share  # of the others
    wrong: Share  # of the answers shown: nothing answers, or the first sentence does not
    holds: Share  # of the answerable: the answer holds a judged place
    cited: Share  # of the answerable: the first citation does


def point(asked: Sequence[Asked], threshold: float) -> Point:
    """Sum up questions at a threshold."""
    answerable = [one for one in asked if one.answerable]
    others = [one for one in asked if not one.answerable]
    shown = [one for one in asked if one.shown(threshold)]
    return Point(
        threshold,
        Share(sum(one.shown(threshold) for one in answerable), len(answerable)),
        Share(sum(not one.shown(threshold) for one in others), len(others)),
        Share(sum(not one.right for one in shown), len(shown)),
        Share(sum(one.shown(threshold) and one.holds for one in answerable), len(answerable)),
        Share(sum(one.shown(threshold) and one.cited for one in answerable), len(answerable)),
    )


def calibration_error(asked: Sequence[Asked]) -> float:
    """Expected calibration error over ten bins of equal width (Naeini et al. 2015), in [0, 1]."""
    return float(sum(size * abs(said - true) for said, true, size in bins(asked)))


def bins(asked: Sequence[Asked]) -> list[tuple[float, float, float]]:
    """Per bin that is not empty: mean confidence, share that is right, share of all questions."""
    confidence = np.array([one.confidence for one in asked])
    labels = np.array([one.label for one in asked], float)
    places = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        (float(confidence[own].mean()), float(labels[own].mean()), float(own.mean()))
        for place in range(BINS)
        if (own := places == place).any()
    ]


def roc_auc(asked: Sequence[Asked]) -> float:
    """ROC-AUC of the confidence for "the first sentence is right"."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score([one.right for one in asked], [one.confidence for one in asked]))


def risk_coverage(asked: Sequence[Asked]) -> list[tuple[float, float]]:
    """(share of all questions shown, share of these that is wrong), the surest first."""
    order = sorted((one for one in asked if not one.silent), key=lambda one: -one.confidence)
    wrong, curve = 0, []
    for number, one in enumerate(order, start=1):
        wrong += not one.right
        curve.append((number / len(asked), wrong / number))
    return curve

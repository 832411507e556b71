"""The fitted weights: confidence.json, written by eval.calibration and eval.contradictions."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal

# Which sentences answer; whether the best one does; the same where the reader is turned off;
# whether two sentences contradict each other.
Model = Literal["sentence", "answer", "answer_without_reader", "contradiction"]


def probability(model: Model, values: Mapping[str, float]) -> float:
    """Return what logistic regression makes of named values, in [0, 1].

    Raises:
        KeyError: if the weights were fitted with other features.
    """
    bias, weights = _weights(model)
    return logistic(bias + sum(weight * values[name] for name, weight in weights.items()))


def logistic(x: float) -> float:
    """Return 1 / (1 + e^-x), for any finite x."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


@cache
def _weights(model: Model) -> tuple[float, Mapping[str, float]]:
    plain = json.loads(resources.files("api").joinpath("confidence.json").read_text("utf-8"))
    return float(plain[model]["bias"]), plain[model]["weights"]

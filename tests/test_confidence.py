"""Confidence: a probability from named features, and the operating point that goes with it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

import api.confidence
from api.confidence import FEATURES, Features, confidence, logistic
from indexer.settings import Settings

FITTED = json.loads(Path(api.confidence.__file__).with_name("confidence.json").read_text("utf-8"))
STRONG = Features(0.9, 1.5, 1.0, 0.9, 1.0, 0.0)


def test_the_logistic_function_is_a_probability_for_any_number() -> None:
    assert logistic(0) == 0.5
    assert logistic(1) == pytest.approx(1 / (1 + math.exp(-1)))
    assert logistic(-800) == pytest.approx(0, abs=1e-12)
    assert logistic(800) == pytest.approx(1)


def test_the_confidence_is_the_fitted_formula() -> None:
    z = FITTED["bias"] + sum(FITTED["weights"][name] * getattr(STRONG, name) for name in FEATURES)
    assert confidence(STRONG) == pytest.approx(1 / (1 + math.exp(-z)))


def test_evidence_never_counts_against_an_answer() -> None:
    assert confidence(STRONG) >= confidence(Features(0, 0, 0, 0, 0, 0))
    assert confidence(replace(STRONG, year_missing=1.0)) <= confidence(STRONG)


def test_the_default_operating_point_is_the_fitted_one() -> None:
    assert Settings().answer_threshold == FITTED["threshold"]
    assert Settings().encoder == FITTED["encoder"]

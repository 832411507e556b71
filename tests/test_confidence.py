"""Confidence: a probability from named features, and the operating point that goes with it."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, fields, replace
from pathlib import Path

import pytest

import api.fitted
from api.candidates import SentenceFeatures, answers
from api.confidence import FEATURES, Features, confidence
from api.conflicts import Differences
from api.fitted import logistic
from eval.calibration import AGAINST
from indexer.reader import load_reader
from indexer.settings import Settings

FITTED = json.loads(Path(api.fitted.__file__).with_name("confidence.json").read_text("utf-8"))
STRONG = Features(0.9, 1.5, 1.0, 0.0, 0.9, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, logit=4.0, window=4.0)
NOTHING = Features(0, 0, 0, 1, 0, 0, 1, 1, 1, 1, 1, logit=-4.0, window=-4.0)
KNOWN = {
    "sentence": {field.name for field in fields(SentenceFeatures)},
    "answer": set(FEATURES),
    "answer_without_reader": set(FEATURES) - {"logit", "window"},
    "contradiction": {field.name for field in fields(Differences)},
}


def test_the_logistic_function_is_a_probability_for_any_number() -> None:
    assert logistic(0) == 0.5
    assert logistic(1) == pytest.approx(1 / (1 + math.exp(-1)))
    assert logistic(-800) == pytest.approx(0, abs=1e-12)
    assert logistic(800) == pytest.approx(1)


@pytest.mark.parametrize(("model", "read"), [("answer", True), ("answer_without_reader", False)])
def test_the_confidence_is_the_fitted_formula(model: str, read: bool) -> None:
    weights = FITTED[model]["weights"]
    z = FITTED[model]["bias"] + sum(weights[name] * asdict(STRONG)[name] for name in weights)
    assert confidence(STRONG, read=read) == pytest.approx(1 / (1 + math.exp(-z)))


@pytest.mark.parametrize(("model", "known"), KNOWN.items())
def test_weights_are_those_of_the_features(model: str, known: set[str]) -> None:
    assert set(FITTED[model]["weights"]) == known


@pytest.mark.parametrize("model", ["sentence", "answer", "answer_without_reader"])
def test_evidence_never_counts_the_other_way(model: str) -> None:
    for name, weight in FITTED[model]["weights"].items():
        assert weight <= 0 if name in AGAINST else weight >= 0, name


@pytest.mark.parametrize("read", [True, False])
def test_more_evidence_is_more_confidence(read: bool) -> None:
    assert confidence(STRONG, read=read) > 0.5 > confidence(NOTHING, read=read)
    assert confidence(replace(STRONG, year_missing=1.0), read=read) <= confidence(STRONG, read=read)


def test_a_sentence_that_the_reader_believes_in_is_likelier_to_answer() -> None:
    believed = SentenceFeatures(3.0, 3.0, 0.6, 0.5, 0.0)
    assert answers(believed) > answers(replace(believed, logit=-3.0))


def test_the_default_operating_point_is_the_chosen_one() -> None:
    assert Settings().answer_threshold == FITTED["threshold"]


def test_the_weights_were_fitted_with_what_ships() -> None:
    assert Settings().encoder == FITTED["encoder"]
    assert load_reader().fingerprint.startswith(FITTED["reader"])

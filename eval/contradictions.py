"""Fit the weights by which contradictions are told: `python -m eval.contradictions`.

Logistic regression on the development cases, of those in which any value, name or place differs.
Prints what the cross-validated probability gives at several thresholds.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from api.conflicts import Said, differences
from eval.logistic import fit, held_out
from eval.suites.own import SETS
from indexer.encoder import Encoder, load_encoder
from indexer.settings import Settings

FOLDS = 8
SIDES = ("a", "b")
AGAINST = {"some_agree", "other_year", "other_choice"}
OUT = Path(__file__).parents[1] / "api" / "confidence.json"


def cases(half: str) -> list[dict[str, Any]]:
    """The cases of a half; those written for development alone belong to that half."""
    files = ["conflicts.jsonl", *(["conflicts-development.jsonl"] if half == "development" else [])]
    rows = [
        json.loads(line) for file in files for line in (SETS / file).read_text("utf-8").splitlines()
    ]
    return [row for row in rows if row.get("half", half) == half]


def alike_by(encoder: Encoder) -> Any:
    """Cosine of two texts."""

    def alike(one: str, other: str) -> float:
        vectors = encoder.encode_passages([one, other])
        return float(vectors[0] @ vectors[1])

    return alike


def said(case: dict[str, Any]) -> tuple[Said, Said]:
    """Both sentences of a case."""
    one, other = (Said(case[side]["text"], case[side]["title"]) for side in SIDES)
    return one, other


def main() -> None:
    """Fit, and write the weights beside those of the confidence."""
    alike = alike_by(load_encoder(Settings.load().encoder))
    rows = cases("development")
    found = [differences(row["question"], *said(row), alike) for row in rows]
    labels = np.array([row["conflict"] for row in rows])
    names = list(asdict(found[0]))
    values = np.array([[float(asdict(one)[name]) for name in names] for one in found])
    some = np.array([one.any for one in found])

    def weights_of(given: np.ndarray, theirs: np.ndarray) -> np.ndarray:
        return fit(given, theirs, names, AGAINST)

    guessed = np.zeros(len(labels))
    each = np.arange(int(some.sum()))
    guessed[some] = held_out(values[some], labels[some], each, FOLDS, weights_of)
    for threshold in (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9):
        called = guessed >= threshold
        right = (called & labels).sum()
        print(
            f"{threshold:.2f}  precision {right / max(1, called.sum()):.3f}  "
            f"recall {right / labels.sum():.3f}"
        )
    bias, *fitted = (round(float(weight), 3) for weight in weights_of(values[some], labels[some]))
    weights = json.loads(OUT.read_text("utf-8"))
    weights["contradiction"] = {
        "made_by": "python -m eval.contradictions",
        "examples": int(some.sum()),
        "bias": bias,
        "weights": dict(zip(names, fitted, strict=True)),
    }
    OUT.write_text(json.dumps(weights, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()

"""Fit the weights of api/confidence.json: `python -m eval.calibration ../shared/data`.

Three models are fitted: which of the sentences that were read answer; whether the best one does;
and the same where the reader is turned off. `calibration_examples` says what is asked. The
operating point is chosen by `python -m eval.operating_point`, on the development halves of our own
sets.
"""

from __future__ import annotations

import json
import sys
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from api.candidates import Candidate, sentence_features
from api.engine import Engine
from eval.calibration_examples import Asking, Example, municipal, written
from eval.indexing import opened, write_texts
from eval.logistic import fit, fit_within, held_out
from indexer.reader import load_reader
from indexer.settings import Settings
from indexer.training.overlap import EvaluationText
from indexer.training.reader.written import collections
from indexer.training.sources import TrainingData

FOLDS = 5
# Evidence against an answer never counts for one, whatever one corpus suggests, nor the reverse.
AGAINST = {
    "year_missing",
    "year_elsewhere",
    "number_missing",
    "rarest_missing",
    "kind_missing",
    "passage_behind",
}
BY_READER = {"logit", "window"}


@dataclass(slots=True)
class Seen:
    """What was described, one row a case, and whether it answers."""

    rows: list[dict[str, float]]
    labels: list[bool]
    groups: list[int]  # the page or article that a row is of: folds never part one
    cases: list[int]  # the question that it is of


def main(data: Path, out: Path) -> None:
    """Build the corpora, ask everything, fit, and write the weights."""
    sources = TrainingData(data / "train", EvaluationText.read(data / "eval"))
    askings = [
        municipal(list(sources.municipal_questions())),
        *map(written, collections(sources)),
    ]
    models: dict[str, object] = {}
    sentences, best = _asked(askings, reader=True)
    _, best_without = _asked(askings, reader=False)
    models["sentence"] = _ordered(sentences)
    models["answer"] = _fitted(best, set())
    models["answer_without_reader"] = _fitted(best_without, BY_READER)
    settings = Settings.load()
    made = {
        "made_by": "python -m eval.calibration ../shared/data",
        "encoder": settings.encoder,
        "reader": load_reader().fingerprint[:12],
        "data": ["municipal-qa-train", "written"],
        **models,
    }
    kept = json.loads(out.read_text("utf-8")) if out.exists() else {}
    made |= {name: kept[name] for name in ("contradiction",) if name in kept}
    out.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(models, indent=1))


def _asked(askings: Iterable[Asking], *, reader: bool) -> tuple[Seen, Seen]:
    """Every sentence that was read, and the best sentence of every question."""
    sentences, best = Seen([], [], [], []), Seen([], [], [], [])
    for asking in askings:
        # A page without its answers may be empty, which is no failure here.
        with opened(write=write_texts(asking.pages), strict=False, reader=reader) as engine:
            for example in asking.examples:
                _describe(engine, example, sentences if reader else None, best)
    return sentences, best


def _describe(engine: Engine, example: Example, sentences: Seen | None, best: Seen) -> None:
    considered = engine.consider(example.question, example.filters)
    if considered.features is None:
        return
    group = zlib.crc32(example.group.encode())
    best.rows.append(asdict(considered.features))
    best.labels.append(_answers(example, considered.sentences[0]))
    best.groups.append(group)
    best.cases.append(len(best.cases))
    if sentences is None or not example.judged:
        return  # another page may answer as well
    scores = considered.ranking.scores.tolist()
    for candidate in considered.sentences:
        sentences.rows.append(asdict(sentence_features(candidate, scores)))
        sentences.labels.append(_answers(example, candidate))
        sentences.groups.append(group)
        sentences.cases.append(best.cases[-1])


def _answers(example: Example, candidate: Candidate) -> bool:
    start, end = (place - candidate.passage.start for place in candidate.span)
    return example.answers(candidate.passage.doc_id, candidate.passage.text[start:end])


def _ordered(seen: Seen) -> dict[str, object]:
    """Weights that set the sentences of one question in order, scaled to a probability."""
    names = list(seen.rows[0])
    values = np.array([[row[name] for name in names] for row in seen.rows])
    labels = np.array(seen.labels)
    within = fit_within(values, labels, np.array(seen.cases), names, AGAINST)
    scores = (values @ within)[:, None]
    bias, scale = fit(scores, labels, ["score"], set())
    return {
        "examples": len(labels),
        "answered_share": round(float(labels.mean()), 3),
        "bias": round(float(bias), 3),
        "weights": {
            name: round(float(scale * weight), 3)
            for name, weight in zip(names, within, strict=True)
        },
    }


def _fitted(seen: Seen, left_out: set[str]) -> dict[str, object]:
    from sklearn.metrics import roc_auc_score

    names = [name for name in seen.rows[0] if name not in left_out]
    values = np.array([[row[name] for name in names] for row in seen.rows])
    labels = np.array(seen.labels)

    def weights_of(some: np.ndarray, theirs: np.ndarray) -> np.ndarray:
        return fit(some, theirs, names, AGAINST)

    guessed = held_out(values, labels, np.array(seen.groups), FOLDS, weights_of)
    bias, *fitted = (round(float(weight), 3) for weight in weights_of(values, labels))
    return {
        "examples": len(labels),
        "answered_share": round(float(labels.mean()), 3),
        "held_out_roc_auc": round(float(roc_auc_score(labels, guessed)), 3),
        "bias": bias,
        "weights": dict(zip(names, fitted, strict=True)),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).parents[1] / "api" / "confidence.json")

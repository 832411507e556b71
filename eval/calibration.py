"""Fit the weights of api/confidence.json: `python -m eval.calibration ../shared/data`.

Questions are asked of corpora that hold the answer and of the same corpora without it, so that
the refusal learns from near misses on the right topic. Only training data is read, through the
overlap filter that all training passes: the municipal questions (German and English, same language
and across) and the English questions. Asked are those of pages and articles that the encoder was
not trained on: it is surer of what it has seen than it will be of anybody's documents.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from api.confidence import FEATURES
from api.engine import Engine
from api.filters import NO_FILTERS, Filters
from indexer.building import bring_up_to_date
from indexer.settings import Settings
from indexer.training.overlap import EvaluationText
from indexer.training.prepare import english_held_out
from indexer.training.sources import HELD_OUT_PAGES, Answered, Asked, TrainingData, is_held_out
from indexer.types import Language

FOLDS = 5
RIDGE = 1e-3
BALANCE_GIVEN_UP = 0.02
QUESTIONS_OF_A_PARAGRAPH = 3


@dataclass(frozen=True, slots=True)
class Example:
    """A question, what it may be answered from, and whether (doc_id, sentence) answers it."""

    question: str
    filters: Filters
    answers: Callable[[str, str], bool]


def main(data: Path, out: Path) -> None:
    """Build both corpora, ask everything, fit, and write the weights."""
    sources = TrainingData(data / "train", EvaluationText.read(data / "eval"))
    municipal, english = list(sources.municipal_questions()), list(sources.english_questions())
    with tempfile.TemporaryDirectory(prefix="fundstelle-calibration-") as folder:
        rows: list[tuple[list[float], bool]] = []
        for name, pages, examples in (
            ("municipal", _municipal_pages(municipal), _municipal_examples(municipal)),
            ("english", _english_pages(english), _english_examples(english)),
        ):
            engine = _index(Path(folder) / name, pages)
            rows += _ask(engine, examples)
    values = np.array([features for features, _ in rows])
    labels = np.array([label for _, label in rows])
    weights, bias, figures = _fit(values, labels)
    out.write_text(
        json.dumps(
            {
                "made_by": "python -m eval.calibration ../shared/data",
                "encoder": Settings.load().encoder,
                "data": ["municipal-qa-train", "english-questions"],
                **figures,
                "bias": bias,
                "weights": weights,
            },
            indent=1,
        )
        + "\n",
        encoding="utf-8",
    )
    print(json.dumps(figures))


def _index(folder: Path, pages: dict[str, str]) -> Engine:
    (folder / "corpus").mkdir(parents=True)
    for name, text in pages.items():
        (folder / "corpus" / name).write_text(text, encoding="utf-8")
    settings = Settings.load(corpus=(folder / "corpus",), index=folder / "index")
    bring_up_to_date(settings)
    return Engine.open(settings)


def _ask(engine: Engine, examples: Iterable[Example]) -> Iterator[tuple[list[float], bool]]:
    for example in examples:
        considered = engine.consider(example.question, example.filters)
        if considered.features is None:
            continue
        best = considered.sentences[0]
        start = best.passage.start
        said = best.passage.text[best.span[0] - start : best.span[1] - start]
        yield list(astuple(considered.features)), example.answers(best.passage.doc_id, said)


def _municipal_pages(questions: Iterable[Asked]) -> dict[str, str]:
    return {
        _file(asked.page, language): "\n".join(asked.sentences[language])
        for asked in questions
        for language in ("de", "en")
    }


def _file(page: str, language: str) -> str:
    return f"{page.replace('/', '-')}.{language}.txt"


def _municipal_examples(questions: list[Asked]) -> Iterator[Example]:
    """Open, in the other language only, and with the page taken away; in both languages."""
    pages = sorted(_municipal_pages(questions))
    for asked in questions:
        if not is_held_out(asked.page, percent=HELD_OUT_PAGES):
            continue
        answers = _says(
            [
                asked.sentences[language][number]
                for language in ("de", "en")
                for number in asked.answers[language]
                if asked.sentences[language][number]  # a masked one is in every text
            ]
        )
        own = {_file(asked.page, language) for language in ("de", "en")}
        others = tuple(page for page in pages if page not in own)
        crossings: tuple[tuple[Language, Language], ...] = (("de", "en"), ("en", "de"))
        for language, other in crossings:
            text = asked.questions[language]
            yield Example(text, NO_FILTERS, answers)
            yield Example(text, Filters(language=other), answers)
            yield Example(text, Filters(doc_ids=others), answers)


def _says(sentences: list[str]) -> Callable[[str, str], bool]:
    """Whether a sentence is one of these; some recur across pages, which is as good."""
    return lambda doc_id, said: any(said in known or known in said for known in sentences)


def _holds(page: str, spans: list[str]) -> Callable[[str, str], bool]:
    """Whether a sentence of this page holds one of these short answers."""
    return lambda doc_id, said: doc_id == page and any(span in said for span in spans)


def _english_pages(paragraphs: Iterable[Answered]) -> dict[str, str]:
    return {f"{number}.txt": answered.section.text for number, answered in enumerate(paragraphs)}


def _english_examples(paragraphs: list[Answered]) -> Iterator[Example]:
    """Some questions of each paragraph, with the paragraph and without it."""
    names = list(_english_pages(paragraphs))
    articles = english_held_out(paragraphs)
    for number, answered in enumerate(paragraphs):
        if answered.section.title not in articles:
            continue
        for question, start, end in answered.questions[:QUESTIONS_OF_A_PARAGRAPH]:
            answers = _holds(f"{number}.txt", [answered.section.text[start:end]])
            yield Example(question, NO_FILTERS, answers)
            others = tuple(name for name in names if name != f"{number}.txt")
            yield Example(question, Filters(doc_ids=others), answers)


def _fit(
    values: np.ndarray, labels: np.ndarray
) -> tuple[dict[str, float], float, dict[str, float]]:
    """Fit weights that may only point the way that the feature's meaning does."""
    from sklearn.metrics import roc_auc_score

    fold = np.random.default_rng(0).integers(0, FOLDS, len(labels))
    held_out = np.zeros(len(labels))
    for k in range(FOLDS):
        weights = _minimise(values[fold != k], labels[fold != k])
        held_out[fold == k] = expit(weights[0] + values[fold == k] @ weights[1:])
    bias, *fitted = (round(float(weight), 3) for weight in _minimise(values, labels))
    balanced = {t / 100: _balanced_accuracy(labels, held_out >= t / 100) for t in range(5, 95)}
    best = max(balanced.values())
    # As much is shown as nearly the best balance of refusing and answering allows.
    threshold = min(t for t, value in balanced.items() if value >= best - BALANCE_GIVEN_UP)
    figures = {
        "examples": len(labels),
        "answered_share": round(float(labels.mean()), 3),
        "held_out_roc_auc": round(float(roc_auc_score(labels, held_out)), 3),
        "best_balanced_accuracy": round(best, 3),
        "threshold": threshold,
        "balanced_accuracy": round(balanced[threshold], 3),
        "right_of_shown": round(float(labels[held_out >= threshold].mean()), 3),
    }
    return dict(zip(FEATURES, fitted, strict=True)), bias, figures


def _minimise(values: np.ndarray, labels: np.ndarray) -> np.ndarray:
    def loss(weights: np.ndarray) -> float:
        z = weights[0] + values @ weights[1:]
        return float(np.mean(np.logaddexp(0, z) - labels * z) + RIDGE * np.sum(weights[1:] ** 2))

    # Evidence for an answer never counts against it, whatever one corpus suggests.
    bounds = [(None, None), *((None, 0) if f == "year_missing" else (0, None) for f in FEATURES)]
    start = np.zeros(values.shape[1] + 1)
    return np.asarray(minimize(loss, start, bounds=bounds, method="L-BFGS-B").x)


def _balanced_accuracy(labels: np.ndarray, shown: np.ndarray) -> float:
    return float((shown[labels].mean() + (~shown[~labels]).mean()) / 2)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).parents[1] / "api" / "confidence.json")

"""Choose the weights of the ranking on text cut from the training data.

python -m eval.weights ../shared/data

Only questions, articles and pages that are held out from the encoder's training (RUNS.md says how
far they were), read through the same overlap filter; the suites are not looked at. Each set of
documents is indexed once and ranked anew for every pair of weights.
"""

from __future__ import annotations

import itertools
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import click
import numpy as np

from api.retrieval import Method
from eval.asking import rankings
from eval.measures import measure
from eval.measuring import indexed
from eval.questions import Judged, Question
from eval.suites.public import Collection
from eval.suites.suite import LANGUAGES, OPEN, Suite
from indexer.training.chance import some
from indexer.training.overlap import EvaluationText
from indexer.training.prepare import Prepared, prepare
from indexer.training.sources import Asked, TrainingData

COVERAGES = (0.2, 0.3, 0.4, 0.6, 0.8)
SENTENCES = (0.0, 0.2, 0.4, 0.8)
ENGLISH_QUESTIONS, GERMAN_QUESTIONS, GERMAN_PARAGRAPHS = 250, 150, 1_200
MIN_PARAGRAPH_CHARS = 120
SEED = 5

Item = TypeVar("Item")


@dataclass(slots=True)
class Drawn:
    """Documents by id, which ends with the language, and questions judged on them."""

    texts: dict[str, str]
    questions: list[Question]


def municipal(prepared: Prepared) -> Drawn:
    """Held-out questions on all asked pages, both languages at once."""
    names: dict[str, str] = {}
    drawn = Drawn({}, [])
    for asked in (*prepared.municipal, *prepared.held_out.municipal):
        name = names.setdefault(asked.page, f"m{len(names):03}")
        for language, sentences in asked.sentences.items():
            # A masked sentence stays one line: the others keep their places.
            drawn.texts[f"{name}.{language}.txt"] = "\n".join(one or "…" for one in sentences)
    for number, asked in enumerate(prepared.held_out.municipal):
        places = tuple(_places(asked, names[asked.page]))
        if places:
            drawn.questions += [
                Question(f"{number}-{own}", own, asked.questions[own], "answerable", places)
                for own in LANGUAGES
            ]
    return drawn


def _places(asked: Asked, name: str) -> Iterator[Judged]:
    for language, sentences in asked.sentences.items():
        lines = [one or "…" for one in sentences]
        for number in asked.answers[language]:
            start = sum(len(line) + 1 for line in lines[:number])
            if sentences[number]:
                end = start + len(lines[number])
                yield Judged(f"{name}.{language}.txt", start=start, end=end)


def english(prepared: Prepared) -> Drawn:
    """Questions of people on the paragraphs of the held-out English articles."""
    drawn = Drawn({}, [])
    for number, answered in enumerate(prepared.held_out.english):
        doc_id = f"e{number:03}.en.txt"
        drawn.texts[doc_id] = answered.section.text
        for place, (text, _, _) in enumerate(answered.questions):
            gold = (Judged(doc_id),)
            drawn.questions.append(Question(f"{doc_id}-{place}", "en", text, "answerable", gold))
    drawn.questions = _some(drawn.questions, ENGLISH_QUESTIONS)
    return drawn


def german(prepared: Prepared) -> Drawn:
    """Headings that are questions, on paragraphs of the held-out German articles."""
    by_heading: dict[tuple[str, str], list[str]] = {}
    texts: dict[str, str] = {}
    for number, section in enumerate(prepared.held_out.encyclopedia):
        if len(section.text) < MIN_PARAGRAPH_CHARS:
            continue
        doc_id = f"g{number:05}.de.txt"
        texts[doc_id] = section.text
        if section.heading.endswith("?"):
            by_heading.setdefault((section.title, section.heading), []).append(doc_id)
    chosen = _some(sorted(by_heading), GERMAN_QUESTIONS)
    needed = {doc_id for key in chosen for doc_id in by_heading[key]}
    kept = needed | set(_some(sorted(set(texts) - needed), GERMAN_PARAGRAPHS))
    questions = [
        Question(
            f"{title} {heading}",
            "de",
            heading if title.lower() in heading.lower() else f"{title}: {heading}",
            "answerable",
            tuple(Judged(doc_id) for doc_id in by_heading[title, heading]),
        )
        for title, heading in chosen
    ]
    return Drawn({doc_id: texts[doc_id] for doc_id in sorted(kept)}, questions)


def _some(items: Sequence[Item], count: int) -> list[Item]:
    return some(random.Random(SEED), items, count)  # noqa: S311


def ndcg(suite: Suite, methods: Iterable[Method]) -> dict[Method, dict[str, float]]:
    """Return method -> language of the question -> mean nDCG@10."""
    found = {}
    with indexed(suite) as engine:
        for method in methods:
            outcomes = list(
                rankings(engine, suite, suite.questions, partial(engine.rank, method=method))
            )
            values: dict[str, list[float]] = {}
            for language in LANGUAGES:
                own = [outcome for outcome in outcomes if outcome.question.language == language]
                if own:
                    row = measure(suite.name, own).rows[-1]
                    values[language] = row.values["nDCG@10"].tolist()
            found[method] = {
                language: float(np.mean(figures)) for language, figures in values.items()
            }
    return found


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(data: Path) -> None:
    """Print nDCG@10 for every pair of weights, the best mean first."""
    sources = TrainingData(data / "train", EvaluationText.read(data / "eval"))
    prepared = prepare(sources)
    methods = [
        Method(1.0, coverage, sentence)
        for coverage, sentence in itertools.product(COVERAGES, SENTENCES)
    ]
    columns: dict[str, dict[Method, float]] = {}
    for name, draw in (("municipal", municipal), ("english", english), ("german", german)):
        drawn = draw(prepared)
        suite = Suite(name, Collection(drawn.texts).write, drawn.questions, (OPEN,), depth=50)
        for method, figures in ndcg(suite, methods).items():
            for language, figure in figures.items():
                columns.setdefault(f"{name} {language}", {})[method] = figure
    click.echo("coverage  sentence   mean  " + "  ".join(columns))
    means = {
        method: float(np.mean([column[method] for column in columns.values()]))
        for method in methods
    }
    for method in sorted(methods, key=lambda method: -means[method]):
        click.echo(
            f"{method.coverage:8.1f}  {method.sentence:8.1f}  {means[method]:5.3f}  "
            + "  ".join(f"{column[method]:{len(name)}.3f}" for name, column in columns.items())
        )


if __name__ == "__main__":
    sys.exit(main())

"""A suite from its documents to its figures, on an index of its own."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from api.engine import Engine
from eval.asking import Outcome, rankings, run
from eval.indexing import opened
from eval.measures import DEEP, Report, measure, success_at_3
from eval.perturbations import PERTURBATIONS, perturbed
from eval.questions import Question, answerable
from eval.suites.suite import Suite

# Of each suite and language so many questions are also put otherwise: the figure is a mean.
PERTURBED_QUESTIONS = 200


@dataclass(frozen=True, slots=True)
class Measured:
    """A suite's figures and what they are made of."""

    report: Report
    outcomes: list[Outcome]


def indexed(suite: Suite) -> AbstractContextManager[Engine]:
    """An engine over the suite's documents alone."""
    return opened(suite.folders, suite.write)


def measured(suite: Suite, *, perturbations: bool = False) -> Measured:
    """Index, ask and sum up; with `perturbations` also the questions put otherwise."""
    with indexed(suite) as engine:
        outcomes = run(engine, suite)
        report = measure(suite.name, outcomes, deep=suite.depth >= DEEP)
        if perturbations:
            report = replace(report, lost=_lost(engine, suite))
        return Measured(report, outcomes)


def _lost(engine: Engine, suite: Suite) -> dict[str, dict[str, float]]:
    """Success@3 of the questions as written less that of the same ones put otherwise."""
    chosen = some_of_each_language(answerable(suite.questions))
    clean = success_at_3(rankings(engine, suite, chosen))
    lost: dict[str, dict[str, float]] = {}
    for name in PERTURBATIONS:
        found = success_at_3(rankings(engine, suite, perturbed(chosen, name)))
        lost[name] = {pair: _mean(clean[pair]) - _mean(found[pair]) for pair in clean}
    return lost


def some_of_each_language(questions: Sequence[Question]) -> list[Question]:
    """Every n-th question of each language, at most PERTURBED_QUESTIONS, always the same."""
    chosen: list[Question] = []
    for language in ("de", "en"):
        own = [question for question in questions if question.language == language]
        step = -(-len(own) // PERTURBED_QUESTIONS) or 1
        chosen += own[::step]
    return chosen


def _mean(values: dict[str, float]) -> float:
    return sum(values.values()) / len(values)

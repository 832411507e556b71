"""Answers and refusals are measured as they are defined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pytest

from api.stopwatch import Stopwatch
from eval.answers.asked import Asked
from eval.answers.measures import Point, calibration_error, point, risk_coverage
from eval.answers.municipal import Crossing
from eval.answers.nomiracl import balanced_accuracy
from eval.answers.ours import refusals
from eval.contradictions import cases
from eval.logistic import fit, fit_within, held_out
from eval.measures import Share
from eval.operating_point import chosen
from eval.sentence_choice import Scored, sentence_f


@dataclass(frozen=True)
class _NoAnswer:
    """Stands where nothing is read from an answer."""


def asked(kind: str, confidence: float, *, right: bool = False, silent: bool = False) -> Asked:
    return Asked(
        "corpus", kind, "?", confidence, silent, right, right, right, right,
        cast("Any", _NoAnswer()),
    )  # fmt: skip


FOUR = [
    asked("answerable", 0.9, right=True),
    asked("answerable", 0.6),
    asked("missing_fact", 0.7),
    asked("missing_fact", 0.1),
]


def test_wrong_of_shown_counts_unanswerable_questions_too() -> None:
    at = point(FOUR, 0.5)
    assert (at.answered.count, at.answered.total) == (2, 2)
    assert (at.refused.count, at.refused.total) == (1, 2)
    assert (at.wrong.count, at.wrong.total) == (2, 3)


def test_what_is_refused_at_any_threshold_is_never_shown() -> None:
    assert not asked("missing_fact", 0.9, silent=True).shown(0.0)


def test_balanced_accuracy_is_the_mean_of_both_shares() -> None:
    assert balanced_accuracy(FOUR, 0.65) == pytest.approx((1 / 2 + 1 / 2) / 2)


def test_the_calibration_error_weighs_bins_by_size() -> None:
    """Bins .9, .6, .7, .1 with one question each: |.9-1|, |.6-0|, |.7-0|, |.1-0|, over four."""
    assert calibration_error(FOUR) == pytest.approx((0.1 + 0.6 + 0.7 + 0.1) / 4)


def test_risk_rises_with_coverage_in_the_order_of_confidence() -> None:
    assert risk_coverage(FOUR) == [(0.25, 0.0), (0.5, 0.5), (0.75, 2 / 3), (1.0, 0.75)]


def _point(threshold: float, wrong: int, shown: int, answered: int = 0) -> Point:
    none = Share(0, 1)
    return Point(threshold, Share(answered, 100), none, Share(wrong, shown), none, none)


def test_the_operating_point_is_the_lowest_that_stays_within_the_limit() -> None:
    points = [_point(0.2, 1, 100), _point(0.4, 20, 80), _point(0.6, 4, 60), _point(0.8, 1, 40)]
    assert chosen(points).threshold == 0.6


def test_where_the_limit_cannot_be_kept_half_is_answered() -> None:
    points = [_point(0.2, 50, 90, 80), _point(0.4, 30, 60, 55), _point(0.6, 10, 30, 30)]
    assert chosen(points).threshold == 0.4


def test_a_point_that_shows_next_to_nothing_is_not_chosen() -> None:
    points = [_point(0.5, 10, 50, 60), _point(0.9, 0, 1, 1)]
    assert chosen(points).threshold == 0.5


def test_an_empty_prediction_is_precise_and_finds_nothing() -> None:
    crossing = Crossing("de→de", [1.0, 0.5], [0.0, 1.0], 3, 4, 6)
    assert crossing.sentence_f == pytest.approx(2 * 0.75 * 0.5 / 1.25)
    assert crossing.refusal_f == pytest.approx(2 * 0.75 * 0.5 / 1.25)


def test_a_sentence_joins_by_its_share_and_the_floor() -> None:
    page = Scored(np.array([True, True, False]), np.array([0.8, 0.5, 0.3]))
    assert sentence_f([page], 0.5, 0.1) == 1.0
    assert sentence_f([page], 0.3, 0.1) == pytest.approx(2 * (2 / 3) / (5 / 3))
    assert sentence_f([page], 0.9, 0.1) == pytest.approx(2 * 0.5 / 1.5)


def test_fitted_weights_point_only_the_allowed_way() -> None:
    chance = np.random.default_rng(0)
    values = chance.normal(size=(400, 2))
    labels = values[:, 0] + 0.2 * chance.normal(size=400) > 0
    _, first, second = fit(values, labels, ["for", "against"], {"against"})
    assert first > 1
    assert second <= 0
    assert fit(values, labels, ["for", "against"], {"for", "against"})[1] == 0


def test_weights_within_groups_ignore_what_only_tells_groups_apart() -> None:
    """The first feature orders rows inside each group, the second is one number per group."""
    chance = np.random.default_rng(0)
    groups = np.repeat(np.arange(60), 6)
    within = chance.normal(size=360)
    labels = np.zeros(360, bool)
    for group in range(0, 60, 2):  # every other group has a right row: its highest
        rows = np.flatnonzero(groups == group)
        labels[rows[within[rows].argmax()]] = True
    values = np.column_stack([within, np.where(groups % 2 == 0, 3.0, -3.0)])
    first, second = fit_within(values, labels, groups, ["within", "group"], set())
    assert first > 1
    assert second == pytest.approx(0, abs=1e-3)


def test_a_group_is_never_in_two_folds() -> None:
    """Each group has a label of its own: whoever saw it would know it, nobody else can."""
    groups = np.repeat(np.arange(40), 5)
    values = np.eye(40)[groups]
    labels = groups % 2 == 0
    names = [str(number) for number in range(40)]
    guessed = held_out(values, labels, groups, 5, lambda v, y: fit(v, y, names, set()))
    assert abs(guessed[labels].mean() - guessed[~labels].mean()) < 0.05


@pytest.mark.parametrize("name", ["corpus", "seeds"])
def test_refusal_sets_have_every_class_in_both_halves(name: str) -> None:
    halves = [refusals(name, "development"), refusals(name, "reported")]
    kinds = [{one.kind for one in half} for half in halves]
    assert kinds[0] == kinds[1]
    assert len(kinds[0]) == 8
    assert sum(map(len, halves)) >= 70
    assert not {one.question for one in halves[0]} & {one.question for one in halves[1]}


def test_there_are_sixty_contradictions_and_sixty_that_only_seem_to_be() -> None:
    rows = {row["id"]: row for half in ("development", "reported") for row in cases(half)}
    own = [row for row in rows.values() if row["id"].startswith("c")]
    assert sum(row["conflict"] for row in own) >= 60
    assert sum(not row["conflict"] for row in own) >= 60
    reported = [row for row in cases("reported") if row["conflict"]]
    assert 30 <= len(reported) <= 45


def test_a_stopwatch_adds_up_what_comes_twice() -> None:
    watch = Stopwatch()
    for _ in range(2):
        with watch.stage("one"):
            pass
    with watch.stage("two"):
        pass
    assert list(watch.milliseconds) == ["one", "two"]
    assert all(taken >= 0 for taken in watch.milliseconds.values())

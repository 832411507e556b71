"""Ranks, their measures and an encoder's figures, worked by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import ir_measures
import numpy as np
import pytest
from ir_measures import AP, nDCG
from scipy.stats import spearmanr

from eval.benchmarks import Similarity, Translation, search
from eval.figures import GOALS, figures
from eval.ranking import (
    average_precision,
    bootstrap,
    found_first,
    ndcg_at_10,
    ranks_of_relevant,
    spearman,
)

# Texts on the unit circle, by their angle in degrees: a smaller angle between two is nearer.
ANGLES = {"east": 0, "near east": 10, "between": 45, "near north": 80, "north": 90, "west": 180}


def on_the_circle(texts: Sequence[str]) -> np.ndarray:
    angles = np.radians([ANGLES[text] for text in texts])
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_every_relevant_text_has_its_rank_in_the_whole_pool() -> None:
    pool = on_the_circle(["north", "near east", "west", "between"])
    ranks = ranks_of_relevant(on_the_circle(["east", "north"]), pool, [{0, 1}, {2}])
    # From east: near east (10°), between (45°), north (90°), west (180°).
    assert ranks[0].tolist() == [1, 3]
    # From north: itself, between (45°), near east (80°), west (90°).
    assert ranks[1].tolist() == [4]


def test_equal_scores_stand_in_the_order_of_the_pool() -> None:
    question, pool = np.array([[1.0, 0.0]]), np.array([[0.6, 0.8], [0.6, -0.8], [0.0, 1.0]])
    assert ranks_of_relevant(question, pool, [{1}])[0].tolist() == [2]
    assert ranks_of_relevant(question, pool, [{0}])[0].tolist() == [1]


def test_ndcg_cuts_at_ten_and_knows_the_ideal() -> None:
    assert ndcg_at_10(np.array([1])) == 1
    assert ndcg_at_10(np.array([2])) == pytest.approx(1 / math.log2(3))
    assert ndcg_at_10(np.array([10])) == pytest.approx(1 / math.log2(11))
    assert ndcg_at_10(np.array([11])) == 0
    # Ranks 1 and 3 over the ideal ranks 1 and 2.
    ideal = 1 + 1 / math.log2(3)
    assert ndcg_at_10(np.array([1, 3])) == pytest.approx((1 + 1 / math.log2(4)) / ideal)


def test_average_precision_reads_the_whole_ranking() -> None:
    # Precision 1/2 at the first relevant text, 2/40 at the second.
    assert average_precision(np.array([2, 40])) == pytest.approx((1 / 2 + 2 / 40) / 2)


def test_only_the_first_text_counts_for_accuracy() -> None:
    assert (found_first(np.array([1, 9])), found_first(np.array([2]))) == (1, 0)


def test_ranking_measures_are_those_of_ir_measures() -> None:
    random = np.random.default_rng(1)
    questions, pool = (random.normal(size=(count, 8)) for count in (20, 50))
    relevant = [set(random.choice(50, size=1 + n % 3, replace=False).tolist()) for n in range(20)]
    qrels = [ir_measures.Qrel(str(q), str(p), 1) for q, rows in enumerate(relevant) for p in rows]
    run = [
        ir_measures.ScoredDoc(str(q), str(p), float(score))
        for q, scores in enumerate(questions @ pool.T)
        for p, score in enumerate(scores)
    ]
    expected = ir_measures.calc_aggregate([nDCG @ 10, AP], qrels, run)
    ranks = ranks_of_relevant(questions, pool, relevant)
    assert np.mean([ndcg_at_10(one) for one in ranks]) == pytest.approx(expected[nDCG @ 10])
    assert np.mean([average_precision(one) for one in ranks]) == pytest.approx(expected[AP])


def test_spearman_is_scipys_with_equal_values_in_between() -> None:
    # Ranks 1 2 3 4 against 1 3 2 4: 1 - 6 * (0 + 1 + 1 + 0) / (4 * 15) = 4/5.
    found = np.array([[0.1, 0.2, 0.3, 0.4], [0.1, 0.1, 0.3, 0.4]])
    wanted = np.array([[1.0, 3.0, 2.0, 4.0], [1.0, 3.0, 2.0, 2.0]])
    assert spearman(found, wanted)[0] == pytest.approx(4 / 5)
    assert spearman(found, wanted)[1] == pytest.approx(spearmanr(found[1], wanted[1]).statistic)
    assert spearman(np.ones((1, 3)), np.array([[1.0, 2.0, 3.0]])).tolist() == [0]


def test_the_interval_is_always_the_same_and_holds_the_mean() -> None:
    values = np.array([1.0] * 30 + [0.0] * 70)

    def interval() -> tuple[float, float]:
        return bootstrap(100, lambda drawn: values[drawn].mean(axis=1))

    # Normal approximation of a share of 30 in 100: .3 ± 1.96 * sqrt(.3 * .7 / 100) = .3 ± .09.
    assert interval() == pytest.approx((0.21, 0.39), abs=0.02)
    assert interval() == interval()


def test_a_search_is_the_mean_over_its_questions_beside_its_goal() -> None:
    pool = ["north", "near east", "west"]
    (figure,) = figures(
        search("xquad de→de", "nDCG@10", pool, ["east", "between"], [{"near east"}, {"north"}]),
        on_the_circle,
    )
    # near east is east's first; between sees near east (35°) before north (45°).
    assert figure.value == pytest.approx((1 + 1 / math.log2(3)) / 2)
    assert (figure.questions, figure.goal, figure.reached) == (2, GOALS["xquad de→de"], False)


def test_a_translation_has_both_directions_and_their_mean() -> None:
    there = search(
        "t de→en",
        "accuracy",
        ["near east", "north"],
        ["east", "between"],
        [{"near east"}, {"north"}],
    )
    back = search(
        "t en→de", "accuracy", ["east", "between"], ["near east", "north"], [{"east"}, {"between"}]
    )
    measured = figures(Translation("t", there, back), on_the_circle)
    # between's nearest is near east, which is not its translation; north's nearest is between.
    assert [(figure.name, figure.value) for figure in measured] == [
        ("t de→en", 1 / 2),
        ("t en→de", 1),
        ("t mean", 3 / 4),
    ]


def test_similarity_is_spearmans_correlation_with_the_cosine() -> None:
    pairs = Similarity(
        "stsb de", ("east",) * 4, ("near east", "between", "north", "west"), (5.0, 2.0, 3.0, 0.0)
    )
    (figure,) = figures(pairs, on_the_circle)
    # Cosines fall, scores have ranks 4 2 3 1 against 4 3 2 1: 1 - 6 * (0 + 1 + 1 + 0) / 60 = 4/5.
    assert (figure.name, figure.measure, figure.questions) == ("stsb de", "Spearman", 4)
    assert figure.value == pytest.approx(4 / 5)

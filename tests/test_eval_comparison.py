"""Comparing two runs, against values worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from eval.comparison import compare, corrected, holm, randomisation_p
from eval.table import difference_table

PER_QUESTION = {"de→en": {"RR@10": {f"q{number}": 0.5 for number in range(12)}}}


def test_holm_multiplies_the_smallest_by_the_number_of_tests() -> None:
    # Holm 1979: .01 * 3, max(.03, .03 * 2), max(.06, .04 * 1); in the order given.
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_ten_differences_of_one_sign_have_a_p_of_two_in_two_to_the_ten() -> None:
    # Of 1,024 equally likely signs two are as extreme; 10,000 shuffles miss that by a little.
    assert randomisation_p(np.full(10, 0.1)) == pytest.approx(2 / 1024, abs=0.001)


def test_differences_that_cancel_out_are_chance() -> None:
    assert randomisation_p(np.array([0.5, -0.5, 0.25, -0.25])) == 1.0
    assert randomisation_p(np.zeros(5)) == 1.0


def test_a_run_compared_with_itself_does_not_differ() -> None:
    (found,) = compare("corpus", PER_QUESTION, PER_QUESTION)
    assert (found.before, found.after, found.interval, found.p) == (0.5, 0.5, (0.0, 0.0), 1.0)
    assert "*" not in difference_table(corrected([found]))


def test_a_better_run_is_marked_in_the_table() -> None:
    after = {"de→en": {"RR@10": {f"q{number}": 1.0 for number in range(12)}}}
    differences = corrected(compare("corpus", PER_QUESTION, after))
    assert differences[0].significant
    line = difference_table(differences).splitlines()[1]
    assert line.startswith("corpus")
    assert "+0.500" in line
    assert line.endswith("*")


def test_other_questions_are_no_comparison() -> None:
    fewer = {"de→en": {"RR@10": {"q1": 0.5}}}
    with pytest.raises(ValueError, match="corpus de→en: 11 questions stand in one run only"):
        compare("corpus", PER_QUESTION, fewer)

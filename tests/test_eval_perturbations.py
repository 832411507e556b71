"""Questions put otherwise: each keeps what it does not change, and is the same in every run."""

from __future__ import annotations

import random

import pytest

from eval.perturbations import (
    GLOSSARY,
    PERTURBATIONS,
    keywords,
    lower_case,
    mixed,
    perturbed,
    typos,
    without_umlauts,
    wrong_keys,
)
from eval.questions import Judged, Question

QUESTION = "Welche Städte zählten 15.000 Besucher auf der Straße?"
CHANCE = random.Random(1)


def test_a_typo_changes_long_words_by_at_most_one_letter_and_no_others() -> None:
    assert typos(QUESTION, random.Random(1)) != QUESTION
    for before, after in zip(QUESTION.split(), typos(QUESTION, CHANCE).split(), strict=True):
        if len(before.strip("?")) < 6:
            assert after == before
        else:
            assert abs(len(before) - len(after)) <= 1
            assert (before[0], before[-1]) == (after[0], after[-1])


def test_a_wrong_key_lies_beside_the_right_one() -> None:
    assert wrong_keys("x" * 5, CHANCE) == "x" * 5  # short words stay
    found = {wrong_keys("Zimmer", random.Random(seed)) for seed in range(200)}
    assert {"Zummer", "Ziummer", "Zimnmer", "Uimmer"} <= found  # u beside i, n beside m, u beside z
    assert all(len(word) in (6, 7) and word != "Zimmer" for word in found)


def test_umlauts_are_written_out() -> None:
    expected = "Welche Staedte zaehlten 15.000 Besucher auf der Strasse?"
    assert without_umlauts(QUESTION, CHANCE) == expected


def test_lower_case_has_no_capitals() -> None:
    assert lower_case(QUESTION, CHANCE) == QUESTION.lower()


def test_keywords_are_the_content_words_in_their_order() -> None:
    assert keywords(QUESTION, CHANCE) == "Städte zählten 15.000 Besucher Straße"
    assert keywords("und?", CHANCE) == "und?"


def test_mixed_words_come_from_the_glossary_and_the_rest_stays() -> None:
    changed = {mixed("Where does the Xyzzy live?", random.Random(seed)) for seed in range(20)}
    assert "wo does the Xyzzy leben?" in changed
    assert all("Xyzzy" in text for text in changed)


def test_the_glossary_has_a_word_in_each_language_on_every_line() -> None:
    lines = GLOSSARY.read_text("utf-8").splitlines()
    assert len(lines) > 300
    assert all(len(line.split("\t")) == 2 and all(line.split("\t")) for line in lines)


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_every_run_asks_the_same(name: str) -> None:
    question = Question("q1", "de", QUESTION, "answerable", (Judged("d"),))
    first, second = (perturbed([question], name) for _ in range(2))
    assert first == second
    assert first[0].id == "q1"

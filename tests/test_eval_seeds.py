"""The questions over the first users' documents: enough, fair, and of places that exist."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from eval.suites.own import SETS
from indexer.reading.formats import read_bytes

SEEDS = Path(__file__).parents[2] / "shared" / "seeds"
HALVES = {
    name: [json.loads(line) for line in (SETS / f"{name}.jsonl").read_text("utf-8").splitlines()]
    for name in ("seeds", "seeds-development")
}
QUESTIONS: list[dict[str, Any]] = [q for half in HALVES.values() for q in half]
ANSWERABLE = [question for question in QUESTIONS if question["answers"]]
MAX_SHARED_WORDS = 3
needs_seeds = pytest.mark.skipif(not SEEDS.is_dir(), reason="needs ../shared/seeds")


@cache
def texts() -> dict[str, str]:
    found = {}
    for file in SEEDS.iterdir():
        text = read_bytes(file.read_bytes(), file.name).text
        found[hashlib.sha256(text.encode()).hexdigest()] = text
    return found


def runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    length = MAX_SHARED_WORDS + 1
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


def test_there_are_enough_questions_of_every_kind() -> None:
    kinds = Counter(question["kind"] for question in QUESTIONS)
    assert kinds["answerable"] >= 150
    assert kinds["missing_fact"] >= 40
    assert kinds["missing_fact"] + kinds["off_topic"] >= 80
    by_seed = Counter(question["answers"][0]["sha256"] for question in ANSWERABLE)
    assert len(by_seed) == 5
    assert min(by_seed.values()) >= 20


def test_both_halves_are_of_the_same_make() -> None:
    reported, development = (
        Counter((q["kind"], q["language"]) for q in half) for half in HALVES.values()
    )
    assert reported.keys() == development.keys()
    assert all(abs(reported[kind] - development[kind]) <= 3 for kind in reported)
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)


def test_no_text_of_the_seeds_is_in_the_sets() -> None:
    assert all(
        set(answer) == {"sha256", "start", "end"}
        for question in ANSWERABLE
        for answer in question["answers"]
    )


@needs_seeds
def test_half_of_each_language_is_asked_across() -> None:
    english = {sha for sha, text in texts().items() if " the " in text}
    assert len(english) == 2
    across = [
        q for q in ANSWERABLE if (q["answers"][0]["sha256"] in english) != (q["language"] == "en")
    ]
    assert 2 * len(across) == len(ANSWERABLE)


@needs_seeds
@pytest.mark.parametrize("question", ANSWERABLE, ids=lambda question: question["id"])
def test_no_question_borrows_more_than_three_words_in_a_row(question: dict[str, Any]) -> None:
    for answer in question["answers"]:
        told = texts()[answer["sha256"]][answer["start"] : answer["end"]]
        assert told == told.strip()
        assert not runs(question["question"]) & runs(told)

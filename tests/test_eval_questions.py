"""The evaluation set of the example corpus: enough questions, and fair ones."""

import html
import json
import re
import unicodedata
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "corpus"
QUESTIONS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (ROOT / "eval/sets/corpus.jsonl").read_text(encoding="utf-8").splitlines()
]
ANSWERABLE = [question for question in QUESTIONS if question["kind"] == "answerable"]
MAX_SHARED_WORDS = 3


@cache
def texts() -> dict[str, str]:
    """Canonical texts by doc_id; of an HTML file, all that is visible."""
    found = {}
    for path in CORPUS.rglob("*.*"):
        if path.parent == CORPUS or path.suffix not in {".md", ".txt", ".html"}:
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            visible = html.unescape(re.sub(r"<[^>]+>", " ", text))
            text = " ".join(visible.split())
        else:
            text = text.split("---\n", 2)[2]
        doc_id = ".".join(path.relative_to(CORPUS).parts)
        found[doc_id] = unicodedata.normalize("NFC", text)
    return found


def language_of(doc_id: str) -> str:
    return doc_id.split(".")[-2]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[i : i + length]) for i in range(len(found) - length + 1)}


def test_ids_are_unique_and_run_through() -> None:
    ids = [question["id"] for question in QUESTIONS]
    assert ids == [f"c{number:03}" for number in range(1, len(ids) + 1)]


def test_no_question_is_asked_twice() -> None:
    questions = [" ".join(words(question["question"])) for question in QUESTIONS]
    assert len(set(questions)) == len(questions)


def test_each_pair_of_languages_has_at_least_24_answerable_questions() -> None:
    pairs = Counter(
        (
            question["language"],
            "".join(sorted({language_of(answer["doc_id"]) for answer in question["answers"]})),
        )
        for question in ANSWERABLE
    )
    assert pairs.keys() == {("de", "deen"), ("en", "deen"), ("de", "en"), ("en", "de")}
    assert min(pairs.values()) >= 24


def test_each_language_has_at_least_24_questions_without_an_answer() -> None:
    unanswerable = [question for question in QUESTIONS if question["kind"] != "answerable"]
    kinds = Counter(question["kind"] for question in unanswerable)
    assert kinds.keys() == {"missing_fact", "off_topic"}
    assert kinds["missing_fact"] >= 40
    assert kinds["off_topic"] >= 8
    languages = Counter(question["language"] for question in unanswerable)
    assert min(languages["de"], languages["en"]) >= 24
    assert all(question["answers"] == [] for question in unanswerable)


def test_kinds_and_languages_are_mixed() -> None:
    order = [(question["kind"], question["language"]) for question in QUESTIONS]
    changes = sum(before != after for before, after in pairwise(order))
    assert changes > len(order) / 2


@pytest.mark.parametrize("question", ANSWERABLE, ids=lambda question: question["id"])
def test_every_quote_stands_exactly_once_in_its_document(question: dict[str, Any]) -> None:
    assert question["answers"]
    for answer in question["answers"]:
        assert texts()[answer["doc_id"]].count(answer["quote"]) == 1


@pytest.mark.parametrize("question", ANSWERABLE, ids=lambda question: question["id"])
def test_no_question_borrows_more_than_three_words_in_a_row(question: dict[str, Any]) -> None:
    asked = runs(question["question"], MAX_SHARED_WORDS + 1)
    for answer in question["answers"]:
        assert not asked & runs(answer["quote"], MAX_SHARED_WORDS + 1)

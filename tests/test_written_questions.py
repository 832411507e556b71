"""The questions that were written for the reader: whole, and clear of what is measured on."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from indexer.training.overlap import EvaluationText
from indexer.training.reader.examples import UNKNOWN, Example
from indexer.training.reader.retrieved import Retrieved, RetrievedQuestions
from indexer.training.reader.written import FOLDER, HELD_OUT_TOWNS, collections
from indexer.training.sources import TrainingData

TOWNS = sorted((FOLDER / "towns").iterdir())
SHARED = ROOT.parent / "shared" / "data"


def rows(file: Path) -> list[Any]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("town", TOWNS, ids=[town.name for town in TOWNS])
def test_every_quote_stands_once_in_its_document(town: Path) -> None:
    documents = {file.name: file.read_text("utf-8") for file in (town / "documents").iterdir()}
    asked = rows(town / "questions.jsonl")
    quotes = [one for row in asked for one in (*row["answers"], *row.get("doubtful", ()))]
    assert quotes
    for quote in quotes:
        assert documents[quote["doc_id"]].count(quote["quote"]) == 1, quote
    assert {bool(row["answers"]) for row in asked} == {True, False}
    assert all(row["questions"].keys() <= {"de", "en"} and row["questions"] for row in asked)


def test_places_are_held_out_whole() -> None:
    assert {town.name for town in TOWNS} > HELD_OUT_TOWNS


def test_nothing_of_it_is_in_our_own_evaluation() -> None:
    sets = [file.read_text("utf-8") for file in (ROOT / "corpus").rglob("*.md")]
    sets += [row["question"] for file in (ROOT / "eval" / "sets").glob("*.jsonl")
             for row in rows(file) if "question" in row]  # fmt: skip
    own = EvaluationText(sets)
    passages = [one for row in rows(FOLDER / "passages.jsonl") for one in row["asked"]]
    asked = passages + [row for town in TOWNS for row in rows(town / "questions.jsonl")]
    questions = [text for row in asked for text in row["questions"].values()]
    assert len(questions) > 5_000
    assert [question for question in questions if own.overlaps(question)] == []
    for file in FOLDER.glob("towns/*/documents/*"):
        assert not own.overlaps(file.read_text("utf-8")), file


def test_every_passage_is_found_in_the_training_data_by_its_hash() -> None:
    if not SHARED.exists():
        pytest.skip("the training data, ../shared/data, are not on this machine")
    data = TrainingData(SHARED / "train", EvaluationText.read(SHARED / "eval"))
    own, *others = collections(data)
    assert len(own.pages) == len(rows(FOLDER / "passages.jsonl"))
    for one in own.questions:
        for name, quotes in one.answers.items():
            assert all(quote in own.pages[name] for quote in quotes)
    assert {other.name for other in others} >= {town.name for town in TOWNS}
    assert any(one.held_out for one in own.questions)


def test_a_written_question_is_drawn_with_what_answers_and_with_what_misleads() -> None:
    answering = Example("Wer?", "", ("Ada.", "Regen."), (1.0, 0.0))
    misleading = Example("Wer?", "", ("Schnee.",), (0.0,))
    doubtful = Example("Wer?", "", ("Vielleicht.",), (UNKNOWN,))
    questions = RetrievedQuestions([Retrieved((misleading, answering, doubtful), held_out=False)])
    drawn = [questions.draw(random.Random(seed)) for seed in range(200)]
    assert sum(one.answered for one in drawn) > 80
    assert ("Schnee.",) in {one.sentences for one in drawn}
    assert ("Vielleicht.",) not in {one.sentences for one in drawn}
    assert ("Regen.",) in {one.sentences for one in drawn}  # the answer taken out

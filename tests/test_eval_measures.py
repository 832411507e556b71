"""The evaluation's figures, against values worked by hand."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest

from api.answers import Answer, AnswerSentence, IndexState
from eval.asking import Outcome
from eval.failures import describe_failures
from eval.gate import broken_floors
from eval.measures import Report, Share, measure
from eval.questions import Judged, Question, Texts, judged_spans, load_questions
from eval.table import as_json, as_table

ANSWERED = (AnswerSentence("Text.", 1, 0, 5, None),)


def outcome(identifier: str, ranks: tuple[int, ...], *, answered: bool, right: bool) -> Outcome:
    """A question whose relevant passages stand at these ranks, from 1, of a ranking of ten."""
    judged = () if not ranks else (Judged("d", "q"),)
    language: Literal["de"] = "de"
    question = Question(
        identifier, language, "?", "answerable" if ranks else "missing_fact", judged
    )
    return Outcome(
        question=question,
        pair="de→en" if ranks else "de→-",
        ranking=tuple(f"p{rank}" for rank in range(1, 11)),
        languages=("en",) * 10,
        relevant={f"p{rank}": "en" for rank in ranks},
        milliseconds=5.0,
        answer=Answer(
            id="i",
            question="?",
            language="de",
            answered=answered,
            refusal=None if answered else "not_in_documents",
            confidence=0.5,
            conflict=False,
            answer=ANSWERED if answered else (),
            citations=(),
            related=(),
            index=IndexState(1, datetime.now(UTC)),
            took_ms=1.0,
            corrected=None,
        ),
        answer_is_right=right,
    )


@pytest.fixture
def report() -> Report:
    return measure(
        "corpus",
        [
            outcome("a", (1,), answered=True, right=True),
            outcome("b", (2, 4), answered=True, right=False),
            outcome("c", (12,), answered=False, right=False),
            outcome("d", (), answered=False, right=False),
            outcome("e", (), answered=True, right=False),
        ],
    )


def test_ranking_measures_are_those_of_trec(report: Report) -> None:
    row = report.rows[0]
    assert (row.pair, row.questions) == ("de→en", 3)
    assert row.ranking["Success@1"] == pytest.approx(1 / 3)
    assert row.ranking["Success@3"] == pytest.approx(2 / 3)
    assert row.ranking["RR@10"] == pytest.approx((1 + 1 / 2 + 0) / 3)
    # DCG of ranks 2 and 4 over the ideal DCG of ranks 1 and 2; question c finds nothing.
    dcg = 1 / math.log2(3) + 1 / math.log2(5)
    ideal = 1 + 1 / math.log2(3)
    assert row.ranking["nDCG@10"] == pytest.approx((1 + dcg / ideal + 0) / 3)


def test_shares_count_answers_shown_right_and_wrong(report: Report) -> None:
    row = report.rows[0]
    assert (row.answered, row.right, row.wrong) == (Share(2, 3), Share(1, 3), Share(1, 2))
    assert report.refused == {"missing_fact": Share(1, 2), "all": Share(1, 2)}


def test_the_interval_is_wilsons() -> None:
    # Wilson's interval for 9 of 10, worked by hand with z = 1.96.
    low, high = Share(9, 10).interval
    assert low == pytest.approx(0.596, abs=1e-3)
    assert high == pytest.approx(0.982, abs=1e-3)
    assert Share(0, 0).interval == (0.0, 1.0)


def test_a_broken_floor_is_named_and_noise_is_forgiven(report: Report, tmp_path: Path) -> None:
    gate = tmp_path / "gate.toml"
    gate.write_text(
        'noise = 0.02\n[corpus."de→en"]\n"Success@1" = 0.35\nright = 0.5\n'
        "[corpus.refused]\nall = 0.5\n",
        encoding="utf-8",
    )
    assert broken_floors(report, gate) == ["corpus de→en right is 0.333, floor 0.500"]


def test_a_floor_for_a_figure_that_does_not_exist_is_an_error(
    report: Report, tmp_path: Path
) -> None:
    gate = tmp_path / "gate.toml"
    gate.write_text('[corpus."fr→de"]\n"Success@1" = 0.35\n', encoding="utf-8")
    with pytest.raises(ValueError, match="no figure fr→de: Success@1"):
        broken_floors(report, gate)


def test_table_and_json_show_the_same_figures(report: Report) -> None:
    table, plain = as_table(report), as_json(report)
    assert "de→en        3" in table
    assert "missing_fact   0.500  (1 of 2, 95 % interval" in table
    assert plain["pairs"][0]["right"]["count"] == 1
    assert json.loads(json.dumps(plain)) == plain


def test_what_went_wrong_is_listed_with_what_came_instead() -> None:
    listed = describe_failures(
        [
            outcome("good", (1,), answered=True, right=True),
            outcome("low", (3,), answered=True, right=False),
        ]
    )
    assert "good" not in listed
    assert "first relevant hit at rank 3; confidence 0.50; Text." in listed


def test_a_quote_must_stand_once_in_its_document() -> None:
    question = Question("q1", "de", "?", "answerable", (Judged("d", "zwei"),))
    assert judged_spans(question, Texts(lambda doc_id: "eins zwei drei", {})) == {"d": [(5, 9)]}
    with pytest.raises(ValueError, match="q1: found 2 times instead of once in d: 'zwei'"):
        judged_spans(question, Texts(lambda doc_id: "zwei zwei", {}))


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text('{"id": "a"}\n')
    with pytest.raises(ValueError, match="set.jsonl, line 1"):
        load_questions(tmp_path / "set.jsonl")

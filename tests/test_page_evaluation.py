"""The page of the evaluation: what the last run measured, and how to measure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from html_samples import ENGLISH, GERMAN, Seen
from starlette.testclient import TestClient

from api.app import create_app
from api.page.evaluation import COMMAND, percent, usual
from api.page.evaluation_report import (
    EvaluationReport,
    Figure,
    Histogram,
    Pair,
    Share,
    Stage,
    SuiteFigures,
    evaluation_folder,
    read_report,
    to_json,
)
from indexer.settings import Settings

EVIL = "<script>alert(1)</script>"
REPORT = EvaluationReport(
    format=1,
    made_at=datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
    version="0.1.0",
    encoder="fundstelle",
    suites=(
        SuiteFigures(
            name="corpus",
            pairs=(
                Pair(
                    "de→en",
                    24,
                    {"nDCG@10": Figure(0.7413, 0.65, 0.82), "Success@1": Figure(0.5, 0.3, 0.7)},
                    answered=Share(0.75, 0.55, 0.88, 18, 24),
                    right=Share(0.5, 0.31, 0.69, 12, 24),
                    wrong=Share(1 / 3, 0.16, 0.56, 6, 18),
                ),
            ),
            refused={"off_topic": Share(0.9, 0.6, 0.98, 9, 10)},
            latency=Histogram(0.5, (0, 4, 9, 2)),
            stages=(Stage("encoding", 3.1, 4.0), Stage("ranking", 1.0, 1.5)),
            lost={"typos": {"de→en": 0.0417}},
        ),
        SuiteFigures(EVIL, (), {}, None, ()),
    ),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(corpus=(tmp_path,), index=tmp_path / "index")


@pytest.fixture
def client(settings: Settings) -> TestClient:
    return TestClient(create_app(settings))  # reads nothing of an index: none is needed


def leave(settings: Settings, text: str) -> None:
    evaluation_folder(settings).mkdir(parents=True)
    (evaluation_folder(settings) / "report.json").write_text(text, "utf-8")


def test_where_nothing_was_measured_the_command_is_said(client: TestClient) -> None:
    for headers, word in ((GERMAN, "Noch ist nichts gemessen"), (ENGLISH, "Nothing has been")):
        reply = client.get("/evaluation", headers=headers)
        assert reply.status_code == 200
        assert word in reply.text
        assert COMMAND in reply.text


@pytest.mark.parametrize("left", ["", "{}", "[1]", to_json(replace(REPORT, format=99))])
def test_a_report_that_cannot_be_read_is_said_and_no_error(
    client: TestClient, settings: Settings, left: str
) -> None:
    leave(settings, left)
    reply = client.get("/evaluation", headers=ENGLISH)
    assert reply.status_code == 200
    assert "The last result cannot be read" in reply.text
    assert COMMAND in reply.text


def test_what_is_left_is_what_is_read(settings: Settings) -> None:
    leave(settings, to_json(REPORT))
    assert read_report(settings) == REPORT


def test_figures_are_written_as_their_readers_write_them(
    client: TestClient, settings: Settings
) -> None:
    leave(settings, to_json(REPORT))
    german = Seen(client.get("/evaluation", headers=GERMAN).text).text
    assert "0,741 0,650–0,820" in german
    assert "0,750 18 von 24" in " ".join(german.split())
    english = Seen(client.get("/evaluation", headers=ENGLISH).text).text
    assert "0.741 0.650–0.820" in english
    assert "0.042" in english  # lost by typos


def test_plots_are_drawn_without_a_style_and_with_no_text_of_others_in_them(
    client: TestClient, settings: Settings
) -> None:
    leave(settings, to_json(REPORT))
    html = client.get("/evaluation").text
    page = Seen(html)
    assert ("rect", {"class": "fill", "width": "74.13%", "height": "16", "rx": "3"}) in page.tags
    assert EVIL not in html
    assert EVIL in page.text
    for tag, attributes in page.tags:
        assert tag != "style"
        assert "style" not in attributes


def test_lengths_stay_inside_their_plot() -> None:
    assert [percent(value) for value in (-1, 0, 0.5, 2)] == ["0.00%", "0.00%", "50.00%", "100.00%"]
    assert percent(1, of=0) == "0.00%"


def test_usual_times_are_those_of_eight_in_ten_questions() -> None:
    # 20 questions: the 3rd to 18th lie in steps 2 to 4, so from 1 to 4 ms with steps of 1 ms.
    assert usual(Histogram(1.0, (1, 4, 10, 4, 1))) == (1.0, 4.0)
    assert usual(Histogram(0.5, (7,))) == (0.0, 0.5)

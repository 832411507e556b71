"""Progress as people and programs see it."""

from __future__ import annotations

import json
import time

import pytest

from indexer.reporting import reporter


def test_the_bar_of_embedding_shows_passages_a_second_and_the_time_left(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = reporter("bar")
    for done in (0, 40, 80):
        report("embed", done, 160)
        time.sleep(0.15)  # tqdm draws at most every tenth of a second
    shown = capsys.readouterr().err.split("\r")[-1]
    assert "embed:  50%" in shown
    assert "80/160" in shown
    assert "passages/s" in shown
    assert "00:00<00:00" in shown  # half of it took less than a second
    report("embed", 160, 160)


def test_a_total_that_was_estimated_is_put_right(capsys: pytest.CaptureFixture[str]) -> None:
    report = reporter("bar")
    report("embed", 10, 1000)
    time.sleep(0.15)
    report("embed", 20, 40)
    assert "20/40" in capsys.readouterr().err
    report("embed", 40, 40)


def test_programs_get_a_line_for_each_step(capsys: pytest.CaptureFixture[str]) -> None:
    report = reporter("json")
    report("embed", 5, 9)
    assert json.loads(capsys.readouterr().err) == {"stage": "embed", "done": 5, "total": 9}


def test_nothing_is_shown_where_nothing_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    reporter("none")("embed", 5, 9)
    assert capsys.readouterr().err == ""

"""Indexing beside the bare encoder: what a small run prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_eval_scale import train

from eval.scale.documents import ARTICLES
from eval.throughput import main

LINE = re.compile(
    r"round 1: (?P<indexed>[\d.]+) passages/s indexed, (?P<encoded>[\d.]+) by the bare encoder, "
    r"ratio (?P<ratio>[\d.]+); "
    r"seconds of CPU: read [\d.]+, cut [\d.]+, embed [\d.]+, write [\d.]+"
)


def test_a_small_run_prints_both_rates_their_ratio_and_the_stages(tmp_path: Path) -> None:
    train(tmp_path / "data" / "train")
    result = CliRunner().invoke(main, ["3", "--shared", str(tmp_path), "--rounds", "1"])
    assert result.exit_code == 0, result.output
    head, line, last = result.output.splitlines()
    assert re.fullmatch(r"\d documents, \d+ passages embedded, \d+ texts", head)
    figures = LINE.fullmatch(line)
    assert figures is not None, line
    ratio = float(figures["indexed"]) / float(figures["encoded"])
    # Rates are printed to one digit behind the point, and few passages have low ones.
    assert float(figures["ratio"]) == pytest.approx(ratio, abs=0.02)
    assert last == f"indexing / bare encoder, median: {figures['ratio']}"


def test_missing_data_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["3", "--shared", str(tmp_path)])
    assert result.exit_code == 1
    assert f"{ARTICLES} is missing" in result.output

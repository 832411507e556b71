"""The command that measures encoders: what it encodes, prints and refuses."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from benchmark_samples import write_benchmarks
from click.testing import CliRunner

from eval import encoder_quality
from eval.benchmarks import load
from eval.encoder_quality import as_json, as_table, main, measure
from eval.figures import GOALS


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_benchmarks(tmp_path)


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A model that tells what it is asked to encode; the shipped one is measured below."""
    asked: list[list[str]] = []

    class Model:
        max_seq_length = 256

        def __getitem__(self, module: int) -> Any:
            config = SimpleNamespace(max_position_embeddings=512)
            return SimpleNamespace(auto_model=SimpleNamespace(config=config))

        def encode(self, texts: list[str], *, show_progress_bar: bool) -> np.ndarray:
            asked.append(texts)
            random = np.random.default_rng(0)
            return random.normal(size=(len(texts), 4)).astype(np.float16)  # neither unit nor wide

    monkeypatch.setattr(encoder_quality, "load_model", lambda setting: Model())
    return asked


def test_every_text_is_encoded_once(data: Path, encoder: list[list[str]]) -> None:
    quality = measure("m", load(data), window=128)
    assert len(encoder) == 1
    assert len(encoder[0]) == len(set(encoder[0])) == quality.texts
    assert (quality.window, quality.dimension) == (128, 4)
    assert {figure.name for figure in quality.figures} >= set(GOALS)


def test_a_window_beyond_the_models_positions_is_refused(encoder: list[list[str]]) -> None:
    with pytest.raises(ValueError, match="window 513 is beyond the 512 positions of m"):
        measure("m", [], window=513)


def test_table_and_json_show_the_same_figures(data: Path, encoder: list[list[str]]) -> None:
    quality = measure("small", load(data, ["faq"]), window=None)
    # With a pool of one, every question finds its answer.
    assert as_table([quality, quality]).splitlines()[:4] == [
        "dense only; ✓ reaches the goal, ✗ does not",
        "",
        "                   measure       n   goal       small       small",
        "faq de→de          nDCG@10       1  0.720     1.000 ✓     1.000 ✓",
    ]
    (plain,) = as_json([quality])
    assert plain["figures"][0] == {
        "name": "faq de→de",
        "measure": "nDCG@10",
        "questions": 1,
        "value": 1.0,
        "interval": (1.0, 1.0),
        "goal": 0.72,
        "reached": True,
    }


def test_the_command_prints_json(data: Path, encoder: list[list[str]]) -> None:
    result = CliRunner().invoke(
        main, ["a", "b", "--data", str(data), "--measure", "tatoeba", "--json"]
    )
    assert result.exit_code == 0
    assert [quality["model"] for quality in json.loads(result.stdout)] == ["a", "b"]


def test_a_missing_folder_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    folder = tmp_path / "nowhere"
    result = CliRunner().invoke(main, ["--data", str(folder), "--measure", "ntrex"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"encoder_quality: data folder {folder} lacks ntrex.tsv\n"


def test_an_encoder_that_is_not_here_is_one_line_and_exit_code_2(data: Path) -> None:
    result = CliRunner().invoke(main, ["./no-such-model", "--data", str(data)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'./no-such-model' is neither a folder nor a model on this machine" in result.stderr
    assert result.stderr.count("\n") == 1


def test_the_shipped_encoder_is_measured_as_it_ships(data: Path) -> None:
    quality = measure("fundstelle", load(data, ["faq", "xquad-r"]), window=None)
    assert (quality.window, quality.dimension) == (384, 384)
    # In the pool of one answer nothing else can come first.
    assert [figure.value for figure in quality.figures if figure.name.startswith("faq")] == [1] * 4

"""Characters per token."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval.tokens import characters_per_token, main

DATA = Path(__file__).parents[2] / "shared" / "data" / "eval"


def test_characters_are_divided_by_tokens_over_all_texts_together() -> None:
    # 9 characters and 4 words, not the mean of 5 / 2 and 4 / 2.
    assert characters_per_token(["ab cd", "e fg"], lambda text: len(text.split())) == 9 / 4


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--data", str(tmp_path)])
    assert result.exit_code == 1
    assert "ntrex.tsv is missing" in result.output


@pytest.mark.skipif(not DATA.exists(), reason="needs ../shared/data/eval")
def test_our_encoding_needs_fewer_tokens_than_the_english_word_pieces_on_german() -> None:
    result = CliRunner().invoke(main, ["--data", str(DATA), "--json"], catch_exceptions=False)
    figures = json.loads(result.output)
    baseline = figures["word pieces of all-MiniLM-L6-v2"]["German"]
    assert figures["our encoding"]["German"] > 1.3 * baseline

"""Training of the token encoding."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer.text.tokens import encoding, read_ranks
from indexer.training.encoding import main, train, write_ranks


def test_training_reproduces_an_example_worked_by_hand() -> None:
    # "aaabdaaabac": "aa" is the most frequent pair, then "ab" (or "aaa"), then "aaab"
    # (the example of Wikipedia's article on byte-pair encoding; minbpe tests the same).
    ranks = train(["aaabdaaabac"], 259)
    assert ranks[b"aa"] == 256
    assert ranks[b"aaab"] == 258
    assert encoding(ranks).encode_ordinary("aaabdaaabac") == [
        258,
        ord("d"),
        258,
        ord("a"),
        ord("c"),
    ]


def test_tiktoken_encodes_as_the_trainer_learned() -> None:
    text = "Die Öffnungszeiten der Behörde: Öffnung um 8, Öffnung um 10. The office opens. " * 3
    ranks = train([text], 320)
    trained = encoding(ranks)
    assert trained.decode(trained.encode_ordinary(text)) == text
    assert "Öffnung".encode() in ranks or " Öffnung".encode() in ranks


def test_a_size_below_the_single_bytes_is_refused() -> None:
    with pytest.raises(ValueError, match="size is 255, but the single bytes alone are 256 tokens"):
        train(["a"], 255)


def test_ranks_survive_writing_and_reading(tmp_path: Path) -> None:
    ranks = train(["ein Satz, noch ein Satz"], 270)
    write_ranks(ranks, tmp_path / "r.tiktoken")
    assert read_ranks(tmp_path / "r.tiktoken") == ranks


def test_the_command_writes_ranks_and_says_how_good_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("abababab " * 10, "utf-8")
    out = tmp_path / "r.tiktoken"
    result = CliRunner().invoke(main, [str(tmp_path / "a.txt"), "--size", "260", "--out", str(out)])
    assert result.exit_code == 0
    assert result.output.startswith("260 tokens, ")
    assert len(read_ranks(out)) == 260

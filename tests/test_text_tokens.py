"""Our own token encoding and the ranks that ship."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.text.tokens import RANKS_FILE, count_tokens, read_ranks, shipped_encoding


@given(st.text())
@example("Ärger 😀 \u202eRTL\u202c e\u0301 \x00\r\n\t  100000 €")
def test_decoding_gives_back_what_was_encoded(text: str) -> None:
    encoding = shipped_encoding()
    assert encoding.decode(encoding.encode_ordinary(text)) == text


def test_what_looks_like_a_special_token_is_ordinary_text() -> None:
    assert shipped_encoding().special_tokens_set == set()
    assert count_tokens("<|endoftext|>") > 1


def test_the_shipped_ranks_begin_with_the_single_bytes_and_have_no_gaps() -> None:
    ranks = read_ranks(RANKS_FILE)
    assert [ranks[bytes([byte])] for byte in range(256)] == list(range(256))
    assert sorted(ranks.values()) == list(range(len(ranks)))
    assert shipped_encoding().name == "fundstelle"


@given(st.text(), st.text())
def test_counts_of_texts_cut_before_white_space_add_up(first: str, second: str) -> None:
    first = first.rstrip()
    assert count_tokens(f"{first} a{second}") == count_tokens(first) + count_tokens(f" a{second}")


def test_common_words_of_both_languages_are_short() -> None:
    assert count_tokens("Die Stadt Berlin") <= 3
    assert count_tokens("The city and the state") <= 5


def test_a_very_long_word_is_counted() -> None:
    assert 1_000 < count_tokens("ab" * 50_000) <= 100_000


def test_a_damaged_ranks_file_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "x.tiktoken").write_text("YQ== 0\nnot base64\n")
    with pytest.raises(ValueError, match=r"x\.tiktoken, line 2: not a token and its rank"):
        read_ranks(tmp_path / "x.tiktoken")

"""What may stand in an index: nothing that does is ever denied."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import IndexDamaged
from indexer.vocabulary import Vocabulary

WORDS = ["messe", "burger", "citi", "messe", "ß"]


def test_every_term_is_known_and_others_are_not(tmp_path: Path) -> None:
    Vocabulary.save(tmp_path / "de.npy", WORDS)
    asked = ["burger", "citizen", "ß", "", "messe"]
    found = Vocabulary.load(tmp_path / "de.npy").may_hold(asked)
    assert found.tolist() == [True, False, True, False, True]


def test_an_empty_index_holds_nothing(tmp_path: Path) -> None:
    Vocabulary.save(tmp_path / "de.npy", [])
    assert Vocabulary.load(tmp_path / "de.npy").may_hold(["messe"]).tolist() == [False]
    assert Vocabulary.load(tmp_path / "de.npy").may_hold([]).tolist() == []


@given(st.lists(st.text(max_size=12), max_size=50))
def test_no_term_is_denied(terms: list[str]) -> None:
    sums = np.unique(Vocabulary(np.array([], np.uint32)).sums(terms))
    assert Vocabulary(sums).may_hold(terms).all()


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "de.npy").write_bytes(b"\x93NUMPY")
    with pytest.raises(IndexDamaged, match=r"de\.npy is not readable.*--rebuild"):
        Vocabulary.load(tmp_path / "de.npy")

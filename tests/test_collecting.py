"""The search for cycles of garbage is rarer for a while only."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.building import bring_up_to_date
from indexer.collecting import ALLOCATED, rarely_collected
from indexer.settings import Settings


@pytest.fixture(autouse=True)
def usual() -> Iterator[tuple[int, int, int]]:
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield 700, 10, 10
    gc.set_threshold(*before)


def test_python_looks_for_garbage_as_before_whatever_has_happened(
    usual: tuple[int, int, int],
) -> None:
    with rarely_collected():
        assert gc.get_threshold() == (ALLOCATED, 10, 10)
    assert gc.get_threshold() == usual
    with pytest.raises(ValueError, match="half done"), rarely_collected():
        raise ValueError("half done")
    assert gc.get_threshold() == usual


def test_of_two_at_once_the_last_to_leave_puts_things_back(usual: tuple[int, int, int]) -> None:
    one, other = rarely_collected(), rarely_collected()
    one.__enter__()
    other.__enter__()
    one.__exit__(None, None, None)
    assert gc.get_threshold() == (ALLOCATED, 10, 10)
    other.__exit__(None, None, None)
    assert gc.get_threshold() == usual


@pytest.mark.parametrize("set_before", [0, ALLOCATED * 10])
def test_who_wants_it_rarer_still_keeps_that(set_before: int) -> None:
    gc.set_threshold(set_before, 10, 10)
    with rarely_collected():
        assert gc.get_threshold() == (set_before, 10, 10)
    assert gc.get_threshold() == (set_before, 10, 10)


def test_a_run_of_the_indexer_is_such_a_while(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "messe.txt").write_text("Die Messe beginnt im Mai.\n", "utf-8")
    seen = set[int]()
    bring_up_to_date(
        Settings(corpus=(tmp_path / "corpus",), index=tmp_path / "index"),
        progress=lambda stage, done, total: seen.add(gc.get_threshold()[0]),
    )
    assert seen == {ALLOCATED}

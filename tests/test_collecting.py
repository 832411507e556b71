"""The search for cycles of garbage is rarer for a while only."""

from __future__ import annotations

import gc

import pytest

from indexer.collecting import ALLOCATED, rarely_collected


def test_python_looks_for_garbage_as_before_whatever_has_happened() -> None:
    before = gc.get_threshold()
    with rarely_collected():
        assert gc.get_threshold() == (ALLOCATED, *before[1:])
    assert gc.get_threshold() == before
    with pytest.raises(ValueError, match="half done"), rarely_collected():
        raise ValueError("half done")
    assert gc.get_threshold() == before

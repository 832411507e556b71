"""Arrays of segments that are opened several at a time."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.arrays import MappedRows, read
from indexer.blocks import trusted
from indexer.opening import of_each


def test_no_two_headers_are_read_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`ast`, by which numpy reads them, has failed on 3.11.7 while several threads used it."""
    files = [tmp_path / f"{number}.npy" for number in range(6)]
    for file in files:
        np.save(file, np.arange(12, dtype=np.float32).reshape(3, 4))
    load, inside, most = np.load, threading.Semaphore(1), []

    def slowly(*given: Any, **named: Any) -> Any:
        alone = inside.acquire(blocking=False)
        most.append(alone)
        time.sleep(0.01)
        try:
            return load(*given, **named)
        finally:
            if alone:
                inside.release()

    monkeypatch.setattr(np, "load", slowly)
    for array in of_each(files, lambda file: read(file, trusted)):
        np.testing.assert_array_equal(array, np.arange(12).reshape(3, 4))
    assert [len(one) for one in of_each(files, lambda file: MappedRows(file, trusted))] == [3] * 6
    assert all(most)
    assert len(most) == 12

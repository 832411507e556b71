"""Sentence vectors in one byte a place, against the vectors that they were made from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.errors import IndexDamaged
from indexer.sentence_vectors import STARTS_FILE, VECTORS_FILE, SentenceVectors, compressed

CHANCE = np.random.default_rng(3)


def unit(count: int) -> np.ndarray:
    vectors = CHANCE.normal(size=(count, 384)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


PASSAGES = [unit(3), unit(0), unit(1), unit(10)]


@pytest.fixture
def saved(tmp_path: Path) -> SentenceVectors:
    SentenceVectors.save(tmp_path, [compressed(vectors) for vectors in PASSAGES], 384)
    return SentenceVectors.load(tmp_path)


def test_cosines_are_those_of_the_full_vectors_to_a_hundredth(saved: SentenceVectors) -> None:
    query = unit(1)[0]
    for row, vectors in enumerate(PASSAGES):
        assert np.abs(saved.cosines(row, query) - vectors @ query).max(initial=0) < 0.01


def test_the_best_of_each_passage_is_its_highest_cosine(saved: SentenceVectors) -> None:
    query = unit(1)[0]
    rows = np.array([3, 1, 0, 3])
    expected = [saved.cosines(row, query).max(initial=-9) for row in rows]
    expected[1] = 0.0  # a passage without sentences
    assert saved.best(rows, query).tolist() == pytest.approx(expected)
    assert saved.best(np.array([1]), query).tolist() == [0.0]
    assert len(saved.best(np.array([], np.int64), query)) == 0


def test_a_passage_takes_at_most_four_kilobytes(saved: SentenceVectors) -> None:
    assert max(saved.units(row).nbytes for row in range(len(saved))) <= 4096


def test_an_index_without_passages_is_saved_and_read(tmp_path: Path) -> None:
    SentenceVectors.save(tmp_path, [], 384)
    assert len(SentenceVectors.load(tmp_path)) == 0


@pytest.mark.parametrize("file", [VECTORS_FILE, STARTS_FILE])
def test_a_damaged_file_is_named(tmp_path: Path, file: str) -> None:
    SentenceVectors.save(tmp_path, [compressed(unit(2))], 384)
    (tmp_path / file).write_bytes(b"no vectors")
    with pytest.raises(IndexDamaged, match=rf"{file} is not readable"):
        SentenceVectors.load(tmp_path)


def test_files_that_do_not_fit_each_other_are_refused(tmp_path: Path) -> None:
    SentenceVectors.save(tmp_path, [compressed(unit(2))], 384)
    np.save(tmp_path / STARTS_FILE, np.array([0, 5]))
    with pytest.raises(IndexDamaged, match="does not fit"):
        SentenceVectors.load(tmp_path)


def test_those_of_a_large_file_are_read_as_they_are_mapped_from_a_small_one(
    saved: SentenceVectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.arrays.LARGE", 0)
    large = SentenceVectors.load(tmp_path)
    (tmp_path / VECTORS_FILE).unlink()  # as another process may, when nobody needs it any more
    query, rows = unit(1)[0], np.array([3, 1, 0])
    assert large.best(rows, query).tolist() == saved.best(rows, query).tolist()

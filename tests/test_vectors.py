"""FAISS against plain matrix products."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.errors import IndexDamaged
from indexer.vectors import VectorIndex


@pytest.fixture(scope="module")
def passages() -> np.ndarray:
    vectors = np.random.default_rng(7).normal(size=(200, 16)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def test_scores_are_the_inner_products_best_first(passages: np.ndarray) -> None:
    scores, rows = VectorIndex.build(passages).search(passages[3], 10)
    expected = passages @ passages[3]
    assert rows.tolist() == np.argsort(-expected)[:10].tolist()
    np.testing.assert_allclose(scores, np.sort(expected)[::-1][:10], atol=1e-6)


def test_only_allowed_rows_are_found_and_all_k_of_them(passages: np.ndarray) -> None:
    allowed = np.zeros(len(passages), bool)
    allowed[[5, 50, 150]] = True
    _, rows = VectorIndex.build(passages).search(passages[3], 3, allowed)
    assert set(rows.tolist()) == {5, 50, 150}


def test_fewer_allowed_rows_than_k_give_a_short_result(passages: np.ndarray) -> None:
    allowed = np.arange(len(passages)) == 9
    scores, rows = VectorIndex.build(passages).search(passages[3], 10, allowed)
    assert rows.tolist() == [9]
    assert scores.shape == (1,)


def test_a_saved_index_gives_the_same_hits_and_vectors(
    passages: np.ndarray, tmp_path: Path
) -> None:
    built = VectorIndex.build(passages)
    built.save(tmp_path / "vectors.faiss")
    loaded = VectorIndex.load(tmp_path / "vectors.faiss")
    assert loaded.search(passages[0], 5)[1].tolist() == built.search(passages[0], 5)[1].tolist()
    np.testing.assert_array_equal(loaded.vectors(np.array([4, 2])), passages[[4, 2]])


def test_a_query_of_another_dimension_is_refused(passages: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"query has shape \(4,\), the index needs \(16,\)"):
        VectorIndex.build(passages).search(np.ones(4, np.float32), 1)


def test_an_index_without_vectors_finds_nothing() -> None:
    scores, rows = VectorIndex.build(np.empty((0, 16), np.float32)).search(
        np.ones(16, np.float32), 5
    )
    assert len(scores) == len(rows) == 0


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "vectors.faiss").write_bytes(b"no index")
    with pytest.raises(IndexDamaged, match="vectors.faiss is not a readable vector index"):
        VectorIndex.load(tmp_path / "vectors.faiss")

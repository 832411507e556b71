"""FAISS against plain matrix products."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest

from indexer.blocks import Blocks, summed
from indexer.errors import IndexDamaged
from indexer.joined import Vectors
from indexer.lists import (
    CENTRES_FILE,
    EXACT_UP_TO,
    FEWEST,
    IN_A_LIST,
    MEAN_OF_AT_LEAST,
    NEAR_FILE,
    Centres,
    written,
)
from indexer.manifest import FORMAT, Manifest, Segment
from indexer.vectors import VectorIndex, near_passages


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
    built.save(tmp_path)
    loaded = VectorIndex.load(tmp_path)
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
        VectorIndex.load(tmp_path)


@pytest.fixture(scope="module")
def many() -> np.ndarray:
    """Vectors that stand in groups, as those of texts do; more than are searched one by one."""
    chance = np.random.default_rng(11)
    centres = chance.normal(size=(300, 32))
    of = chance.integers(0, len(centres), EXACT_UP_TO + 5_000)
    vectors = centres[of] + 0.6 * chance.normal(size=(len(of), 32))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@pytest.fixture(scope="module")
def large(many: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> VectorIndex:
    folder = tmp_path_factory.mktemp("large")
    VectorIndex.build(many).save(folder)
    assert (folder / NEAR_FILE).exists()
    return VectorIndex.load(folder)


def test_in_a_large_index_the_nearest_are_found_as_if_all_were_looked_at(
    large: VectorIndex, many: np.ndarray
) -> None:
    assert not large.exact
    joined = Vectors([large], 32)
    found = 0
    for number in range(100):
        nearest = np.argsort(-(many @ many[number]), kind="stable")[:10]
        scores, rows = joined.search(many[number], 10)
        found += len(np.intersect1d(nearest, rows))
        # What is returned are the inner products of the vectors themselves.
        np.testing.assert_allclose(scores, many[rows] @ many[number], atol=1e-6)
        assert (np.diff(scores) <= 0).all()
    assert found / 1_000 >= 0.99  # the goal of the project: recall@10 against exact search


@pytest.mark.parametrize("share", [0.001, 0.1, 0.95])
def test_with_any_filter_all_k_hits_come_back_from_a_large_index(
    large: VectorIndex, many: np.ndarray, share: float
) -> None:
    allowed = np.random.default_rng(3).random(len(many)) < share
    k = min(300, int(allowed.sum()))
    _, rows = Vectors([large], 32).search(many[0], k, allowed)
    assert len(set(rows.tolist())) == k
    assert allowed[rows].all()


def test_a_filter_far_from_the_question_does_not_shorten_the_result(
    large: VectorIndex, many: np.ndarray
) -> None:
    far = np.argsort(many @ many[0])[: EXACT_UP_TO + 1]
    allowed = np.zeros(len(many), bool)
    allowed[far] = True
    _, rows = large.search(many[0], 1_000, allowed)
    assert len(rows) == 1_000


@pytest.mark.parametrize("excluded", [0.02, 0.05, 0.1, 0.2])
def test_without_the_nearest_the_next_ones_are_found(
    large: VectorIndex, many: np.ndarray, excluded: float
) -> None:
    """A filter that takes out just what the question is about: all but the nearest are allowed."""
    found = 0
    for number in range(20):
        order = np.argsort(-(many @ many[number]), kind="stable")
        gone = int(excluded * len(many))
        allowed = np.ones(len(many), bool)
        allowed[order[:gone]] = False
        _, rows = Vectors([large], 32).search(many[number], 260, allowed)
        found += len(np.intersect1d(order[gone : gone + 10], rows))
    assert found / 200 >= 0.95


def test_segments_of_both_kinds_are_searched_as_one(large: VectorIndex, many: np.ndarray) -> None:
    few = VectorIndex.build(many[:50])
    joined = Vectors([few, large], 32)
    assert joined.exact == 50
    scores, rows = joined.search(many[7], 5)
    assert set(rows[:2].tolist()) == {7, 57}  # the same vector in both
    np.testing.assert_allclose(scores[:2], 1.0, atol=1e-6)


def test_segments_share_the_centres_of_the_first_large_one(
    many: np.ndarray, tmp_path: Path
) -> None:
    centres = Centres(2 * len(many))
    second = many[: len(many) // 2]
    for name, vectors in (("1", many), ("2", second), ("3", many[:50])):
        (tmp_path / name).mkdir()
        VectorIndex.build(vectors, centres).save(tmp_path / name)
    assert not (tmp_path / "3" / NEAR_FILE).exists()  # to compare fifty takes no time
    assert len(second) < EXACT_UP_TO  # by itself it would have no lists
    parts = [VectorIndex.load(tmp_path / name) for name in ("1", "2", "3")]
    joined = Vectors(parts, 32)
    assert joined.exact == 50
    _, rows = joined.search(many[7], 5)
    assert {7, len(many) + 7, len(many) + len(second) + 7} <= set(rows.tolist())
    own = [part.lists.centres for part in parts if part.lists is not None]
    assert own[0] is own[1] is joined.centres


@pytest.mark.parametrize("share", [0.001, 0.4, 0.9])
def test_with_any_filter_all_k_hits_come_back_from_a_small_segment_with_lists(
    many: np.ndarray, share: float
) -> None:
    centres = Centres(2 * len(many))
    centres.of(many)
    small = many[: len(many) // 2]
    index = VectorIndex.build(small, centres)
    assert not index.exact
    allowed = np.random.default_rng(3).random(len(small)) < share
    k = min(300, int(allowed.sum()))
    _, rows = index.search(many[0], k, allowed)
    assert len(set(rows.tolist())) == k
    assert allowed[rows].all()


def test_where_centres_have_become_too_few_a_large_segment_learns_others(many: np.ndarray) -> None:
    few = many[:100]
    learned = Centres(80_000, lambda: few).of(many)
    assert learned is not None
    assert len(learned) >= FEWEST * 80_000**0.5
    assert Centres(600, lambda: few).of(many) is few


def test_a_centre_is_the_mean_of_several_so_that_none_is_a_removed_passage(
    many: np.ndarray,
) -> None:
    centres = Centres(len(many)).of(many)
    assert centres is not None
    members = np.bincount((many @ centres.T).argmax(axis=1), minlength=len(centres))
    # Some are nearer to a centre that stays since others have been dropped.
    assert np.quantile(members, 0.01) >= MEAN_OF_AT_LEAST - 1
    assert (many @ centres.T).max() < 1 - 1e-6


def test_a_segment_that_would_have_less_than_a_search_asks_for_in_its_lists_has_none(
    many: np.ndarray,
) -> None:
    centres = Centres(len(many))
    learned = centres.of(many)
    assert learned is not None
    assert centres.of(many[: IN_A_LIST * len(learned) - 1]) is None


def test_lists_that_hold_their_centres_themselves_are_still_read(
    large: VectorIndex, many: np.ndarray, tmp_path: Path
) -> None:
    """As they were written before centres had a file of their own."""
    VectorIndex.build(many).save(tmp_path)
    index: Any = faiss.read_index(str(tmp_path / NEAR_FILE))
    index.quantizer.add(np.load(tmp_path / CENTRES_FILE))
    written(index, tmp_path / "older")
    (tmp_path / "older").rename(tmp_path / NEAR_FILE)
    (tmp_path / CENTRES_FILE).unlink()
    older = VectorIndex.load(tmp_path)
    assert older.search(many[7], 9)[1].tolist() == large.search(many[7], 9)[1].tolist()


def test_centres_that_are_not_those_of_the_lists_are_damage(
    many: np.ndarray, tmp_path: Path
) -> None:
    VectorIndex.build(many).save(tmp_path)
    np.save(tmp_path / CENTRES_FILE, many[:7])
    with pytest.raises(IndexDamaged, match="does not fit near.faiss"):
        VectorIndex.load(tmp_path).search(many[0], 5)


def test_status_says_which_passages_are_searched_by_lists() -> None:
    files: dict[str, dict[str, int]] = {
        f"segments/000001/{NEAR_FILE}": {},
        "segments/000001/vectors.faiss": {},
    }
    segments = [Segment("000001", 900, 25_000), Segment("000002", 1, 7)]
    manifest = Manifest(FORMAT, 1, "2026-11-21T00:00:00Z", "fundstelle", "", 384, segments, files)
    assert near_passages(manifest) == 25_000


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_vectors_are_mapped_and_take_no_memory_of_their_own(tmp_path: Path) -> None:
    vectors = np.random.default_rng(2).normal(size=(EXACT_UP_TO, 384)).astype(np.float32)
    VectorIndex.build(vectors).save(tmp_path)  # 15 MB
    before = memory_kb("RssAnon")
    loaded = VectorIndex.load(tmp_path)
    assert memory_kb("RssAnon") - before < vectors.nbytes / 1_000 / 4
    np.testing.assert_array_equal(loaded.vectors(np.array([7])), vectors[[7]])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_rows_of_a_large_file_are_read_and_none_of_it_becomes_resident(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.vectors.LARGE", 0)
    vectors = np.random.default_rng(2).normal(size=(EXACT_UP_TO + 1, 384)).astype(np.float32)
    VectorIndex.build(vectors).save(tmp_path)
    loaded = VectorIndex.load(tmp_path, lambda file: Blocks(file.parent, file.name, summed(file)))
    before = memory_kb("RssFile")
    for first in range(0, len(vectors) - 1, 500):
        rows = np.arange(first, first + 500)[::-1]
        np.testing.assert_array_equal(loaded.vectors(rows), vectors[rows])
    assert memory_kb("RssFile") - before < vectors.nbytes / 1_000 / 10


def memory_kb(kind: str) -> int:
    """Resident memory of this process: RssAnon is no file's, RssFile that of mapped files."""
    lines = Path("/proc/self/status").read_text().splitlines()
    [line] = [line for line in lines if line.startswith(kind)]
    return int(line.split()[1])

"""Blocks are compared when they are first used, each once, and no wrong byte gets through."""

from __future__ import annotations

import errno
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.arrays import MappedRows
from indexer.blocks import BLOCK_BYTES, Blocks, checksum, summed
from indexer.errors import IndexDamaged

BYTES = 3 * BLOCK_BYTES + 17  # four blocks, the last one short


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "000001" / "rows.npy"
    file.parent.mkdir()
    file.write_bytes(np.random.default_rng(1).bytes(BYTES))
    return file


def blocks(file: Path) -> Blocks:
    """As they are before `flip`."""
    return Blocks(file.parent, file.name, summed(file))


def flip(file: Path, place: int) -> None:
    with file.open("r+b") as stream:
        stream.seek(place)
        byte = stream.read(1)[0]
        stream.seek(place)
        stream.write(bytes([byte ^ 1]))


def test_one_pass_gives_what_three_would(file: Path) -> None:
    entry = summed(file)
    assert entry["bytes"] == BYTES
    assert entry["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert [len(one) for one in entry["blocks"]] == [16] * 4
    assert summed(file) == entry


def test_a_file_that_does_not_say_how_large_its_blocks_are_has_those_of_format_4(
    file: Path,
) -> None:
    file.write_bytes(np.random.default_rng(2).bytes((1 << 20) + 5))
    data = file.read_bytes()
    entry = {"bytes": len(data), "blocks": [checksum(data[: 1 << 20]), checksum(data[1 << 20 :])]}
    Blocks(file.parent, file.name, entry).all()
    flip(file, BLOCK_BYTES)  # in the second block of today's size, in the first of that time
    with pytest.raises(IndexDamaged, match="damaged in block 0"):
        Blocks(file.parent, file.name, entry).span(0, 1)


@pytest.mark.parametrize("place", [0, BLOCK_BYTES - 1, BLOCK_BYTES, 2 * BLOCK_BYTES + 5, BYTES - 1])
def test_a_flipped_byte_is_found_by_whoever_reads_its_block_and_by_nobody_else(
    file: Path, place: int
) -> None:
    for start, end in [
        (0, 1),
        (BLOCK_BYTES, 2 * BLOCK_BYTES),
        (5, BLOCK_BYTES + 1),
        (BYTES - 1, BYTES),
    ]:
        checked = blocks(file)
        flip(file, place)
        touched = range(start // BLOCK_BYTES, (end - 1) // BLOCK_BYTES + 1)
        if place // BLOCK_BYTES in touched:
            with pytest.raises(
                IndexDamaged, match=r"rows\.npy is damaged in block \d; `fund"
            ) as found:
                checked.span(start, end)
            assert (found.value.generation, found.value.path) == (file.parent, "rows.npy")
            with pytest.raises(IndexDamaged):  # and again: damage is no matter of the first time
                checked.span(start, end)
        else:
            checked.span(start, end)
        with pytest.raises(IndexDamaged):
            checked.all()
        flip(file, place)


def test_many_spans_are_compared_as_one_by_one(file: Path) -> None:
    starts = np.array([3, BLOCK_BYTES - 2, 7])
    for place, found in [(0, True), (BLOCK_BYTES, True), (2 * BLOCK_BYTES, False)]:
        checked = blocks(file)
        flip(file, place)
        if found:
            with pytest.raises(IndexDamaged):
                checked.spans(starts, starts + 4)
        else:
            checked.spans(starts, starts + 4)
        flip(file, place)


def test_what_was_compared_is_not_read_again(file: Path) -> None:
    checked = blocks(file)
    checked.span(0, 1)
    file.rename(file.with_name("away"))
    checked.span(5, 6)
    with pytest.raises(IndexDamaged, match=r"rows\.npy cannot be read: No such file"):
        checked.all()
    file.with_name("away").rename(file)
    checked.all()
    assert checked.whole
    file.unlink()
    checked.all()


def test_a_system_that_takes_no_advice_on_reading_has_no_damage(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*given: int) -> None:
        raise OSError(errno.ENOSYS, "no advice")

    monkeypatch.setattr("os.posix_fadvise", refuses, raising=False)
    checked = blocks(file)
    checked.span(0, 1)
    flip(file, BLOCK_BYTES)
    with pytest.raises(IndexDamaged, match="block 1"):
        checked.span(BLOCK_BYTES, BLOCK_BYTES + 1)


def test_an_empty_file_and_an_empty_span_have_nothing_to_compare(file: Path) -> None:
    checked = blocks(file)
    flip(file, 0)
    checked.span(0, 0)
    file.write_bytes(b"")
    blocks(file).all()


def test_a_file_that_was_cut_off_meanwhile_is_damaged(file: Path) -> None:
    checked = blocks(file)
    file.write_bytes(file.read_bytes()[:BLOCK_BYTES])
    checked.span(0, BLOCK_BYTES)
    with pytest.raises(IndexDamaged, match="damaged in block 1"):
        checked.all()


@pytest.mark.parametrize(("number", "raised"), [(errno.EIO, IndexDamaged), (errno.EMFILE, OSError)])
def test_a_bad_sector_is_damage_and_a_lack_of_descriptors_is_none(
    file: Path, monkeypatch: pytest.MonkeyPatch, number: int, raised: type[Exception]
) -> None:
    checked = blocks(file)

    def fails(*given: Any, **named: Any) -> None:
        raise OSError(number, "no luck")

    with monkeypatch.context() as machine:
        machine.setattr(Path, "open", fails)
        with pytest.raises(raised):
            checked.all()
    checked.all()


def test_rows_are_those_of_the_array_and_only_theirs_are_compared(tmp_path: Path) -> None:
    rows = np.random.default_rng(2).integers(0, 255, (30_000, 100), np.uint8)
    file = tmp_path / "rows.npy"
    np.save(file, rows)
    kept = summed(file)
    starts, counts = np.array([29_000, 5, 12_000]), np.array([3, 1, 2])
    expected = rows[[29_000, 29_001, 29_002, 5, 12_000, 12_001]]
    flip(file, file.stat().st_size - 1)  # of row 29,999, in the last block

    def mapped() -> MappedRows:
        return MappedRows(file, lambda file: Blocks(file.parent, file.name, kept))

    np.testing.assert_array_equal(mapped().between(5, 9), rows[5:9])
    np.testing.assert_array_equal(mapped().runs(starts[1:], counts[1:]), expected[3:])
    with pytest.raises(IndexDamaged):
        mapped().between(29_998, 30_000)
    with pytest.raises(IndexDamaged):
        mapped().runs(starts, counts)  # in the same block
    flip(file, file.stat().st_size - 1)
    np.testing.assert_array_equal(mapped().runs(starts, counts), expected)

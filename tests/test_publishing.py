"""Generations: what is published is complete, what is not published leaves no trace."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.errors import IndexDamaged, IndexLocked, IndexUnavailable
from indexer.manifest import Generation, Segment, current, current_name, damaged_files
from indexer.publishing import building, publish, writing


def publish_one(index: Path, content: str, keep: int = 1) -> Generation:
    with writing(index), building(index) as folder:
        (folder / "lexical").mkdir()
        (folder / "lexical" / "terms").write_text(content)
        return publish(
            index,
            folder,
            encoder="e",
            encoder_fingerprint="f",
            dimension=3,
            segments=[Segment("000001", documents=1, passages=1)],
            known={},
            keep=keep,
        )


def test_an_index_without_a_generation_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable, match="no index at .*fundstelle index --corpus DIR"):
        current(tmp_path)


def test_generations_are_numbered_upwards_and_one_older_is_kept(tmp_path: Path) -> None:
    for content in ("one", "two", "three"):
        publish_one(tmp_path, content)
    assert current(tmp_path).manifest.generation == 3
    kept = sorted(path.name for path in (tmp_path / "generations").iterdir())
    assert kept == ["000002", "000003"]


def test_a_run_that_fails_leaves_the_published_generation_and_nothing_else(
    tmp_path: Path,
) -> None:
    publish_one(tmp_path, "one")
    with pytest.raises(OSError, match="disk full"), writing(tmp_path), building(tmp_path):
        raise OSError("disk full")
    assert current(tmp_path).manifest.generation == 1
    assert [path.name for path in (tmp_path / "generations").iterdir()] == ["000001"]


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    publish_one(tmp_path, "one")
    (tmp_path / "generations" / ".building-killed").mkdir()
    (tmp_path / "generations" / "000002").mkdir()  # renamed, but never pointed to
    with writing(tmp_path):
        pass
    assert [path.name for path in (tmp_path / "generations").iterdir()] == ["000001"]


def test_without_a_readable_pointer_no_generation_is_removed(tmp_path: Path) -> None:
    publish_one(tmp_path, "one")
    (tmp_path / "CURRENT").write_text("garbled\n")
    with pytest.raises(IndexDamaged, match="--rebuild"):
        current(tmp_path)
    with writing(tmp_path):
        pass
    assert [path.name for path in (tmp_path / "generations").iterdir()] == ["000001"]
    assert publish_one(tmp_path, "two").manifest.generation == 2
    assert current(tmp_path).manifest.generation == 2


def test_a_second_writer_is_refused_and_told_which_process_writes(tmp_path: Path) -> None:
    with (
        writing(tmp_path),
        pytest.raises(IndexLocked, match=f"process {os.getpid()} is writing"),
        writing(tmp_path),
    ):
        pass


def test_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from indexer.publishing import writing\n"
        "with writing(Path(sys.argv[1])): os._exit(9)"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert killed.returncode == 9
    with writing(tmp_path):
        pass


def test_every_missing_or_cut_off_file_is_named(tmp_path: Path) -> None:
    generation = publish_one(tmp_path, "one")
    (generation.folder / "lexical" / "terms").write_text("o")
    with pytest.raises(IndexDamaged, match="missing or cut off: lexical/terms"):
        current(tmp_path)


def test_a_changed_byte_is_found_by_reading_everything(tmp_path: Path) -> None:
    generation = publish_one(tmp_path, "one")
    assert damaged_files(generation) == []
    (generation.folder / "lexical" / "terms").write_text("two")
    assert damaged_files(generation) == ["lexical/terms"]


def test_a_format_of_another_version_is_refused_with_the_remedy(tmp_path: Path) -> None:
    manifest = publish_one(tmp_path, "one").folder / "manifest.json"
    manifest.write_text(re.sub(r'"format": \d+', '"format": 99', manifest.read_text()))
    with pytest.raises(IndexDamaged, match="has format 99, this version reads 4 and 5; run"):
        current(tmp_path)


def test_the_pointer_names_the_published_folder(tmp_path: Path) -> None:
    assert current_name(tmp_path) is None
    publish_one(tmp_path, "one")
    assert current_name(tmp_path) == "000001"

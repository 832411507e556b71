"""What a run of the indexer, `status` and a backup do about damage."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from damage_samples import TEXTS, flip, indexed, published, write

from eval.faults import contents
from indexer.backup import back_up
from indexer.building import bring_up_to_date
from indexer.commands import status
from indexer.errors import IndexDamaged, NothingPublished
from indexer.manifest import current, damaged_files, generations
from indexer.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return indexed(tmp_path)


def test_what_can_no_longer_be_read_survives_the_damage_of_its_segment(settings: Settings) -> None:
    (settings.corpus[0] / "rathaus.txt").write_bytes(b"\x00\x01\xff" * 64)  # unreadable since
    flip(published(settings, "vectors.faiss"), "last")
    summary = bring_up_to_date(settings)
    assert summary.published
    assert [note.path for note in summary.failed] == ["rathaus.txt"]
    assert (summary.unchanged, summary.embedded) == (3, 3)
    assert contents(settings.index)["rathaus.txt"] == TEXTS["rathaus.txt"] + "\n"
    assert not bring_up_to_date(settings).published


def test_a_damaged_segment_does_not_hide_that_documents_would_be_lost(settings: Settings) -> None:
    flip(published(settings, "vectors.faiss"), "last")
    for name in TEXTS:
        (settings.corpus[0] / name).unlink()
    write(settings, {"neu.txt": "Der neue Kai ist 300 Meter lang."})
    other = replace(settings, corpus=(*settings.corpus, settings.index.parent / "share"))
    other.corpus[1].mkdir()
    (settings.corpus[0] / "neu.txt").rename(other.corpus[1] / "neu.txt")
    with pytest.raises(NothingPublished, match="had 3 documents and has none"):
        bring_up_to_date(other)


def test_a_run_that_meets_damage_itself_makes_the_segment_anew(settings: Settings) -> None:
    flip(published(settings, "vectors.faiss"), "last")
    (settings.corpus[0] / "messe.txt").unlink()  # the others' vectors are to be taken over
    summary = bring_up_to_date(settings)
    assert summary.published
    assert summary.reasons[0].startswith("made anew: segment 000001 of")
    assert damaged_files(current(settings.index)) == []
    assert current(settings.index).manifest.documents == 2


def test_status_verify_leaves_word_for_the_next_run(settings: Settings) -> None:
    flip(published(settings, "lexical/rows.npy"), "last")
    assert not bring_up_to_date(settings).published  # this run has no reason to read the file
    said = CliRunner().invoke(status, ["--verify", "--json", "--index", str(settings.index)])
    assert said.exit_code == 1
    assert json.loads(said.stdout)["damaged"] == ["segments/000001/lexical/rows.npy"]
    assert bring_up_to_date(settings).published
    assert damaged_files(current(settings.index)) == []


def test_notes_go_with_their_generation(settings: Settings) -> None:
    for _ in range(3):
        flip(published(settings, "vectors.faiss"), "last")
        CliRunner().invoke(status, ["--verify", "--index", str(settings.index)])
        assert bring_up_to_date(settings).published
    there = sorted(path.name for path in (settings.index / "generations").iterdir())
    assert there == ["000002.damaged", "000003", "000003.damaged", "000004"]
    assert [folder.name for folder in generations(settings.index)] == ["000003", "000004"]


def test_a_note_that_was_cut_off_harms_nothing(settings: Settings) -> None:
    (current(settings.index).folder.parent / "000001.damaged").write_bytes(b"segments\xff")
    assert not bring_up_to_date(settings).published
    flip(published(settings, "vectors.faiss"), "last")
    CliRunner().invoke(status, ["--verify", "--index", str(settings.index)])
    assert bring_up_to_date(settings).published


def test_nobody_gets_a_backup_that_could_not_be_restored(
    settings: Settings, tmp_path: Path
) -> None:
    flip(published(settings, "lexical/rows.npy"), "last")
    with pytest.raises(IndexDamaged, match=r"damaged: segments/000001/lexical/rows\.npy"):
        back_up(settings, tmp_path / "backup.tar")
    assert not (tmp_path / "backup.tar").exists()

"""A file that nobody has touched is not read again; one that somebody has touched always is."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from api.engine import Engine
from indexer import drafts
from indexer.building import bring_up_to_date
from indexer.reading import files
from indexer.reading.files import Contents, CorpusFile
from indexer.seen import RACY_S, SEEN_FILE
from indexer.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Two documents, one with a sidecar, indexed once the clock has moved on."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("Der Markt öffnet montags.")
    (tmp_path / "corpus" / "b.txt").write_text("Das Amt schließt freitags.")
    (tmp_path / "corpus" / "b.txt.meta.yaml").write_text("title: Amt")
    time.sleep(RACY_S + 0.1)
    made = Settings(corpus=(tmp_path / "corpus",), index=tmp_path / "index")
    bring_up_to_date(made)
    return made


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are read from now on."""
    names: list[str] = []

    def noting(file: CorpusFile) -> Contents:
        names.append(file.relative)
        return original(file)

    original = files.read_corpus_file
    monkeypatch.setattr(drafts, "read_corpus_file", noting)
    return names


def test_what_was_not_touched_is_not_read(settings: Settings, read: list[str]) -> None:
    assert bring_up_to_date(settings).unchanged == 2
    assert not read


def test_the_same_length_at_the_same_stated_time_is_read_all_the_same(
    settings: Settings, read: list[str]
) -> None:
    file = settings.corpus[0] / "a.txt"
    before = file.stat()
    file.write_text("Der Markt öffnet dienstag"[: before.st_size])
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    bring_up_to_date(settings)
    assert read == ["a.txt"]
    assert "dienstag" in Engine.open(settings).text("a.txt")


def test_a_sidecar_that_changed_makes_its_file_read(settings: Settings, read: list[str]) -> None:
    (settings.corpus[0] / "b.txt.meta.yaml").write_text("title: Bad")
    assert bring_up_to_date(settings).changed == 1
    assert read == ["b.txt"]
    assert Engine.open(settings).document("b.txt").title == "Bad"


def test_what_was_written_just_before_a_run_is_read_by_the_next_one(
    settings: Settings, read: list[str]
) -> None:
    (settings.corpus[0] / "c.txt").write_text("Das Bad öffnet im Mai.")
    bring_up_to_date(settings)
    bring_up_to_date(settings)
    assert read == ["c.txt", "c.txt"]


def test_who_asks_for_it_has_everything_read(settings: Settings, read: list[str]) -> None:
    bring_up_to_date(settings, reread=True)
    assert read == ["a.txt", "b.txt"]


@pytest.mark.parametrize("text", ["", "[]", '{"x": 1}', "nonsense"])
def test_what_cannot_be_read_of_the_last_run_costs_time_and_nothing_else(
    settings: Settings, read: list[str], text: str
) -> None:
    (settings.index / SEEN_FILE).write_text(text)
    assert bring_up_to_date(settings).unchanged == 2
    assert read == ["a.txt", "b.txt"]


def test_an_original_that_is_lost_is_taken_from_the_file(
    settings: Settings, read: list[str]
) -> None:
    engine = Engine.open(settings)
    engine.original("a.txt").path.unlink()
    assert bring_up_to_date(settings).published
    assert "a.txt" in read
    assert Engine.open(settings).original("a.txt").path.is_file()


def test_what_was_read_of_another_file_than_the_one_walked_is_not_remembered(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link that leads elsewhere by the time it is read, and back again before the next run."""
    versions = [settings.corpus[0] / name for name in ("v1.txt", "v2.txt")]
    for number, version in enumerate(versions, start=1):
        version.write_text(f"Fassung {number} gilt.")
    link = settings.corpus[0] / "aktuell.txt"
    link.symlink_to("v1.txt")
    time.sleep(RACY_S + 0.1)
    read_corpus_file = files.read_corpus_file

    def elsewhere(file: CorpusFile) -> Contents:
        if file.relative != "aktuell.txt":
            return read_corpus_file(file)
        link.unlink()
        link.symlink_to("v2.txt")
        contents = read_corpus_file(file)
        link.unlink()
        link.symlink_to("v1.txt")
        return contents

    with monkeypatch.context() as context:
        context.setattr(drafts, "read_corpus_file", elsewhere)
        bring_up_to_date(settings)
    assert "Fassung 2" in Engine.open(settings).text("aktuell.txt")
    bring_up_to_date(settings)
    assert "Fassung 1" in Engine.open(settings).text("aktuell.txt")


def test_a_full_disk_behind_the_publication_does_not_fail_the_run(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (settings.index / f".{SEEN_FILE}.new").mkdir()  # where the file would be written
    (settings.corpus[0] / "c.txt").write_text("Das Bad öffnet im Mai.")
    summary = bring_up_to_date(settings)
    assert summary.published
    assert Engine.open(settings).state.generation == summary.generation

"""A file that nobody has touched is not read again; one that somebody has touched always is."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from api.engine import Engine
from indexer import drafts
from indexer.building import bring_up_to_date
from indexer.reading import walk
from indexer.reading.walk import CorpusFile
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

    def noting(file: CorpusFile) -> tuple[bytes, bytes | None]:
        names.append(file.relative)
        return original(file)

    original = walk.read_corpus_file
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

"""Runs that go wrong, names that clash, texts that strain: nothing is lost or swapped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.engine import Engine
from indexer.building import bring_up_to_date
from indexer.errors import IndexDamaged, NothingPublished, ReadError
from indexer.reading.pool import ReadingProcess
from indexer.settings import Settings
from indexer.types import Reading


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "corpus").mkdir()
    return Settings(corpus=(tmp_path / "corpus",), index=tmp_path / "index")


def write(settings: Settings, name: str, text: str) -> None:
    (settings.corpus[0] / name).write_text(text, encoding="utf-8")


def paths(settings: Settings) -> dict[str, str]:
    documents = Engine.open(settings).documents().documents
    return {d.doc_id: Engine.open(settings).original(d.doc_id).name for d in documents}


def test_editing_a_document_does_not_hand_its_id_to_another(settings: Settings) -> None:
    write(settings, "a-b.txt", "Der erste Text über das Rathaus.\n")
    bring_up_to_date(settings)
    write(settings, "a b.txt", "Der zweite Text über die Bibliothek.\n")
    bring_up_to_date(settings)
    before = paths(settings)
    write(settings, "a-b.txt", "Der erste Text über das neue Rathaus.\n")
    bring_up_to_date(settings)
    assert paths(settings) == before
    assert before["a-b.txt"] == "a-b.txt"


def test_editing_a_document_with_an_explicit_id_keeps_it(settings: Settings) -> None:
    write(settings, "m.md", "---\ndoc_id: satzung\n---\nDie Satzung von 2020.\n")
    bring_up_to_date(settings)
    write(settings, "a.md", "---\ndoc_id: satzung\n---\nEine andere Satzung.\n")
    write(settings, "m.md", "---\ndoc_id: satzung\n---\nDie Satzung von 2021.\n")
    summary = bring_up_to_date(settings)
    assert [note.path for note in summary.failed] == ["a.md"]
    assert paths(settings) == {"satzung": "m.md"}


@pytest.fixture
def upgraded(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A published file, and since then a library that reads it otherwise."""
    write(settings, "a.txt", "Das Rathaus öffnet um acht Uhr.\n")
    bring_up_to_date(settings)
    for module in ("indexer.drafts", "indexer.cutting"):
        monkeypatch.setattr(f"{module}.READER_VERSION", "reader of tomorrow")
    read = ReadingProcess.read

    def otherwise(self: ReadingProcess, data: bytes, *rest: Any) -> Reading:
        return read(self, data.replace(b"acht", b"neun"), *rest)

    monkeypatch.setattr(ReadingProcess, "read", otherwise)
    return settings


def test_an_unchanged_file_keeps_its_text_when_a_library_is_upgraded(upgraded: Settings) -> None:
    assert bring_up_to_date(upgraded).published is False
    assert bring_up_to_date(upgraded, rebuild=True).texts_changed == 0
    assert "acht Uhr" in Engine.open(upgraded).text("a.txt")
    write(upgraded, "b.txt", "Um acht Uhr.\n")
    bring_up_to_date(upgraded)
    assert "neun Uhr" in Engine.open(upgraded).text("b.txt")


def test_reading_again_renews_the_text_and_says_how_many_changed(upgraded: Settings) -> None:
    summary = bring_up_to_date(upgraded, reread=True)
    assert (summary.unchanged, summary.texts_changed) == (1, 1)
    assert "reader was" in summary.reasons[0]
    assert "neun Uhr" in Engine.open(upgraded).text("a.txt")
    assert bring_up_to_date(upgraded).published is False


def test_a_file_that_a_newer_reader_fails_on_keeps_its_text(
    upgraded: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: ReadingProcess, *arguments: object) -> None:
        raise ReadError("took longer than 60 s to read")

    monkeypatch.setattr(ReadingProcess, "read", fail)
    summary = bring_up_to_date(upgraded, reread=True)
    assert [note.path for note in summary.failed] == ["a.txt"]
    assert "acht Uhr" in Engine.open(upgraded).text("a.txt")


def test_one_folder_given_twice_is_one_source_and_a_nested_one_is_refused(
    settings: Settings,
) -> None:
    write(settings, "a.txt", "Das Rathaus öffnet um acht Uhr.\n")
    folder = settings.corpus[0]
    twice = replace(settings, corpus=(folder, folder / ".." / folder.name))
    assert bring_up_to_date(twice).added == 1
    (folder / "below").mkdir()
    with pytest.raises(NothingPublished, match="lies below"):
        bring_up_to_date(replace(settings, corpus=(folder, folder / "below")))


def test_a_rebuild_makes_everything_anew_but_does_not_lose_documents(settings: Settings) -> None:
    for number in range(24):
        write(settings, f"{number}.txt", f"Dokument Nummer {number} über die Verwaltung.\n")
    bring_up_to_date(settings)
    summary = bring_up_to_date(settings, rebuild=True)
    assert (summary.published, summary.embedded) == (True, 24)
    for number in range(20):
        (settings.corpus[0] / f"{number}.txt").unlink()
    with pytest.raises(NothingPublished, match="20 of 24 documents would be removed"):
        bring_up_to_date(settings, rebuild=True)
    assert len(paths(settings)) == 24


@pytest.mark.parametrize("rebuild", [False, True])
def test_the_next_run_replaces_what_cannot_be_read(settings: Settings, rebuild: bool) -> None:
    write(settings, "a.txt", "Das Rathaus öffnet um acht Uhr.\n")
    bring_up_to_date(settings)
    store = settings.index / "generations" / "000001" / "segments" / "000001" / "store.sqlite"
    store.write_bytes(b"\xff" * store.stat().st_size)
    with pytest.raises(IndexDamaged):
        Engine.open(settings)
    assert bring_up_to_date(settings, rebuild=rebuild).generation == 2
    assert paths(settings) == {"a.txt": "a.txt"}


def test_a_manifest_that_cannot_be_read_needs_a_rebuild(settings: Settings) -> None:
    write(settings, "a.txt", "Das Rathaus öffnet um acht Uhr.\n")
    bring_up_to_date(settings)
    (settings.index / "generations" / "000001" / "manifest.json").write_text("{")
    with pytest.raises(IndexDamaged, match="--rebuild"):
        bring_up_to_date(settings)
    assert bring_up_to_date(settings, rebuild=True).generation == 2
    assert paths(settings) == {"a.txt": "a.txt"}


def test_a_refused_run_is_the_last_run_too(settings: Settings) -> None:
    write(settings, "a.txt", "Das Rathaus öffnet um acht Uhr.\n")
    bring_up_to_date(settings)
    write(settings, "leer.txt", "")
    with pytest.raises(NothingPublished):
        bring_up_to_date(settings, strict=True)
    assert "because of --strict: leer.txt" in (settings.index / "last-run.json").read_text()


def test_long_headings_and_wide_tables_do_not_break_a_question(settings: Settings) -> None:
    heading = "Verordnung über die Gebühren der Stadtverwaltung und ihrer Ämter " * 6
    sentence = "Ein Reisepass kostet, " + "sofern nichts anderes bestimmt wurde, " * 8 + "70 Euro."
    columns = " | ".join(f"Sehr lange Spaltenüberschrift Nummer {n}" for n in range(30))
    rule = "|".join("---" for _ in range(30))
    cells = " | ".join(str(n) for n in range(30))
    table = f"| {columns} |\n|{rule}|\n| {cells} |"
    write(settings, "a.md", f"# {heading}\n\n{sentence}\n\n## Tabelle\n\n{table}\n")
    bring_up_to_date(settings, strict=True)
    answer = Engine.open(settings).ask("Was kostet ein Reisepass?")
    assert {cited.doc_id for cited in answer.citations + answer.related} == {"a.md"}


def test_the_same_text_twice_is_quoted_once(settings: Settings) -> None:
    for name in ("a.txt", "b.txt"):
        write(settings, name, "Ein Reisepass kostet im Bürgeramt Musterstadt 70 Euro.\n")
    bring_up_to_date(settings)
    # Two passages are too few for any confidence; what would be shown is the question here.
    answer = Engine.open(replace(settings, answer_threshold=0.0)).ask("Was kostet ein Reisepass?")
    assert len(answer.answer) == 1
    assert [place.doc_id for place in answer.citations[0].also] == ["b.txt"]

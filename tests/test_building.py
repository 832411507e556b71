"""Bringing an index up to date: only what changed is worked on, nothing is lost."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from api.engine import Engine
from indexer.blocks import checksum
from indexer.building import bring_up_to_date
from indexer.cutting import LazyEncoder
from indexer.encoder import Encoder, locate
from indexer.encoder_files import SHA256_LIST
from indexer.errors import EncoderMismatch, IndexDamaged, NothingPublished
from indexer.manifest import FORMAT, current, current_name
from indexer.reading.walk import Failed, walk
from indexer.rollback import roll_back
from indexer.settings import Settings
from indexer.summary import Summary

TEXTS = {
    "presse/messe.md": "# Die Messe\n\nDie Messe zählte 2023 mehr als 15.000 Besucher.\n",
    "award.en.txt": "The award\n\nMunich came first in the index of smart cities in 2023.\n",
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for name, text in TEXTS.items():
        write(tmp_path / "corpus" / name, text)
    return Settings(corpus=(tmp_path / "corpus",), index=tmp_path / "index")


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def counts(summary: Summary) -> tuple[int, int, int, int, int]:
    """Added, changed, moved, unchanged, removed."""
    return (
        summary.added,
        summary.changed,
        summary.moved,
        summary.unchanged,
        summary.removed,
    )


def ids(settings: Settings) -> list[str]:
    return [document.doc_id for document in Engine.open(settings).documents().documents]


def test_the_first_run_indexes_everything_and_the_second_does_nothing(settings: Settings) -> None:
    first = bring_up_to_date(settings)
    assert (first.published, first.generation, counts(first)) == (True, 1, (2, 0, 0, 0, 0))
    second = bring_up_to_date(settings)
    assert (second.published, second.generation, counts(second)) == (False, 1, (0, 0, 0, 2, 0))
    assert (second.embedded, second.passages) == (0, first.passages)
    assert ids(settings) == ["award.en.txt", "presse.messe.md"]


def test_a_run_with_nothing_new_does_not_load_the_encoder(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_up_to_date(settings)

    def refuse(self: LazyEncoder) -> Encoder:
        raise AssertionError("loaded")

    monkeypatch.setattr(LazyEncoder, "__call__", refuse)
    (settings.corpus[0] / "award.en.txt").unlink()
    assert bring_up_to_date(settings).removed == 1


def test_a_changed_file_embeds_only_its_changed_passages(settings: Settings) -> None:
    messe = settings.corpus[0] / "presse" / "messe.md"
    sections = "# Die Messe\n\n## Zahlen\n\nEs kamen viele.\n\n## Ort\n\nBerlin, Messegelände.\n"
    write(messe, sections)
    bring_up_to_date(settings)
    write(messe, sections.replace("viele", "15.000 Gäste"))
    summary = bring_up_to_date(settings)
    assert counts(summary) == (0, 1, 0, 1, 0)
    assert summary.embedded == 1
    answer = Engine.open(settings).search("Wie viele Gäste kamen?").hits[0]
    assert "15.000 Gäste" in answer.text


def test_a_moved_file_keeps_its_vectors(settings: Settings) -> None:
    bring_up_to_date(settings)
    corpus = settings.corpus[0]
    (corpus / "presse" / "messe.md").rename(corpus / "messe-2023.md")
    summary = bring_up_to_date(settings)
    assert (counts(summary), summary.embedded) == ((0, 0, 1, 1, 0), 0)
    assert ids(settings) == ["award.en.txt", "messe-2023.md"]


def test_a_removed_file_is_gone_from_every_answer(settings: Settings) -> None:
    bring_up_to_date(settings)
    (settings.corpus[0] / "award.en.txt").unlink()
    summary = bring_up_to_date(settings)
    assert (counts(summary), summary.embedded) == ((0, 0, 0, 1, 1), 0)
    engine = Engine.open(settings)
    assert {hit.doc_id for hit in engine.search("Munich smart cities", k=50).hits} == {
        "presse.messe.md"
    }
    with pytest.raises(KeyError):
        engine.text("award.en.txt")


def test_a_changed_sidecar_changes_the_document(settings: Settings) -> None:
    bring_up_to_date(settings)
    write(settings.corpus[0] / "award.en.txt.meta.yaml", "publisher: Press office\n")
    assert counts(bring_up_to_date(settings)) == (0, 1, 0, 1, 0)
    assert Engine.open(settings).document("award.en.txt").publisher == "Press office"


def test_a_file_that_fails_is_reported_and_the_rest_is_published(settings: Settings) -> None:
    write(settings.corpus[0] / "leer.txt", "")
    (settings.corpus[0] / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    summary = bring_up_to_date(settings)
    assert [note.path for note in summary.failed] == ["broken.pdf", "leer.txt"]
    assert summary.published
    assert len(ids(settings)) == 2


def test_strict_publishes_nothing_when_a_file_fails(settings: Settings) -> None:
    write(settings.corpus[0] / "leer.txt", "")
    with pytest.raises(NothingPublished, match=r"because of --strict: leer\.txt: .*empty"):
        bring_up_to_date(settings, strict=True)
    assert current_name(settings.index) is None


def test_a_document_that_fails_keeps_its_published_version(settings: Settings) -> None:
    bring_up_to_date(settings)
    (settings.corpus[0] / "award.en.txt").write_bytes(b"\x00\x01\x02\xff" * 64)
    summary = bring_up_to_date(settings)
    assert [note.path for note in summary.failed] == ["award.en.txt"]
    assert "Munich came first" in Engine.open(settings).text("award.en.txt")


def test_documents_below_a_folder_that_cannot_be_listed_are_kept(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_up_to_date(settings)
    # As the walk reports a folder without permission, which root would be able to list.
    reason = "the folder cannot be listed: Permission denied"
    seen = [entry for entry in walk(settings.corpus[0]) if "presse" not in entry.relative]
    monkeypatch.setattr("indexer.drafts.walk", lambda folder: [*seen, Failed("presse/", reason)])
    summary = bring_up_to_date(settings)
    assert [(note.path, note.reason) for note in summary.failed] == [("presse/", reason)]
    assert ids(settings) == ["award.en.txt", "presse.messe.md"]


def test_a_missing_corpus_folder_publishes_nothing(settings: Settings) -> None:
    bring_up_to_date(settings)
    gone = replace(settings, corpus=(settings.corpus[0], settings.index.parent / "share"))
    with pytest.raises(NothingPublished, match="share is not there or not a folder"):
        bring_up_to_date(gone)
    assert current(settings.index).manifest.generation == 1


def test_an_emptied_folder_publishes_nothing_without_consent(settings: Settings) -> None:
    bring_up_to_date(settings)
    for name in TEXTS:
        (settings.corpus[0] / name).unlink()
    with pytest.raises(NothingPublished, match="had 2 documents and has none; --allow-removals"):
        bring_up_to_date(settings)
    assert len(ids(settings)) == 2
    assert bring_up_to_date(settings, allow_removals=True).removed == 2
    assert ids(settings) == []


def test_losing_most_of_many_documents_needs_consent(settings: Settings) -> None:
    corpus = settings.corpus[0]
    for number in range(20):
        write(corpus / f"{number}.txt", f"Dokument Nummer {number} über die Verwaltung.\n")
    bring_up_to_date(settings)
    for number in range(12):
        (corpus / f"{number}.txt").unlink()
    with pytest.raises(NothingPublished, match="12 of 22 documents would be removed"):
        bring_up_to_date(settings)
    assert bring_up_to_date(settings, allow_removals=True).removed == 12


def test_a_changed_budget_cuts_anew_and_says_why(settings: Settings) -> None:
    bring_up_to_date(settings)
    summary = bring_up_to_date(replace(settings, passage_tokens=80))
    assert summary.published
    assert summary.reasons == ["2 unchanged documents made again: passage_tokens was 160, is 80"]


def test_another_encoder_is_refused_by_readers_and_embedded_by_the_next_run(
    settings: Settings, tmp_path: Path
) -> None:
    bring_up_to_date(settings)
    other = replace(settings, encoder=str(copy_of_encoder(tmp_path)))
    with pytest.raises(EncoderMismatch, match="run `fundstelle index` to embed"):
        Engine.open(other)
    summary = bring_up_to_date(other)
    assert summary.embedded == summary.passages
    assert f"encoder was {Settings().encoder}" in summary.reasons[0]
    assert Engine.open(other).state.generation == 2


def copy_of_encoder(folder: Path) -> Path:
    """The same model with one more file: another fingerprint."""
    copy = folder / "model"
    shutil.copytree(locate(Settings().encoder), copy, ignore=shutil.ignore_patterns(SHA256_LIST))
    (copy / "note.txt").write_text("another model")
    return copy


def test_an_index_of_an_older_format_is_made_anew_by_a_rebuild(settings: Settings) -> None:
    bring_up_to_date(settings)
    # As format 3 was written: without checksums of blocks, of the manifest and of the pointer.
    manifest = current(settings.index).folder / "manifest.json"
    plain = json.loads(manifest.read_text())
    del plain["checksum"]
    for entry in plain["files"].values():
        del entry["blocks"]
        entry.pop("block_bytes", None)
    manifest.write_text(json.dumps({**plain, "format": 3}))
    (settings.index / "CURRENT").write_text("000001\n")
    with pytest.raises(IndexDamaged, match="format 3, this version reads 4 and 5; run `fund"):
        bring_up_to_date(settings)
    assert current_name(settings.index) == "000001"
    summary = bring_up_to_date(settings, rebuild=True)
    assert (summary.published, summary.generation) == (True, 2)
    assert ids(settings) == ["award.en.txt", "presse.messe.md"]


def test_an_index_of_format_4_is_searched_gone_on_with_and_gone_back_to(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So that even a few vectors fill several blocks, of either format.
    monkeypatch.setattr("indexer.blocks.BLOCK_BYTES", 512)
    monkeypatch.setattr("indexer.blocks._BLOCK_BYTES_BEFORE", 1024)
    bring_up_to_date(settings)
    generation = current(settings.index)
    plain = generation.manifest
    for path, entry in plain.files.items():
        data = (generation.folder / path).read_bytes()
        entry.pop("block_bytes", None)  # format 4 did not say
        starts = range(0, len(data), 1024)
        entry["blocks"] = [checksum(data[start : start + 1024]) for start in starts]
    (generation.folder / "manifest.json").write_text(replace(plain, format=4).to_json())
    assert Engine.open(settings).search("Wie viele Besucher?").hits[0].doc_id == "presse.messe.md"
    (settings.corpus[0] / "neu.txt").write_text("Die Brücke wird im Mai gesperrt.\n", "utf-8")
    summary = bring_up_to_date(settings)
    assert (summary.added, summary.embedded) == (1, 1)
    manifest = current(settings.index).manifest
    assert manifest.format == FORMAT
    many = {path: entry for path, entry in manifest.files.items() if len(entry["blocks"]) > 1}
    assert {"block_bytes" in entry for entry in many.values()} == {True, False}
    hits = Engine.open(settings).search("Wann wird die Brücke gesperrt?").hits
    assert hits[0].doc_id == "neu.txt"
    roll_back(settings)
    assert Engine.open(settings).search("Wie viele Besucher?").hits[0].doc_id == "presse.messe.md"
    assert ids(settings) == ["award.en.txt", "presse.messe.md"]


def test_two_files_with_one_id_are_both_named(settings: Settings) -> None:
    corpus = settings.corpus[0]
    write(corpus / "Über uns.txt", "Wir sind die Stadtverwaltung von Musterstadt.\n")
    write(corpus / "ueber-uns.txt", "Wir sind der Presseverein von Musterstadt.\n")
    summary = bring_up_to_date(settings)
    assert summary.notes[0].path == "Über uns.txt" or summary.notes[0].path == "ueber-uns.txt"
    assert "ueber-uns.txt" in ids(settings)
    assert len(ids(settings)) == 4
    assert bring_up_to_date(settings).published is False


def test_the_same_explicit_id_twice_fails_the_later_file(settings: Settings) -> None:
    corpus = settings.corpus[0]
    write(corpus / "a.txt", "---\ndoc_id: satzung\n---\nDie Satzung gilt seit 2020.\n")
    write(corpus / "b.txt", "---\ndoc_id: satzung\n---\nDie Satzung gilt seit 2021.\n")
    summary = bring_up_to_date(settings)
    assert [(n.path, n.reason) for n in summary.failed] == [
        ("b.txt", "doc_id satzung is already that of a.txt")
    ]


def test_the_original_file_is_kept_byte_for_byte(settings: Settings) -> None:
    bring_up_to_date(settings)
    original = Engine.open(settings).original("presse.messe.md")
    (settings.corpus[0] / "presse" / "messe.md").unlink()
    assert original.path.read_text("utf-8") == TEXTS["presse/messe.md"]
    assert original.name == "messe.md"


def test_unchanged_originals_share_their_file_on_disk(settings: Settings) -> None:
    bring_up_to_date(settings)
    first = Engine.open(settings).original("presse.messe.md").path
    write(settings.corpus[0] / "neu.txt", "Ein neues Dokument über den Haushalt.\n")
    bring_up_to_date(settings)
    second = Engine.open(settings).original("presse.messe.md").path
    assert first != second
    assert first.samefile(second)


def test_one_file_as_corpus_is_refused(settings: Settings) -> None:
    file = settings.corpus[0] / "award.en.txt"
    with pytest.raises(NothingPublished, match="not a folder"):
        bring_up_to_date(replace(settings, corpus=(file,)))


def test_progress_counts_up_to_its_total(settings: Settings) -> None:
    seen: list[tuple[str, int, int]] = []
    bring_up_to_date(settings, progress=lambda *step: seen.append(step))
    assert {stage for stage, _, _ in seen} == {"read", "cut", "embed", "write"}
    for stage in ("read", "cut", "embed", "write"):
        *_, (_, done, total) = [step for step in seen if step[0] == stage]
        assert done == total

"""Segments: only what changed is written, and nothing that was removed is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from api.engine import Engine
from indexer.building import bring_up_to_date
from indexer.cutting import TakenOver
from indexer.errors import IndexDamaged
from indexer.lists import CENTRES_FILE
from indexer.manifest import Generation, Segment, current
from indexer.records import DocumentRecord
from indexer.segments import LARGEST, LIKE_SIZE, Plan, plan
from indexer.settings import Settings
from indexer.types import Metadata

CANARY = "Zaunkönigsgesang"
QUESTIONS = ("Wie viele Besucher kamen?", "Who won the award?", "Wann öffnet das Rathaus?")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "corpus").mkdir()
    return Settings(corpus=(tmp_path / "corpus",), index=tmp_path / "index", keep_generations=0)


def write(settings: Settings, name: str, text: str) -> None:
    (settings.corpus[0] / name).write_text(text + "\n", encoding="utf-8")


TEXTS = {
    "messe.txt": "Die Messe zählte 2023 mehr als 15.000 Besucher.",
    "award.txt": "The award of the year went to the city of Munich in 2023.",
    "rathaus.txt": "Das Rathaus öffnet montags um acht Uhr.",
    "haushalt.txt": "Der Haushalt wurde im März beschlossen.",
}


def files(settings: Settings) -> dict[str, int]:
    """Path in the published generation -> inode, of all files in segments."""
    folder = current(settings.index).folder
    return {
        file.relative_to(folder).as_posix(): file.stat().st_ino
        for file in (folder / "segments").rglob("*")
        if file.is_file()
    }


def segments(settings: Settings) -> list[Segment]:
    return current(settings.index).manifest.segments


def test_what_is_added_stands_in_a_segment_of_its_own_and_the_others_are_reused(
    settings: Settings,
) -> None:
    write(settings, "messe.txt", TEXTS["messe.txt"])
    bring_up_to_date(settings)
    before = files(settings)
    write(settings, "award.txt", TEXTS["award.txt"])
    bring_up_to_date(settings)
    assert [one.documents for one in segments(settings)] == [1, 1]
    assert files(settings).items() >= before.items()


def test_answers_do_not_depend_on_how_documents_were_added(
    settings: Settings, tmp_path: Path
) -> None:
    for name, text in TEXTS.items():
        write(settings, name, text)
        bring_up_to_date(settings)
    assert len(segments(settings)) == len(TEXTS)
    at_once = Settings(corpus=settings.corpus, index=tmp_path / "at-once")
    bring_up_to_date(at_once)
    assert len(segments(at_once)) == 1
    one, other = Engine.open(settings), Engine.open(at_once)
    for question in QUESTIONS:
        assert one.ask(question).confidence == other.ask(question).confidence
        hits = [
            [
                (hit.doc_id, hit.start, pytest.approx(hit.score))
                for hit in engine.search(question).hits
            ]
            for engine in (one, other)
        ]
        assert hits[0] == hits[1]
    assert [d.doc_id for d in one.documents().documents] == sorted(TEXTS)


def test_no_byte_of_a_removed_document_is_left_in_the_published_generation(
    settings: Settings,
) -> None:
    for name, text in TEXTS.items():
        write(settings, name, text)
    write(settings, "vogel.txt", f"Am Morgen war {CANARY} zu hören.")
    bring_up_to_date(settings)
    assert holding(current(settings.index), CANARY)
    (settings.corpus[0] / "vogel.txt").unlink()
    bring_up_to_date(settings)
    published = current(settings.index)
    assert not holding(published, CANARY)
    assert not holding(published, CANARY.lower())
    assert published.manifest.documents == len(TEXTS)


def test_a_removal_writes_only_the_segment_that_held_the_text(settings: Settings) -> None:
    for name in ("messe.txt", "award.txt"):
        write(settings, name, TEXTS[name])
    bring_up_to_date(settings)
    write(settings, "rathaus.txt", TEXTS["rathaus.txt"])
    bring_up_to_date(settings)
    first, second = (one.name for one in segments(settings))
    before = files(settings)
    (settings.corpus[0] / "messe.txt").unlink()
    summary = bring_up_to_date(settings)
    assert summary.embedded == 0
    after = files(settings)
    kept = {path for path in before if path.startswith(f"segments/{second}/")}
    assert {path: after[path] for path in kept} == {path: before[path] for path in kept}
    assert not [path for path in after if path.startswith(f"segments/{first}/")]


def test_what_stays_of_a_segment_is_copied_without_being_worked_on(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(settings, "amt.txt", "Das Amt für Statistik (AfS) zählt in München alle Besucher.")
    for name, text in TEXTS.items():
        write(settings, name, text)
    bring_up_to_date(settings)
    (settings.corpus[0] / "haushalt.txt").unlink()
    with monkeypatch.context() as context:
        context.setattr("indexer.lexical.terms", None)  # whoever analysed a text would fail
        bring_up_to_date(settings)
    at_once = Settings(corpus=settings.corpus, index=tmp_path / "at-once")
    bring_up_to_date(at_once)
    one, other = Engine.open(settings), Engine.open(at_once)
    for question in (*QUESTIONS, "Was zählt das AfS?"):
        assert one.search(question).hits == other.search(question).hits
    assert one.passages("messe.txt") == other.passages("messe.txt")


def test_documents_of_a_folder_that_moved_keep_their_text(settings: Settings) -> None:
    for name, text in TEXTS.items():
        write(settings, name, text)
    bring_up_to_date(settings)
    settings = replace(
        settings, corpus=(settings.corpus[0].rename(settings.corpus[0].parent / "c"),)
    )
    (settings.corpus[0] / "award.txt").unlink()
    summary = bring_up_to_date(settings)
    assert (summary.moved, summary.embedded) == (3, 0)
    engine = Engine.open(settings)
    assert engine.folder("messe.txt") == settings.corpus[0]
    assert engine.text("messe.txt") == TEXTS["messe.txt"] + "\n"


def test_many_small_segments_become_one(settings: Settings) -> None:
    for number in range(LIKE_SIZE + 1):
        write(settings, f"{number}.txt", f"Beschluss Nummer {number} über die Verwaltung.")
        summary = bring_up_to_date(settings)
        assert summary.embedded == 1
    assert [one.documents for one in segments(settings)] == [LIKE_SIZE, 1]
    engine = Engine.open(settings)
    assert engine.documents().total == LIKE_SIZE + 1
    assert all("Beschluss" in engine.text(f"{number}.txt") for number in range(LIKE_SIZE + 1))


def holding(generation: Generation, text: str) -> list[str]:
    """The generation's files that hold the text."""
    return [
        file.name
        for file in generation.folder.rglob("*")
        if file.is_file() and text.encode() in file.read_bytes()
    ]


def taken(name: str, count: int, *, changed: bool = False) -> TakenOver:
    def record(title: str) -> DocumentRecord:
        return DocumentRecord(
            name, name, "/", title, "de", Metadata(), date(2026, 1, 1), "", 1, "text/plain", name,
            "", (), (), None,
        )  # fmt: skip

    return TakenOver(record("new" if changed else "old"), record("old"), count)


def names(planned: Plan) -> tuple[list[str], list[list[str]]]:
    written = [[one.record.doc_id for one in group] for group in planned.written]
    return [segment.name for segment in planned.reused], written


def planned(
    documents: Sequence[TakenOver], *published: tuple[str, Sequence[TakenOver]]
) -> tuple[list[str], list[list[str]]]:
    segments = [
        Segment(name, len(held), sum(one.count for one in held)) for name, held in published
    ]
    segment_of = {one.record.doc_id: name for name, held in published for one in held}
    return names(plan(documents, segments, segment_of))


def test_a_changed_record_has_its_segment_written_again() -> None:
    a, b, c = taken("a", 5), taken("b", 5), taken("c", 5)
    changed = taken("b", 5, changed=True)
    assert planned([a, changed, c], ("1", [a, b]), ("2", [c])) == (["2"], [["a", "b"]])
    assert planned([a, b, c], ("1", [a, b]), ("2", [c])) == (["1", "2"], [])
    assert planned([], ("1", [a, b])) == ([], [])


def test_a_large_segment_is_not_written_because_of_small_ones() -> None:
    large = taken("large", 50_000)
    small = [taken(f"s{number}", 10) for number in range(LIKE_SIZE)]
    published = [("0", [large]), *((str(n), [one]) for n, one in enumerate(small, start=1))]
    reused, written = planned([large, *small], *published)
    assert reused == ["0"]
    assert written == [[one.record.doc_id for one in small]]


def test_no_segment_grows_beyond_the_largest() -> None:
    many = [taken(f"{number:02}", LARGEST // 4, changed=True) for number in range(9)]
    _, written = planned(many, ("1", many))
    assert [len(group) for group in written] == [4, 4, 1]


def test_a_damaged_segment_is_made_anew_and_the_others_are_reused(settings: Settings) -> None:
    write(settings, "messe.txt", TEXTS["messe.txt"])
    bring_up_to_date(settings)
    write(settings, "award.txt", TEXTS["award.txt"])
    bring_up_to_date(settings)
    first, second = current(settings.index).segments
    (first / "store.sqlite").write_bytes(b"no database")
    with pytest.raises(IndexDamaged, match=r"cut off: segments/000001/store\.sqlite"):
        Engine.open(settings)
    summary = bring_up_to_date(settings)
    assert summary.reasons[0].startswith("made anew: segment 000001 of")
    assert summary.embedded == 1
    assert Engine.open(settings).documents().total == 2
    assert second.name in {one.name for one in segments(settings)}


def test_a_damaged_original_is_copied_anew(settings: Settings) -> None:
    write(settings, "messe.txt", TEXTS["messe.txt"])
    bring_up_to_date(settings)
    engine = Engine.open(settings)
    engine.original("messe.txt").path.write_bytes(b"x")
    summary = bring_up_to_date(settings)
    assert summary.published
    assert Engine.open(settings).original("messe.txt").path.read_text("utf-8").startswith("Die")


def test_a_rebuild_finds_damage_that_keeps_the_length(settings: Settings) -> None:
    write(settings, "messe.txt", TEXTS["messe.txt"])
    bring_up_to_date(settings)
    copy = Engine.open(settings).original("messe.txt").path
    copy.write_bytes(b"x" * copy.stat().st_size)
    assert not bring_up_to_date(settings).published
    bring_up_to_date(settings, rebuild=True)
    assert Engine.open(settings).original("messe.txt").path.read_text("utf-8").startswith("Die")


def test_later_segments_take_centres_over_and_a_rebuild_learns_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Centres outlive what shaped them; whoever wants them gone rebuilds."""
    monkeypatch.setattr("indexer.lists.EXACT_UP_TO", 60)
    monkeypatch.setattr("indexer.lists.PROBED", 5)
    monkeypatch.setattr("indexer.lists.FEWEST", 0)
    monkeypatch.setattr("indexer.lists.MEAN_OF_AT_LEAST", 1)
    (tmp_path / "corpus").mkdir()
    settings = Settings(corpus=(tmp_path / "corpus",), index=tmp_path / "index")

    def centres() -> list[bytes]:
        files = [folder / CENTRES_FILE for folder in current(settings.index).segments]
        return [file.read_bytes() for file in files if file.exists()]

    def write(numbers: range) -> None:
        for number in numbers:
            file = settings.corpus[0] / f"{number:03}.txt"
            file.write_text(f"Halle {number} hat {number + 99} Tore.\n", "utf-8")

    write(range(150))
    bring_up_to_date(settings)
    write(range(150, 200))
    bring_up_to_date(settings)
    first, second = centres()
    assert first == second
    for number in range(40):
        (settings.corpus[0] / f"{number:03}.txt").unlink()
    bring_up_to_date(settings, rebuild=True)
    assert centres()
    assert first not in centres()

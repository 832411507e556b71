"""A flipped byte anywhere in a generation: never served, named, passed by, and healed."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from api.app import create_app
from api.engine import Engine
from api.in_force import InForce
from eval.faults import contents
from indexer.backup import back_up
from indexer.building import bring_up_to_date
from indexer.commands import status
from indexer.damage import noted
from indexer.encoder import Encoder, fingerprint, locate
from indexer.errors import IndexDamaged, NothingPublished
from indexer.manifest import current, damaged_files, generations, read_manifest
from indexer.settings import Settings

TEXTS = {
    "messe.txt": "Die Messe zählte 15.000 Besucher. Sie heißt Smart Country Convention (SCCON).",
    "award.en.txt": "The award of the year went to the city of Munich. It was the third time.",
    "rathaus.txt": "Das Rathaus öffnet montags um acht Uhr. Dienstags bleibt es geschlossen.",
}
CHANGED = {"rathaus.txt": "Das Rathaus öffnet montags um neun Uhr."}
QUESTIONS = ("Wann öffnet das Rathaus?", "Who won the award?", "Wie heißt die SCCON?")
PLACES = ("first", "middle", "last")
Said = dict[str, object]


def write(settings: Settings, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        (settings.corpus[0] / name).write_text(text + "\n", encoding="utf-8")


def flip(file: Path, where: str | int) -> None:
    data = bytearray(file.read_bytes())
    place = {"first": 0, "middle": len(data) // 2, "last": len(data) - 1}.get(str(where), where)
    assert isinstance(place, int)
    data[place] ^= 1
    with file.open("r+b") as stream:  # the same file: whoever has mapped it sees the change
        stream.write(data)


def opened(settings: Settings, encoder: Encoder) -> Engine:
    """As `Engine.open`, with an encoder that is there already, and without the reader."""
    made_by = fingerprint(locate(settings.encoder, allow_download=False))
    return Engine(settings, encoder, None, InForce(settings, made_by))


def everything(engine: Engine) -> Said:
    """All that an engine says, but for numbers and times of its replies; errors by their text."""
    said: Said = {}
    for question in QUESTIONS:
        answer, hits = engine.ask(question), engine.search(question)
        said[f"ask {question}"] = replace(answer, id="", took_ms=0)
        said[f"search {question}"] = replace(hits, took_ms=0)
    listed = engine.documents()
    said["documents"] = listed
    for document in listed.documents:
        doc_id = document.doc_id
        said[f"text {doc_id}"] = engine.text(doc_id)
        said[f"passages {doc_id}"] = engine.passages(doc_id)
        try:
            original = engine.original(doc_id)
            said[f"original {doc_id}"] = original.path.read_bytes()
        except IndexDamaged as error:
            said["refused"] = str(error)
    return said


@dataclass
class Scene:
    """An index of two generations that share no segment, and what each says."""

    folder: Path
    settings: Settings
    truth: dict[int, Said]

    def copy(self, to: Path) -> Settings:
        """The same index, to be damaged."""
        shutil.copytree(self.folder / "index", to / "index")
        return replace(self.settings, index=to / "index")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Scene:
    folder = tmp_path_factory.mktemp("damage")
    (folder / "corpus").mkdir()
    settings = Settings(corpus=(folder / "corpus",), index=folder / "index")
    write(settings, TEXTS)
    bring_up_to_date(settings)
    write(settings, CHANGED)
    bring_up_to_date(settings)
    scene = Scene(folder, settings, {2: everything(opened(settings, encoder))})
    without = scene.copy(tmp_path_factory.mktemp("former"))
    (current(without.index).folder / "manifest.json").unlink()
    scene.truth[1] = everything(opened(without, encoder))
    return scene


def files(settings: Settings) -> list[str]:
    """Every file of the published generation."""
    generation = current(settings.index)
    there = {
        file.relative_to(generation.folder).as_posix()
        for file in generation.folder.rglob("*")
        if file.is_file()
    }
    assert there == {*generation.manifest.files, "manifest.json"}
    return sorted(there)


def flips(settings: Settings) -> Iterator[tuple[str, str]]:
    for path in files(settings):
        for place in PLACES:
            yield path, place


def test_both_generations_answer_differently_and_hide_what_has_changed(scene: Scene) -> None:
    assert "neun" in str(scene.truth[2][f"ask {QUESTIONS[0]}"])
    assert "acht" not in str(scene.truth[1])  # the file says otherwise now
    assert "Munich" in str(scene.truth[1][f"ask {QUESTIONS[1]}"])


def test_no_flipped_byte_is_served_and_the_former_generation_answers(
    scene: Scene, tmp_path: Path, encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    for number, (path, place) in enumerate(flips(scene.settings)):
        settings = scene.copy(tmp_path / str(number))
        generation = current(settings.index).folder
        flip(generation / path, place)
        caplog.clear()
        said = everything(opened(settings, encoder))
        refused = str(said.pop("refused", ""))
        if path.startswith("originals/"):  # nothing else of the generation is the worse for it
            assert path in refused, (path, place)
            assert said.items() <= scene.truth[2].items()
        else:
            assert said == scene.truth[1], (path, place)
            [named] = [record for record in caplog.records if record.levelno >= logging.ERROR]
            assert str(generation / path) in named.getMessage()
        assert noted(generation) == ({path} if path != "manifest.json" else set())


def test_the_next_run_heals_every_file(scene: Scene, tmp_path: Path, encoder: Encoder) -> None:
    for number, path in enumerate(files(scene.settings)):
        settings = scene.copy(tmp_path / str(number))
        flip(current(settings.index).folder / path, "middle")
        engine = opened(settings, encoder)
        everything(engine)
        summary = bring_up_to_date(settings)
        assert summary.published, path
        assert "made anew: " in summary.reasons[0]
        healed = current(settings.index)
        assert damaged_files(healed) == []
        assert engine.refresh()
        said = everything(engine)
        assert said["documents"] == replace(scene.truth[2]["documents"], index=engine.state)  # type: ignore[type-var]
        assert {k: v for k, v in said.items() if k.startswith("text")} == {
            k: v for k, v in scene.truth[2].items() if k.startswith("text")
        }
        assert not bring_up_to_date(settings).published


def test_any_byte_of_a_manifest_counts(scene: Scene, tmp_path: Path) -> None:
    settings = scene.copy(tmp_path)
    whole = current(settings.index)
    file = whole.folder / "manifest.json"
    data = file.read_bytes()
    for place in range(0, len(data), 3):
        file.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with suppress(IndexDamaged):
            # A space became another kind of space.
            assert read_manifest(whole.folder) == whole, place


def test_a_damaged_pointer_never_leads_to_an_older_generation(
    scene: Scene, tmp_path: Path, encoder: Encoder
) -> None:
    settings = scene.copy(tmp_path)
    pointer = settings.index / "CURRENT"
    whole = pointer.read_bytes()
    assert whole.startswith(b"000002 ")
    for place in range(len(whole)):
        for bit in range(8):
            pointer.write_bytes(
                whole[:place] + bytes([whole[place] ^ (1 << bit)]) + whole[place + 1 :]
            )
            with pytest.raises(IndexDamaged):
                current(settings.index)
    assert opened(settings, encoder).state.generation == 2
    assert bring_up_to_date(settings).published
    assert current(settings.index).manifest.generation == 3


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> int:
    """Of which even a few texts fill several.

    A vector has 1536 bytes, a passage's sentences here at most twice 384.
    """
    monkeypatch.setattr("indexer.blocks.BLOCK_BYTES", 2048)
    return 2048


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "corpus").mkdir()
    settings = Settings(corpus=(tmp_path / "corpus",), index=tmp_path / "index")
    write(settings, TEXTS)
    bring_up_to_date(settings)
    return settings


def published(settings: Settings, inside: str) -> Path:
    """A file of the first segment of the published generation."""
    return current(settings.index).segments[0] / inside


@pytest.mark.parametrize(
    ("name", "blocks", "every"),
    [
        ("vectors.faiss", 12, True),  # an exact search reads all of them
        ("sentences.npy", 12, True),  # so few passages are all candidates
        ("lexical/rows.npy", 4, False),
        ("lexical/counts.npy", 1, False),
    ],
)
def test_damage_in_a_block_is_met_when_the_block_is_first_read(
    small_blocks: int, tmp_path: Path, encoder: Encoder, name: str, blocks: int, every: bool
) -> None:
    things = "Kran, Kai, Damm, Mole, Werft, Boot, Deich, Schleuse, Lager, Gleis, Mast, Boje, Tau"
    many = {f"{n:03}.txt": f"{things}: Halle {n} hat {n + 99} Tore." for n in range(150)}
    (tmp_path / "corpus").mkdir()
    settings = Settings(corpus=(tmp_path / "corpus",), index=tmp_path / "index")
    write(settings, many)
    bring_up_to_date(settings)
    write(settings, {"000.txt": "Halle 0 wurde abgerissen."})
    bring_up_to_date(settings)
    question = "Wie viele Tore hat Halle 33?"
    truth = replace(opened(settings, encoder).search(question), took_ms=0)
    data = published(settings, name).read_bytes()
    starts = range(small_blocks, len(data), small_blocks)  # the first is compared at loading
    starts = starts[:: max(1, len(starts) // 12)]
    met = 0
    for start in starts:
        engine = opened(settings, encoder)
        flip(published(settings, name), start)
        hits = engine.search(question)
        met += hits.index.generation == 1
        if hits.index.generation == 2:  # nobody has looked there
            assert replace(hits, took_ms=0) == truth
        published(settings, name).write_bytes(data)
    assert len(starts) >= blocks
    assert met == len(starts) if every else met < len(starts)


@pytest.mark.usefixtures("small_blocks")
def test_a_damaged_generation_is_not_taken_up_again_but_a_newer_one_is(
    settings: Settings, encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    write(settings, CHANGED)
    bring_up_to_date(settings)
    engine = opened(settings, encoder)
    flip(published(settings, "vectors.faiss"), "last")
    assert engine.state.generation == 2
    for _ in range(2):
        assert engine.search(QUESTIONS[1]).index.generation == 1
        assert not engine.refresh()
    assert len([r for r in caplog.records if "vectors.faiss is damaged" in r.getMessage()]) == 1
    bring_up_to_date(settings)
    assert engine.refresh()
    assert engine.search(QUESTIONS[0]).index.generation == 3


def test_a_newer_generation_that_is_damaged_at_loading_is_not_loaded_twice(
    scene: Scene, settings: Settings, encoder: Encoder
) -> None:
    engine = opened(settings, encoder)
    write(settings, CHANGED)
    bring_up_to_date(settings)
    flip(published(settings, "store.sqlite"), "middle")
    with pytest.raises(IndexDamaged, match="store.sqlite is damaged"):
        engine.refresh()
    assert not engine.refresh()
    assert engine.search(QUESTIONS[1]).index.generation == 1
    assert bring_up_to_date(settings).published
    assert engine.refresh()
    assert engine.state.generation == 3


@pytest.mark.usefixtures("small_blocks")
def test_without_a_former_generation_the_service_names_file_and_remedy(
    settings: Settings, encoder: Encoder
) -> None:
    engine = opened(settings, encoder)
    flip(published(settings, "vectors.faiss"), "last")
    with TestClient(create_app(settings, engine)) as client:
        for _ in range(2):
            reply = client.post("/v1/ask", json={"question": QUESTIONS[0]})
            assert reply.status_code == 503
            assert reply.headers["content-type"] == "application/problem+json"
            assert reply.json()["detail"] == (
                "segments/000001/vectors.faiss of the index is damaged: `fundstelle status "
                "--verify` and then `fundstelle index` make it anew."
            )
        text = client.get("/v1/documents/messe.txt/text")  # does not need the vectors
        assert text.text == TEXTS["messe.txt"] + "\n"
        assert bring_up_to_date(settings).published
        engine.refresh()
        assert client.post("/v1/ask", json={"question": QUESTIONS[0]}).status_code == 200


def test_a_damaged_original_is_refused_and_the_rest_is_answered(
    settings: Settings, encoder: Encoder
) -> None:
    engine = opened(settings, encoder)
    damaged, whole = "messe.txt", "rathaus.txt"
    kept = current(settings.index).folder / "originals"
    (copy,) = (file for file in kept.iterdir() if b"Messe" in file.read_bytes())
    flip(copy, "middle")
    with TestClient(create_app(settings, engine)) as client:
        reply = client.get(f"/v1/documents/{damaged}/file")
        assert reply.status_code == 503
        assert reply.json()["detail"].startswith(f"originals/{copy.name} of the index is damaged")
        assert client.get(f"/v1/documents/{whole}/file").text == TEXTS[whole] + "\n"
        assert client.get(f"/v1/documents/{damaged}/text").text == TEXTS[damaged] + "\n"
        assert bring_up_to_date(settings).published
        engine.refresh()
        assert client.get(f"/v1/documents/{damaged}/file").text == TEXTS[damaged] + "\n"


def test_an_index_that_cannot_be_loaded_at_all_says_which_file_is_to_blame(
    settings: Settings,
) -> None:
    flip(published(settings, "store.sqlite"), "last")
    with TestClient(create_app(settings)) as client:
        for _ in range(200):
            reply = client.get("/readyz")
            if "damaged" in reply.text:
                break
        assert reply.status_code == 503
        assert "segments/000001/store.sqlite of the index is damaged" in reply.json()["detail"]
        assert str(settings.index) not in reply.text


@pytest.mark.usefixtures("small_blocks")
def test_a_former_generation_that_shares_the_damaged_file_is_not_put_in_force(
    settings: Settings, encoder: Encoder
) -> None:
    write(settings, {"neu.txt": "Der neue Kai ist 300 Meter lang."})
    bring_up_to_date(settings)  # a second segment, the first is shared
    engine = opened(settings, encoder)
    flip(published(settings, "sentences.npy"), "last")
    with pytest.raises(IndexDamaged, match=r"000002/segments/000001/sentences\.npy is damaged"):
        engine.search(QUESTIONS[0])
    assert engine.state.generation == 2
    assert engine.documents().total == 4
    for generation in generations(settings.index):  # whichever the next run starts from
        assert noted(generation) == {"segments/000001/sentences.npy"}
    summary = bring_up_to_date(settings)
    assert summary.embedded == 3  # of the damaged segment only
    assert engine.refresh()
    assert engine.search(QUESTIONS[0]).hits


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

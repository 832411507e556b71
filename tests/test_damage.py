"""A flipped byte anywhere in a generation: never served, named, passed by, and healed."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from damage_samples import CHANGED, QUESTIONS, TEXTS, flip, opened, write

from api.engine import Engine
from indexer.building import bring_up_to_date
from indexer.damage import noted
from indexer.encoder import Encoder
from indexer.errors import IndexDamaged
from indexer.manifest import current, damaged_files, read_manifest
from indexer.settings import Settings

PLACES = ("first", "middle", "last")
Said = dict[str, object]


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

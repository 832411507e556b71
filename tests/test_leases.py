"""Leases: nobody's generation is removed under their feet, and nobody's death keeps one."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from api.engine import Engine
from indexer.building import bring_up_to_date
from indexer.errors import IndexDamaged
from indexer.leases import Lease, leased, remove
from indexer.manifest import Generation, current, generations
from indexer.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "corpus").mkdir()
    settings = Settings(corpus=(tmp_path / "corpus",), index=tmp_path / "index")
    publish(settings, 1)
    return settings


def publish(settings: Settings, number: int) -> None:
    (settings.corpus[0] / f"{number}.txt").write_text(f"Beschluss Nummer {number}.\n", "utf-8")
    bring_up_to_date(replace(settings, keep_generations=0))


def numbers(settings: Settings) -> list[str]:
    return [folder.name for folder in generations(settings.index)]


def test_a_generation_stays_as_long_as_it_is_read(settings: Settings) -> None:
    engine = Engine.open(settings)
    publish(settings, 2)
    assert numbers(settings) == ["000001", "000002"]
    assert engine.text("1.txt") == "Beschluss Nummer 1.\n"
    engine.refresh()
    publish(settings, 3)
    assert numbers(settings) == ["000002", "000003"]


def test_a_lease_dies_with_its_process(settings: Settings) -> None:
    program = (
        "import os, sys; from pathlib import Path; from indexer.leases import leased\n"
        "held = leased(Path(sys.argv[1])); os._exit(9)"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(settings.index)], check=False)
    assert killed.returncode == 9
    publish(settings, 2)
    assert numbers(settings) == ["000002"]


def test_what_is_being_removed_cannot_be_leased(settings: Settings) -> None:
    (folder,) = generations(settings.index)
    lease = Lease(folder)
    assert not remove(folder)
    lease.close()
    assert remove(folder)
    with pytest.raises(FileNotFoundError):
        Lease(folder)


def test_where_the_published_generation_is_damaged_the_one_before_answers(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    (settings.corpus[0] / "2.txt").write_text("Beschluss Nummer 2.\n", "utf-8")
    bring_up_to_date(settings)
    manifest = settings.index / "generations" / "000002" / "manifest.json"
    manifest.write_text(manifest.read_text()[:100])
    generation, lease, damages = leased(settings.index)
    lease.close()
    assert generation.folder.name == "000001"
    assert "000002/manifest.json cannot be read" in damages[0]
    engine = Engine.open(settings)
    assert engine.state.generation == 1
    assert "answering from generation 000001" in caplog.text
    summary = bring_up_to_date(settings)  # the next run goes on from what can be read
    assert summary.published
    assert summary.embedded == 1
    assert engine.refresh()
    assert engine.state.generation == 3


def test_what_was_removed_since_is_not_shown_where_an_older_one_answers(
    settings: Settings,
) -> None:
    for number in (2, 3):
        (settings.corpus[0] / f"{number}.txt").write_text(f"Beschluss {number}.\n", "utf-8")
    bring_up_to_date(settings)
    (settings.corpus[0] / "2.txt").unlink()
    (settings.corpus[0] / "3.txt.meta.yaml").write_text("visible_from: 2999-01-01T00:00:00Z\n")
    bring_up_to_date(settings)
    (settings.index / "generations" / "000003" / "manifest.json").write_text("{")
    engine = Engine.open(settings)
    assert engine.state.generation == 2
    assert [d.doc_id for d in engine.documents().documents] == ["1.txt"]
    with pytest.raises(KeyError):
        engine.text("2.txt")


def test_as_many_generations_are_kept_as_the_setting_says(settings: Settings) -> None:
    for number in range(2, 7):
        (settings.corpus[0] / f"{number}.txt").write_text(f"Beschluss {number}.\n", "utf-8")
        bring_up_to_date(replace(settings, keep_generations=3))
    assert numbers(settings) == ["000003", "000004", "000005", "000006"]


def test_a_generation_that_is_replaced_while_it_is_opened_is_no_damage(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replaced(index: Path) -> Generation:
        monkeypatch.setattr("indexer.leases.current", current)
        publish(settings, 2)  # which removes the one whose name was read
        raise IndexDamaged("manifest.json cannot be read")

    monkeypatch.setattr("indexer.leases.current", replaced)
    generation, lease, damages = leased(settings.index)
    lease.close()
    assert (generation.folder.name, damages) == ("000002", [])

"""Going back one generation, and removing for good what is kept."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from damage_samples import flip

from api.engine import Engine
from indexer.building import bring_up_to_date
from indexer.commands import index as index_command
from indexer.errors import IndexUnavailable, NothingPublished
from indexer.manifest import current, generations
from indexer.rollback import purge, roll_back
from indexer.settings import Settings

CANARY = "Zaunkönigsgesang"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "corpus").mkdir()
    return Settings(corpus=(tmp_path / "corpus",), index=tmp_path / "index")


def write(settings: Settings, **texts: str) -> None:
    for name, text in texts.items():
        (settings.corpus[0] / f"{name}.txt").write_text(text + "\n", encoding="utf-8")
    bring_up_to_date(settings)


def test_going_back_publishes_the_former_text_under_a_new_number(settings: Settings) -> None:
    write(settings, haushalt="Der Haushalt umfasst 40 Milliarden Euro.")
    write(settings, haushalt="Der Haushalt umfasst 4 Milliarden Euro.", neu="Etwas Neues.")
    summary = roll_back(settings)
    assert (summary.generation, summary.unchanged, summary.removed) == (3, 1, 1)
    engine = Engine.open(settings)
    assert engine.text("haushalt.txt") == "Der Haushalt umfasst 40 Milliarden Euro.\n"
    with pytest.raises(KeyError):
        engine.text("neu.txt")


def test_what_was_removed_is_not_brought_back(settings: Settings) -> None:
    write(settings, vogel=f"Am Morgen war {CANARY} zu hören.", rathaus="Es öffnet um acht.")
    (settings.corpus[0] / "vogel.txt").unlink()
    bring_up_to_date(settings)
    summary = roll_back(settings)
    assert (summary.unchanged, summary.removed) == (1, 0)
    folder = current(settings.index).folder
    assert not [f for f in folder.rglob("*") if f.is_file() and CANARY.encode() in f.read_bytes()]
    assert [d.doc_id for d in Engine.open(settings).documents().documents] == ["rathaus.txt"]


def test_without_a_kept_generation_nothing_is_published(settings: Settings) -> None:
    write(settings, rathaus="Das Rathaus öffnet um acht.")
    with pytest.raises(NothingPublished, match="no generation before the published one is kept"):
        roll_back(settings)
    assert current(settings.index).manifest.generation == 1


def test_after_a_purge_no_byte_of_what_was_removed_is_left(settings: Settings) -> None:
    write(settings, vogel=f"Am Morgen war {CANARY} zu hören.", rathaus="Es öffnet um acht.")
    (settings.corpus[0] / "vogel.txt").unlink()
    bring_up_to_date(settings)
    assert holding(settings)  # the generation before is kept
    assert purge(settings) == 1
    assert not holding(settings)
    assert purge(settings) == 0


def test_a_purge_says_which_generation_is_still_read(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.rollback.READERS_MOVE_ON_S", 0.3)
    write(settings, rathaus="Das Rathaus öffnet um acht.")
    engine = Engine.open(settings)
    write(settings, rathaus="Das Rathaus öffnet um neun.")
    with pytest.raises(NothingPublished, match=r"000001 is still being read"):
        purge(settings)
    assert engine.refresh()
    assert purge(settings) == 1
    assert [folder.name for folder in generations(settings.index)] == ["000002"]


def test_the_command_goes_back_and_purges(settings: Settings) -> None:
    write(settings, rathaus="Das Rathaus öffnet um acht.")
    write(settings, rathaus="Das Rathaus öffnet um neun.")
    given = ["--index", str(settings.index), "--rollback", "--purge"]
    result = CliRunner().invoke(index_command, given)
    assert result.exit_code == 0, result.output
    assert "published generation 3" in result.output
    assert "rolled back to generation 1" in result.output
    assert re.search("removed (1 kept generation|2 kept generations)\n", result.output)
    refused = CliRunner().invoke(index_command, [*given, "--rebuild"])
    assert refused.exit_code == 2
    assert "--rollback reads no files" in refused.output


def holding(settings: Settings) -> list[Path]:
    """Files of the index that hold the canary."""
    return [
        file
        for file in settings.index.rglob("*")
        if file.is_file() and CANARY.encode() in file.read_bytes()
    ]


def test_an_embargo_that_was_set_since_holds(settings: Settings) -> None:
    write(settings, rathaus="Das Rathaus öffnet um acht.")
    sidecar = settings.corpus[0] / "rathaus.txt.meta.yaml"
    sidecar.write_text("visible_from: 2999-01-01T00:00:00Z\n")
    write(settings, rathaus="Das Rathaus öffnet um neun.")
    roll_back(settings)
    assert Engine.open(settings).documents().total == 0


def test_a_damaged_index_is_not_rolled_back(settings: Settings) -> None:
    write(settings, rathaus="Das Rathaus öffnet um acht.")
    write(settings, rathaus="Das Rathaus öffnet um neun.")
    store = current(settings.index).segments[0] / "store.sqlite"
    store.write_bytes(b"no database")
    with pytest.raises(NothingPublished, match=r"is damaged: `fundstelle index` first"):
        roll_back(settings)


@pytest.mark.parametrize("damaged", ["store.sqlite", "vectors.faiss", "manifest.json"])
def test_over_a_damaged_generation_the_one_before_it_is_brought_back(
    settings: Settings, damaged: str
) -> None:
    settings = replace(settings, keep_generations=2)
    for hour in ("sieben", "acht", "neun"):
        write(settings, rathaus=f"Das Rathaus öffnet um {hour}.")
    former = generations(settings.index)[-2]
    [file] = [file for file in former.rglob("*") if file.name == damaged]
    flip(file, "last")
    assert roll_back(settings).generation == 4
    assert Engine.open(settings).text("rathaus.txt") == "Das Rathaus öffnet um sieben.\n"


def test_where_only_a_damaged_generation_is_kept_what_is_published_stays(
    settings: Settings,
) -> None:
    write(settings, rathaus="Das Rathaus öffnet um acht.", park="Der Park ist zu.")
    write(settings, rathaus="Das Rathaus öffnet um neun.")
    flip(generations(settings.index)[0] / "segments" / "000001" / "store.sqlite", "last")
    with pytest.raises(NothingPublished, match="no generation before the published one is kept"):
        roll_back(settings)
    assert current(settings.index).manifest.generation == 2
    assert Engine.open(settings).text("rathaus.txt") == "Das Rathaus öffnet um neun.\n"


def test_without_a_pointer_nothing_is_purged(settings: Settings) -> None:
    write(settings, rathaus="Das Rathaus öffnet um acht.")
    (settings.index / "CURRENT").unlink()
    with pytest.raises(IndexUnavailable):
        purge(settings)
    assert [folder.name for folder in generations(settings.index)] == ["000001"]


def test_a_document_copied_out_of_its_segment_has_the_embargo_of_today(settings: Settings) -> None:
    """Rolled back with one document gone, the others' segment is copied, with today's metadata."""
    for name in ("bleibt", "geht"):
        (settings.corpus[0] / f"{name}.txt").write_text(f"Das Amt {name} und ist offen.\n")
    bring_up_to_date(settings)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    (settings.corpus[0] / "bleibt.txt.meta.yaml").write_text(f"visible_from: {tomorrow}\n")
    (settings.corpus[0] / "geht.txt").unlink()
    bring_up_to_date(settings)
    roll_back(settings)
    engine = Engine.open(settings)
    assert "bleibt.txt" not in [one.doc_id for one in engine.documents().documents]
    assert "bleibt.txt" not in [hit.doc_id for hit in engine.search("Das Amt ist offen").hits]
    with pytest.raises(KeyError):
        engine.text("bleibt.txt")
    assert engine.folder("bleibt.txt") == settings.corpus[0]
    assert engine.folder("geht.txt") is None

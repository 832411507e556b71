"""Single documents added and removed: nothing is lost, whenever the process dies."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.engine import Engine
from indexer import changes
from indexer.building import bring_up_to_date
from indexer.changes import Change
from indexer.commands import index as index_command
from indexer.commands import status
from indexer.errors import NothingPublished
from indexer.settings import Settings

NOTICE = "Der Wochenmarkt fällt am 3. Mai aus."


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "rathaus.txt").write_text("Das Rathaus öffnet um acht.\n", "utf-8")
    return Settings(corpus=(tmp_path / "corpus",), index=tmp_path / "index")


def upload(settings: Settings, doc_id: str, text: str, **metadata: object) -> None:
    file = io.BytesIO(text.encode())
    changes.leave_upload(settings.data, doc_id, file, "notice.txt", metadata)


def ids(settings: Settings) -> list[str]:
    return [document.doc_id for document in Engine.open(settings).documents().documents]


def test_an_upload_is_a_document_and_survives_every_run(settings: Settings) -> None:
    upload(settings, "markt", NOTICE, title="Markt", tags=["Presse"])
    bring_up_to_date(settings)
    document = Engine.open(settings).document("markt")
    assert (document.title, document.tags) == ("Markt", ("Presse",))
    bring_up_to_date(settings, rebuild=True)
    assert ids(settings) == ["markt", "rathaus.txt"]


def test_another_upload_of_the_same_id_takes_its_place(settings: Settings) -> None:
    upload(settings, "markt", NOTICE, title="Markt")
    upload(settings, "markt", "Der Wochenmarkt findet statt.")
    summary = bring_up_to_date(settings)
    assert summary.added == 2
    assert Engine.open(settings).text("markt") == "Der Wochenmarkt findet statt."


def test_an_id_in_the_files_front_matter_does_not_count_for_an_upload(settings: Settings) -> None:
    upload(settings, "markt", f"---\ndoc_id: rathaus.txt\n---\n{NOTICE}\n")
    bring_up_to_date(settings)
    assert ids(settings) == ["markt", "rathaus.txt"]


def test_the_last_upload_can_be_removed(settings: Settings) -> None:
    upload(settings, "markt", NOTICE)
    bring_up_to_date(settings)
    changes.leave(settings.data, Change("remove", "markt"))
    summary = bring_up_to_date(settings)
    assert summary.removed == 1
    assert ids(settings) == ["rathaus.txt"]
    assert not any(NOTICE in f.read_text() for f in settings.data.rglob("*") if f.is_file())


def test_a_removed_document_stays_away_until_that_is_revoked(settings: Settings) -> None:
    upload(settings, "markt", NOTICE)
    bring_up_to_date(settings)
    changes.leave(settings.data, Change("bury", "rathaus.txt"))
    assert bring_up_to_date(settings).removed == 1
    assert bring_up_to_date(settings, rebuild=True).removed == 0
    assert ids(settings) == ["markt"]
    assert (settings.corpus[0] / "rathaus.txt").exists()
    assert [stone.doc_id for stone in changes.buried(settings.data)] == ["rathaus.txt"]
    changes.leave(settings.data, Change("revoke", "rathaus.txt"))
    assert bring_up_to_date(settings).added == 1
    assert ids(settings) == ["markt", "rathaus.txt"]


def test_uploads_that_are_out_of_sight_do_not_empty_the_index(settings: Settings) -> None:
    upload(settings, "markt", NOTICE)
    bring_up_to_date(settings)
    settings.data.rename(settings.data.with_name("unmounted"))
    with pytest.raises(NothingPublished, match=r"uploads is not there; --allow-removals"):
        bring_up_to_date(settings)
    assert ids(settings) == ["markt", "rathaus.txt"]


def test_an_upload_that_cannot_be_read_keeps_the_published_version(settings: Settings) -> None:
    upload(settings, "markt", NOTICE)
    bring_up_to_date(settings)
    upload(settings, "markt", "")
    summary = bring_up_to_date(settings)
    assert [note.path for note in summary.failed] == ["markt/document.txt"]
    assert Engine.open(settings).text("markt") == NOTICE


@pytest.mark.parametrize("left", ["before", "between", "behind"])
def test_a_run_killed_while_applying_is_made_up_for_by_the_next(
    settings: Settings, left: str
) -> None:
    upload(settings, "markt", NOTICE)
    changes.apply(settings.data)
    upload(settings, "markt", "Der Wochenmarkt findet statt.")
    (pending,) = (settings.data / "pending").iterdir()
    place = settings.data / "uploads" / "markt"
    if left == "between":  # the old one is moved away, the new one not yet in place
        shutil.rmtree(place)
    if left == "behind":  # all is done, but the change still stands there
        shutil.rmtree(place)
        (pending / "files").rename(place)
    bring_up_to_date(settings)
    assert Engine.open(settings).text("markt") == "Der Wochenmarkt findet statt."
    assert not list((settings.data / "pending").iterdir())


def test_what_is_half_left_is_not_applied(settings: Settings) -> None:
    aside = settings.data / "pending" / ".new-x"
    (aside / "files").mkdir(parents=True)
    (aside / "files" / "document.txt").write_text(NOTICE)
    bring_up_to_date(settings)
    assert ids(settings) == ["rathaus.txt"]


@pytest.mark.parametrize("doc_id", ["../etc", "", ".x", "A", "a/b", "a" * 129])
def test_an_id_never_becomes_a_path(settings: Settings, doc_id: str) -> None:
    with pytest.raises(ValueError, match="cannot be the id"):
        changes.leave(settings.data, Change("remove", doc_id))
    with pytest.raises(ValueError, match="cannot be the id"):
        upload(settings, doc_id, NOTICE)
    assert not settings.data.exists()


def test_an_upload_is_known_before_and_after_it_is_applied(settings: Settings) -> None:
    assert not changes.is_upload(settings.data, "markt")
    upload(settings, "markt", NOTICE)
    assert changes.is_upload(settings.data, "markt")
    changes.apply(settings.data)
    assert changes.is_upload(settings.data, "markt")
    changes.leave(settings.data, Change("remove", "markt"))
    assert not changes.is_upload(settings.data, "markt")


def test_the_command_removes_and_shows_again(settings: Settings) -> None:
    upload(settings, "markt", NOTICE)
    given = ["--index", str(settings.index), "--corpus", str(settings.corpus[0])]
    result = CliRunner().invoke(index_command, [*given, "--remove", "rathaus.txt"])
    assert result.exit_code == 0, result.output
    state = CliRunner().invoke(status, ["--index", str(settings.index)]).output
    assert "removed: rathaus.txt since 2" in state
    CliRunner().invoke(index_command, [*given, "--revoke", "rathaus.txt", "--remove", "markt"])
    state = CliRunner().invoke(status, ["--index", str(settings.index), "--json"]).output
    assert json.loads(state)["removed"] == []
    assert ids(settings) == ["rathaus.txt"]


def test_a_removed_document_is_known_by_its_file_whatever_ids_others_get(
    settings: Settings,
) -> None:
    corpus = settings.corpus[0]
    (corpus / "a-b.md").write_text("Das ist die erste Satzung.\n", "utf-8")
    bring_up_to_date(settings)
    (corpus / "a b.md").write_text("Das ist die zweite Satzung.\n", "utf-8")
    bring_up_to_date(settings)
    changes.leave(settings.data, Change("bury", "a-b.md"))
    for number in range(3):
        (corpus / "rathaus.txt").write_text(f"Das Rathaus öffnet um {number}.\n", "utf-8")
        bring_up_to_date(settings)
        engine = Engine.open(settings)
        texts = {engine.text(doc_id) for doc_id in ids(settings)}
        assert "Das ist die zweite Satzung.\n" in texts
        assert "Das ist die erste Satzung.\n" not in texts


def test_many_uploads_may_be_removed_one_by_one(settings: Settings) -> None:
    for number in range(20):
        upload(settings, f"u{number}", f"Notiz Nummer {number}.")
    bring_up_to_date(settings)
    for number in range(15):
        changes.leave(settings.data, Change("remove", f"u{number}"))
    assert bring_up_to_date(settings).removed == 15


def test_an_id_that_a_file_has_fails_the_upload(settings: Settings) -> None:
    upload(settings, "rathaus.txt", NOTICE)
    summary = bring_up_to_date(settings)
    assert [note.reason for note in summary.failed] == [
        "doc_id rathaus.txt is already that of rathaus.txt"
    ]
    assert Engine.open(settings).text("rathaus.txt") == "Das Rathaus öffnet um acht.\n"


def test_an_id_that_nobody_has_leaves_no_tombstone(settings: Settings) -> None:
    changes.leave(settings.data, Change("bury", "rathuas.txt"))
    summary = bring_up_to_date(settings)
    assert summary.notes[0].reason == "no document has this id, so nothing was removed"
    assert not changes.buried(settings.data)


def test_an_unreadable_replacement_in_another_format_keeps_what_is_published(
    settings: Settings,
) -> None:
    upload(settings, "markt", NOTICE)
    bring_up_to_date(settings)
    changes.leave_upload(settings.data, "markt", io.BytesIO(b"%PDF-1.4 broken"), "a.pdf", {})
    summary = bring_up_to_date(settings)
    assert [note.path for note in summary.failed] == ["markt/document.pdf"]
    assert Engine.open(settings).text("markt") == NOTICE

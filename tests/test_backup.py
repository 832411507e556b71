"""A backup holds everything, and gives the same answers on an empty machine."""

from __future__ import annotations

import io
import shutil
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.engine import Engine
from api.job_store import JobStore
from api.queue_lock import QueueLock
from api.shared_state import SharedState
from indexer import changes
from indexer.backup import back_up, restore
from indexer.backup_commands import backup as backup_command
from indexer.backup_commands import restore as restore_command
from indexer.building import bring_up_to_date
from indexer.errors import FundstelleError, IndexDamaged, IndexUnavailable, NothingPublished
from indexer.manifest import current_name
from indexer.settings import Settings

QUESTIONS = ("Wann öffnet das Rathaus?", "Fällt der Wochenmarkt aus?")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "rathaus.txt").write_text("Das Rathaus öffnet um acht.\n", "utf-8")
    (tmp_path / "corpus" / "alt.txt").write_text("Das alte Rathaus ist geschlossen.\n", "utf-8")
    settings = Settings(corpus=(tmp_path / "corpus",), index=tmp_path / "index")
    notice = io.BytesIO("Der Wochenmarkt fällt am 3. Mai aus.".encode())
    changes.leave_upload(settings.data, "markt", notice, "notice.txt", {"title": "Markt"})
    changes.leave(settings.data, changes.Change("bury", "alt.txt"))
    bring_up_to_date(settings)
    (tmp_path / "corpus" / "rathaus.txt").write_text("Das Rathaus öffnet um neun.\n", "utf-8")
    bring_up_to_date(settings)
    return settings


@pytest.fixture
def elsewhere(settings: Settings, tmp_path: Path) -> Settings:
    return replace(settings, index=tmp_path / "machine" / "index")


@pytest.mark.parametrize("name", ["backup.tar", "backup.tar.gz"])
def test_the_restored_index_gives_the_same_answers(
    settings: Settings, elsewhere: Settings, tmp_path: Path, name: str
) -> None:
    assert back_up(settings, tmp_path / name) == 2
    before = [Engine.open(settings).ask(question) for question in QUESTIONS]
    shutil.rmtree(settings.index)
    shutil.rmtree(settings.data)
    assert restore(elsewhere, tmp_path / name) == 2
    engine = Engine.open(elsewhere)
    for question, was in zip(QUESTIONS, before, strict=True):
        answer = engine.ask(question)
        assert answer.answer == was.answer
        assert answer.confidence == was.confidence
    assert engine.original("markt").path.is_file()
    summary = bring_up_to_date(elsewhere)  # uploads and removals go on
    assert (summary.unchanged, summary.embedded) == (1, 0)
    assert [stone.doc_id for stone in changes.buried(elsewhere.data)] == ["alt.txt"]
    assert [d.doc_id for d in Engine.open(elsewhere).documents().documents] == [
        "markt",
        "rathaus.txt",
    ]


def test_nothing_is_restored_over_an_index_or_uploads(settings: Settings, tmp_path: Path) -> None:
    back_up(settings, tmp_path / "backup.tar")
    with pytest.raises(NothingPublished, match="holds an index"):
        restore(settings, tmp_path / "backup.tar")
    shutil.rmtree(settings.index)
    with pytest.raises(NothingPublished, match="is not empty"):
        restore(settings, tmp_path / "backup.tar")
    assert current_name(settings.index) is None


def test_a_restoration_that_was_cut_short_can_be_repeated(
    settings: Settings, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(settings, tmp_path / "backup.tar")

    def full(*given: object, **named: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as disk:
        disk.setattr("indexer.backup.publish", full)
        with pytest.raises(OSError, match="disk full"):
            restore(elsewhere, tmp_path / "backup.tar")
    assert current_name(elsewhere.index) is None
    assert restore(elsewhere, tmp_path / "backup.tar") == 2
    assert Engine.open(elsewhere).text("markt")


def test_without_an_index_there_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable):
        back_up(Settings(index=tmp_path / "index"), tmp_path / "backup.tar")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", ["cut off", "changed", "another file", "other format"])
def test_a_damaged_backup_restores_nothing(
    settings: Settings, elsewhere: Settings, tmp_path: Path, damage: str
) -> None:
    file = tmp_path / "backup.tar"
    back_up(settings, file)
    if damage == "cut off":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    elif damage == "changed":
        data = file.read_bytes()
        file.write_bytes(data.replace(b"Das Rathaus", b"Der Rathaus"))
    else:
        with tarfile.open(file, "w") as tar:
            if damage == "other format":
                about = b'{"format": 99}'
                entry = tarfile.TarInfo("fundstelle-backup.json")
                entry.size = len(about)
                tar.addfile(entry, io.BytesIO(about))
    with pytest.raises((NothingPublished, IndexDamaged)) as caught:
        restore(elsewhere, file)
    assert str(file) in str(caught.value)
    assert current_name(elsewhere.index) is None
    assert not elsewhere.data.exists()


def test_a_backup_never_writes_beside_its_folder(elsewhere: Settings, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "evil.tar", "w") as tar:
        entry = tarfile.TarInfo("../../../evil.txt")
        tar.addfile(entry, io.BytesIO(b""))
    with pytest.raises(FundstelleError, match="cannot be restored"):
        restore(elsewhere, tmp_path / "evil.tar")
    assert not list(tmp_path.rglob("evil.txt"))


def test_the_commands_say_what_they_did(
    settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    file = str(tmp_path / "backup.tar")
    made = CliRunner().invoke(backup_command, [file, "--index", str(settings.index)])
    assert made.exit_code == 0, made.output
    assert "generation 2 is in" in made.output
    back = CliRunner().invoke(restore_command, [file, "--index", str(elsewhere.index)])
    assert back.exit_code == 0, back.output
    assert "published generation 2 at" in back.output


def test_jobs_stay_on_their_machine(
    settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    state = SharedState(settings.service)
    JobStore(state).submit()
    lock = QueueLock(settings.service.with_suffix(".lock"))
    assert lock.take()
    try:
        assert len(list(settings.data.glob("service.*"))) == 4  # the database, its log, the locks
        back_up(settings, tmp_path / "backup.tar")
    finally:
        lock.release()
        state.close()
    restore(elsewhere, tmp_path / "backup.tar")
    assert {path.name for path in elsewhere.data.iterdir()} == {"pending", "tombstones", "uploads"}

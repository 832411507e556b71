"""Watching folders: every change is published soon, and nothing ends the watch."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from watchfiles import Change as Kind

from indexer import watching
from indexer.building import bring_up_to_date
from indexer.changes import Change, leave
from indexer.errors import FundstelleError
from indexer.manifest import current
from indexer.settings import Settings
from indexer.watching import is_on_a_share, keep_up_to_date

WITHIN_S = 20.0


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(watching, "ABSENT_S", 0.2)
    (tmp_path / "corpus").mkdir()
    settings = Settings(corpus=(tmp_path / "corpus",), index=tmp_path / "index")
    write(settings, "rathaus.txt", "Das Rathaus öffnet um acht.")
    return settings


def write(settings: Settings, name: str, text: str) -> None:
    (settings.corpus[0] / name).write_text(text + "\n", encoding="utf-8")


@contextmanager
def watched(settings: Settings, *, poll: bool | None = None) -> Iterator[list[str]]:
    """Keep the index up to date meanwhile; yields what went wrong."""
    stop, said = threading.Event(), list[str]()

    def run() -> None:
        try:
            bring_up_to_date(settings)
        except FundstelleError as error:
            said.append(str(error))

    thread = threading.Thread(
        target=keep_up_to_date, args=(settings, run, stop), kwargs={"poll": poll}
    )
    thread.start()
    try:
        yield said
    finally:
        stop.set()
        thread.join(WITHIN_S)
    assert not thread.is_alive()


def wait_for(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < ends, "nothing happened"
        time.sleep(0.05)


def documents(settings: Settings) -> int:
    try:
        return current(settings.index).manifest.documents
    except FundstelleError:
        return -1


@pytest.mark.parametrize("poll", [False, True])
def test_a_new_file_is_published_soon(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, *, poll: bool
) -> None:
    monkeypatch.setattr(watching, "POLL_MS", 100)
    with watched(settings, poll=poll):
        wait_for(lambda: documents(settings) == 1)
        time.sleep(0.5)  # the watch begins behind the first run
        write(settings, "haushalt.txt", "Der Haushalt wurde beschlossen.")
        wait_for(lambda: documents(settings) == 2)


def test_what_is_written_during_the_first_run_is_not_missed(settings: Settings) -> None:
    stop, runs = threading.Event(), list[int]()

    def run() -> None:
        bring_up_to_date(settings)
        if not runs:
            write(settings, "haushalt.txt", "Der Haushalt wurde beschlossen.")
        runs.append(1)

    thread = threading.Thread(target=keep_up_to_date, args=(settings, run, stop))
    thread.start()
    try:
        wait_for(lambda: documents(settings) == 2)
    finally:
        stop.set()
        thread.join(WITHIN_S)


def test_a_folder_in_anothers_place_is_watched_too(settings: Settings) -> None:
    corpus = settings.corpus[0]
    with watched(settings):
        wait_for(lambda: documents(settings) == 1)
        time.sleep(0.5)
        shutil.copytree(corpus, corpus.with_name("new"))
        shutil.move(corpus, corpus.with_name("old"))
        shutil.move(corpus.with_name("new"), corpus)
        time.sleep(3)  # the exchange itself is a reason for runs
        write(settings, "haushalt.txt", "Der Haushalt wurde beschlossen.")
        wait_for(lambda: documents(settings) == 2)


def test_a_burst_of_changes_is_one_run_or_few(settings: Settings) -> None:
    with watched(settings):
        wait_for(lambda: documents(settings) == 1)
        time.sleep(0.5)
        for number in range(200):
            write(settings, f"{number}.txt", f"Beschluss Nummer {number}.")
        wait_for(lambda: documents(settings) == 201)
        assert current(settings.index).manifest.generation <= 4


def test_an_upload_is_a_change_too(settings: Settings) -> None:
    with watched(settings):
        wait_for(lambda: documents(settings) == 1)
        time.sleep(0.5)
        leave(settings.data, Change("bury", "rathaus.txt"))
        wait_for(lambda: documents(settings) == 0)


def test_a_share_that_goes_and_comes_back_empties_nothing(settings: Settings) -> None:
    corpus = settings.corpus[0]
    with watched(settings) as said:
        wait_for(lambda: documents(settings) == 1)
        time.sleep(0.5)
        shutil.move(corpus, corpus.with_name("away"))
        wait_for(lambda: any("is not there" in one for one in said))
        assert documents(settings) == 1
        shutil.move(corpus.with_name("away"), corpus)
        write(settings, "haushalt.txt", "Der Haushalt wurde beschlossen.")
        wait_for(lambda: documents(settings) == 2)


def test_shares_are_known_by_their_file_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/x {tmp_path}/share nfs4 rw 0 0\n", "utf-8")
    monkeypatch.setattr(watching, "_MOUNTS", mounts)
    assert is_on_a_share(tmp_path / "share" / "presse")
    assert not is_on_a_share(tmp_path / "shared")
    assert not is_on_a_share(tmp_path)


@pytest.mark.parametrize("name", [".haushalt.txt.swp", "~$haushalt.docx", "haushalt.txt~", "a.tmp"])
def test_what_editors_leave_is_no_reason_for_a_run(name: str) -> None:
    assert not watching._concerns_documents(Kind.added, f"/corpus/{name}")
    assert watching._concerns_documents(Kind.added, "/corpus/a.txt.meta.yaml")

"""What those who may write are told: the last run, and which id a file would get."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from test_api_writing import LOCAL, NOTICE, ended

from api.app import create_app
from api.last_run import read_last_run
from indexer.building import bring_up_to_date
from indexer.errors import NothingPublished
from indexer.reading.ids import is_doc_id
from indexer.settings import Settings


@pytest.fixture
def settings(harbour: Path) -> Settings:
    (harbour / "corpus" / "leer.txt").touch()
    (harbour / "corpus" / "tabelle.xls").write_text("?")
    return Settings(corpus=(harbour / "corpus",), index=harbour / "index")


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), base_url=LOCAL, client=("127.0.0.1", 50_000)) as client:
        ended(client, client.post("/v1/index"))
        yield client


def test_the_last_run_is_told_with_what_failed_and_why(client: TestClient) -> None:
    status = client.get("/v1/status").json()
    assert status["index"]["generation"] == 1
    run = status["last_run"]
    assert (run["added"], run["changed"], run["removed"]) == (1, 0, 0)
    assert run["failed"] == [{"path": "leer.txt", "reason": "is empty"}]
    assert run["skipped"] == [
        {"path": "tabelle.xls", "reason": "files ending in .xls are not read"}
    ]
    assert run["finished_at"] >= status["index"]["published_at"]
    ended(client, client.put("/v1/documents/markt", files={"file": NOTICE}))
    run = client.get("/v1/status").json()["last_run"]
    assert (run["added"], run["unchanged"]) == (1, 1)


def test_a_run_that_was_refused_is_told_as_such(client: TestClient, settings: Settings) -> None:
    with pytest.raises(NothingPublished):
        bring_up_to_date(settings, strict=True)
    run = client.get("/v1/status").json()["last_run"]
    assert not run["published"]
    assert "leer.txt" in run["refused"]


def test_what_an_older_version_left_of_its_run_is_told_without_a_time(settings: Settings) -> None:
    settings.index.mkdir()
    (settings.index / "last-run.json").write_text(
        '{"generation": 3, "published": true, "added": 1, "changed": 0, "moved": 0, "unchanged": 2,'
        ' "removed": 0, "skipped": [], "failed": [], "notes": [{"path": "a", "reason": "b"}],'
        ' "refused": "", "passages": 9, "seconds": 1.5, "stages": {}}'
    )
    run = read_last_run(settings.index)
    assert run is not None
    assert (run.added, run.notes[0].path, run.finished_at) == (1, "a", None)


@pytest.mark.parametrize("left", [None, "", "{}", "[]", '{"added": "many"}', "\0"])
def test_a_run_that_left_nothing_readable_is_told_as_none(
    settings: Settings, left: str | None
) -> None:
    settings.index.mkdir()
    if left is not None:
        (settings.index / "last-run.json").write_text(left)
    assert read_last_run(settings.index) is None


def test_ids_are_proposed_by_the_rule_of_the_folders(client: TestClient) -> None:
    ended(client, client.put("/v1/documents/markt.txt", files={"file": NOTICE}))
    names = ["Presse/Gebührensatzung 2023.pdf", "HAFEN.txt", "Markt.TXT"]
    reply = client.post("/v1/doc-ids", json={"names": names})
    assert reply.json()["proposals"] == [  # the first is the contract's own example
        {"name": names[0], "doc_id": "presse.gebuehrensatzung-2023.pdf", "taken": None},
        {"name": names[1], "doc_id": "hafen.txt", "taken": "folder"},
        {"name": names[2], "doc_id": "markt.txt", "taken": "upload"},
    ]


def test_the_id_of_a_removed_document_of_a_folder_is_still_taken(client: TestClient) -> None:
    ended(client, client.delete("/v1/documents/hafen.txt"))
    [proposal] = client.post("/v1/doc-ids", json={"names": ["hafen.txt"]}).json()["proposals"]
    assert proposal["taken"] == "folder"


@pytest.mark.parametrize("names", [[], [""], ["a" * 1_025], ["a"] * 101, None, [1]])
def test_names_that_no_file_has_are_refused(client: TestClient, names: object) -> None:
    reply = client.post("/v1/doc-ids", json={"names": names})
    assert reply.status_code == 422


def test_no_name_makes_a_proposal_fail(client: TestClient) -> None:
    for name in ("\0", "..", "/", "名前.pdf", "a" * 1_024, "\u202e.txt", " "):
        [proposal] = client.post("/v1/doc-ids", json={"names": [name]}).json()["proposals"]
        assert is_doc_id(proposal["doc_id"]), name
    lone = client.post(
        "/v1/doc-ids",
        content=b'{"names": ["\\ud800.txt"]}',
        headers={"content-type": "application/json"},
    )
    assert lone.status_code == 422


def test_who_may_not_write_is_told_neither(settings: Settings) -> None:
    with TestClient(create_app(settings), base_url=LOCAL, client=("192.0.2.7", 50_000)) as client:
        assert client.get("/v1/status").status_code in {401, 403}
        assert client.post("/v1/doc-ids", json={"names": ["a.txt"]}).status_code in {401, 403}

"""Indexing over HTTP: who may, and that a run is in force when it is done."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from indexer.building import bring_up_to_date
from indexer.settings import Settings

LOCAL = "http://127.0.0.1:8000"


@pytest.fixture
def client(harbour: Path) -> Iterator[TestClient]:
    settings = Settings(corpus=(harbour / "corpus",), index=harbour / "index", root_path="/suche")
    app = create_app(settings)
    with TestClient(app, base_url=LOCAL, client=("127.0.0.1", 50_000)) as client:
        yield client


def events(client: TestClient, job_id: str) -> list[dict[str, Any]]:
    reply = client.get(f"/v1/jobs/{job_id}/events")
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert reply.text.endswith("\n\n")
    frames = reply.text.removesuffix("\n\n").split("\n\n")
    return [json.loads(frame.removeprefix("data: ")) for frame in frames if frame[0] != ":"]


def test_a_run_is_accepted_watched_and_in_force_when_done(
    client: TestClient, harbour: Path
) -> None:
    (harbour / "corpus" / "kaputt.pdf").write_bytes(b"%PDF-1.4 broken")
    assert client.get("/readyz").status_code == 503
    reply = client.post("/v1/index")
    assert reply.status_code == 202
    job = reply.json()
    assert reply.headers["location"] == f"/suche/v1/jobs/{job['id']}"
    assert job == {
        "id": job["id"],
        "kind": "index",
        "state": "queued",
        "stage": None,
        "done": 0,
        "total": 0,
        "errors": [],
        "generation": None,
    }
    seen = events(client, job["id"])
    assert seen[-1] == client.get(f"/v1/jobs/{job['id']}").json()
    assert (seen[-1]["state"], seen[-1]["generation"]) == ("done", 1)
    assert [error["path"] for error in seen[-1]["errors"]] == ["kaputt.pdf"]
    assert {one["state"] for one in seen} <= {"queued", "running", "done"}
    assert all(one["done"] <= one["total"] for one in seen)
    assert client.get("/readyz").json()["index"]["generation"] == 1
    hits = client.get("/v1/search", params={"q": "Liegeplätze"}).json()["hits"]
    assert hits[0]["doc_id"] == "hafen.txt"


def test_a_run_that_publishes_nothing_says_why(client: TestClient, harbour: Path) -> None:
    (harbour / "corpus" / "hafen.txt").unlink()
    job = client.post("/v1/index").json()
    last = events(client, job["id"])[-1]
    assert (last["state"], last["generation"]) == ("failed", None)
    [error] = last["errors"]
    assert error["path"] is None
    assert "nothing published: no document found" in error["reason"]


@pytest.mark.parametrize(
    "header",
    [
        {"host": "example.org"},
        {"host": "example.org:8000"},
        {"host": "192.168.0.2"},
        {"host": "127.0.0.1.example.org"},
        {"host": "[::1"},
        {"host": ""},
        {"forwarded": "for=127.0.0.1"},
        {"x-forwarded-for": "127.0.0.1"},
        {"x-forwarded-host": "localhost"},
        {"x-real-ip": "127.0.0.1"},
        {"via": "1.1 proxy"},
        {"origin": "https://example.org"},
        {"origin": "http://127.0.0.1:9000"},
        {"origin": "https://127.0.0.1:8000"},
        {"origin": "null"},
    ],
)
def test_whatever_may_come_from_elsewhere_may_not_index(
    client: TestClient, header: dict[str, str]
) -> None:
    reply = client.post("/v1/index", headers=header)
    assert reply.status_code == 403
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json() == {
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
        "detail": "Only programs on the machine of the service may index.",
        "request_id": reply.headers["x-request-id"],
    }


@pytest.mark.parametrize("address", ["192.168.0.2", "8.8.8.8", "::ffff:8.8.8.8", "testclient"])
def test_another_machine_may_not_index(harbour: Path, address: str) -> None:
    app = create_app(Settings(corpus=(harbour,), index=harbour / "index"))
    with TestClient(app, base_url=LOCAL, client=(address, 50_000)) as client:
        assert client.post("/v1/index").status_code == 403


@pytest.mark.parametrize(
    ("address", "host"),
    [("127.0.0.1", "localhost:8000"), ("::1", "[::1]:8000"), ("::ffff:127.0.0.1", "127.9.9.9")],
)
def test_this_machine_may_index_by_any_of_its_names(harbour: Path, address: str, host: str) -> None:
    app = create_app(Settings(corpus=(harbour,), index=harbour / "index"))
    with TestClient(app, base_url=LOCAL, client=(address, 50_000)) as client:
        headers = {"host": host, "origin": f"http://{host}"}
        assert client.post("/v1/index", headers=headers).status_code == 202


def test_an_unknown_job_is_not_found(client: TestClient) -> None:
    for url in ("/v1/jobs/none", "/v1/jobs/none/events"):
        reply = client.get(url)
        assert (reply.status_code, reply.json()["detail"]) == (404, "No job has this id.")


def test_where_the_data_folder_cannot_be_written_questions_are_answered_and_changes_refused(
    harbour: Path,
) -> None:
    settings = Settings(corpus=(harbour / "corpus",), index=harbour / "index")
    bring_up_to_date(settings)
    settings.data.write_text("a file, where a folder could not be made either")
    app = create_app(settings)
    with TestClient(app, base_url=LOCAL, client=("127.0.0.1", 50_000)) as client:
        while client.get("/readyz").status_code != 200:
            time.sleep(0.05)
        for refused in (
            client.post("/v1/index"),
            client.put("/v1/documents/kai", files={"file": ("kai.txt", b"Kai 3")}),
            client.delete("/v1/documents/hafen.txt"),
        ):
            assert refused.status_code == 503
            assert refused.headers["retry-after"] == "5"
            assert refused.json() == {
                "type": "about:blank",
                "title": "Service Unavailable",
                "status": 503,
                "detail": "Changes and jobs are not possible at the moment; "
                "questions are still answered.",
                "request_id": refused.headers["x-request-id"],
            }
        hits = client.get("/v1/search", params={"q": "Liegeplätze"}).json()["hits"]
        assert hits[0]["doc_id"] == "hafen.txt"
        assert client.get("/v1/jobs/0").status_code == 404
        settings.data.unlink()  # it can be written again: no restart is needed
        job = client.post("/v1/index").json()
        assert events(client, job["id"])[-1]["state"] == "done"

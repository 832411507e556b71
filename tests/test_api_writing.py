"""Documents over HTTP: who may write, what is refused, and that a change is in force when done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.routes.middleware import MAX_BODY_BYTES
from indexer.settings import Settings

LOCAL = "http://127.0.0.1:8000"
NOTICE = ("wochenmarkt.txt", "Der Wochenmarkt fällt am 3. Mai aus.".encode())


@pytest.fixture
def client(harbour: Path) -> Iterator[TestClient]:
    settings = Settings(corpus=(harbour / "corpus",), index=harbour / "index")
    with TestClient(create_app(settings), base_url=LOCAL, client=("127.0.0.1", 50_000)) as client:
        ended(client, client.post("/v1/index"))
        yield client


def ended(client: TestClient, accepted: Any) -> dict[str, Any]:
    """The job behind an accepted request, when it has ended."""
    assert accepted.status_code == 202, accepted.text
    reply = client.get(accepted.headers["location"] + "/events")
    job: dict[str, Any] = json.loads(reply.text.strip().split("\n\n")[-1].removeprefix("data: "))
    assert job["state"] == "done", job
    return job


def ids(client: TestClient) -> list[str]:
    return [one["doc_id"] for one in client.get("/v1/documents").json()["documents"]]


def test_a_document_is_added_replaced_and_removed(client: TestClient) -> None:
    given = {"title": "Markt", "tags": ["Presse", "Markt"], "published": "2026-04-20"}
    ended(client, client.put("/v1/documents/markt", files={"file": NOTICE}, data=given))
    document = client.get("/v1/documents/markt").json()
    assert {name: document[name] for name in given} == given
    assert client.get("/v1/documents/markt/text").text == NOTICE[1].decode()
    assert (
        client.get("/v1/search", params={"q": "Wochenmarkt"}).json()["hits"][0]["doc_id"] == "markt"
    )
    other = ("neu.md", b"# Markt\n\nDer Wochenmarkt findet statt.\n")
    ended(client, client.put("/v1/documents/markt", files={"file": other}))
    assert client.get("/v1/documents/markt").json()["media_type"] == "text/markdown"
    ended(client, client.delete("/v1/documents/markt"))
    assert ids(client) == ["hafen.txt"]
    assert client.get("/v1/documents/markt").status_code == 404


def test_a_document_of_a_folder_is_removed_but_not_replaced(
    client: TestClient, harbour: Path
) -> None:
    refused = client.put("/v1/documents/hafen.txt", files={"file": NOTICE})
    assert refused.status_code == 409
    assert refused.json()["detail"] == "hafen.txt is a document of a corpus folder."
    ended(client, client.put("/v1/documents/markt", files={"file": NOTICE}))
    ended(client, client.delete("/v1/documents/hafen.txt"))
    ended(client, client.post("/v1/index"))
    assert ids(client) == ["markt"]
    assert (harbour / "corpus" / "hafen.txt").exists()
    assert client.put("/v1/documents/hafen.txt", files={"file": NOTICE}).status_code == 409


def test_an_upload_that_cannot_be_read_is_named_in_the_job(client: TestClient) -> None:
    ended(client, client.put("/v1/documents/markt", files={"file": NOTICE}))
    broken = client.put("/v1/documents/markt", files={"file": ("x.pdf", b"%PDF-1.4 broken")})
    errors = ended(client, broken)["errors"]
    assert [error["path"] for error in errors] == ["markt/document.pdf"]


@pytest.mark.parametrize(
    ("path", "name", "data", "status", "said"),
    [
        ("Markt", "a.txt", {}, 422, "doc_id"),
        ("a..b", "a.txt", {}, 422, "doc_id"),
        ("markt", "a.exe", {}, 415, "known endings are .txt"),
        ("markt", "a.txt", {"published": "gestern"}, 422, "published"),
        ("markt", "a.txt", {"source": "javascript:alert(1)"}, 422, "source"),
        ("markt", "a.txt", {"visible_from": "2026-01-01"}, 422, "visible_from"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_left(
    client: TestClient, harbour: Path, path: str, name: str, data: dict[str, str], status: int,
    said: str,
) -> None:  # fmt: skip
    reply = client.put(f"/v1/documents/{path}", files={"file": (name, b"x")}, data=data)
    assert reply.status_code == status
    problem = reply.json()
    assert said in json.dumps(problem)
    assert not (harbour / "index.data" / "pending").exists()


def test_a_request_without_a_file_names_the_field(client: TestClient) -> None:
    reply = client.put("/v1/documents/markt", data={"title": "Markt"})
    assert reply.status_code == 422
    assert [error["field"] for error in reply.json()["errors"]] == ["file"]


def test_a_file_beyond_the_limit_is_413(client: TestClient) -> None:
    reply = client.put(
        "/v1/documents/markt",
        content=b"",
        headers={"Content-Length": str(50_000_000 + MAX_BODY_BYTES + 1)},
    )
    assert reply.status_code == 413
    assert reply.json()["detail"] == "The file is larger than 50 MB."


def test_an_unknown_document_cannot_be_removed(client: TestClient) -> None:
    assert client.delete("/v1/documents/nichts").status_code == 404


def test_an_embargo_given_with_the_file_holds(client: TestClient) -> None:
    data = {"visible_from": "2999-01-01T00:00:00+01:00"}
    ended(client, client.put("/v1/documents/geheim", files={"file": NOTICE}, data=data))
    assert ids(client) == ["hafen.txt"]
    assert client.get("/v1/documents/geheim/text").status_code == 404
    ended(client, client.delete("/v1/documents/geheim"))


def test_others_may_not_write(harbour: Path) -> None:
    settings = Settings(corpus=(harbour / "corpus",), index=harbour / "index")
    with TestClient(create_app(settings), base_url=LOCAL, client=("192.0.2.7", 50_000)) as client:
        assert client.put("/v1/documents/markt", files={"file": NOTICE}).status_code == 403
        assert client.delete("/v1/documents/hafen.txt").status_code == 403
    data = harbour / "index.data"
    assert {file.suffix for file in data.rglob("*")} <= {".sqlite"}  # the requests were counted

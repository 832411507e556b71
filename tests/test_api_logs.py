"""Log lines: what stands in them, and that what is asked never does."""

from __future__ import annotations

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from real_servers import Server
from starlette.testclient import TestClient

from api.app import create_app
from api.engine import Engine
from api.key_store import KeyStore, Scope
from api.logs import configuration
from api.shared_state import SharedState
from indexer.building import bring_up_to_date
from indexer.settings import Settings

SECRET = "Geheimfrage"


class Lines:
    """The service's logs, as its own configuration writes them, caught in this process."""

    def __init__(self, settings: Settings) -> None:
        self.stream = io.StringIO()
        plain = configuration(settings)
        plain["handlers"]["stderr"]["stream"] = self.stream
        logging.config.dictConfig(plain)

    def text(self) -> str:
        return self.stream.getvalue()

    def parsed(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Give pytest its own handlers again."""
    loggers = [logging.getLogger(name) for name in ("", "fundstelle.requests", "uvicorn.error")]
    before = [(logger, list(logger.handlers), logger.level) for logger in loggers]
    yield
    for logger, handlers, level in before:
        logger.handlers[:] = handlers
        logger.setLevel(level)


def ask_secretly(client: Any) -> None:
    """Put the secret wherever a client can."""
    client.post("/v1/ask", json={"question": f"Was ist die {SECRET}?"})
    client.post("/v1/ask/batch", json={"questions": [{"question": SECRET}, {"q": SECRET}]})
    client.post("/v1/ask", json={"question": SECRET, SECRET: SECRET})
    client.post("/v1/ask", content=SECRET, headers={"content-type": "application/json"})
    client.get(f"/v1/search?q={SECRET}&k=5")
    client.get(f"/v1/search?q={SECRET}&k={SECRET}")
    client.post("/v1/search", json={"q": SECRET})
    client.post("/", data={"q": SECRET})
    client.get(f"/?q={SECRET}")
    client.get(f"/nowhere?q={SECRET}")


def test_each_request_is_one_json_line(corpus_settings: Settings, engine: Engine) -> None:
    lines = Lines(Settings(json_logs=True))
    with TestClient(create_app(corpus_settings, engine)) as client:
        client.get("/v1/documents/keiner?x=1", headers={"x-request-id": "mine"})
        client.get("/nowhere")
    requests = [line for line in lines.parsed() if line["message"] == "request"]
    first, second = requests
    assert first.pop("ms") >= 0
    assert first.pop("timestamp")
    assert first.pop("process")
    assert first == {
        "level": "INFO",
        "logger": "fundstelle.requests",
        "message": "request",
        "request_id": "mine",
        "method": "GET",
        "route": "/v1/documents/{doc_id}",
        "status": 404,
    }
    assert (second["route"], second["status"]) == ("unmatched", 404)


def test_the_key_that_a_request_came_with_is_named(tmp_path: Path) -> None:
    settings = Settings(index=tmp_path / "index", json_logs=True)
    state = SharedState(settings.service)
    key = KeyStore(state).create("editors", Scope.ASK)
    state.close()
    lines = Lines(settings)
    client = TestClient(create_app(settings))
    for given in (f"Bearer {key}", "Bearer fst_wrong", "Basic eDp5", None):
        headers = {"authorization": given} if given else {}
        client.get("/metrics", headers=headers)  # not let in, and named all the same
        client.get("/v1/documents", headers=headers)
    assert key not in lines.text()
    assert "fst_" not in lines.text()
    requests = [line for line in lines.parsed() if line["message"] == "request"]
    assert [(line["route"], line["status"], line.get("key")) for line in requests] == [
        ("/metrics", 403, "editors"),
        ("/v1/documents", 503, "editors"),  # there is no index
        *3 * [("/metrics", 401, None), ("/v1/documents", 401, None)],
    ]


def test_as_text_requests_have_no_lines(corpus_settings: Settings, engine: Engine) -> None:
    lines = Lines(Settings())
    with TestClient(create_app(corpus_settings, engine)) as client:
        ask_secretly(client)
        logging.getLogger("fundstelle").warning("the disk is full")
    assert lines.text() == "WARNING: the disk is full\n"


@pytest.mark.parametrize("as_json", [True, False])
def test_a_bug_is_told_by_its_place_and_not_by_what_was_asked(
    corpus_settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch, as_json: bool
) -> None:
    def broken(question: str, **how: object) -> None:
        try:
            raise KeyError(question)
        except KeyError as error:
            raise ValueError(f"cannot work on {question}") from error

    lines = Lines(Settings(json_logs=as_json))
    monkeypatch.setattr(engine, "ask", broken)
    with TestClient(create_app(corpus_settings, engine)) as client:
        reply = client.post("/v1/ask", json={"question": SECRET})
        assert reply.status_code == 500
    text = lines.text()
    assert SECRET not in text
    assert reply.headers["x-request-id"] in text
    for told in ("ValueError", "KeyError", "in broken", Path(__file__).name):
        assert told in text


@pytest.mark.parametrize("options", [("--json-logs",), ()], ids=["json", "text"])
def test_a_real_server_writes_nothing_of_what_is_asked(
    harbour: Path, options: tuple[str, ...]
) -> None:
    bring_up_to_date(Settings(corpus=(harbour / "corpus",), index=harbour / "index"))
    server = Server(harbour, 1, *options)
    ask_secretly(server.client)
    server.stop()
    text = server.log.read_text("utf-8")
    assert SECRET.lower() not in text.lower()
    if not options:
        assert text == ""
        return
    lines = [json.loads(line) for line in text.splitlines()]
    requests = [line for line in lines if line["logger"] == "fundstelle.requests"]
    assert {"/v1/ask", "/v1/ask/batch", "/v1/search", "/", "unmatched"} <= {
        line["route"] for line in requests
    }
    assert all(line["request_id"] for line in requests)
    assert any(line["logger"] == "uvicorn.error" for line in lines)  # the server's own, too

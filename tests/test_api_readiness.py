"""Before, while and after an index is published, by whichever process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.engine import Engine
from indexer.building import bring_up_to_date
from indexer.settings import Settings

WITHIN_S = 60.0
ROUTES = [
    ("GET", "/readyz", None),
    ("GET", "/v1/search?q=Hafen", None),
    ("GET", "/v1/documents", None),
    ("GET", "/v1/documents/hafen.txt", None),
    ("GET", "/v1/documents/hafen.txt/text", None),
    ("GET", "/v1/documents/hafen.txt/file", None),
    ("POST", "/v1/ask", {"question": "Was?"}),
    ("POST", "/v1/ask/batch", {"questions": [{"question": "Was?"}]}),
    ("POST", "/v1/search", {"q": "Hafen"}),
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "hafen.txt").write_text("Der Hafen von Kiel hat 40 Liegeplätze.")
    return Settings(corpus=(tmp_path / "corpus",), index=tmp_path / "index")


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def generation(client: TestClient) -> int | None:
    reply = client.get("/readyz")
    return int(reply.json()["index"]["generation"]) if reply.status_code == 200 else None


@pytest.mark.parametrize(("method", "url", "body"), ROUTES)
def test_without_an_index_everything_but_life_is_unavailable(
    settings: Settings, method: str, url: str, body: Any
) -> None:
    with TestClient(create_app(settings)) as client:
        reply = client.request(method, url, json=body)
        assert reply.status_code == 503
        assert reply.headers["retry-after"] == "5"
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.json() == {
            "type": "about:blank",
            "title": "Service Unavailable",
            "status": 503,
            "detail": "No index is loaded yet; try again later.",
            "request_id": reply.headers["x-request-id"],
        }
        assert client.get("/healthz").json() == {"status": "ok"}


def test_the_page_says_kindly_that_there_is_no_index_yet(settings: Settings) -> None:
    with TestClient(create_app(settings), headers={"accept-language": "en"}) as client:
        assert client.get("/").status_code == 200
        for reply in (
            client.post("/", data={"q": "Was?"}),
            client.get("/documents"),
            client.get("/documents/hafen.txt"),
        ):
            assert reply.status_code == 503
            assert reply.headers["retry-after"] == "5"
            assert "The index is not ready yet." in reply.text


def test_what_another_process_publishes_is_taken_up(settings: Settings) -> None:
    with TestClient(create_app(settings)) as client:
        assert generation(client) is None
        bring_up_to_date(settings)
        wait_for(lambda: generation(client) == 1)
        assert client.get("/readyz").json()["status"] == "ready"
        (settings.corpus[0] / "kai.txt").write_text("Der Kai ist 300 Meter lang.")
        bring_up_to_date(settings)
        wait_for(lambda: generation(client) == 2)
        assert client.get("/v1/documents").json()["total"] == 2


def test_a_damaged_index_is_unavailable_and_its_path_stays_here(settings: Settings) -> None:
    bring_up_to_date(settings)
    [store] = settings.index.rglob("store.sqlite")
    whole = store.read_bytes()
    store.write_bytes(whole[:100])
    with TestClient(create_app(settings)) as client:
        time.sleep(0.5)
        reply = client.get("/readyz")
        assert reply.status_code == 503
        assert str(settings.index) not in reply.text


def test_an_older_generation_answers_on_where_the_newer_is_damaged(settings: Settings) -> None:
    bring_up_to_date(settings)
    with TestClient(create_app(settings, Engine.open(settings))) as client:
        (settings.index / "CURRENT").write_text("000099")
        time.sleep(1.5)
        assert generation(client) == 1
        assert client.get("/v1/search?q=Hafen").json()["hits"][0]["doc_id"] == "hafen.txt"


def test_loading_and_asking_leave_the_event_loop_free(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_up_to_date(settings)
    opened, go_on = Engine.open, threading.Event()

    def slow_open(settings: Settings) -> Engine:
        go_on.wait(WITHIN_S)
        return opened(settings)

    monkeypatch.setattr(Engine, "open", slow_open)
    with TestClient(create_app(settings)) as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
        go_on.set()
        wait_for(lambda: generation(client) == 1)


def test_a_batch_never_mixes_generations(settings: Settings) -> None:
    bring_up_to_date(settings)
    engine = Engine.open(settings)
    ask, asked = engine.ask, threading.Lock()

    def ask_and_publish(question: str, **how: Any) -> Any:
        with asked:
            answer = ask(question, **how)
            if engine.state.generation == 1:
                (settings.corpus[0] / "kai.txt").write_text("Der Kai ist 300 Meter lang.")
                bring_up_to_date(settings)
                engine.refresh()
            return answer

    engine.ask = ask_and_publish  # type: ignore[method-assign]
    with TestClient(create_app(settings, engine)) as client:
        questions = [{"question": f"Wie lang ist Kai {number}?"} for number in range(6)]
        answers = client.post("/v1/ask/batch", json={"questions": questions}).json()["answers"]
    assert {answer["index"]["generation"] for answer in answers} == {2}
    assert [answer["question"] for answer in answers] == [one["question"] for one in questions]

"""Limits: how often, how long, how large, by which name, and who believes a proxy."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.testclient import TestClient

from api.addresses import network
from api.app import create_app
from api.engine import Engine
from api.key_store import KeyStore, Scope
from api.limits import STREAMS_AT_ONCE, Limits, Streams
from api.shared_state import SharedState
from indexer.settings import Settings

ROOT = Path(__file__).parents[1]
Client = Callable[..., TestClient]


@pytest.fixture
def serve(tmp_path: Path) -> Client:
    """A service without an index, so that 503 means: let in."""

    def start(
        *, client: str = "127.0.0.1", base_url: str = "http://127.0.0.1:8000", **settings: Any
    ) -> TestClient:
        app = create_app(Settings(index=tmp_path / "index", **settings))
        return TestClient(app, base_url=base_url, client=(client, 50_000))

    return start


def statuses(client: TestClient, times: int, **given: Any) -> list[int]:
    return [client.get("/v1/documents", **given).status_code for _ in range(times)]


def test_beyond_the_limit_it_is_said_when_to_try_again(serve: Client) -> None:
    client = serve(asks_per_minute=3)
    assert statuses(client, 4) == [503, 503, 503, 429]
    reply = client.get("/v1/documents")
    wait = int(reply.headers["retry-after"])
    assert 1 <= wait <= 60
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["title"] == "Too Many Requests"
    assert reply.json()["detail"] == f"These are too many requests; try again in {wait} s."


def test_nothing_is_counted_on_routes_for_everybody(serve: Client) -> None:
    client = serve(asks_per_minute=1)
    assert [client.get("/healthz").status_code for _ in range(5)] == [200] * 5


def test_zero_means_no_limit(serve: Client) -> None:
    assert statuses(serve(asks_per_minute=0), 30) == [503] * 30


def test_each_key_and_each_address_is_counted_by_itself(serve: Client, tmp_path: Path) -> None:
    store = KeyStore(SharedState(Settings(index=tmp_path / "index").service))
    keys = [store.create(name, Scope.ASK) for name in ("a", "b")]
    given: dict[str, Any] = {"asks_per_minute": 1, "public_ask": True}
    for key in keys:
        headers = {"authorization": f"Bearer {key}"}
        assert statuses(serve(**given), 2, headers=headers) == [503, 429]
    for address in ("192.0.2.1", "192.0.2.2", "2001:db8:0:1::1"):
        assert statuses(serve(client=address, **given), 2) == [503, 429]
    # One household has a whole network of IPv6 addresses.
    assert statuses(serve(client="2001:db8:0:1::2", **given), 1) == [429]
    assert statuses(serve(client="2001:db8:0:2::1", **given), 1) == [503]


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::7", "2001:db8::/64"),
        ("::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("testclient", "unknown"),
    ],
)
def test_what_counts_as_one_address(address: str, counted: str) -> None:
    assert network(address) == counted


def test_writes_are_counted_apart_from_questions_and_watching_is_no_write(serve: Client) -> None:
    client = serve(asks_per_minute=2, writes_per_minute=1)
    assert client.delete("/v1/documents/a").status_code == 404
    assert client.delete("/v1/documents/a").status_code == 429
    assert client.get("/v1/jobs/none").status_code == 404
    assert client.get("/v1/jobs/none").status_code == 404
    assert client.get("/v1/jobs/none").status_code == 429


def test_a_batch_counts_as_many_questions_as_it_holds(serve: Client) -> None:
    client = serve(asks_per_minute=5)
    three = {"questions": [{"question": "Was?"}] * 3}
    assert client.post("/v1/ask/batch", json=three).status_code == 503
    assert client.post("/v1/ask/batch", json=three).status_code == 429


COUNTS = """
import sys
from pathlib import Path
from api.limits import Limits
from api.shared_state import SharedState
from indexer.settings import Settings
settings = Settings(index=Path(sys.argv[1]), asks_per_minute=100)
limits = Limits(settings, SharedState(settings.service))
print(sum(limits.count("ask", "a") == 0 for _ in range(80)))
"""


def test_several_processes_count_together(tmp_path: Path) -> None:
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", COUNTS, str(tmp_path / "index")],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    let_in = [int(worker.communicate()[0]) for worker in workers]
    assert sum(let_in) == 100


def test_when_its_minute_is_over_a_counter_begins_again_and_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(index=tmp_path / "index", asks_per_minute=1)
    state = SharedState(settings.service)
    limits = Limits(settings, state)
    start = time.time()
    assert limits.count("ask", "a") == 0
    assert limits.count("ask", "a") > 0
    monkeypatch.setattr("api.limits.time.time", lambda: start + 61)
    assert limits.count("ask", "b") == 0
    assert [row[0] for row in state.read("SELECT name FROM counters")] == [
        "LIMITER/ask/b/1/1/minute"
    ]
    assert limits.count("ask", "a") == 0
    # A clock that is set back by a day does not shut anybody out for a day.
    monkeypatch.setattr("api.limits.time.time", lambda: start - 86_400)
    assert limits.count("ask", "a") == 0
    state.close()


def test_where_nothing_can_be_written_each_process_counts_for_itself(tmp_path: Path) -> None:
    settings = Settings(index=tmp_path / "index", asks_per_minute=2)
    settings.data.write_text("a file, where a folder could not be made either")
    limits = Limits(settings, SharedState(settings.service))
    assert [bool(limits.count("ask", "a")) for _ in range(3)] == [False, False, True]


def test_a_request_that_takes_too_long_is_given_up(
    corpus_settings: Settings, engine: Engine
) -> None:
    settings = Settings(index=corpus_settings.index, request_timeout_s=0.1)
    app = create_app(settings, engine)

    @app.get("/slow")
    async def slow() -> None:
        await asyncio.sleep(60)

    began = time.monotonic()
    reply = TestClient(app).get("/slow")
    assert time.monotonic() - began < 10
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "5")
    assert reply.json()["detail"] == "This took longer than 0.1 s; try again later."


def test_what_is_being_sent_is_not_cut_off(serve: Client) -> None:
    client = serve(request_timeout_s=0.2)

    async def slowly() -> Any:
        for _ in range(4):
            yield b"x"
            await asyncio.sleep(0.1)

    @cast(FastAPI, client.app).get("/stream")
    async def stream() -> StreamingResponse:
        return StreamingResponse(slowly())

    assert client.get("/stream").content == b"xxxx"


def test_streams_of_events_are_limited_for_each_caller() -> None:
    streams = Streams()
    assert all(streams.enter("a") for _ in range(STREAMS_AT_ONCE))
    assert not streams.enter("a")
    assert streams.enter("b")
    streams.leave("a")
    assert streams.enter("a")


def test_one_stream_too_many_is_429_and_a_closed_one_makes_room(serve: Client) -> None:
    client = serve()
    job_id = client.post("/v1/index").json()["id"]
    streams: Streams = cast(FastAPI, client.app).state.streams
    for _ in range(STREAMS_AT_ONCE):
        streams.enter("address 127.0.0.1")
    reply = client.get(f"/v1/jobs/{job_id}/events")
    assert reply.status_code == 429
    assert reply.headers["content-type"] == "application/problem+json"
    assert "retry-after" in reply.headers


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("amt.example", 200),
        ("AMT.example:8443", 200),
        ("www.stadt.example", 200),
        ("stadt.example", 421),
        ("evil.example", 421),
        ("amt.example.evil.example", 421),
        ("evil.example/amt.example", 421),
        ("", 421),
        ("localhost:8000", 200),  # a health check of the machine itself
    ],
)
def test_only_names_on_the_list_are_answered(serve: Client, host: str, status: int) -> None:
    client = serve(allowed_hosts=("amt.example", "*.stadt.example"))
    reply = client.get("/healthz", headers={"host": host})
    assert reply.status_code == status
    if status == 421:
        assert reply.json()["detail"] == "The service is not asked by this name."


def test_this_machines_names_are_its_own(serve: Client) -> None:
    client = serve(client="192.0.2.7", allowed_hosts=("amt.example",))
    assert client.get("/healthz", headers={"host": "localhost"}).status_code == 421


ELSEWHERE = {"origin": "https://stadt.example"}


def test_pages_from_elsewhere_may_read_nothing_by_default(serve: Client) -> None:
    reply = serve().get("/v1/documents", headers=ELSEWHERE)
    assert not [name for name in reply.headers if name.startswith("access-control-")]
    asked = {**ELSEWHERE, "access-control-request-method": "POST"}
    assert serve().options("/v1/ask", headers=asked).status_code == 405


def test_pages_on_the_list_may_ask_with_a_key_and_without_cookies(serve: Client) -> None:
    client = serve(allowed_origins=("https://stadt.example",))
    asked = {
        **ELSEWHERE,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, content-type",
    }
    allowed = client.options("/v1/ask", headers=asked)
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "https://stadt.example"
    assert "access-control-allow-credentials" not in allowed.headers
    reply = client.get("/v1/documents", headers=ELSEWHERE)  # an error can be read, too
    assert reply.headers["access-control-allow-origin"] == "https://stadt.example"
    other = client.options("/v1/ask", headers={**asked, "origin": "https://evil.example"})
    assert other.status_code == 400
    assert "access-control-allow-origin" not in other.headers
    header = {**asked, "access-control-request-headers": "x-other"}
    assert client.options("/v1/ask", headers=header).status_code == 400


def seen(client: TestClient, headers: dict[str, str]) -> dict[str, Any]:
    """What the app takes the client, the scheme and the name for."""

    @cast(FastAPI, client.app).get("/seen")
    async def told(request: Request) -> dict[str, Any]:
        host = request.client.host if request.client else None
        return {"client": host, "scheme": request.url.scheme, "host": request.headers["host"]}

    found: dict[str, Any] = client.get("/seen", headers=headers).json()
    return found


FORWARDED = {
    "x-forwarded-for": "203.0.113.5, 198.51.100.9, 10.0.0.3",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "amt.example",
}


def test_a_configured_proxy_is_believed_and_the_client_is_the_last_stranger(
    serve: Client,
) -> None:
    client = serve(client="10.0.0.2", trusted_proxies=("10.0.0.0/24",))
    assert seen(client, FORWARDED) == {
        "client": "198.51.100.9",
        "scheme": "https",
        "host": "amt.example",
    }


@pytest.mark.parametrize("trusted", [(), ("10.0.1.0/24",), ("10.0.0.3",)])
def test_nobody_else_is_believed(serve: Client, trusted: tuple[str, ...]) -> None:
    client = serve(client="10.0.0.2", trusted_proxies=trusted)
    assert seen(client, FORWARDED) == {
        "client": "10.0.0.2",
        "scheme": "http",
        "host": "127.0.0.1:8000",
    }


def test_behind_a_believed_proxy_nobody_becomes_this_machine(serve: Client) -> None:
    client = serve(trusted_proxies=("127.0.0.1",))
    for headers in (
        {"x-forwarded-for": "127.0.0.1"},
        {"x-forwarded-for": "127.0.0.1", "x-forwarded-host": "localhost"},
        {},  # the proxy says nothing of whom it asks for
    ):
        assert client.post("/v1/index", headers=headers).status_code == 403
    stranger = {"x-forwarded-for": "203.0.113.5"}
    assert client.get("/v1/documents", headers=stranger).status_code == 403


def test_each_client_behind_a_believed_proxy_is_counted_by_itself(serve: Client) -> None:
    client = serve(trusted_proxies=("127.0.0.1",), public_ask=True, asks_per_minute=1)
    for address in ("203.0.113.5", "203.0.113.6"):
        assert statuses(client, 2, headers={"x-forwarded-for": address}) == [503, 429]


@pytest.mark.parametrize("wrong", ["proxy", "10.0.0.0/33", "*"])
def test_a_proxy_is_named_by_its_address(wrong: str) -> None:
    with pytest.raises(ValueError, match="trusted_proxies must be addresses"):
        Settings(trusted_proxies=(wrong,))

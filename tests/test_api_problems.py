"""Every error is a problem in the one shape, and every reply carries its id and safe headers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient
from starlette.types import Message

from api.app import create_app
from api.engine import Engine
from api.problems import DETAILS
from api.routes.middleware import MAX_BODY_BYTES
from indexer.errors import IndexDamaged, IndexLocked, NothingPublished
from indexer.settings import Settings

JSON = {"content-type": "application/json"}
JSON_ROUTES = ["/v1/ask", "/v1/ask/batch", "/v1/search"]


@pytest.fixture(scope="module")
def app(corpus_settings: Settings, engine: Engine) -> FastAPI:
    app = create_app(corpus_settings, engine)
    raised: dict[str, Exception] = {
        "bug": RuntimeError("secret of the house"),
        "damaged": IndexDamaged("/secret/path is damaged"),
        "locked": IndexLocked("/secret/path"),
        "kept": NothingPublished("/secret/path"),
        "teapot": HTTPException(418),
    }

    @app.get("/fail/{how}", include_in_schema=False)
    async def fail(how: str) -> None:
        raise raised[how]

    return app


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


def check(reply: Any, status: int, title: str, detail: str) -> None:
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json() == {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "request_id": reply.headers["x-request-id"],
    }


@pytest.mark.parametrize("url", JSON_ROUTES)
@pytest.mark.parametrize(
    "body",
    [b"{", b"", b'{"question": "\xff"}', b"[" * 100_000, b'{"question": ' + b"1" * 5_000 + b"}"],
    ids=["cut off", "empty", "not UTF-8", "too deep", "too long a number"],
)
def test_a_body_that_is_no_json_is_malformed(client: TestClient, url: str, body: bytes) -> None:
    reply = client.post(url, content=body, headers=JSON)
    if body:
        check(reply, 400, "Bad Request", DETAILS[400])
    else:
        assert reply.json()["errors"] == [{"field": "body", "message": "Field required"}]


@pytest.mark.parametrize("url", JSON_ROUTES)
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_content_type_is_not_taken(client: TestClient, url: str, content_type: str) -> None:
    headers = {"content-type": content_type} if content_type else {}
    reply = client.post(url, content=b'{"question": "Was?", "q": "Was?"}', headers=headers)
    check(reply, 415, "Unsupported Media Type", DETAILS[415])


def test_a_content_type_with_a_charset_is_taken(client: TestClient) -> None:
    headers = {"content-type": "application/json; charset=utf-8"}
    reply = client.post("/v1/search", content=b'{"q": "Kiezbox", "k": 1}', headers=headers)
    assert reply.status_code == 200


@pytest.mark.parametrize("url", JSON_ROUTES)
def test_a_body_above_the_limit_is_too_large(client: TestClient, url: str) -> None:
    reply = client.post(url, content=b" " * (MAX_BODY_BYTES + 1), headers=JSON)
    check(reply, 413, "Content Too Large", DETAILS[413])


def test_a_body_in_chunks_is_counted_too(client: TestClient) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(17):
            yield b" " * (1 << 16)

    reply = client.post("/v1/ask", content=chunks(), headers=JSON)
    check(reply, 413, "Content Too Large", DETAILS[413])


def test_a_body_at_the_limit_is_read(client: TestClient) -> None:
    body = b'{"question": "?"}'.ljust(MAX_BODY_BYTES)
    assert client.post("/v1/ask", content=body, headers=JSON).status_code == 200


@pytest.mark.parametrize(
    "url",
    ["/none", "/v1", "/v1/ask/more", "/v1/search/?q=x", "/docs/", "/static/none.css", "/v1/jobs/0"],
)
def test_an_unknown_address_is_not_found(client: TestClient, url: str) -> None:
    reply = client.get(url)
    known = {"/v1/jobs/0": "No job has this id."}
    check(reply, 404, "Not Found", known.get(url, DETAILS[404])) if url != "/v1/ask/more" else None
    assert reply.status_code == 404


@pytest.mark.parametrize(
    ("method", "url", "allowed"),
    [
        ("GET", "/v1/ask", "POST"),
        ("PUT", "/v1/search", "GET, POST"),
        ("DELETE", "/v1/documents", "GET"),
        ("POST", "/v1/documents/a/text", "GET, HEAD"),
        ("PUT", "/", "GET, HEAD, POST"),
        ("POST", "/readyz", "GET, HEAD"),
        ("POST", "/openapi.json", "GET, HEAD"),
        ("POST", "/static/0/page.css", "GET, HEAD"),
    ],
)
def test_another_method_is_refused_and_the_right_ones_named(
    client: TestClient, method: str, url: str, allowed: str
) -> None:
    reply = client.request(method, url)
    check(reply, 405, "Method Not Allowed", DETAILS[405])
    assert reply.headers["allow"] == allowed


def test_a_bug_leaks_nothing_but_its_id(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    reply = client.get("/fail/bug", headers={"x-request-id": "abc-1"})
    check(reply, 500, "Internal Server Error", DETAILS[500])
    assert reply.headers["x-content-type-options"] == "nosniff"
    [record] = [record for record in caplog.records if record.name == "fundstelle"]
    assert record.getMessage() == "abc-1 failed"
    assert record.exc_info is not None


@pytest.mark.parametrize(
    ("path", "content_type"),
    [("/", b"application/x-www-form-urlencoded"), ("/mcp", b"application/json")],
)
def test_who_leaves_while_he_asks_is_no_bug(
    corpus_settings: Settings,
    engine: Engine,
    caplog: pytest.LogCaptureFixture,
    path: str,
    content_type: bytes,
) -> None:
    app = create_app(corpus_settings, engine)
    sent: list[Message] = []
    coming: Iterator[Message] = iter(
        [{"type": "http.request", "body": b"q=", "more_body": True}, {"type": "http.disconnect"}]
    )
    headers = [(b"host", b"127.0.0.1"), (b"content-type", content_type), (b"accept", b"*/*")]
    scope = {
        **{"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http"},
        **{"method": "POST", "path": path, "query_string": b"", "root_path": ""},
        **{"headers": headers, "client": ("127.0.0.1", 50_000), "server": ("127.0.0.1", 8000)},
    }

    async def receive() -> Message:
        return next(coming)

    async def send(message: Message) -> None:
        sent.append(message)

    async def left() -> None:
        async with app.router.lifespan_context(app):
            await app(scope, receive, send)

    asyncio.run(left())
    assert not sent
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize(
    ("how", "status", "title", "detail"),
    [
        ("damaged", 503, "Service Unavailable", DETAILS[503]),
        ("locked", 409, "Conflict", "The index is being written at the moment."),
        ("kept", 409, "Conflict", "The index was left as it was."),
        ("teapot", 418, "I'm a Teapot", "Server refuses to brew coffee because it is a teapot."),
    ],
)
def test_a_foreseeable_error_is_told_without_paths(
    client: TestClient, caplog: pytest.LogCaptureFixture, how: str, status: int, title: str,
    detail: str,
) -> None:  # fmt: skip
    caplog.set_level(logging.WARNING, "fundstelle")
    reply = client.get(f"/fail/{how}")
    check(reply, status, title, detail)
    assert reply.headers.get("retry-after") == ("5" if status == 503 else None)
    assert ("/secret/path" in caplog.text) == (how != "teapot")


def test_a_well_formed_request_id_is_returned(client: TestClient) -> None:
    reply = client.get("/healthz", headers={"x-request-id": "job_7.a-B"})
    assert reply.headers["x-request-id"] == "job_7.a-B"


@pytest.mark.parametrize("given", ["", "a b", "a\tb", "x" * 65, "<b>", "a;b"])
def test_a_malformed_request_id_is_replaced(client: TestClient, given: str) -> None:
    replies = [client.get("/healthz", headers={"x-request-id": given}) for _ in range(2)]
    ids = {reply.headers["x-request-id"] for reply in replies}
    assert len(ids - {given}) == 2


@pytest.mark.parametrize(
    "url", ["/", "/documents", "/docs", "/none", "/v1/search?q=Berlin", "/openapi.json", "/healthz"]
)
def test_every_reply_forbids_what_it_does_not_need(client: TestClient, url: str) -> None:
    headers = client.get(url).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy

"""The MCP server's door, without an assistant's SDK: what is no message, and who is not let in."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from real_servers import ROOT
from starlette.testclient import TestClient

from api.app import create_app
from api.engine import Engine
from indexer.settings import Settings


@pytest.fixture(scope="module")
def http(corpus_settings: Settings, engine: Engine) -> Iterator[TestClient]:
    with TestClient(create_app(corpus_settings, engine)) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "content", "media_type", "status"),
    [
        ("GET", b"", "", 405),
        ("DELETE", b"", "", 405),
        ("POST", b"{", "application/json", 400),
        ("POST", b"[]", "application/json", 400),
        ("POST", b"[" * 100_000, "application/json", 400),
        ("POST", b'{"jsonrpc": "2.0", "id": 1}', "application/json", 400),
        ("POST", b"\xff\xfe", "application/json", 400),
        ("POST", b"{}", "text/plain", 415),
        ("POST", b" " * (2 << 20), "application/json", 413),
    ],
)
def test_what_is_no_message_is_refused(
    http: TestClient, method: str, content: bytes, media_type: str, status: int
) -> None:
    headers = {"Accept": "application/json, text/event-stream", "Content-Type": media_type}
    reply = http.request(method, "/mcp", content=content, headers=headers)
    assert reply.status_code == status


def test_below_a_root_path_links_lead_there(corpus_settings: Settings, engine: Engine) -> None:
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "search", "arguments": {"q": "Kiezbox", "k": 1}},
    }
    headers = {"Accept": "application/json, text/event-stream"}
    with TestClient(create_app(replace(corpus_settings, root_path="/suche"), engine)) as client:
        reply = client.post("/suche/mcp", json=call, headers=headers)
    [hit] = reply.json()["result"]["structuredContent"]["hits"]
    assert hit["view"].startswith("/suche/documents/")


def test_an_app_that_is_not_running_says_so(corpus_settings: Settings, engine: Engine) -> None:
    client = TestClient(create_app(corpus_settings, engine))  # not entered
    assert client.post("/mcp", json={}).status_code == 503


def test_the_sdk_is_imported_for_the_first_assistant_only() -> None:
    program = "import sys, api.app\nprint([name for name in sys.modules if name == 'mcp'])"
    shown = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert shown.stdout == "[]\n"


def test_a_page_from_elsewhere_does_not_ask_through_a_browser(http: TestClient) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"Accept": "application/json, text/event-stream"}
    assert http.post("/mcp", json=message, headers=headers).status_code == 200
    rebound = {**headers, "Host": "evil.example"}
    assert http.post("/mcp", json=message, headers=rebound).status_code == 403

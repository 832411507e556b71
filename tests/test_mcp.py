"""The MCP server, asked by the SDK's own client: over stdio a real process, over HTTP a server."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from real_servers import WITHIN_S, ours, serving
from starlette.testclient import TestClient

from api.app import create_app
from api.engine import Engine
from api.key_store import KeyStore, Scope
from api.mcp_tools import TEXT_CHARS
from api.shared_state import SharedState
from indexer.building import bring_up_to_date
from indexer.settings import Settings

PARTNER = "Wer war 2023 Partnerland der SCCON?"
UKRAINE = "sccon-2023.partner-country-ukraine.de.md"
Task = Callable[[Client], Awaitable[Any]]


def over_stdio(settings: Settings, tmp_path: Path, task: Task, mode: str = "auto") -> Any:
    """Run a task with a client of a process of its own; also what that wrote to stderr."""

    async def connected() -> Any:
        parameters = StdioServerParameters(
            command=sys.executable,
            args=["-m", "api", "mcp", "--index", str(settings.index)],
            env=ours(FUNDSTELLE_READER="0"),
            cwd=tmp_path,
        )
        async with Client(parameters, mode=mode, read_timeout_seconds=WITHIN_S) as client:
            return await task(client)

    return asyncio.run(connected())


def over_http(address: str, task: Task, key: str = "", mode: str = "auto") -> Any:
    async def connected() -> Any:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with httpx2.AsyncClient(headers=headers, timeout=WITHIN_S) as http:
            transport = streamable_http_client(f"{address}/mcp", http_client=http)
            async with Client(transport, mode=mode) as client:
                return await task(client)

    return asyncio.run(connected())


def server_of(settings: Settings) -> AbstractContextManager[str]:
    arguments = ["--index", str(settings.index), "--corpus", str(settings.corpus[0])]
    limits = {"FUNDSTELLE_ASKS_PER_MINUTE": "0", "FUNDSTELLE_READER": "0"}
    command = [sys.executable, "-m", "api", "serve", *arguments]
    return serving(command, environment=ours(**limits))


async def everything(client: Client) -> dict[str, Any]:
    """What each tool says, once."""
    listed = await client.list_tools()
    part = {"doc_id": UKRAINE, "start": 44, "end": 109}
    return {
        "tools": {tool.name: tool for tool in listed.tools},
        "ask": await client.call_tool("ask", {"question": PARTNER, "k": 2}),
        "search": await client.call_tool("search", {"q": "Kiezbox", "k": 1}),
        "read": await client.call_tool("read_document", part),
    }


def check(said: dict[str, Any], http: TestClient) -> None:
    assert set(said["tools"]) == {"ask", "search", "read_document"}
    answer, hits, part = (said[name].structured_content for name in ("ask", "search", "read"))
    # The same as over HTTP but for what changes with every question, and the reader's confidence.
    expected = http.post("/v1/ask", json={"question": PARTNER, "k": 2}).json()
    assert list(answer) == list(expected)
    assert answer["answer"][0]["text"] == expected["answer"][0]["text"]
    assert [one["doc_id"] for one in answer["citations"]] == [
        one["doc_id"] for one in expected["citations"]
    ]
    expected = http.get("/v1/search", params={"q": "Kiezbox", "k": 1}).json()
    assert {**hits, "took_ms": 0} == {**expected, "took_ms": 0}
    assert part["text"] == "Als Partnerland der SCCON 2023 war die Ukraine ausgewählt worden."
    assert part["document"] == http.get(f"/v1/documents/{UKRAINE}").json()
    for tool in said["tools"].values():  # the client has compared the replies with these
        assert tool.output_schema["properties"]
        assert tool.annotations.read_only_hint is True
    # What an assistant without structured content reads: the sentence, its number, title and place.
    [readable] = said["ask"].content
    assert readable.text.startswith(f"{expected_sentence(answer)} [1]\n")
    assert f"[1] {answer['citations'][0]['title']}" in readable.text
    assert f"{UKRAINE} 44–172" in readable.text


def expected_sentence(answer: dict[str, Any]) -> str:
    return str(answer["answer"][0]["text"])


@pytest.fixture(scope="module")
def http(corpus_settings: Settings) -> Iterator[TestClient]:
    """The service in this process, without the reader like the ones that are started here."""
    settings = replace(corpus_settings, reader=False)
    with TestClient(create_app(settings, Engine.open(settings))) as client:
        yield client


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_over_stdio_the_tools_say_what_http_replies(
    corpus_settings: Settings, http: TestClient, tmp_path: Path, mode: str
) -> None:
    check(over_stdio(corpus_settings, tmp_path, everything, mode), http)


@pytest.fixture(scope="module")
def address(corpus_settings: Settings) -> Iterator[str]:
    with server_of(corpus_settings) as address:
        yield address


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_over_http_the_tools_say_the_same(address: str, http: TestClient, mode: str) -> None:
    check(over_http(address, everything, mode=mode), http)


def test_a_refusal_is_no_answer(address: str) -> None:
    async def refused(client: Client) -> Any:
        return await client.call_tool("ask", {"question": "Wie kocht man Nudeln al dente?"})

    result = over_http(address, refused)
    assert not result.is_error
    assert result.structured_content["answered"] is False
    assert result.content[0].text.startswith("Das steht nicht in diesen Dokumenten.\n")


WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "no question": ("ask", {}, "question: Field required"),
    "too many": ("ask", {"question": "Was?", "k": 51}, "k: Input should be less than"),
    "unknown field": ("search", {"q": "Was?", "n": 1}, "n: Extra inputs are not permitted"),
    "empty list": (
        "search",
        {"q": "Was?", "filters": {"tags": []}},
        "filters.tags: Input should have at least 1 item",
    ),
    "no such document": ("read_document", {"doc_id": "none"}, "No document has this id."),
    "no id": ("read_document", {"doc_id": "../etc"}, "doc_id: String should match pattern"),
    "no such tool": ("delete", {}, "There is no tool 'delete', but ask, search, read_document."),
}


def test_what_is_wrong_is_told_so_that_an_assistant_can_put_it_right(address: str) -> None:
    async def all_wrong(client: Client) -> dict[str, Any]:
        session = client.session  # the client itself would refuse some of them
        return {
            name: await session.call_tool(tool, given) for name, (tool, given, _) in WRONG.items()
        }

    for name, result in over_http(address, all_wrong).items():
        assert result.is_error, name
        assert result.content[0].text.startswith(WRONG[name][2]), name


def test_filters_restrict_what_an_assistant_finds(address: str) -> None:
    async def english(client: Client) -> Any:
        return await client.call_tool(
            "search", {"q": PARTNER, "k": 20, "filters": {"language": "en", "doc_ids": None}}
        )

    found = over_http(address, english).structured_content["hits"]
    assert {hit["language"] for hit in found} == {"en"}


def test_a_long_document_is_read_in_parts(tmp_path: Path) -> None:
    sentence = "Der Hafen von Kiel hat vierzig Liegeplätze. "
    text = (sentence * 1_000).strip()
    with indexed(tmp_path, {"hafen": ("", text)}) as settings, server_of(settings) as address:

        async def whole(client: Client) -> str:
            parts, at = [], 0
            while True:
                result = await client.call_tool("read_document", {"doc_id": "hafen", "start": at})
                part = result.structured_content
                assert part is not None
                assert part["end"] - part["start"] <= TEXT_CHARS
                parts.append(part["text"])
                at = part["end"]
                if at == part["document"]["characters"]:
                    return "".join(parts)

        assert over_http(address, whole).strip() == text


@contextmanager
def indexed(tmp_path: Path, documents: dict[str, tuple[str, str]]) -> Iterator[Settings]:
    (tmp_path / "corpus").mkdir()
    for name, (fields, text) in documents.items():
        front = f"---\ndoc_id: {name}\nlanguage: de\n{fields}---\n{text}\n"
        (tmp_path / "corpus" / f"{name}.txt").write_text(front, encoding="utf-8")
    settings = Settings(corpus=(tmp_path / "corpus",), index=tmp_path / "index")
    bring_up_to_date(settings, strict=True)
    yield settings


def test_the_same_door_and_the_same_embargo(tmp_path: Path) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    documents = {
        "zoo": ("", "Der Zoo hat zwei Tiger bekommen."),
        "geheim": (f"visible_from: {tomorrow}\n", "Der Zoo bekommt einen Elefanten."),
    }

    async def found(client: Client) -> set[str]:
        result = await client.call_tool("search", {"q": "Was bekommt der Zoo?", "k": 50})
        read = await client.call_tool("read_document", {"doc_id": "geheim"})
        hits = {hit["doc_id"] for hit in (result.structured_content or {})["hits"]}
        assert read.is_error == ("geheim" not in hits)
        return hits

    with indexed(tmp_path, documents) as settings:
        assert over_stdio(settings, tmp_path, found) == {"zoo"}
        ask_key, write_key = made_key(settings, Scope.ASK), made_key(settings, Scope.WRITE)
        with server_of(settings) as address:
            assert over_http(address, found, ask_key) == {"zoo"}
            assert over_http(address, found, write_key) == {"zoo", "geheim"}
            for key in ("", "wrong"):
                headers = {"Authorization": f"Bearer {key}"} if key else {}
                reply = httpx2.post(f"{address}/mcp", json={}, headers=headers)
                assert reply.status_code == 401
                assert reply.headers["content-type"] == "application/problem+json"


def made_key(settings: Settings, scope: Scope) -> str:
    state = SharedState(settings.service)
    try:
        return KeyStore(state).create(scope.word, scope, None)
    finally:
        state.close()

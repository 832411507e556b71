"""Every route and every scope: who is let in, and as what the README says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient
from starlette.types import Receive, Send
from starlette.types import Scope as HttpScope

from api.app import create_app
from api.key_store import KeyStore, Scope
from api.routes.access import NEEDED
from api.shared_state import SharedState
from indexer.settings import Settings

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
SCOPES = ["everybody", "ask", "write", "admin"]
NOT_LET_IN = {401, 403}
Routes = dict[tuple[str, str], str]


def routes(app: FastAPI) -> Routes:
    """Each method and path of the app, and the scope that its dependencies ask for."""
    found: Routes = {}
    for context in iter_route_contexts(app.routes):
        needed = [
            NEEDED[one.dependency].word
            for one in getattr(context, "dependencies", [])
            if one.dependency in NEEDED
        ]
        assert len(needed) <= 1, f"{context.path} names several scopes"
        for method in context.methods or {"GET"}:
            found[method, str(context.path)] = needed[0] if needed else "everybody"
    return found


def documented() -> Routes:
    """What the README's table says."""
    table = README.split("| route | scope |\n|---|---|\n")[1].split("\n\n")[0]
    found: Routes = {}
    for row in table.splitlines():
        _, named, scope, _ = re.split(r"\s*\|\s*", row)
        for method, path in re.findall(r"`([A-Z]+) (\S+)`", named):
            found[method, path] = scope
            if method == "GET":
                found["HEAD", path] = scope
    return found


ROUTES = routes(create_app(Settings(index=Path("nowhere") / "index")))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    index = tmp_path_factory.mktemp("access") / "index"
    return Settings(index=index, asks_per_minute=0, writes_per_minute=0)


@pytest.fixture(scope="module")
def keys(settings: Settings) -> Iterator[dict[str, str]]:
    state = SharedState(settings.service)
    store = KeyStore(state)
    yield {scope.word: store.create(scope.word, scope) for scope in Scope}
    state.close()


def asked(client: TestClient, method: str, path: str, key: str | None = None) -> int:
    """Send a request without a body; whether it is let in is decided before that is read."""
    url = re.sub(r"\{[^}]*\}", "x", path)
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return client.request(method, url, headers=headers).status_code


def test_the_readme_names_the_scope_of_every_route() -> None:
    named = documented()
    assert {route: scope for route, scope in ROUTES.items() if route[0] != "HEAD"} == {
        route: scope for route, scope in named.items() if route[0] != "HEAD"
    }
    for route, scope in ROUTES.items():
        assert named[route] == scope


def test_only_what_tells_nothing_of_the_documents_is_open_to_everybody() -> None:
    """A new route without a scope fails here until somebody has thought about it."""
    everybody = {path for (_, path), scope in ROUTES.items() if scope == "everybody"}
    page = {"/", "/docs", "/logo", "/static/{version}/{name}"}
    assert everybody == page | {"/healthz", "/openapi.json", "/readyz"}


@pytest.mark.parametrize(("route", "needed"), ROUTES.items(), ids=str)
def test_with_keys_each_scope_opens_what_it_should(
    settings: Settings, keys: dict[str, str], route: tuple[str, str], needed: str
) -> None:
    for client in (
        TestClient(create_app(settings)),  # to come from this machine does not help
        TestClient(create_app(settings), client=("192.0.2.7", 50_000)),
    ):
        for place, scope in enumerate(SCOPES):
            status = asked(client, *route, keys.get(scope))
            if place >= SCOPES.index(needed):
                assert status not in NOT_LET_IN, scope
            else:
                assert status == (401 if scope == "everybody" else 403), scope


@pytest.mark.parametrize(("route", "needed"), ROUTES.items(), ids=str)
def test_public_asking_opens_asking_and_reading_and_nothing_else(
    tmp_path: Path, settings: Settings, route: tuple[str, str], needed: str
) -> None:
    for index in (tmp_path / "index", settings.index):  # without keys, and with some
        public = Settings(index=index, public_ask=True, host="0.0.0.0", asks_per_minute=0)  # noqa: S104
        for client in (
            TestClient(create_app(public)),
            TestClient(create_app(public), client=("192.0.2.7", 50_000)),
        ):
            status = asked(client, *route)
            assert (status == 401) == (needed in {"write", "admin"})
            assert status != 403


@pytest.mark.parametrize(("route", "needed"), ROUTES.items(), ids=str)
def test_without_keys_only_this_machine_is_answered(
    tmp_path: Path, route: tuple[str, str], needed: str
) -> None:
    settings = Settings(index=tmp_path / "index")
    for address, host in (("192.0.2.7", "127.0.0.1"), ("127.0.0.1", "rebound.example")):
        app = create_app(settings)
        other = TestClient(app, base_url=f"http://{host}", client=(address, 50_000))
        # The page's first view is for everybody, and says in words what is refused.
        assert (asked(other, *route) == 403) == (needed != "everybody" or route[1] == "/")
    assert asked(TestClient(create_app(settings)), *route) not in NOT_LET_IN


def test_a_proxy_that_shows_by_its_version_of_http_only_is_no_administrator(tmp_path: Path) -> None:
    """By `proxy_pass http://127.0.0.1:8000;` alone nginx names that host, and itself nowhere."""
    app = create_app(Settings(index=tmp_path / "index"))

    async def as_nginx(scope: HttpScope, receive: Receive, send: Send) -> None:
        await app({**scope, "http_version": "1.0"}, receive, send)

    client = TestClient(as_nginx)
    assert asked(client, "GET", "/v1/documents") == 503  # let in: there is no index
    for method, path in (("POST", "/v1/index"), ("GET", "/v1/questions"), ("GET", "/metrics")):
        assert asked(TestClient(app), method, path) not in NOT_LET_IN
        assert asked(client, method, path) == 403


def test_where_any_machine_can_come_in_this_one_needs_a_key_too(tmp_path: Path) -> None:
    """Forwarded ports of containers make strangers look like programs of this machine."""
    settings = Settings(index=tmp_path / "index", host="0.0.0.0")  # noqa: S104
    client = TestClient(create_app(settings))
    for method, path in (("GET", "/v1/documents"), ("POST", "/v1/index")):
        assert asked(client, method, path) == 401


def test_what_is_missing_is_told_with_a_challenge(settings: Settings, keys: dict[str, str]) -> None:
    client = TestClient(create_app(settings))
    none = client.get("/v1/documents")
    assert none.headers["www-authenticate"] == "Bearer"
    assert none.json() == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "detail": "This needs a key with the scope ask: Authorization: Bearer KEY.",
        "request_id": none.headers["x-request-id"],
    }
    small = client.post("/v1/index", headers={"authorization": f"Bearer {keys['ask']}"})
    assert small.status_code == 403
    assert small.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="write"'
    assert small.json()["detail"] == "This needs a key with the scope write; this one has ask."


def test_a_wrong_key_is_told_even_where_none_is_needed(tmp_path: Path) -> None:
    client = TestClient(create_app(Settings(index=tmp_path / "index", public_ask=True)))
    assert asked(client, "GET", "/v1/documents", "wrong") == 401
    assert asked(client, "GET", "/v1/documents") == 503


def test_the_password_of_a_proxy_is_no_key(tmp_path: Path) -> None:
    client = TestClient(create_app(Settings(index=tmp_path / "index", public_ask=True)))
    headers = {"authorization": "Basic YTpi"}
    assert client.get("/v1/documents", headers=headers).status_code == 503


@pytest.mark.parametrize(
    ("accept", "said"), [("de", "braucht es einen Schlüssel"), ("en", "need a key")]
)
def test_on_the_page_it_is_said_in_words(
    settings: Settings, keys: dict[str, str], accept: str, said: str
) -> None:
    client = TestClient(create_app(settings), headers={"accept-language": accept})
    form = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}
    reply = client.post("/", content=b"q=Was%3F", headers=form)
    assert reply.status_code == 401
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["www-authenticate"] == "Bearer"
    assert said in reply.text
    program = client.post("/", content=b"q=Was%3F", headers={**form, "accept": "*/*"})
    assert program.headers["content-type"] == "application/problem+json"
    door = client.get("/", headers={"accept": "text/html"})
    assert door.status_code == 200
    assert said in door.text


def test_a_key_is_asked_for_before_anything_that_is_sent_is_read(
    settings: Settings, keys: dict[str, str]
) -> None:
    client = TestClient(create_app(settings))
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        for _ in range(100):
            read += 1
            yield b"x" * 65_536

    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert client.put("/v1/documents/a", content=endless(), headers=headers).status_code == 401
    assert read <= 1
    as_json = {"content-type": "application/json"}
    posts = [path for (method, path), scope in ROUTES.items() if method == "POST" != scope]
    assert {"/v1/ask", "/v1/doc-ids", "/mcp"} <= {*posts}
    for path in posts:  # not even told that it is no JSON
        assert client.post(path, content=b"{", headers=as_json).status_code == 401, path

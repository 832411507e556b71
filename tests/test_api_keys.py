"""Keys: shown once, kept as a hash, in force everywhere within a second, also their end."""

from __future__ import annotations

import asyncio
import hashlib
import json
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result
from starlette.requests import Request
from starlette.testclient import TestClient

from api.app import create_app
from api.key_commands import keys
from api.key_store import KeyRing, KeyStore, Scope
from api.routes.indexing import _stream
from api.shared_state import SharedState
from indexer.cli import ErrorLines
from indexer.settings import Settings

ROOT = Path(__file__).parents[1]
IN_FORCE_S = 1.0


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(index=tmp_path / "index")


@pytest.fixture
def store(settings: Settings) -> Iterator[KeyStore]:
    state = SharedState(settings.service)
    yield KeyStore(state)
    state.close()


def run(settings: Settings, *arguments: str) -> Result:
    group = ErrorLines(commands=[keys])
    return CliRunner().invoke(group, ["keys", *arguments, "--index", str(settings.index)])


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def test_a_key_is_printed_once_and_only_its_hash_is_kept(settings: Settings) -> None:
    made = run(settings, "create", "redaktion", "--scope", "write")
    assert made.exit_code == 0
    key = made.stdout.strip()
    assert key.startswith("fst_")
    assert len(key) == len("fst_") + 43  # 32 random bytes in base64
    assert made.stderr == "Keep it now: it cannot be shown again.\n"
    held = b"".join(file.read_bytes() for file in settings.data.iterdir())
    assert key.encode() not in held
    assert hashlib.sha256(key.encode()).digest() in held
    assert key not in run(settings, "list").output
    assert stat.S_IMODE(settings.service.stat().st_mode) == 0o600


def test_two_keys_are_never_the_same(store: KeyStore) -> None:
    assert store.create("a", Scope.ASK) != store.create("b", Scope.ASK)


def test_the_list_says_what_each_key_opens_and_until_when(settings: Settings) -> None:
    run(settings, "create", "amt", "--scope", "ask")
    run(settings, "create", "presse", "--scope", "admin", "--expires", "2999-12-31")
    run(settings, "revoke", "amt")
    head, first, second = run(settings, "list").stdout.splitlines()
    assert head.split() == ["NAME", "SCOPE", "CREATED", "EXPIRES", "STATE"]
    assert (first.split()[:2], first.split()[-2:]) == (["amt", "ask"], ["was", "revoked"])
    # The last day is a day of validity, too.
    assert second.split()[:2] == ["presse", "admin"]
    assert "3000-01-01 00:00 UTC" in second


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("create", "a b", "--scope", "ask"), 1, "'a b' cannot name a key"),
        (("create", "../a", "--scope", "ask"), 1, "'../a' cannot name a key"),
        (("create", "a"), 2, "Missing option '--scope'"),
        (("create", "a", "--scope", "root"), 2, "'root' is not one of 'ask', 'write', 'admin'"),
        (("create", "a", "--scope", "ask", "--expires", "2020-01-01"), 2, "2020-01-01 has passed"),
        (("create", "a", "--scope", "ask", "--expires", "soon"), 2, "is neither a day"),
        (("create", "a", "--scope", "ask", "--expires", "9999-12-31"), 2, "is neither a day"),
        (("revoke", "a"), 1, "no key in use is called a"),
    ],
)
def test_wrong_usage_is_told_in_words(
    settings: Settings, arguments: tuple[str, ...], code: int, message: str
) -> None:
    result = run(settings, *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert message in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr


def test_a_name_in_use_is_not_given_away_and_is_free_after_the_revocation(
    settings: Settings, store: KeyStore
) -> None:
    old = store.create("a", Scope.ASK)
    assert "a key a is in use" in run(settings, "create", "a", "--scope", "ask").stderr
    store.revoke("a")
    new = store.create("a", Scope.WRITE)
    ring = KeyRing(store)
    assert ring.find(old) is None
    found = ring.find(new)
    assert found is not None
    assert (found.scope, found.fault) == (Scope.WRITE, None)


@pytest.mark.parametrize(
    ("given", "ends"),
    [
        ("12h", timedelta(hours=12)),
        ("90d", timedelta(days=90)),
        ("52w", timedelta(weeks=52)),
    ],
)
def test_a_duration_counts_from_now(
    settings: Settings, store: KeyStore, given: str, ends: timedelta
) -> None:
    run(settings, "create", "a", "--scope", "ask", "--expires", given)
    [key] = store.all()
    assert key.expires is not None
    assert abs(key.expires - (datetime.now(UTC) + ends)) < timedelta(minutes=1)


def test_an_expired_key_opens_nothing(settings: Settings, store: KeyStore) -> None:
    key = store.create("a", Scope.ADMIN, datetime.now(UTC) - timedelta(seconds=1))
    client = TestClient(create_app(settings))
    reply = client.get("/v1/documents", headers=bearer(key))
    assert reply.status_code == 401
    assert reply.json()["detail"] == "The key has expired."


def test_a_key_is_taken_from_the_header_only(settings: Settings, store: KeyStore) -> None:
    key = store.create("a", Scope.ADMIN)
    client = TestClient(create_app(settings))
    for url in (f"/v1/documents?key={key}", f"/v1/documents?access_token={key}"):
        assert client.get(url).status_code == 401
    client.cookies.set("Authorization", f"Bearer {key}")
    assert client.get("/v1/documents").status_code == 401
    for header in (bearer(key), {"authorization": f"bearer   {key} "}):
        assert client.get("/v1/documents", headers=header).status_code == 503  # no index yet


@pytest.mark.parametrize("given", ["", "fst_", "fst_" + "A" * 43, "x" * 10_000, "ä", "\ud800"])
def test_what_is_no_key_is_not_known(settings: Settings, store: KeyStore, given: str) -> None:
    store.create("a", Scope.ADMIN)
    client = TestClient(create_app(settings))
    header = f"Bearer {given}".encode("latin-1", "replace")
    reply = client.get("/v1/documents", headers={b"authorization": header})
    assert reply.status_code == 401
    assert reply.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert reply.json()["detail"] == "The key is not known."


def test_where_nobody_can_know_the_keys_nobody_is_let_in(
    settings: Settings, store: KeyStore
) -> None:
    store.create("a", Scope.ASK)
    settings.service.with_name("service.sqlite-wal").unlink(missing_ok=True)
    settings.service.write_bytes(b"no database")
    client = TestClient(create_app(settings))
    for reply in (client.get("/v1/documents"), client.post("/v1/index")):
        assert reply.status_code == 503
        assert reply.json()["detail"] == (
            "Nobody is let in while it cannot be known which keys there are."
        )


REVOKES = """
import sys
from pathlib import Path
from api.key_store import KeyStore
from api.shared_state import SharedState
KeyStore(SharedState(Path(sys.argv[1]))).revoke(sys.argv[2])
print(flush=True)
"""


def test_a_revocation_by_another_process_is_in_force_within_a_second(
    settings: Settings, store: KeyStore
) -> None:
    key = store.create("a", Scope.ASK)
    ring = KeyRing(store)
    found = ring.find(key)
    assert found is not None
    assert found.fault is None
    subprocess.run(
        [sys.executable, "-c", REVOKES, str(settings.service), "a"], cwd=ROOT, check=True,
        capture_output=True,
    )  # fmt: skip
    revoked = time.monotonic()
    while (known := ring.find(key)) is not None and known.fault is None:
        assert time.monotonic() - revoked < IN_FORCE_S
        time.sleep(0.02)
    assert known is not None
    assert known.fault == "was revoked"


def test_the_end_of_the_last_key_does_not_open_the_service_until_it_is_forgotten(
    settings: Settings, store: KeyStore
) -> None:
    store.create("a", Scope.ASK)
    store.revoke("a")
    assert TestClient(create_app(settings)).get("/v1/documents").status_code == 401
    assert run(settings, "revoke", "a", "--forget").exit_code == 0
    assert TestClient(create_app(settings)).get("/v1/documents").status_code == 503  # no index yet


def test_what_is_done_with_keys_stands_in_the_audit_log(settings: Settings) -> None:
    made = run(settings, "create", "amt", "--scope", "ask").stdout.strip()
    run(settings, "revoke", "amt")
    log = (settings.data / "audit.jsonl").read_text("utf-8")
    lines = [json.loads(line) for line in log.splitlines()]
    assert [(one["action"], one["key"], one.get("scope")) for one in lines] == [
        ("key created", "amt", "ask"),
        ("key revoked", "amt", None),
    ]
    assert made not in log


SERVES = """
import socket, sys
from pathlib import Path
import uvicorn
from api.app import create_app
from indexer.settings import Settings
with socket.create_server(("127.0.0.1", 0)) as listening:
    print(listening.getsockname()[1], flush=True)
    app = create_app(Settings(index=Path(sys.argv[1])))
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listening])
"""


def test_two_servers_know_a_key_and_its_end_without_a_restart(settings: Settings) -> None:
    servers = [
        subprocess.Popen(
            [sys.executable, "-c", SERVES, str(settings.index)],
            cwd=ROOT, text=True, stdout=subprocess.PIPE,
        )
        for _ in range(2)
    ]  # fmt: skip
    try:
        ports = [int(server.stdout.readline()) for server in servers if server.stdout]
        clients = [httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) for port in ports]
        url = "/v1/documents"
        assert [client.get(url).status_code for client in clients] == [503, 503]  # no index
        key = run(settings, "create", "amt", "--scope", "ask").stdout.strip()
        time.sleep(IN_FORCE_S)
        assert [client.get(url).status_code for client in clients] == [401, 401]
        given = bearer(key)
        assert [client.get(url, headers=given).status_code for client in clients] == [503, 503]
        run(settings, "revoke", "amt")
        time.sleep(IN_FORCE_S)
        assert [client.get(url, headers=given).status_code for client in clients] == [401, 401]
        for client in clients:
            client.close()
    finally:
        for server in servers:
            server.kill()
            server.communicate()


def test_a_key_that_was_made_a_moment_ago_is_known(store: KeyStore) -> None:
    store.create("alt", Scope.ASK)
    ring = KeyRing(store)
    assert ring.find("fst_unknown") is None  # what there is has been looked up just now
    found = ring.find(store.create("neu", Scope.ASK))
    assert found is not None
    assert found.name == "neu"


def test_a_stream_of_events_ends_with_the_key_that_opened_it(
    settings: Settings, store: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.routes.indexing.HEARTBEAT_S", 0.1)
    key = store.create("redaktion", Scope.WRITE)
    app = create_app(settings)
    headers = [(name.encode(), value.encode()) for name, value in bearer(key).items()]
    request = Request(
        {"type": "http", "app": app, "headers": headers, "client": ("192.0.2.7", 50_000)}
        | {"method": "GET", "scheme": "http", "path": "/", "query_string": b""}
    )

    async def check() -> None:
        job = await app.state.jobs.submit()
        events = _stream(request, app.state.jobs, job.id)
        assert (await anext(events)).startswith(b'data: {"id"')
        assert await anext(events) == b": waiting\n\n"
        store.revoke("redaktion")
        await asyncio.sleep(IN_FORCE_S)
        with pytest.raises(StopAsyncIteration):
            await anext(events)

    asyncio.run(check())
    app.state.shared.close()

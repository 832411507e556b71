"""The audit log: who changed what, appended whole, and bounded where strangers write it."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.audit import AuditLog
from api.key_store import KeyStore, Scope
from api.limits import WRONG_KEYS_LOGGED_PER_HOUR, WRONG_KEYS_PER_MINUTE
from api.shared_state import SharedState
from indexer.backup import back_up
from indexer.building import bring_up_to_date
from indexer.errors import DataUnavailable
from indexer.settings import Settings

ROOT = Path(__file__).parents[1]
NOTICE = ("wochenmarkt.txt", "Der Wochenmarkt fällt am 3. Mai aus.".encode())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(index=tmp_path / "index", corpus=(tmp_path / "corpus",))


@pytest.fixture
def store(settings: Settings) -> Iterator[KeyStore]:
    state = SharedState(settings.service)
    yield KeyStore(state)
    state.close()


def entries(settings: Settings) -> list[dict[str, Any]]:
    lines = (settings.data / "audit.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line]


def test_each_change_names_time_key_document_and_hash(settings: Settings, store: KeyStore) -> None:
    key = store.create("redaktion", Scope.WRITE)
    client = TestClient(create_app(settings), headers={"authorization": f"Bearer {key}"})
    put = client.put("/v1/documents/markt", files={"file": NOTICE})
    assert put.status_code == 202
    client.delete("/v1/documents/markt")
    client.post("/v1/index")
    upload, remove, index = entries(settings)
    assert upload.pop("time").endswith("Z")
    assert upload == {
        "action": "upload",
        "key": "redaktion",
        "doc_id": "markt",
        "sha256": hashlib.sha256(NOTICE[1]).hexdigest(),
        "request_id": put.headers["x-request-id"],
    }
    assert (remove["action"], remove["key"], remove["doc_id"]) == ("remove", "redaktion", "markt")
    assert (index["action"], index["key"]) == ("index", "redaktion")


def test_a_change_from_this_machine_is_called_local(settings: Settings) -> None:
    TestClient(create_app(settings)).post("/v1/index")
    assert [one["key"] for one in entries(settings)] == ["local"]


def test_what_is_refused_is_no_change(settings: Settings, store: KeyStore) -> None:
    key = store.create("leser", Scope.ASK)
    client = TestClient(create_app(settings), headers={"authorization": f"Bearer {key}"})
    assert client.post("/v1/index").status_code == 403
    assert not (settings.data / "audit.jsonl").exists()


def test_only_the_owner_may_read_it(settings: Settings) -> None:
    AuditLog(settings.data).write("index", "local")
    assert stat.S_IMODE((settings.data / "audit.jsonl").stat().st_mode) == 0o600


def test_a_wrong_key_is_noted_without_the_key(settings: Settings, store: KeyStore) -> None:
    key = store.create("amt", Scope.ASK)
    store.revoke("amt")
    client = TestClient(create_app(settings), client=("192.0.2.7", 50_000))
    for given in (key, "fst_secret"):
        client.get("/v1/documents", headers={"authorization": f"Bearer {given}"})
    first, second = entries(settings)
    del first["time"], second["time"]
    assert first == {
        "action": "wrong key", "key": "amt", "reason": "was revoked", "address": "192.0.2.7",
    }  # fmt: skip
    assert second == {
        "action": "wrong key", "key": None, "reason": "is not known", "address": "192.0.2.7",
    }  # fmt: skip
    log = (settings.data / "audit.jsonl").read_text("utf-8")
    assert key not in log
    assert "secret" not in log


def test_one_address_cannot_try_keys_without_end(settings: Settings, store: KeyStore) -> None:
    right = store.create("amt", Scope.ASK)
    client = TestClient(create_app(settings), client=("192.0.2.7", 50_000))
    statuses = [
        client.get("/v1/documents", headers={"authorization": f"Bearer {number}"}).status_code
        for number in range(WRONG_KEYS_PER_MINUTE + 2)
    ]
    assert statuses == [401] * WRONG_KEYS_PER_MINUTE + [429] * 2
    assert len(entries(settings)) == WRONG_KEYS_PER_MINUTE
    reply = client.get("/v1/documents", headers={"authorization": f"Bearer {right}"})
    assert reply.status_code == 503  # who has a key is not shut out: there is no index


def test_many_addresses_cannot_fill_the_disk(settings: Settings, store: KeyStore) -> None:
    store.create("amt", Scope.ASK)
    app = create_app(settings)
    for number in range(WRONG_KEYS_LOGGED_PER_HOUR + 20):
        client = TestClient(app, client=(f"192.0.2.{number}", 50_000))
        reply = client.get("/v1/documents", headers={"authorization": "Bearer x"})
        assert reply.status_code == 401
    assert len(entries(settings)) == WRONG_KEYS_LOGGED_PER_HOUR


WRITES = """
import sys
from pathlib import Path
from api.audit import AuditLog
log = AuditLog(Path(sys.argv[1]))
for number in range(100):
    log.write("index", sys.argv[2], number=str(number))
"""


def test_lines_of_several_processes_stand_whole_one_behind_the_other(settings: Settings) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITES, str(settings.data), name], cwd=ROOT)
        for name in ("a", "b")
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    found = entries(settings)
    for name in ("a", "b"):
        numbers = [int(one["number"]) for one in found if one["key"] == name]
        assert numbers == list(range(100))


def test_behind_a_line_that_a_full_disk_cut_off_the_next_one_is_whole(settings: Settings) -> None:
    log = AuditLog(settings.data)
    log.write("index", "a")
    file = settings.data / "audit.jsonl"
    os.truncate(file, file.stat().st_size - 5)
    log.write("index", "b")
    assert json.loads(file.read_text("utf-8").splitlines()[-1])["key"] == "b"


def test_what_cannot_be_noted_is_not_done(settings: Settings, store: KeyStore) -> None:
    key = store.create("redaktion", Scope.WRITE)
    (settings.data / "audit.jsonl").mkdir()  # nobody can append to a folder
    client = TestClient(create_app(settings), headers={"authorization": f"Bearer {key}"})
    reply = client.put("/v1/documents/markt", files={"file": NOTICE})
    assert reply.status_code == 503
    assert not (settings.data / "pending").exists()
    with pytest.raises(DataUnavailable):
        AuditLog(settings.data).write("index", "a")


def test_a_full_disk_is_told_and_leaves_the_log_readable(settings: Settings) -> None:
    log = AuditLog(settings.data)
    log.write("index", "a")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(
        resource.RLIMIT_FSIZE, ((settings.data / "audit.jsonl").stat().st_size, hard)
    )
    try:
        with pytest.raises(DataUnavailable, match="audit.jsonl cannot be written"):
            log.write("index", "b")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    log.write("index", "c")
    assert [one["key"] for one in entries(settings)] == ["a", "c"]


def test_a_backup_holds_the_log_but_no_key(settings: Settings, harbour: Path) -> None:
    settings = Settings(index=harbour / "index", corpus=(harbour / "corpus",))
    bring_up_to_date(settings)
    KeyStore(SharedState(settings.service)).create("amt", Scope.ASK)
    AuditLog(settings.data).write("key created", "amt")
    back_up(settings, harbour / "backup.tar")
    held = (harbour / "backup.tar").read_bytes()
    assert b'"key created"' in held
    assert b"SQLite format 3\0" in held  # the index's own
    assert b"CREATE TABLE keys" not in held

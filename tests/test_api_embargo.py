"""Before its embargo ends a document exists for those who may write, and for nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.engine import Engine
from api.in_force import InForce
from api.key_store import KeyStore, Scope
from api.shared_state import SharedState
from indexer.building import bring_up_to_date
from indexer.encoder import Encoder, fingerprint, locate
from indexer.settings import Settings

SECRET = "Der Zoo bekommt am 3. Mai 2031 einen neuen Elefanten namens Balthasar."
OPEN = "Der Zoo hat täglich von 9 bis 18 Uhr geöffnet."
QUESTION = "Welchen Elefanten bekommt der Zoo?"
HEADER = "---\nlanguage: de\ntranslation_key: zoo\n{}---\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("embargo")
    (folder / "corpus").mkdir()
    embargo = HEADER.format("visible_from: 2999-01-01T00:00:00Z\n")
    (folder / "corpus" / "geheim.txt").write_text(embargo + SECRET, "utf-8")
    english = HEADER.format("").replace("de", "en", 1)
    (folder / "corpus" / "zoo.txt").write_text(english + OPEN, "utf-8")
    bring_up_to_date(Settings(corpus=(folder / "corpus",), index=folder / "index"), strict=True)
    return folder


@pytest.fixture(scope="module")
def zoo(folder: Path, encoder: Encoder) -> Engine:
    settings = Settings(index=folder / "index")
    return Engine(settings, encoder, None, InForce(settings, fingerprint(locate("fundstelle"))))


def shown(client: TestClient) -> dict[str, bool]:
    """On which ways in the document shows, or what is in it."""

    def told(reply: Any) -> bool:
        assert reply.status_code in {200, 404}, reply.text
        return reply.status_code == 200 and ("geheim" in reply.text or "Balthasar" in reply.text)

    form = {"content-type": "application/x-www-form-urlencoded"}
    batch = {"questions": [{"question": QUESTION}]}
    return {
        "ask": told(client.post("/v1/ask", json={"question": QUESTION})),
        "batch": told(client.post("/v1/ask/batch", json=batch)),
        "search": told(client.get("/v1/search", params={"q": "neuer Zoo"})),
        "search with a body": told(client.post("/v1/search", json={"q": "neuer Zoo"})),
        "list": told(client.get("/v1/documents")),
        "document": told(client.get("/v1/documents/geheim.txt")),
        "translations": told(client.get("/v1/documents/zoo.txt")),
        "text": told(client.get("/v1/documents/geheim.txt/text")),
        "file": told(client.get("/v1/documents/geheim.txt/file")),
        "page": told(client.post("/", content=b"q=Zoo+neuen", headers=form)),
        "page's list": told(client.get("/documents")),
        "page of the document": told(client.get("/documents/geheim.txt")),
    }


@pytest.fixture(scope="module")
def keys(folder: Path) -> Iterator[dict[Scope, str]]:
    state = SharedState(Settings(index=folder / "index").service)
    store = KeyStore(state)
    yield {scope: store.create(scope.word, scope) for scope in Scope}
    state.close()


@pytest.mark.parametrize("scope", [Scope.WRITE, Scope.ADMIN])
def test_who_may_write_sees_it_on_every_way_in(
    folder: Path, zoo: Engine, keys: dict[Scope, str], scope: Scope
) -> None:
    app = create_app(Settings(index=folder / "index"), zoo)
    client = TestClient(app, headers={"authorization": f"Bearer {keys[scope]}"})
    assert [way for way, found in shown(client).items() if not found] == []


def test_who_may_only_ask_sees_it_nowhere(
    folder: Path, zoo: Engine, keys: dict[Scope, str]
) -> None:
    app = create_app(Settings(index=folder / "index"), zoo)
    client = TestClient(app, headers={"authorization": f"Bearer {keys[Scope.ASK]}"})
    assert [way for way, found in shown(client).items() if found] == []


def test_the_public_and_this_machine_see_it_nowhere(
    folder: Path, zoo: Engine, tmp_path: Path
) -> None:
    for public in (False, True):
        # Another data folder: without keys.
        app = create_app(Settings(index=tmp_path / "index", public_ask=public), zoo)
        assert [way for way, found in shown(TestClient(app)).items() if found] == []


def test_the_engine_hides_it_where_nothing_else_is_said(zoo: Engine) -> None:
    with pytest.raises(KeyError):
        zoo.document("geheim.txt")
    assert zoo.seeing_embargoed().document("geheim.txt").doc_id == "geheim.txt"
    with pytest.raises(KeyError):  # the one does not change the other
        zoo.document("geheim.txt")
    assert zoo.seeing_embargoed().seeing_embargoed().text("geheim.txt").strip() == SECRET


def test_totals_tell_nothing_of_it(folder: Path, zoo: Engine, keys: dict[Scope, str]) -> None:
    app = create_app(Settings(index=folder / "index"), zoo)
    for scope, documents in ((Scope.ASK, 1), (Scope.WRITE, 2)):
        client = TestClient(app, headers={"authorization": f"Bearer {keys[scope]}"})
        assert client.get("/v1/documents").json()["total"] == documents
        assert client.get("/v1/search", params={"q": "Zoo"}).json()["total"] == documents

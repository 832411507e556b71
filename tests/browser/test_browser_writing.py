"""A public service that is written to by key: the key opens the tools, and nothing keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from api.app import create_app
from api.engine import Engine
from api.key_store import KeyStore, Scope
from api.shared_state import SharedState
from browser.conftest import Open
from browser.test_browser_documents import delete, outcome, row, upload
from eval import browsing
from indexer.building import bring_up_to_date
from indexer.settings import Settings


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder: Path = tmp_path_factory.mktemp("public")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "hafen.txt").write_text("Der Hafen von Kiel hat 40 Liegeplätze.")
    (folder / "corpus" / "leer.txt").touch()
    (folder / "corpus" / "geheim.txt").write_text(
        "---\nvisible_from: 2999-01-01T00:00:00+01:00\n---\nDer neue Hafen heißt Nordkai."
    )
    settings = Settings(
        corpus=(folder / "corpus",),
        index=folder / "index",
        public_ask=True,
        asks_per_minute=0,
        writes_per_minute=0,
    )
    bring_up_to_date(settings)
    return settings


@pytest.fixture(scope="module")
def keys(settings: Settings) -> Iterator[KeyStore]:
    state = SharedState(settings.service)
    yield KeyStore(state)
    state.close()


@pytest.fixture(scope="module")
def public(chromium: Browser, settings: Settings, keys: KeyStore) -> Iterator[str]:
    with browsing.served(create_app(settings, Engine.open(settings))) as url:
        yield url


def sign_in(page: Page, key: str) -> None:
    page.get_by_text("Dokumente verwalten").click()
    page.get_by_label("Schlüssel", exact=True).fill(key)
    page.get_by_label("Schlüssel", exact=True).press("Enter")


def test_a_citizen_sees_the_list_and_nothing_of_runs_and_tools(
    public: str, open_page: Open
) -> None:
    page = open_page(f"{public}/documents")
    expect(row(page, "hafen.txt")).to_be_visible()
    for hidden in ("leer.txt", "geheim.txt", "Letzter Lauf", "Löschen"):
        expect(page.locator("main")).not_to_contain_text(hidden)


def test_a_key_for_writing_opens_the_tools_and_is_kept_nowhere(
    public: str, open_page: Open, keys: KeyStore
) -> None:
    page = open_page(f"{public}/documents")
    sign_in(page, keys.create("presse", Scope.WRITE))
    expect(page.locator(".run")).to_contain_text("leer.txt")
    expect(row(page, "geheim.txt")).to_contain_text("sichtbar ab")
    page.set_input_files("#files", [upload("kai.txt", b"Der Kai ist lang.")])
    page.get_by_role("button", name="Hochladen", exact=True).click()
    outcome(page, "Fertig. Ein Dokument aufgenommen.")
    expect(row(page, "kai.txt")).to_be_visible()
    delete(page, "kai.txt")
    outcome(page, "ist gelöscht.")
    expect(row(page, "kai.txt")).to_have_count(0)
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert page.context.cookies() == []
    page.reload()
    expect(row(page, "hafen.txt")).to_be_visible()
    expect(page.get_by_role("button", name="Löschen")).to_have_count(0)


def test_a_key_for_asking_is_said_not_to_be_enough(
    public: str, open_page: Open, keys: KeyStore
) -> None:
    page = open_page(f"{public}/documents")
    sign_in(page, keys.create("frage", Scope.ASK))
    expect(page.get_by_role("alert")).to_have_text("Dieser Schlüssel gilt nicht zum Schreiben.")


def test_a_key_that_was_revoked_meanwhile_is_said_to_be(
    public: str, open_page: Open, keys: KeyStore
) -> None:
    page = open_page(f"{public}/documents", expect=("401",))
    sign_in(page, keys.create("gestern", Scope.WRITE))
    expect(page.locator(".run")).to_be_visible()
    keys.revoke("gestern")
    page.wait_for_timeout(1_100)  # a revocation is in force within a second
    page.get_by_role("button", name="Ordner neu einlesen").click()
    outcome(page, "Dieser Schlüssel gilt nicht, oder er fehlt.")

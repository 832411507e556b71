"""A service that is not public: the key stays in the page's memory and goes out as a header."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from api.app import create_app
from api.engine import Engine
from api.key_store import KeyStore, Scope
from api.page.texts import TEXTS
from api.shared_state import SharedState
from browser.conftest import Open
from eval import browsing
from eval.screenshots import ANSWERED, ask
from indexer.settings import Settings

DE = TEXTS["de"]
UKRAINE = "Als Partnerland der SCCON 2023 war die Ukraine ausgewählt worden."


@pytest.fixture(scope="module")
def closed_settings(town_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """With a data folder of its own: the other services of these tests have no keys."""
    return replace(town_settings, index=tmp_path_factory.mktemp("closed") / "index")


@pytest.fixture(scope="module")
def key(closed_settings: Settings) -> str:
    state = SharedState(closed_settings.service)
    made = KeyStore(state).create("presse", Scope.ASK)
    state.close()
    return made


@pytest.fixture(scope="module")
def closed(
    chromium: Browser, closed_settings: Settings, town_engine: Engine, key: str
) -> Iterator[str]:
    with browsing.served(create_app(closed_settings, town_engine)) as url:
        yield url


def use(page: Page, key: str) -> None:
    page.get_by_label(DE["key"], exact=True).fill(key)
    page.get_by_role("button", name=DE["use_key"]).click()


def test_the_door_takes_a_key_and_then_everything_works(
    closed: str, key: str, open_page: Open
) -> None:
    page = open_page(closed)
    expect(page.get_by_role("heading", name=DE["key_needed"])).to_be_visible()
    assert "SCCON" not in page.content()  # no example tells what is inside
    use(page, key)
    ask(page, ANSWERED)
    expect(page.locator(".sentence q").first).to_have_text(UKRAINE)
    page.locator(".citation .button").first.click()
    expect(page.locator("#passage")).to_have_text(UKRAINE)
    page.go_back()
    expect(page.locator(".sentence q").first).to_have_text(UKRAINE)


def test_the_key_is_kept_nowhere(closed: str, key: str, open_page: Open) -> None:
    page = open_page(closed, expect=("Failed to load resource",))
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    use(page, key)
    ask(page, ANSWERED)
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert key not in page.evaluate("JSON.stringify(history.state)")
    assert sent
    assert not [one for one in sent if key in one]  # neither in an address nor in a form
    page.reload()
    expect(page.get_by_label(DE["key"], exact=True)).to_be_visible()


def test_a_reload_asks_for_the_key_and_then_goes_on_where_it_was(
    closed: str, key: str, open_page: Open
) -> None:
    page = open_page(closed, expect=("Failed to load resource",))
    use(page, key)
    ask(page, ANSWERED)
    page.reload()
    use(page, key)
    expect(page.locator(".sentence q").first).to_have_text(UKRAINE)


def test_a_wrong_key_is_said_to_be_one(closed: str, open_page: Open) -> None:
    page = open_page(closed, expect=("Failed to load resource",))
    for wrong in ("schlüssel€", "fs_falsch"):  # the first cannot be a header as it is
        use(page, wrong)
        expect(page.get_by_role("heading", name=DE["key_refused"])).to_be_visible()
        expect(page.get_by_label(DE["key"], exact=True)).to_be_visible()


def test_a_document_opened_by_its_address_takes_the_key_too(
    closed: str, key: str, open_page: Open
) -> None:
    page = open_page(f"{closed}/documents/badfest.de.md", expect=("Failed to load resource",))
    use(page, key)
    expect(page.get_by_role("heading", name="Badfest im Strandbad")).to_be_visible()


def test_a_file_is_fetched_with_the_key(closed: str, key: str, open_page: Open) -> None:
    page = open_page(f"{closed}/documents/badfest.de.md", expect=("Failed to load resource",))
    use(page, key)
    with (
        page.expect_request("**/v1/documents/badfest.de.md/file") as asked,
        page.expect_download() as saved,
    ):
        page.get_by_role("link", name=DE["open_file"]).click()
    assert asked.value.headers["authorization"] == f"Bearer {key}"
    assert saved.value.suggested_filename == "badfest.de.md"
    assert "14. Juni 2024" in saved.value.path().read_text("utf-8")


def test_a_key_can_be_forgotten(closed: str, key: str, open_page: Open) -> None:
    page = open_page(closed)
    use(page, key)
    ask(page, ANSWERED)
    page.get_by_role("button", name=DE["forget_key"]).click()
    expect(page.get_by_label(DE["key"], exact=True)).to_be_visible()


def test_without_scripts_the_door_says_what_is_missing(closed: str, open_page: Open) -> None:
    page = open_page(closed, java_script_enabled=False)
    expect(page.get_by_text(DE["key_needs_script"])).to_be_visible()
    expect(page.locator("#key")).to_be_hidden()

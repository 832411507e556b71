"""A service that is not public: the key stays in the page's memory and goes out as a header."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from starlette.exceptions import HTTPException
from starlette.requests import Request

from api.app import create_app
from api.engine import Engine
from api.page import rendering
from api.page.texts import TEXTS
from browser.conftest import Open
from eval import browsing
from eval.screenshots import ANSWERED, ask
from indexer.settings import Settings

DE = TEXTS["de"]
KEY = "fs_geheim"
UKRAINE = "Als Partnerland der SCCON 2023 war die Ukraine ausgewählt worden."


async def only_with_the_key(request: Request) -> None:
    """Stands in for the gate, which is tested elsewhere: here it is how the page asks for a key."""
    if request.headers.get("authorization") != f"Bearer {KEY}":
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})


@pytest.fixture(scope="module")
def closed(chromium: Browser, town_settings: Settings, town_engine: Engine) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(rendering, "may_ask", only_with_the_key)
        with browsing.served(create_app(town_settings, town_engine)) as url:
            yield url


def test_the_door_takes_a_key_and_then_everything_works(closed: str, open_page: Open) -> None:
    page = open_page(closed)
    expect(page.get_by_role("heading", name=DE["key_needed"])).to_be_visible()
    assert "SCCON" not in page.content()  # no example tells what is inside
    page.get_by_label(DE["key"], exact=True).fill(KEY)
    page.get_by_role("button", name=DE["use_key"]).click()
    ask(page, ANSWERED)
    expect(page.locator(".sentence q").first).to_have_text(UKRAINE)
    page.locator(".citation .button").first.click()
    expect(page.locator("#passage")).to_have_text(UKRAINE)
    page.go_back()
    expect(page.locator(".sentence q").first).to_have_text(UKRAINE)


def test_the_key_is_kept_nowhere(closed: str, open_page: Open) -> None:
    page = open_page(closed)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    page.get_by_label(DE["key"], exact=True).fill(KEY)
    page.get_by_role("button", name=DE["use_key"]).click()
    ask(page, ANSWERED)
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert KEY not in page.evaluate("JSON.stringify(history.state)")
    assert sent
    assert not [one for one in sent if KEY in one]  # neither in an address nor in a form
    page.reload()
    expect(page.get_by_label(DE["key"], exact=True)).to_be_visible()


def test_a_reload_asks_for_the_key_and_then_goes_on_where_it_was(
    closed: str, open_page: Open
) -> None:
    page = open_page(closed, expect=("Failed to load resource",))
    page.get_by_label(DE["key"], exact=True).fill(KEY)
    page.get_by_role("button", name=DE["use_key"]).click()
    ask(page, ANSWERED)
    page.reload()
    page.get_by_label(DE["key"], exact=True).fill(KEY)
    page.get_by_role("button", name=DE["use_key"]).click()
    expect(page.locator(".sentence q").first).to_have_text(UKRAINE)


def test_a_wrong_key_is_said_to_be_one(closed: str, open_page: Open) -> None:
    page = open_page(closed, expect=("Failed to load resource",))
    for wrong in ("fs_falsch", "schlüssel€"):  # the second cannot even be sent
        page.get_by_label(DE["key"], exact=True).fill(wrong)
        page.get_by_role("button", name=DE["use_key"]).click()
        expect(page.get_by_role("heading", name=DE["key_refused"])).to_be_visible()
        expect(page.get_by_label(DE["key"], exact=True)).to_be_visible()


def test_a_document_opened_by_its_address_takes_the_key_too(closed: str, open_page: Open) -> None:
    page = open_page(f"{closed}/documents/badfest.de.md", expect=("Failed to load resource",))
    page.get_by_label(DE["key"], exact=True).fill(KEY)
    page.get_by_role("button", name=DE["use_key"]).click()
    expect(page.get_by_role("heading", name="Badfest im Strandbad")).to_be_visible()


def test_a_file_is_fetched_with_the_key(closed: str, open_page: Open) -> None:
    page = open_page(f"{closed}/documents/badfest.de.md", expect=("Failed to load resource",))
    page.get_by_label(DE["key"], exact=True).fill(KEY)
    page.get_by_role("button", name=DE["use_key"]).click()
    with page.expect_request("**/v1/documents/badfest.de.md/file") as asked:
        with page.expect_download() as saved:
            page.get_by_role("link", name=DE["open_file"]).click()
    assert asked.value.headers["authorization"] == f"Bearer {KEY}"
    assert saved.value.suggested_filename == "badfest.de.md"
    assert "14. Juni 2024" in saved.value.path().read_text("utf-8")


def test_a_key_can_be_forgotten(closed: str, open_page: Open) -> None:
    page = open_page(closed)
    page.get_by_label(DE["key"], exact=True).fill(KEY)
    page.get_by_role("button", name=DE["use_key"]).click()
    ask(page, ANSWERED)
    page.get_by_role("button", name=DE["forget_key"]).click()
    expect(page.get_by_label(DE["key"], exact=True)).to_be_visible()


def test_without_scripts_the_door_says_what_is_missing(closed: str, open_page: Open) -> None:
    page = open_page(closed, java_script_enabled=False)
    expect(page.get_by_text(DE["key_needs_script"])).to_be_visible()
    assert (
        page.get_by_label(DE["key"], exact=True).count() == 0
        or not page.get_by_label(DE["key"], exact=True).is_visible()
    )

"""A browser for the tests of this folder, and the service in front of it.

Playwright runs an event loop in the thread of the tests: the fixtures end with this folder, so
that other tests may start loops of their own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from api.app import create_app
from api.engine import Engine
from eval import browsing, town
from indexer.building import bring_up_to_date
from indexer.settings import Settings

ROOT = Path(__file__).parents[2]
Open = Callable[..., Page]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    if browsing.chromium_path() is None:
        missing = f"there is no Chromium on this machine: {browsing.INSTALL}"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with browsing.browser() as browser:
        yield browser


@pytest.fixture(scope="package")
def town_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The shipped corpus and the documents of an invented town."""
    folder = tmp_path_factory.mktemp("town")
    settings = Settings(
        corpus=(ROOT / "corpus", town.write(folder / "town")),
        index=folder / "index",
        clock=town.CLOCK,
        asks_per_minute=0,
        contact_de="presse@lindenau.example",
        contact_en="https://lindenau.example/contact",
        imprint_de="https://lindenau.example/impressum",
        privacy_de="/datenschutz",
        accessibility_de="https://lindenau.example/barrierefreiheit",
    )
    bring_up_to_date(settings, strict=True)
    return settings


@pytest.fixture(scope="package")
def town_engine(town_settings: Settings) -> Engine:
    return Engine.open(town_settings)


@pytest.fixture(scope="package")
def site(chromium: Browser, town_settings: Settings, town_engine: Engine) -> Iterator[str]:
    """The address of the service; not started where there is no browser to look at it."""
    with browsing.served(create_app(town_settings, town_engine)) as url:
        yield url


@pytest.fixture(scope="package")
def mounted(chromium: Browser, town_settings: Settings, town_engine: Engine) -> Iterator[str]:
    """The same below a path, as behind a reverse proxy, with questions being logged."""
    below = replace(town_settings, root_path="/suche", log_questions=True)
    with browsing.served(create_app(below, town_engine)) as url:
        yield f"{url}/suche"


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Open]:
    """Open a page in a fresh profile; whatever goes wrong in it fails the test at its end."""
    contexts, wrong = [], []

    def open_one(url: str, *, expect: tuple[str, ...] = (), **given: object) -> Page:
        context = chromium.new_context(**{"locale": "de-DE", **given})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
        page.on(
            "console",
            lambda said: (
                wrong.append(f"console: {said.text}")
                if said.type == "error" and not any(words in said.text for words in expect)
                else None
            ),
        )
        page.on("dialog", lambda dialog: wrong.append(f"dialog: {dialog.message}"))
        page.goto(url)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not wrong

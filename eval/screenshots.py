"""Pictures of each view, both themes, desktop and phone: `python -m eval.screenshots FOLDER`.

Of the shipped corpus and an invented town (`eval.town`), by Debian's Chromium.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from api.app import create_app
from api.engine import Engine
from eval import town
from eval.browsing import browser, served
from indexer.building import bring_up_to_date
from indexer.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDTHS = {"desktop": (1280, 900), "phone": (360, 740)}
ANSWERED = "Wer war 2023 Partnerland der SCCON?"
ENGLISH = "What does the Smart City Index compare?"
LONG = "sccon-2023.auszeichnungen.de.md"


def ask(page: Page, question: str) -> None:
    """Ask, and wait until the answer stands there."""
    page.fill("#q", question)
    page.press("#q", "Enter")
    page.wait_for_selector("#answer")
    page.wait_for_selector("[aria-busy]", state="detached")


def _open_citation(page: Page) -> None:
    ask(page, ANSWERED)
    page.click(".citation .button")
    page.wait_for_selector("#passage")


def _narrowed(page: Page) -> None:
    page.click(".filters summary")


def _shared(page: Page) -> None:
    ask(page, ANSWERED)
    page.click("[data-share]")


# name of the picture -> (path, what is done there)
VIEWS: dict[str, tuple[str, Callable[[Page], object]]] = {
    "start": ("/", lambda page: None),
    "start-en": ("/?lang=en", lambda page: None),
    "filters": ("/", _narrowed),
    "answer": ("/", lambda page: ask(page, ANSWERED)),
    "answer-en": ("/?lang=en", lambda page: ask(page, ENGLISH)),
    "conflict": ("/", lambda page: ask(page, town.CONFLICT)),
    "outdated": ("/", lambda page: ask(page, town.OUTDATED)),
    "refusal": ("/", lambda page: ask(page, town.REFUSED)),
    "hostile": ("/", lambda page: ask(page, town.HOSTILE)),
    "share": ("/", _shared),
    "passage": ("/", _open_citation),
    "document": (f"/documents/{LONG}", lambda page: None),
    "documents": ("/documents", lambda page: None),
    "evaluation": ("/evaluation", lambda page: None),
    "help": ("/", lambda page: page.click("[data-help]")),
    "nothing": ("/documents/none", lambda page: None),
    "reference": ("/docs", lambda page: None),
}


def main(folder: Path, wanted: list[str]) -> None:
    """Write one PNG for each view, theme and width; of all views, or those that are wanted."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        settings = Settings(
            corpus=(Path("corpus"), town.write(work / "town")),
            index=work / "index",
            clock=town.CLOCK,
            asks_per_minute=0,
            log_questions=True,
            contact_de="presse@lindenau.example",
            contact_en="press@lindenau.example",
            imprint_de="https://lindenau.example/impressum",
            privacy_de="https://lindenau.example/datenschutz",
            accessibility_de="https://lindenau.example/barrierefreiheit",
        )
        bring_up_to_date(settings, strict=True)
        app = create_app(settings, Engine.open(settings))
        with served(app) as url, browser() as chromium:
            for device, (width, height) in WIDTHS.items():
                for theme in ("light", "dark"):
                    for name in wanted or list(VIEWS):
                        path, act = VIEWS[name]
                        context = chromium.new_context(
                            viewport={"width": width, "height": height},
                            color_scheme="dark" if theme == "dark" else "light",
                            locale="de-DE",
                            reduced_motion="reduce",
                        )
                        page = context.new_page()
                        page.goto(url + path)
                        act(page)
                        whole = name not in {"passage", "help", "share"}
                        file = folder / f"{name}-{device}-{theme}.png"
                        page.screenshot(path=file, full_page=whole)
                        context.close()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python -m eval.screenshots FOLDER [VIEW]…")
    main(Path(sys.argv[1]), sys.argv[2:])

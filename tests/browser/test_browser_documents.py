"""The page of the documents in a browser: add, watch, ask, open, delete, and what goes wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, Route, expect
from reading_samples import draw_pdf, write_lines
from test_page_evaluation import REPORT

from api.app import create_app
from api.engine import Engine
from api.page.evaluation_report import evaluation_folder, to_json
from browser.conftest import Open
from browser.test_browser_access import SMALL, violations
from eval import browsing
from indexer.building import bring_up_to_date
from indexer.settings import Settings

JOB_MS = 120_000  # a run of the indexer starts a process that loads the encoder
MARKET = "Der Wochenmarkt in Lindenau öffnet samstags um sieben Uhr."
QUESTION = "Wann öffnet der Wochenmarkt in Lindenau?"
EVIL = "<img src=x onerror=alert(1)>.txt"


def pdf(*sentences: str) -> bytes:
    return draw_pdf(lambda canvas: write_lines(canvas, sentences), title="Marktordnung")


def upload(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "", "buffer": content}


@pytest.fixture(scope="module")
def office_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder: Path = tmp_path_factory.mktemp("office")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "hafen.txt").write_text("Der Hafen von Kiel hat 40 Liegeplätze.")
    (folder / "corpus" / EVIL).touch()
    settings = Settings(
        corpus=(folder / "corpus",),
        index=folder / "index",
        root_path="/suche",  # a proxy's path is where links go wrong first
        asks_per_minute=0,
        writes_per_minute=0,
    )
    bring_up_to_date(settings)
    return settings


@pytest.fixture(scope="module")
def office(chromium: Browser, office_settings: Settings) -> Iterator[str]:
    """A service whose corpus may be changed, asked from its own machine."""
    app = create_app(office_settings, Engine.open(office_settings))
    with browsing.served(app) as url:
        yield f"{url}/suche"


def watch_stages(page: Page) -> None:
    """Keep, as `window.stages`, what the label above the progress bar says from now on."""
    page.evaluate(
        """() => {
          const label = document.querySelector("[data-stage]");
          window.stages = [];
          new MutationObserver(() => window.stages.push(label.textContent))
            .observe(label, { childList: true });
        }"""
    )


def outcome(page: Page, text: str) -> None:
    """Wait until the page says how a job ended, also to those who do not see it."""
    expect(page.locator("[data-outcome]")).to_contain_text(text, timeout=JOB_MS)
    expect(page.locator("#status")).to_contain_text(text)
    expect(page.locator("[data-job]")).to_be_hidden()


def row(page: Page, doc_id: str) -> Locator:
    return page.locator(f'[id="row-{doc_id}"]')


def delete(page: Page, doc_id: str) -> None:
    row(page, doc_id).get_by_role("button", name="Löschen").click()
    page.get_by_role("dialog").get_by_role("button", name="Löschen").click()


def test_a_document_is_uploaded_watched_asked_about_opened_and_deleted(
    office: str, open_page: Open
) -> None:
    page = open_page(f"{office}/documents", expect=("404",))
    page.set_input_files("#files", [upload("Marktordnung Lindenau.pdf", pdf(MARKET))])
    field = page.get_by_label("Kennung")
    expect(field).to_have_value("marktordnung-lindenau.pdf")
    page.get_by_text("Angaben zum Dokument").click()
    page.get_by_label("Titel").fill("Marktordnung <b>Lindenau</b>")
    page.get_by_label("Datum").fill("2026-04-20")
    page.get_by_label("Herausgeber").fill("Stadt Lindenau")
    page.get_by_label("Schlagwörter").fill("Markt, Satzung")
    watch_stages(page)
    page.get_by_role("button", name="Hochladen", exact=True).click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    outcome(page, "Fertig. Ein Dokument aufgenommen.")
    seen = page.evaluate("window.stages")
    assert any(said.startswith(("Dateien werden gelesen", "Der Index wird")) for said in seen), seen
    added = row(page, "marktordnung-lindenau.pdf")
    expect(added).to_contain_text("Marktordnung <b>Lindenau</b>")
    expect(added).to_contain_text("20.4.2026")
    expect(added).to_contain_text("Stadt Lindenau")
    expect(page.locator("#upload")).to_be_hidden()

    page.get_by_role("link", name="Fundstelle").click()
    page.locator("#q").fill(QUESTION)
    page.locator("#q").press("Enter")
    expect(page.locator("#result")).to_contain_text(MARKET)
    page.get_by_role("link", name="An dieser Stelle öffnen").first.click()
    expect(page).to_have_url(re.compile(r"/suche/documents/marktordnung-lindenau\.pdf\?start="))
    expect(page.locator("mark").first).to_contain_text("samstags um sieben Uhr")

    page.get_by_role("link", name="Dokumente", exact=True).click()
    delete(page, "marktordnung-lindenau.pdf")
    outcome(page, "Marktordnung <b>Lindenau</b> ist gelöscht.")
    expect(row(page, "marktordnung-lindenau.pdf")).to_have_count(0)
    expect(page.locator("[data-outcome]")).to_be_focused()
    reply = page.goto(f"{office}/documents/marktordnung-lindenau.pdf")
    assert reply is not None
    assert reply.status == 404
    page.goto(office)
    page.locator("#q").fill(QUESTION)
    page.locator("#q").press("Enter")
    expect(page.locator("main")).to_contain_text("Das steht nicht in diesen Dokumenten.")


def test_of_several_dropped_files_each_one_says_what_became_of_it(
    office: str, open_page: Open
) -> None:
    page = open_page(f"{office}/documents", expect=("409", "415"))
    dropped = page.evaluate_handle(
        """() => {
          const dropped = new DataTransfer();
          for (const [name, text] of [
            ["Kai <b>3.txt", "Kai 3 ist 300 Meter lang."],
            ["hafen.txt", "Ein anderer Text."],
            ["kaputt.pdf", "%PDF-1.4 broken"],
            ["tabelle.xls", "?"],
          ]) dropped.items.add(new File([text], name));
          return dropped;
        }"""
    )
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": dropped})
    files = page.locator("[data-chosen] > li")
    expect(files).to_have_count(4)
    expect(files.nth(0)).to_contain_text("Kai <b>3.txt")
    expect(files.nth(1)).to_contain_text("Dokument aus einem Ordner des Servers")
    expect(files.nth(3)).to_contain_text("Dateien dieser Art werden nicht gelesen")
    page.get_by_role("button", name="Hochladen", exact=True).click()
    outcome(page, "Aufgenommen: 1, nicht aufgenommen: 3.")
    expect(files).to_have_count(3)  # those that can be put right
    expect(files.nth(0)).to_contain_text("lässt sich nur dort ersetzen")
    expect(files.nth(1)).to_contain_text("ist eine beschädigte PDF-Datei: ihr Ende fehlt")
    run = page.locator(".run")
    expect(run).to_contain_text(EVIL)
    expect(run).to_contain_text("ist leer")
    run.get_by_role("button", name="Löschen: kaputt.pdf").click()  # would fail again and again
    page.get_by_role("dialog").get_by_role("button", name="Löschen").click()
    outcome(page, "kaputt.pdf ist gelöscht.")
    expect(run).not_to_contain_text("kaputt")
    expect(row(page, "kai-b-3.txt")).to_have_count(1)


def test_what_was_added_can_be_opened_at_once(office: str, open_page: Open) -> None:
    page = open_page(f"{office}/documents")
    page.set_input_files("#files", [upload("Steg <b>7.txt", b"Der Steg 7 ist kurz.")])
    page.get_by_role("button", name="Hochladen", exact=True).click()
    outcome(page, "Fertig. Ein Dokument aufgenommen.")
    page.locator("[data-outcome]").get_by_role("link", name="Steg <b>7.txt").click()
    expect(page.locator("main")).to_contain_text("Der Steg 7 ist kurz.")


def test_two_files_of_one_id_are_not_sent(office: str, open_page: Open) -> None:
    page = open_page(f"{office}/documents")
    files = [upload("a b.txt", b"Eins."), upload("A-B.txt", b"Zwei.")]
    page.set_input_files("#files", files)
    expect(page.get_by_label("Kennung").nth(1)).to_have_value("a-b.txt")
    page.get_by_role("button", name="Hochladen", exact=True).click()
    expect(page.locator("[data-chosen] > li").nth(1)).to_contain_text("zweimal vergeben")
    expect(page.get_by_label("Kennung").nth(1)).to_be_focused()
    page.get_by_role("button", name="a b.txt nicht hochladen").click()
    expect(page.locator("[data-chosen] > li")).to_have_count(1)
    page.get_by_role("button", name="Auswahl leeren").click()
    expect(page.locator("#upload")).to_be_hidden()


def test_what_is_wrong_with_a_field_is_said_at_the_field(office: str, open_page: Open) -> None:
    page = open_page(f"{office}/documents?lang=en", expect=("422",))
    page.set_input_files("#files", [upload("kai.txt", b"Der Kai.")])
    page.get_by_text("About the document").click()
    page.get_by_label("Source").fill("javascript:alert(1)")
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.locator("[data-state]")).to_have_text("Source (address): this is not valid.")
    assert page.get_by_label("Source").get_attribute("aria-invalid") == "true"
    outcome(page, "Added: 0, not added: 1.")


def test_where_the_limit_of_requests_is_reached_the_page_waits_and_goes_on(
    office: str, open_page: Open
) -> None:
    page = open_page(f"{office}/documents", expect=("429",))
    refused: list[str] = []

    def limited(route: Route) -> None:  # the limit itself is the server's, and tested there
        if route.request.method == "PUT" and not refused:
            refused.append(route.request.url)
            route.fulfill(status=429, headers={"Retry-After": "1"}, json={"detail": "too many"})
        else:
            route.continue_()

    page.route("**/v1/documents/*", limited)
    page.set_input_files("#files", [upload("boje.txt", b"Die Boje ist rot.")])
    page.get_by_role("button", name="Hochladen", exact=True).click()
    expect(page.locator("[data-state]")).to_have_text("Zu viele Anfragen; weiter in 1 s.")
    outcome(page, "Fertig. Ein Dokument aufgenommen.")
    assert len(refused) == 1


def test_a_stream_of_events_that_breaks_is_taken_up_again(office: str, open_page: Open) -> None:
    page = open_page(f"{office}/documents", expect=("ERR_",))
    broken: list[str] = []

    def breaking(route: Route) -> None:
        broken.append(route.request.url)
        route.abort() if len(broken) == 1 else route.continue_()

    page.route("**/events", breaking)
    page.get_by_role("button", name="Ordner neu einlesen").click()
    outcome(page, "Die Ordner sind neu eingelesen. Nicht gelesen: 1.")
    assert len(broken) == 2


def test_reading_the_folders_again_is_one_button(office: str, open_page: Open) -> None:
    page = open_page(f"{office}/documents?lang=en")
    page.get_by_role("button", name="Read the folders again").press("Enter")
    outcome(page, "The folders have been read again. Not read: 1.")


def test_a_server_that_cannot_be_reached_is_said(office: str, open_page: Open) -> None:
    page = open_page(f"{office}/documents?lang=en", expect=("ERR_INTERNET_DISCONNECTED",))
    page.context.set_offline(True)
    page.get_by_role("button", name="Read the folders again").click()
    outcome(page, "The server cannot be reached.")


def test_deleting_is_asked_about_and_escape_deletes_nothing(office: str, open_page: Open) -> None:
    page = open_page(f"{office}/documents")
    button = row(page, "hafen.txt").get_by_role("button", name="Löschen")
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("bleibt die Datei dort liegen")
    expect(dialog.get_by_role("button", name="Abbrechen")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()
    expect(row(page, "hafen.txt")).to_have_count(1)


def test_everything_can_be_reached_and_chosen_by_keyboard(office: str, open_page: Open) -> None:
    page = open_page(f"{office}/documents")
    page.set_input_files("#files", [upload("kai.txt", b"Der Kai.")])
    page.locator("#files").focus()
    reached = []
    for _ in range(12):
        reached.append(
            page.evaluate(
                "() => { const a = document.activeElement;"
                " return a.id || a.dataset.field || a.textContent.trim() || a.tagName }"
            )
        )
        page.keyboard.press("Tab")
    for wanted in ("files", "Nicht hochladen", "doc_id", "Angaben zum Dokument (freiwillig)"):
        assert wanted in reached, reached
    for wanted in ("Hochladen", "Auswahl leeren", "Ordner neu einlesen"):
        assert wanted in reached, reached


def test_without_scripts_the_list_is_there_and_nothing_that_would_not_work(
    office: str, open_page: Open
) -> None:
    page = open_page(f"{office}/documents", java_script_enabled=False)
    expect(row(page, "hafen.txt")).to_contain_text("Deutsch")
    expect(page.locator(".run")).to_contain_text("Letzter Lauf")
    expect(page.get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_no_barrier_is_found_and_nothing_scrolls_sideways(
    office: str, open_page: Open, theme: str, width: int
) -> None:
    page = open_page(
        f"{office}/documents",
        color_scheme=theme,
        viewport={"width": width, "height": 800},
        reduced_motion="reduce",
    )
    page.set_input_files("#files", [upload("W" * 200 + ".txt", b"Der Kai.")])
    expect(page.get_by_label("Kennung")).not_to_have_value("")
    page.get_by_text("Angaben zum Dokument").click()
    check(page)
    row(page, "hafen.txt").get_by_role("button", name="Löschen").click()
    check(page)


@pytest.fixture
def evaluated(office_settings: Settings) -> None:
    folder = evaluation_folder(office_settings)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(to_json(REPORT), "utf-8")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_evaluation_has_no_barrier_either(
    office: str, open_page: Open, theme: str, width: int, evaluated: None
) -> None:
    page = open_page(
        f"{office}/evaluation", color_scheme=theme, viewport={"width": width, "height": 800}
    )
    expect(page.locator("figure").first).to_be_visible()
    check(page)


def check(page: Page) -> None:
    """Nothing that axe finds, no scrolling in two directions, each target large enough (WCAG)."""
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(SMALL) == []

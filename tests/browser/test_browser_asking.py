"""Asking in a real browser: with scripts and without, forth and back, and in private."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from api.page.examples import EXAMPLES
from api.page.texts import TEXTS
from browser.conftest import Open
from eval import town
from eval.screenshots import ANSWERED, ENGLISH, ask

DE, EN = TEXTS["de"], TEXTS["en"]
UKRAINE = "Als Partnerland der SCCON 2023 war die Ukraine ausgewählt worden."


def test_an_answer_stands_on_the_page_and_is_announced_and_focused(
    site: str, open_page: Open
) -> None:
    page = open_page(site)
    expect(page.locator("#q")).to_be_focused()
    ask(page, ANSWERED)
    expect(page.locator(".sentence q").first).to_have_text(UKRAINE)
    expect(page.locator("#answer")).to_be_focused()
    expect(page.locator("#status")).to_have_text(re.compile("Antwort gefunden"))
    expect(page.locator("#q")).to_have_value(ANSWERED)


def test_a_question_never_stands_in_an_address_or_a_title(site: str, open_page: Open) -> None:
    page = open_page(site)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    ask(page, ANSWERED)
    assert page.url == f"{site}/"
    assert page.title() == "Antwort – Fundstelle"
    assert asked
    assert not [url for url in asked if "SCCON" in url]


@pytest.mark.parametrize(
    ("question", "language", "interface"),
    [(ANSWERED, "de", "en"), (ENGLISH, "de", "en"), (ENGLISH, "de", "de")],
)
def test_quotes_bear_their_own_language(
    site: str, open_page: Open, question: str, language: str, interface: str
) -> None:
    page = open_page(f"{site}/?lang={interface}")
    ask(page, question)
    expect(page.locator("html")).to_have_attribute("lang", interface)
    expect(page.locator(".sentence q").first).to_have_attribute("lang", language)
    expect(page.locator(".citation blockquote").first).to_have_attribute("lang", language)


def test_without_scripts_a_form_asks_and_the_answer_is_the_same(site: str, open_page: Open) -> None:
    page = open_page(site, java_script_enabled=False)
    page.fill("#q", ANSWERED)
    page.get_by_role("button", name=DE["ask"], exact=True).click()
    expect(page.locator(".sentence q").first).to_have_text(UKRAINE)
    page.locator(".citation .button").first.click()
    expect(page.locator("#passage")).to_have_text(UKRAINE)
    # Nothing is offered that would not work.
    assert page.get_by_role("button", name=DE["copy_citation"]).count() == 0
    assert page.get_by_role("button", name=DE["dark"]).count() == 0


def test_an_example_is_a_question(site: str, open_page: Open) -> None:
    page = open_page(site)
    page.get_by_role("button", name=EXAMPLES[0].question).click()
    expect(page.locator(".sentence q").first).to_have_text(UKRAINE)
    expect(page.locator("#q")).to_have_value(EXAMPLES[0].question)


def test_a_refusal_says_so_names_a_contact_and_calls_nothing_an_answer(
    site: str, open_page: Open
) -> None:
    page = open_page(site)
    ask(page, town.REFUSED)
    expect(page.locator("#answer")).to_have_text(DE["not_in_documents"])
    expect(page.locator("#answer")).to_be_focused()
    contact = page.locator(".refusal a")
    expect(contact).to_have_attribute("href", "mailto:presse@lindenau.example")
    expect(page.locator(".related .citation").first).to_be_visible()
    assert page.locator(".sentence").count() == 0
    assert page.get_by_role("heading", name=DE["sources"], exact=True).count() == 0


def test_contradictions_stand_side_by_side_newest_first(site: str, open_page: Open) -> None:
    page = open_page(site)
    ask(page, town.CONFLICT)
    expect(page.get_by_text(DE["conflict_title"])).to_be_visible()
    sides = page.locator(".against .side")
    expect(sides).to_have_count(2)
    assert [side.locator("time").inner_text() for side in sides.all()] == ["28.12.2023", "1.7.2023"]
    left, right = (side.bounding_box() for side in sides.all())
    assert left is not None and right is not None  # noqa: PT018
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] < right["x"]


def test_what_has_passed_is_marked_as_outdated(site: str, open_page: Open) -> None:
    page = open_page(site)
    ask(page, town.OUTDATED)
    expect(page.locator(".sentence q").first).to_contain_text("14. Juni 2024")
    expect(page.get_by_text(DE["outdated_note"])).to_be_visible()


def test_filters_narrow_the_question(site: str, open_page: Open) -> None:
    page = open_page(site)
    page.get_by_text(DE["filters"]).click()
    page.get_by_label(DE["to"]).fill("2000-01-01")
    ask(page, ANSWERED)
    expect(page.locator("#answer")).to_have_text(DE["nothing_matches_filters"])
    # They stay as they were set, in sight.
    expect(page.get_by_label(DE["to"])).to_have_value("2000-01-01")
    page.get_by_label(DE["to"]).fill("")
    page.get_by_label(DE["language"]).select_option("en")
    ask(page, ANSWERED)
    languages = page.locator(".citation blockquote").evaluate_all("all => all.map(one => one.lang)")
    assert set(languages) == {"en"}


def test_a_document_can_be_asked_alone(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/documents/badfest.de.md")
    page.get_by_role("link", name=DE["ask_document"]).click()
    expect(page.get_by_label(DE["only_document"])).to_have_value("badfest.de.md")
    ask(page, town.CONFLICT)
    links = page.locator(".citation .button").evaluate_all("all => all.map(one => one.href)")
    assert all("/documents/badfest.de.md?" in link for link in links)


def test_back_and_forward_go_through_questions_and_documents(site: str, open_page: Open) -> None:
    page = open_page(site)
    ask(page, ANSWERED)
    ask(page, town.OUTDATED)
    page.locator(".citation .button").first.click()
    expect(page.locator("#passage")).to_be_visible()
    assert "/documents/badfest.de.md" in page.url
    page.go_back()
    expect(page.locator("#q")).to_have_value(town.OUTDATED)
    expect(page.locator(".citation .button").first).to_be_focused()
    page.go_back()
    expect(page.locator(".sentence q").first).to_have_text(UKRAINE)
    page.go_back()
    expect(page.locator(".hero")).to_be_visible()
    page.go_forward()
    expect(page.locator(".sentence q").first).to_have_text(UKRAINE)


def test_a_reloaded_answer_is_asked_again_and_left_ones_come_back(
    site: str, open_page: Open
) -> None:
    page = open_page(site)
    ask(page, town.OUTDATED)
    ask(page, ANSWERED)
    page.reload()
    expect(page.locator(".sentence q").first).to_have_text(UKRAINE)
    page.go_back()
    expect(page.locator(".sentence q").first).to_contain_text("14. Juni 2024")


def test_while_it_is_asked_the_page_says_so(site: str, open_page: Open) -> None:
    page = open_page(site)
    held: list[Route] = []
    page.route(f"{site}/", lambda route: held.append(route))  # noqa: PLW0108  it marks its handler
    page.fill("#q", ANSWERED)
    page.press("#q", "Enter")
    expect(page.locator("#page")).to_have_attribute("aria-busy", "true")
    expect(page.locator("#status")).to_have_text(DE["asking"])
    expect(page.locator(".waiting")).to_be_visible()
    while not held:
        page.wait_for_timeout(10)
    held[0].continue_()
    expect(page.locator(".sentence q").first).to_have_text(UKRAINE)
    expect(page.locator("[aria-busy]")).to_have_count(0)


@pytest.mark.parametrize(
    ("status", "said"), [(500, "failed"), (502, "failed"), (429, "busy"), (0, "offline")]
)
def test_what_goes_wrong_is_said_and_the_question_stays(
    site: str, open_page: Open, status: int, said: str
) -> None:
    page = open_page(site, expect=("Failed to load resource",))

    def fail(route: Route) -> None:
        if status == 0:
            route.abort()
        elif status in {429, 502}:  # a page of its own, of a proxy or of ours
            route.fulfill(status=status, content_type="text/html", body="<h1>Bad gateway</h1>")
        else:
            route.fulfill(status=status, content_type="application/problem+json", body="{}")

    page.route(f"{site}/", fail)
    page.fill("#q", ANSWERED)
    page.press("#q", "Enter")
    expect(page.get_by_role("alert")).to_have_text(DE[said])
    expect(page.locator("#q")).to_have_value(ANSWERED)


def test_an_empty_question_is_answered_by_a_message(site: str, open_page: Open) -> None:
    page = open_page(site, expect=("Failed to load resource",))
    page.press("#q", "Enter")
    expect(page.get_by_role("alert")).to_have_text(DE["empty"])
    expect(page.locator("#q")).to_have_attribute("aria-invalid", "true")


def test_the_language_of_the_page_can_be_changed_with_the_answer_in_sight(
    site: str, open_page: Open
) -> None:
    page = open_page(site)
    ask(page, ANSWERED)
    page.get_by_role("button", name="English").click()
    expect(page.locator("#answer")).to_have_text(EN["answer"])
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".sentence q").first).to_have_text(UKRAINE)
    assert page.url == f"{site}/?lang=en"


def test_a_link_to_a_question_is_made_on_request_and_kept_from_every_server(
    site: str, open_page: Open
) -> None:
    page = open_page(site)
    ask(page, ANSWERED)
    page.get_by_role("button", name=DE["share"]).click()
    link = page.get_by_label(DE["link"], exact=True).input_value()
    parts = urlsplit(link)
    assert parse_qs(parts.fragment) == {"q": [ANSWERED]}
    assert not parts.query

    other = open_page("about:blank")
    seen: list[str] = []
    other.on("request", lambda request: seen.append(request.url))
    other.goto(link)
    expect(other.locator(".sentence q").first).to_have_text(UKRAINE)
    assert other.url == f"{site}/"
    # A browser's own notes of a request carry the fragment; what it sends does not.
    assert not [url for url in seen if "SCCON" in url.partition("#")[0]]


def kept(page: Page, url: str, identity: str | None) -> tuple[object, ...]:
    """Question, thumb and opened citation in the service's own log."""
    entries = page.request.get(f"{url}/v1/questions").json()["questions"]
    [entry] = [entry for entry in entries if entry["id"] == identity]
    return entry["question"], entry["thumb"], entry["citation"]


def test_thumbs_and_opened_citations_are_kept_where_questions_are_logged(
    mounted: str, site: str, open_page: Open
) -> None:
    page = open_page(mounted + "/")
    expect(page.get_by_text("30 Tage")).to_be_visible()
    ask(page, ANSWERED)
    identity = page.locator("[data-answer]").get_attribute("data-answer")
    for button, thumb in (("yes", "up"), ("no", "down")):
        with page.expect_response(f"{mounted}/v1/feedback") as said:
            page.get_by_role("button", name=DE[button], exact=True).click()
        assert said.value.status == 200
        assert kept(page, mounted, identity) == (ANSWERED, thumb, None)
        expect(page.get_by_role("button", name=DE[button], exact=True)).to_have_attribute(
            "aria-pressed", "true"
        )
    expect(page.locator("#status")).to_have_text(DE["thanks"])
    with page.expect_response(f"{mounted}/v1/feedback") as said:
        page.locator(".citation .button").first.click()
    assert said.value.status == 200
    expect(page.locator("#passage")).to_be_visible()
    assert kept(page, mounted, identity) == (ANSWERED, "down", 1)

    silent = open_page(site)  # where they are not, nothing is asked or sent
    ask(silent, ANSWERED)
    assert silent.get_by_text(DE["helpful"]).count() == 0
    sent: list[str] = []
    silent.on("request", lambda request: sent.append(request.url))
    silent.locator(".citation .button").first.click()
    expect(silent.locator("#passage")).to_be_visible()
    assert sent
    assert not [url for url in sent if "feedback" in url]


def test_below_a_path_everything_works_the_same(mounted: str, open_page: Open) -> None:
    page: Page = open_page(mounted + "/")
    ask(page, ANSWERED)
    expect(page.locator(".sentence q").first).to_have_text(UKRAINE)
    assert page.url == f"{mounted}/"
    page.locator(".citation .button").first.click()
    expect(page.locator("#passage")).to_have_text(UKRAINE)
    assert page.url.startswith(f"{mounted}/documents/")
    page.go_back()
    expect(page.locator(".sentence q").first).to_have_text(UKRAINE)

"""The page for everybody: axe finds nothing, the keyboard is enough, and it fits every screen."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from api.page.texts import TEXTS
from browser.conftest import Open
from eval import town
from eval.screenshots import ANSWERED, VIEWS, ask

DE = TEXTS["de"]
AXE = (files("axe_core_python") / "axe.min.js").read_text("utf-8")
SMALL = """() => [...document.querySelectorAll("a, button, input, select, textarea, summary")]
  .filter(one => one.checkVisibility() && !one.closest("p, blockquote, .text, dd, .also"))
  .filter(one => !one.classList.contains("skip"))
  .map(one => [one.outerHTML.slice(0, 120), one.getBoundingClientRect()])
  .filter(([_, box]) => box.width && (box.height < 24 || box.width < 24))
  .map(([html, box]) => `${html} ${box.width} x ${box.height}`)"""


def violations(page: Page) -> list[str]:
    """What axe finds, by all of its rules; it is injected past the page's own policy."""
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{rule['id']}: {rule['help']}: {node['html'][:160]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", list(VIEWS))
def test_axe_finds_no_violation(site: str, open_page: Open, view: str, theme: str) -> None:
    path, act = VIEWS[view]
    page = open_page(
        site + path,
        color_scheme=theme,
        reduced_motion="reduce",
        expect=("Failed to load resource",),
    )
    act(page)
    assert violations(page) == []


@pytest.mark.parametrize("view", list(VIEWS))
def test_every_view_fits_320_pixels_and_every_target_a_finger(
    site: str, open_page: Open, view: str
) -> None:
    path, act = VIEWS[view]
    page = open_page(
        site + path, viewport={"width": 320, "height": 640}, expect=("Failed to load resource",)
    )
    act(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(SMALL) == []


def test_everything_can_be_done_by_keyboard(site: str, open_page: Open) -> None:
    page = open_page(site)
    page.keyboard.type(ANSWERED)
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_be_focused()
    reached = []
    for _ in range(30):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            """() => {
              const one = document.activeElement, style = getComputedStyle(one);
              return { text: one.textContent.trim(), href: one.getAttribute("href"),
                       ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 };
            }"""
        )
        assert focused["ring"], focused
        reached.append(focused["text"])
        if focused["text"] == DE["open_here"]:
            break
    assert reached[0] == "1"  # from the answer to its first reference
    page.keyboard.press("Enter")
    expect(page.locator("#passage")).to_be_focused()


def test_the_skip_link_comes_first_and_leads_to_the_content(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/documents")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=DE["skip"])).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_reference_leads_to_its_citation(site: str, open_page: Open) -> None:
    page = open_page(site, viewport={"width": 800, "height": 400})
    ask(page, ANSWERED)
    page.locator(".ref").first.click()
    expect(page.locator("#citation-1")).to_be_focused()
    assert page.url == f"{site}/"


def test_shortcuts_work_and_never_while_one_types(site: str, open_page: Open) -> None:
    page = open_page(site)
    page.keyboard.type("/?n")
    expect(page.locator("#q")).to_have_value("/?n")
    ask(page, town.CONFLICT)  # two citations
    page.keyboard.press("n")
    expect(page.locator("#citation-1")).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator("#citation-2")).to_be_focused()
    page.keyboard.press("p")
    expect(page.locator("#citation-1")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name=DE["shortcuts"])).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    expect(page.locator("#q")).to_have_value(town.CONFLICT)


def test_shortcuts_can_be_turned_off_for_good(site: str, open_page: Open) -> None:
    page = open_page(site)
    page.get_by_role("button", name=DE["shortcuts"]).click()
    page.get_by_label(DE["shortcuts_on"]).uncheck()
    page.get_by_role("button", name=DE["close"]).click()
    page.locator("main").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.reload()
    page.locator("main").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)


def ground(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


def test_colours_follow_the_system_until_the_reader_chooses(site: str, open_page: Open) -> None:
    light = open_page(site, color_scheme="light")
    dark = open_page(site, color_scheme="dark")
    assert ground(light) != ground(dark)
    switch = light.get_by_role("button", name=DE["dark"])
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    assert ground(light) == ground(dark)
    light.reload()
    assert ground(light) == ground(dark)
    light.get_by_role("button", name=DE["dark"]).click()
    assert light.evaluate("localStorage.length") == 0  # as the system: nothing need be kept


def test_nothing_is_stored_unasked(site: str, open_page: Open) -> None:
    page = open_page(site)
    ask(page, ANSWERED)
    page.locator(".citation .button").first.click()
    expect(page.locator("#passage")).to_be_visible()
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_forced_colours_keep_marks_and_controls_apart(site: str, open_page: Open) -> None:
    page = open_page(site, forced_colors="active")
    ask(page, ANSWERED)
    style: Callable[[str, str], str] = lambda selector, name: str(  # noqa: E731
        page.locator(selector).first.evaluate(f"one => getComputedStyle(one).{name}")
    )
    assert style("mark", "backgroundColor") != style("blockquote", "backgroundColor")
    assert style(".ref", "borderTopStyle") == "solid"
    assert style("#ask button", "borderTopStyle") == "solid"


def test_little_motion_is_respected(site: str, open_page: Open) -> None:
    for motion, name in (("reduce", "none"), ("no-preference", "breathe")):
        page = open_page(site, reduced_motion=motion)
        running = page.locator(".waiting span").first.evaluate(
            "one => getComputedStyle(one).animationName"
        )
        assert running == name


def test_on_paper_stand_question_answer_and_sources_only(site: str, open_page: Open) -> None:
    page = open_page(site)
    ask(page, ANSWERED)
    expect(page.locator(".printed").first).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name=ANSWERED)).to_be_visible()
    expect(page.locator(".sentence").first).to_be_visible()
    expect(page.locator(".citation").first).to_be_visible()
    expect(page.locator(".printed").first).to_contain_text("SHA-256")  # to be checked from paper
    for gone in ("#ask", ".tools", ".links", ".bar nav"):
        expect(page.locator(gone).first).to_be_hidden()

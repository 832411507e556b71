"""A citation followed in a real browser: to its place, with its words, and taken along."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from api.engine import Engine
from api.page.texts import TEXTS
from browser.conftest import Open
from eval import town
from eval.screenshots import ANSWERED, LONG, ask

DE = TEXTS["de"]
UKRAINE = "Als Partnerland der SCCON 2023 war die Ukraine ausgewählt worden."


def text_of(page: Page) -> str:
    """All characters of the document, as the page holds them."""
    return str(page.locator(".text").evaluate("text => text.textContent"))


def letters(text: str) -> str:
    """A text without white space and Markdown's signs."""
    return re.sub(r"\W", "", text)


def is_in_sight(page: Page, selector: str) -> bool:
    return bool(
        page.locator(selector).evaluate(
            """one => {
              const { top, bottom } = one.getBoundingClientRect();
              return top >= 0 && bottom <= innerHeight;
            }"""
        )
    )


def test_a_click_opens_the_document_at_the_marked_passage_among_its_neighbours(
    site: str, open_page: Open, town_engine: Engine
) -> None:
    page = open_page(site, viewport={"width": 800, "height": 400})
    ask(page, "Wer gewann den Startup Award der SCCON 2023?")
    card = page.locator(".citation").first
    quote = card.locator("blockquote").evaluate("quote => quote.textContent")
    card.locator(".button").click()
    expect(page.locator("#passage")).to_be_focused()
    assert is_in_sight(page, "#passage")
    assert page.evaluate("scrollY") > 0
    marked = page.locator(".text mark, .text .cited").all_text_contents()
    assert letters("".join(marked)) == letters(quote)
    # The neighbours are there: the text is whole.
    doc_id = page.url.partition("/documents/")[2].partition("?")[0]
    assert text_of(page) == town_engine.text(doc_id)


@pytest.mark.parametrize("doc_id", [LONG, "zauberturm.de.md", "sccon-2023.pressekontakt.de.txt"])
def test_a_document_on_the_page_is_its_canonical_text_to_the_character(
    site: str, open_page: Open, town_engine: Engine, doc_id: str
) -> None:
    page = open_page(f"{site}/documents/{doc_id}")
    assert text_of(page) == town_engine.text(doc_id)


def test_any_span_is_marked_to_the_character(
    site: str, open_page: Open, town_engine: Engine
) -> None:
    """Across a heading, emphasis and a table; what stands between two blocks is never marked."""
    text = town_engine.text("zauberturm.de.md")
    for begin, end in ((20, len(text)), (3, 90), (text.index("Sims"), text.index("Pforte"))):
        page = open_page(f"{site}/documents/zauberturm.de.md?start={begin}&end={end}")
        marked = page.locator(".text mark").all_text_contents()
        assert letters("".join(marked)) == letters(text[begin:end])
        expect(page.locator("#passage")).to_have_count(1)


def test_an_emoji_is_one_character(site: str, open_page: Open, town_engine: Engine) -> None:
    """Scripts count it as two."""
    at = town_engine.text("zauberturm.de.md").index("😀")
    page = open_page(f"{site}/documents/zauberturm.de.md?start={at}&end={at + 1}")
    assert page.locator(".text mark").all_text_contents() == ["😀"]


def test_markdown_is_shown_as_structure(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/documents/{LONG}")
    expect(page.get_by_role("heading", name="Smart City Index Award 2023")).to_be_visible()
    expect(page.get_by_role("cell", name="München")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Stadt")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="SUMM AI")).to_be_visible()
    seen = page.locator(".text").inner_text()
    assert "#" not in seen
    assert "|" not in seen


def test_a_citation_is_copied_with_date_hash_and_a_link_that_marks_its_words(
    site: str, open_page: Open, town_engine: Engine
) -> None:
    page = open_page(site, permissions=["clipboard-read", "clipboard-write"])
    ask(page, ANSWERED)
    button = page.locator("[data-cite]").first
    expect(button).to_have_text(DE["copy_citation"])
    button.click()
    expect(button).to_have_text(DE["copied"])
    copied = str(page.evaluate("navigator.clipboard.readText()"))
    document = town_engine.document("sccon-2023.partner-country-ukraine.de.md")
    assert copied.startswith(f"„{UKRAINE}“ {document.title}, Fundstelle example corpus, ")
    assert "21.11.2026" in copied
    assert document.sha256 in copied
    link = next(word for word in copied.split() if word.startswith("http"))
    other = open_page(link)
    expect(other.locator("mark")).to_have_text(UKRAINE)


def test_a_place_without_scripts_is_reached_by_its_fragment(site: str, open_page: Open) -> None:
    page = open_page(
        f"{site}/documents/{LONG}?start=900&end=950#passage",
        java_script_enabled=False,
        viewport={"width": 360, "height": 400},
    )
    box = page.locator("#passage").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 400


def test_what_could_harm_a_page_stays_text(site: str, open_page: Open) -> None:
    """Markup, scripts, turned directions and a word of 10,000 characters; a dialog would fail."""
    page = open_page(site, viewport={"width": 360, "height": 700})
    ask(page, town.HOSTILE)
    answer = page.locator(".sentence q").first
    expect(answer).to_contain_text("<script>document.title = 'owned'</script><img src=x")
    for view in ("answer", "document"):
        if view == "document":
            page.locator(".citation .button").first.click()
            expect(page.locator("#passage")).to_be_visible()
            assert town.MONSTER in text_of(page)
            expect(page.locator(".text a")).to_have_count(1)
            expect(page.locator(".text a")).to_have_attribute("href", "https://example.org/turm")
        assert "owned" not in page.title()
        assert page.locator("main img, main script, main iframe, main u, main b").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        # No direction leaks: what follows a quote still runs from left to right.
        assert page.locator("footer").evaluate("one => getComputedStyle(one).direction") == "ltr"


def test_a_question_that_could_harm_a_page_stays_text(site: str, open_page: Open) -> None:
    page = open_page(site)
    ask(page, f"Partnerland SCCON {town.EVIL}")
    expect(page.locator("#q")).to_have_value(f"Partnerland SCCON {town.EVIL}")
    assert page.locator("main img, main script").count() == 0
    page.fill("#q", "W" * 1_000)
    page.press("#q", "Enter")
    expect(page.locator("#answer")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_policy_stops_what_no_page_of_ours_does(site: str, open_page: Open) -> None:
    """The last line: even if markup got in, the browser would run and load nothing of it."""
    page = open_page(site, expect=("Content Security Policy", "violates", "Refused"))
    ran = page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.owned = true";
          document.body.append(script);
          const image = new Image();
          image.src = "https://elsewhere.invalid/pixel.png";
          document.body.append(image);
          document.body.setAttribute("onclick", "window.owned = true");
          document.body.click();
          return window.owned === undefined;
        }"""
    )
    assert ran

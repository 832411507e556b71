"""Links: text fragments, our own pages, and what never becomes a link."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.links import citation_link, is_web_link, text_fragment, view_path
from indexer.types import BasedOn

URL = "https://example.org/news"
ORIGINAL = BasedOn("Smart-City-Strategie", "https://example.org/strategy")


@pytest.mark.parametrize(
    ("quote", "fragment"),
    [
        ("Das Budget beträgt 1,5 Mio.", "Das%20Budget%20betr%C3%A4gt%201%2C5%20Mio."),
        ("Haupt- und Nebenamt & mehr", "Haupt%2D%20und%20Nebenamt%20%26%20mehr"),
        (
            "one two three four five six seven eight nine ten eleven twelve thirteen",
            "one%20two%20three%20four%20five,nine%20ten%20eleven%20twelve%20thirteen",
        ),
        ("Kurz\n\nDer erste Satz steht hier.", "Der%20erste%20Satz%20steht%20hier."),
        ("- **Partnerland** war die [Ukraine](https://x.org)", "Partnerland%20war%20die%20Ukraine"),
        ("| Jahr | Land |\n| 2023 | Ukraine | Kyjiw |", "2023%20Ukraine%20Kyjiw"),
        ("snake_case_name bleibt so", "snake_case_name%20bleibt%20so"),
    ],
)
def test_a_fragment_holds_what_a_browser_shows_of_the_quote(quote: str, fragment: str) -> None:
    assert text_fragment(URL, quote) == f"{URL}#:~:text={fragment}"


def test_an_existing_fragment_is_kept() -> None:
    assert text_fragment(f"{URL}#top", "drei kurze Worte").startswith(f"{URL}#top:~:text=drei")


def test_an_existing_text_directive_is_replaced() -> None:
    assert text_fragment(f"{URL}#:~:text=old", "a b c") == f"{URL}#:~:text=a%20b%20c"


@pytest.mark.parametrize("quote", ["", " \n ", "x" * 10_000, "| --- | --- |"])
def test_a_quote_without_usable_words_leaves_the_url_alone(quote: str) -> None:
    assert text_fragment(URL, quote) == URL


@given(st.text())
def test_a_fragment_is_plain_ascii_and_holds_no_bare_delimiter(quote: str) -> None:
    link = text_fragment(URL, quote)
    assert link.isascii()
    text = link.removeprefix(URL).removeprefix("#:~:text=")
    assert not set(text) & set("-&#? \n")
    assert text.count(",") <= 1


def test_our_own_page_is_opened_at_the_passage() -> None:
    assert view_path("news.de.md", 980, 1671) == "/documents/news.de.md?start=980&end=1671"


@pytest.mark.parametrize(
    ("source", "based_on", "media_type", "page", "link"),
    [
        (URL, None, "text/markdown", None, f"{URL}#:~:text=a%20b%20c"),
        (URL, ORIGINAL, "text/markdown", None, f"{URL}#:~:text=a%20b%20c"),
        ("https://example.org/a.PDF?v=1", None, "application/pdf", 3, "https://example.org/a.PDF?v=1#page=3"),
        ("https://example.org/a.pdf#page=9", None, "text/plain", None, "https://example.org/a.pdf"),
        (None, None, "text/plain", None, "/v1/documents/d/file"),
        (None, None, "application/pdf", 2, "/v1/documents/d/file#page=2"),
        ("originals/a.docx", None, "text/plain", None, "/v1/documents/d/file"),
        ("javascript:alert(1)", None, "text/plain", None, "/v1/documents/d/file"),
        (None, ORIGINAL, "text/plain", None, None),
    ],
)  # fmt: skip
def test_a_citation_links_to_its_source_else_to_our_copy_and_never_to_what_a_summary_is_based_on(
    source: str | None, based_on: BasedOn | None, media_type: str, page: int | None, link: str
) -> None:
    assert citation_link(source, based_on, "d", media_type, page, "a b c") == link


@pytest.mark.parametrize(
    "url",
    [None, "", "javascript:alert(1)", "ftp://a.org/x", "https:///x", "http://[", "//a.org", "a/b",
     "https://a.org/x y", "https://a.org/\nx"],
)  # fmt: skip
def test_only_http_and_https_become_links(url: str | None) -> None:
    assert not is_web_link(url)


def test_http_and_https_are_links() -> None:
    assert is_web_link("http://a.org")
    assert is_web_link("HTTPS://a.org/x?y#z")

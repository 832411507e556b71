"""A document's title and date of publication, found in its text."""

from __future__ import annotations

from datetime import date

import pytest

from indexer.text.structure import scan
from indexer.text.title import MAX_TITLE_CHARS, find_published, find_title

BODY = "Das Rathaus ist montags bis freitags von 8 bis 12 Uhr geöffnet."


def title(text: str, markdown: bool = True) -> str:
    return find_title(text, scan(text, markdown))


def published(text: str) -> date | None:
    return find_published(text, scan(text, markdown=False))


def test_the_first_heading_is_the_title() -> None:
    assert title(f"# **Neues** aus [Ulm](/ulm)\n\n{BODY}\n\n## Mehr") == "Neues aus Ulm"


def test_a_heading_below_body_text_is_no_title() -> None:
    assert title(f"{BODY}\n\n# Mehr") == BODY.removesuffix(".")


def test_a_long_sentence_is_cut_at_a_clause() -> None:
    text = (
        "Viele Gäste kamen in diesem Jahr zur Messe in Berlin, " + "und sie blieben lange dort " * 5
    )
    assert title(text) == "Viele Gäste kamen in diesem Jahr zur Messe in Berlin"


def test_a_long_sentence_without_clauses_is_cut_between_words() -> None:
    found = title("Wort " * 60)
    assert found.endswith("Wort…")
    assert len(found) <= MAX_TITLE_CHARS


def test_a_long_word_is_cut() -> None:
    assert title("x" * 500) == "x" * (MAX_TITLE_CHARS - 1) + "…"


def test_an_empty_document_has_no_title() -> None:
    assert title("") == ""


@pytest.mark.parametrize(
    "line",
    [
        "Berlin, 9. November 2023 - Größer und digitaler endet die Messe.",
        "Berlin, 9 November 2023 – The fair has ended.",
        "Berlin, November 9, 2023 – The fair has ended.",
        "**Berlin, 09.11.2023** – Die Messe ist zu Ende.",
        "Bad Belzig, den 9. November 2023: Die Messe ist zu Ende.",
        "Berlin (9. November 2023) – Die Messe ist zu Ende.",
        "Stand: 9.11.2023",
        "Veröffentlicht am 9. November 2023",
        "Published on November 9th, 2023",
        "Published: 2023-11-09",
    ],
)
def test_a_stated_date_is_found(line: str) -> None:
    assert published(f"Eine Messe geht zu Ende\n\n{line}\n\n{BODY}") == date(2023, 11, 9)


@pytest.mark.parametrize(
    "line",
    [
        "Die Messe endete am 9. November 2023.",
        "On November 9, 2023, the fair ended.",
        "Am 9. November 2023 – einem Donnerstag – endete die Messe.",
        "Donnerstag, 9. November 2023: Tag der offenen Tür im Rathaus der Stadt.",
        "Berlin, 31. Februar 2023 – Die Messe ist zu Ende.",
        "Stand: 9.11.2023 war die Messe noch nicht zu Ende, wie es hieß.",
        "Nächste Messe vom 15. bis 17. Oktober 2024",
        "In 2023, 9 November – a Thursday – was the last day.",
    ],
)
def test_the_date_of_an_event_is_not_the_documents(line: str) -> None:
    assert published(f"Eine Messe geht zu Ende\n\n{line}\n\n{BODY}") is None


def test_a_dateline_far_below_is_not_the_documents() -> None:
    assert published(f"{BODY}\n\n" * 20 + "Berlin, 9. November 2023 – Ende.\n\n" + BODY) is None

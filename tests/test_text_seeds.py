"""The first users' own files give good passages as they are."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from indexer.text.passages import Segmentation, segment
from indexer.types import Metadata, Reading

SEEDS = Path(__file__).parents[1].parent / "shared" / "seeds"
pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the first users' files are not here")

NUMBERS = ("000", "001", "002", "003", "004")
# Lines of the pages' frame: the only ones that may be missing from the passages.
FRAME = re.compile(
    r"Skip to main content|Read more|© .*|\[Translate to English:\] .*"
    r"|The external media source .*|\[Nachricht senden\]\(#\)"
)
MAX_LOST = 0.02


def seed(number: str) -> tuple[str, Segmentation]:
    path = next(SEEDS.glob(f"{number}_*.txt"))
    text = path.read_text("utf-8")
    return text, segment(Reading(text, Metadata()), "seed", path.name, lambda _: True)


@pytest.mark.parametrize(
    ("number", "title", "language", "published"),
    [
        (
            "000",
            "15,000 visitors, 300 exhibitors and 600 speakers: record figures for this year’s "
            "Smart Country Convention (SCCON)",
            "en",
            None,
        ),
        (
            "001",
            "Smart Country Convention zeigt, wie Städte und Behörden digital werden können",
            "de",
            date(2023, 11, 9),
        ),
        ("002", "„Gemeinsam Digital: Berlin“ – The strategy is launched!", "en", None),
        (
            "003",
            "Zwei Tage Berlin, zwei Tage voll mit Workshops, Vorträgen und spannenden Messeständen",
            "de",
            None,
        ),
        ("004", "Städte und Regionen sind die Innovationstreiber", "de", None),
    ],
)
def test_title_language_and_date(
    number: str, title: str, language: str, published: date | None
) -> None:
    found = seed(number)[1]
    assert (found.title, found.language, found.published) == (title, language, published)
    assert {passage.language for passage in found.passages} == {language}


@pytest.mark.parametrize("number", NUMBERS)
def test_no_passage_holds_a_line_of_the_frame(number: str) -> None:
    lines = [line for passage in seed(number)[1].passages for line in passage.text.split("\n")]
    assert [line for line in lines if FRAME.fullmatch(line)] == []


@pytest.mark.parametrize("number", NUMBERS)
def test_hardly_anything_outside_the_frame_is_lost(number: str) -> None:
    text, found = seed(number)
    headings = {found.title, *(heading for p in found.passages for heading in p.headings)}
    quoted = {at for p in found.passages for at in range(p.start, p.end)}
    lost = total = at = 0
    for line in text.split("\n"):
        if not FRAME.fullmatch(line):
            characters = [place for place in range(at, at + len(line)) if not text[place].isspace()]
            total += len(characters)
            if line.strip() not in headings and f"[{found.title}](#)" != line:
                lost += sum(place not in quoted for place in characters)
        at += len(line) + 1
    assert lost <= MAX_LOST * total


def test_the_partner_country_stands_under_its_heading() -> None:
    passages = [p for p in seed("001")[1].passages if "Partnerland der Smart" in p.text]
    assert [p.headings for p in passages] == [("Ukraine als Partnerland der SCCON 2023",)]


def test_a_sentence_across_a_gap_is_one() -> None:
    text, found = seed("001")
    sentences = [" ".join(text[a:b].split()) for p in found.passages for a, b in p.sentences]
    assert any(
        sentence.endswith("München, dicht gefolgt von Hamburg und Köln.") for sentence in sentences
    )


def test_the_contact_is_one_passage_under_its_heading() -> None:
    contact = next(p for p in seed("001")[1].passages if "Pressesprecher" in p.text)
    assert contact.headings == ("Kontakt",)
    assert len(contact.sentences) == 8


@pytest.mark.parametrize(
    ("number", "words", "headings"),
    [
        ("000", "Five Deep Tech Stars", ()),
        ("000", "How can Berlin provide", ()),
        ("000", "In 2021 Berlin businesses", ("Berlin entrepreneurs are particularly innovative",)),
        ("002", "Commercial transport and", ()),
        ("002", "For the twelfth time", ("Green Buddy Award 2023 – Apply Now!",)),
    ],
)
def test_a_teaser_is_a_passage_of_its_own(
    number: str, words: str, headings: tuple[str, ...]
) -> None:
    teaser = next(p for p in seed(number)[1].passages if words in p.text)
    assert teaser.text.startswith(words)
    assert teaser.headings == headings
    assert "\n" not in teaser.text


@pytest.mark.parametrize(
    ("number", "headings"),
    [
        ("003", ["Erster Tag auf der Smart Country Convention", "Input aus anderen Smart Cities"]),
        (
            "004",
            [
                "Forschung, Sicherheit und Datenstrategie",
                "Politik und föderale Zusammenarbeit",
                "Fazit",
            ],
        ),
    ],
)
def test_short_lines_between_long_ones_are_headings(number: str, headings: list[str]) -> None:
    found = [heading for p in seed(number)[1].passages for heading in p.headings]
    assert list(dict.fromkeys(found)) == headings

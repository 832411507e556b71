"""Two sentences contradict each other where they give two values for one thing, and only there."""

from __future__ import annotations

from typing import get_args

import pytest

from api.conflicts import Said, contradict
from api.naming import other_names
from indexer.encoder import Encoder
from indexer.text.kinds import Kind, holds
from indexer.text.values import values


def found(encoder: Encoder, question: str, one: str, other: str) -> bool:
    def alike(left: str, right: str) -> float:
        vectors = encoder.encode_passages([left, right])
        return float(vectors[0] @ vectors[1])

    titles = "Stadtfest 2023", "Stadtfest 2023"
    return contradict(question, Said(one, titles[0]), Said(other, titles[1]), alike)


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (
            "Wie viele Besucher hatte das Stadtfest 2023?",
            "Das Stadtfest 2023 zählte 45.000 Besucher.",
            "Zum Stadtfest 2023 kamen 62.000 Besucher.",
        ),
        (
            "Was kostet der Bewohnerparkausweis?",
            "Der Bewohnerparkausweis kostet 30,70 Euro im Jahr.",
            "Ein Bewohnerparkausweis kostet 120 Euro im Jahr.",
        ),
    ],
)
def test_two_values_for_one_thing_contradict(
    encoder: Encoder, question: str, one: str, other: str
) -> None:
    assert found(encoder, question, one, other)


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (
            "Wie viele Besucher hatte das Stadtfest?",
            "Das Stadtfest 2019 zählte 45.000 Besucher.",
            "Zum Stadtfest 2023 kamen 62.000 Besucher.",
        ),
        (
            "Wie viele Besucher hatte das Stadtfest 2023?",
            "Das Stadtfest 2023 zählte rund 20.000 Besucher.",
            "The 2023 city festival had 19,800 visitors.",
        ),
        (
            "How many people came to the fair?",
            "The fair had 300 exhibitors.",
            "The fair had 15,000 visitors.",
        ),
        (
            "Wann beginnt der Unterricht?",
            "Der Unterricht beginnt um halb neun.",
            "Lessons start at 8:30.",
        ),
    ],
)
def test_other_years_rounding_other_aspects_and_translations_do_not(
    encoder: Encoder, question: str, one: str, other: str
) -> None:
    assert not found(encoder, question, one, other)


def test_names_differ_only_where_one_person_is_asked_for() -> None:
    one, other = "Leiterin ist Henrike Sasse.", "Geleitet wird es von Jörg Pannwitz."
    assert other_names("Wer leitet das Kulturamt?", one, other)
    assert not other_names("Who were the speakers?", one, other)
    assert not other_names(
        "Wer leitet es?", "Dr. Henrike Sasse leitet es.", "Es leitet Frau Henrike Sasse."
    )


def test_the_same_person_put_otherwise_is_no_other() -> None:
    asked = "Wer leitet das Kulturamt?"
    assert not other_names(asked, "Das Amt leitet Henrike Sasse.", "Die Leitung hat Frau Sasse.")


@pytest.mark.parametrize("letters", ["a-", "A-", "1 000 ", "a", "A b "])
def test_ten_thousand_characters_take_no_second(letters: str) -> None:
    """Only that it ends: the patterns are bounded. Timings are benchmarks' business."""
    text = letters * (10_000 // len(letters))
    assert not other_names("Wer?", text, text)
    values(text)
    for kind in get_args(Kind):
        holds(kind, text)

"""What was true when it was written is marked where it has passed."""

from __future__ import annotations

from datetime import date

import pytest

from api.timeliness import asks_now, outdated

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("sentence", "published"),
    [
        ("Das nächste Stadtfest findet am 14. Juni 2025 statt.", date(2025, 1, 20)),
        ("The app will be launched in spring 2024.", date(2023, 11, 6)),
        ("Im kommenden Frühjahr wird die Sauna wieder geöffnet.", date(2022, 9, 12)),
        ("The fair takes place from 15 to 17 October.", date(2024, 9, 1)),
        ("Next year the bridge will be closed.", date(2024, 5, 1)),
        ("Die Bewerbungsfrist endet am 1. März 2025.", date(2025, 1, 1)),
        ("Das Festival soll am 3. Mai 2024 beginnen.", None),
    ],
)
def test_an_announced_future_that_has_passed_is_outdated(
    sentence: str, published: date | None
) -> None:
    assert outdated(sentence, published, TODAY)


@pytest.mark.parametrize(
    ("sentence", "published"),
    [
        ("Das nächste Stadtfest wird am 12. Juni 2027 gefeiert.", date(2026, 10, 1)),
        ("Seit dem 27. Juni 2026 ist die Brücke freigegeben.", date(2026, 7, 1)),
        ("The SCCON took place from 7 to 9 November 2023.", date(2023, 11, 9)),
        ("Sie wurde 2019 gegründet.", date(2023, 11, 9)),
        ("Erwachsene zahlen 4,50 Euro.", date(2022, 9, 12)),
        ("Am 10. Januar 2026 und am 9. Januar 2027 werden Bäume abgeholt.", date(2025, 12, 1)),
        ("Die Messe findet am 9. November 2023 statt.", None),
        ("Ab dem 1. Januar 2025 beträgt die Gebühr 30 Euro.", date(2024, 11, 1)),
        ("Die Satzung tritt am 1. Januar 2024 in Kraft.", date(2023, 11, 1)),
        ("Der Haushalt 2024 umfasst 5 Mio. Euro.", date(2024, 1, 10)),
        ("Partnerland der SCCON 2023 ist die Ukraine.", date(2023, 11, 9)),
    ],
)
def test_what_is_past_lasting_or_still_ahead_is_not(sentence: str, published: date | None) -> None:
    assert not outdated(sentence, published, TODAY)


def test_the_same_sentence_is_not_outdated_before_its_day() -> None:
    sentence = "The app will be launched in spring 2024."
    assert not outdated(sentence, date(2023, 11, 6), date(2024, 2, 1))


@pytest.mark.parametrize(
    "question",
    ["Wann ist das nächste Stadtfest?", "Who is currently mayor?", "Was kostet es jetzt?"],
)
def test_words_of_now_and_next_are_heard(question: str) -> None:
    assert asks_now(question)


@pytest.mark.parametrize("question", ["Wer war 2022 Bürgermeister?", "What is known about it?"])
def test_other_questions_are_not_about_now(question: str) -> None:
    assert not asks_now(question)

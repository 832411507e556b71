"""Dates, times and amounts are the same whichever way they are written."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.timeliness import outdated
from indexer.text.kinds import asked_kind, holds
from indexer.text.numbers import number
from indexer.text.value import Value
from indexer.text.values import values


def only(text: str) -> Value:
    (value,) = values(text)
    return value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("am 9. November 2023", "on November 9, 2023"),
        ("am 9. November 2023", "2023-11-09"),
        ("am 09.11.2023", "on 9 November 2023"),
        ("vom 7. bis 9. November 2023", "from 7 to 9 November 2023"),
        ("15.000 Besucher", "15,000 visitors"),
        ("1,5 Mio. Euro", "€1.5 million"),
        ("30,70 Euro", "€30.70"),
        ("zwölf Städte", "12 Städte"),
        ("um halb neun", "at 8:30"),
        ("um 20.15 Uhr", "at 8:15 p.m."),
        ("12,5 %", "12.5 percent"),
        ("2,4 Kilometer", "2.400 Meter"),
        ("90 Minuten", "1,5 Stunden"),
        ("rund 20.000 Gäste", "19.800 Gäste"),
        ("von 8 bis 12 Uhr", "8 to 12 o'clock"),
    ],
)
def test_the_same_thing_agrees_in_both_languages(one: str, other: str) -> None:
    first, second = only(one), only(other)
    assert (first.kind, first.unit) == (second.kind, second.unit)
    assert first.agrees(second)
    assert second.agrees(first)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("am 9. November 2023", "am 12. November 2023"),
        ("am 9. November", "am 9. Dezember"),
        ("15.000 Besucher", "18.000 Besucher"),
        ("4,50 Euro", "6,20 Euro"),
        ("um 8 Uhr", "at 8 p.m."),
        ("2 km", "3 km"),
    ],
)
def test_different_things_do_not_agree(one: str, other: str) -> None:
    assert not only(one).agrees(only(other))


def test_a_day_within_a_range_of_days_agrees_with_it() -> None:
    whole, day = only("vom 7. bis 9. November 2023"), only("am 8. November 2023")
    assert whole.agrees(day)
    assert day.agrees(whole)


def test_a_range_in_the_afternoon_is_all_in_the_afternoon() -> None:
    value = only("from 2 to 5 p.m.")
    assert (value.low, value.high) == (14 * 60, 17 * 60)


@pytest.mark.parametrize(
    ("text", "value"),
    [("15.000", 15_000), ("1,5", 1.5), ("2.4", 2.4), ("zwölf", 12), ("3 000", 3000)],
)
def test_numbers_are_read_in_both_ways_of_writing(text: str, value: float) -> None:
    assert number(text) == value


WORDS = st.sampled_from(
    """1 12 31 2023 1500 0 99 15.000 1,5 9. 09.11.2023 31.02.2024 1.1.0000 45.12.2025 ſep maı Nov
    Mai November ſechs halb Uhr p.m. am vom bis to – - Euro € $ % Prozent Millionen bn km Stunden
    Jahr rund about zwölf twelve Besucher İ K winter next nächstes wird will""".split()
)


@given(st.lists(WORDS, max_size=12), st.sampled_from(["", " "]))
def test_any_text_is_read_and_no_two_values_overlap(words: list[str], between: str) -> None:
    text = between.join(words)
    found = values(text)
    ends = 0
    for value in found:
        assert ends <= value.span[0] < value.span[1] <= len(text)
        assert value.agrees(value)
        ends = value.span[1]
    outdated(text, date(2024, 5, 1), date(2026, 11, 21))


def test_a_number_of_hundreds_of_digits_is_no_amount() -> None:
    assert all(value.agrees(value) for value in values("9" * 310 + " Besucher"))


@pytest.mark.parametrize("text", ["am 31.02.2024", "am 45.12.2025", "Version 3.2.1", "1.1.0000"])
def test_what_is_no_day_is_no_date(text: str) -> None:
    assert all(value.kind != "date" for value in values(text))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Es kamen 1850 Gäste.", "number"),
        ("1500 Besucher", "number"),
        ("Im Jahr 1850 kamen sie.", "date"),
        ("SCCON 2023", "date"),
        ("Treffen um 12 am Rathaus", "number"),
        ("Treffen um 9am", "time"),
        ("am 14.06.27", "date"),
    ],
)
def test_years_counts_and_hours_are_told_apart(text: str, kind: str) -> None:
    assert [value.kind for value in values(text)] == [kind]


def test_hours_past_midnight_are_in_order() -> None:
    value = only("Die Bar ist von 20 bis 2 Uhr geöffnet.")
    assert value.low < value.high
    assert value.agrees(value)


def test_euros_are_no_dollars() -> None:
    assert only("30 Euro").unit != only("30 Dollars").unit
    assert only("£30").unit == only("30 pounds").unit


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Wann war die Messe?", "date"),
        ("In welchem Jahr wurde sie gegründet?", "date"),
        ("Um wie viel Uhr beginnt der Empfang?", "time"),
        ("How many visitors came?", "amount"),
        ("Wie hoch war das Budget?", "money"),
        ("How much does a ticket cost?", "money"),
        ("Wer war Partnerland?", "person"),
        ("Where did it take place?", "place"),
        ("Warum wurde sie verschoben?", None),
        ("SCCON 2023", None),
    ],
)
def test_a_question_tells_what_kind_of_thing_it_asks_for(question: str, kind: str | None) -> None:
    assert asked_kind(question) == kind


def test_a_text_holds_a_thing_of_a_kind_or_not() -> None:
    assert holds("date", "Sie fand am 9. November statt.")
    assert not holds("date", "Sie fand in Berlin statt.")
    assert holds("amount", "Es kamen 15.000 Gäste.")
    assert not holds("amount", "Es kamen viele Gäste.")
    assert holds("person", "Eröffnet wurde sie von Martina Klement.")
    assert holds("place", "Sie fand in Berlin statt.")

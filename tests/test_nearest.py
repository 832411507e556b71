"""Finding a text in another one that was read otherwise or reworded."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.nearest import folded_span, nearest, similarity

BEFORE = "Davor steht etwas ganz anderes. "
BEHIND = " Dahinter geht es um Hunde, Katzen und Mäuse."


@pytest.mark.parametrize(
    ("quote", "now"),
    [
        ("Die Ver- waltung öffnet.", "Die Verwaltung öffnet."),
        ("Die Verwaltung öffnet.", "Die Ver-\nwaltung öffnet."),
        ("Die Verwaltung\nöffnet.", "Die  Verwaltung\u00a0öffnet."),
        ("Die Ver\u00adwaltung öffnet.", "Die Verwaltung öffnet."),
        ("Das Büroﬁnale", "Das Bürofinale"),
        ("Das Bürofinale ist da", "Das Büroﬁnale ist da"),
        ("Absatz eins.\n\nAbsatz zwei.", "Absatz eins. Absatz zwei."),
        ("Seit 10 000 Jahren", "Seit 10\u202f000 Jahren"),
        ("Haupt- und Nebenamt", "Haupt-und Nebenamt"),
    ],
)
def test_white_space_hyphens_and_ligatures_make_no_other_text(quote: str, now: str) -> None:
    text = BEFORE + now + BEHIND
    assert folded_span(quote, text, 0) == (len(BEFORE), len(BEFORE) + len(now))


@pytest.mark.parametrize(
    ("quote", "now"),
    [
        ("Klasse 1-2", "Klasse 12"),
        ("Seit 10 000 Jahren", "Seit 10000 Jahren"),
        ("Es waren -5 Grad", "Es waren 5 Grad"),
        ("Es kostet 5 Euro.", "Es kostet 6 Euro."),
        ("Es kostet 5 Euro.", "Es kostet 5 Euro"),
        ("Der Weg", "der Weg"),
    ],
)
def test_what_says_something_else_is_another_text(quote: str, now: str) -> None:
    assert folded_span(quote, BEFORE + now + BEHIND, 0) is None


def test_of_several_places_the_nearest_is_taken() -> None:
    text = "Das  Amt. Das  Amt. Das  Amt."
    assert [folded_span("Das Amt.", text, start) for start in (0, 8, 99)] == [
        (0, 9), (10, 19), (20, 29),
    ]  # fmt: skip


@given(st.text(), st.text(), st.text(st.sampled_from("ab1- \n\u00adﬁ½"), min_size=1))
def test_offsets_lead_to_what_was_found(before: str, behind: str, quote: str) -> None:
    text = before + quote + behind
    span = folded_span(quote, text, len(before))
    if span is not None:
        found = text[slice(*span)]
        assert folded_span(found, text, span[0]) is not None
        assert re.sub(r"[\s\u00ad-]", "", quote)[:1] in found or "½" in quote or "ﬁ" in quote


@pytest.mark.parametrize(
    ("quote", "now"),
    [
        ("Das Budget beträgt 2 Mio. Euro.", "Das Budget beträgt 3 Mio. Euro."),
        ("Das Budget beträgt 2 Mio. Euro.", "Unser Budget beträgt 2 Mio. Dollar!"),
        ("The office opens at eight on Mondays.", "On Mondays the office opens at nine."),
        ("Der Antrag ist bis 31. Mai zu stellen.", "Bis zum 30. Juni ist der Antrag zu stellen."),
    ],
)
def test_a_reworded_sentence_is_found_among_others(quote: str, now: str) -> None:
    filler = "Hier steht ein Satz über das Wetter und den Verkehr der Stadt. "
    text = filler * 40 + now + " " + filler * 40
    start, end = nearest(quote, text)
    first = text.index(now)
    # More than half of a sentence has it shown whole.
    assert min(end, first + len(now)) - max(start, first) > 0.5 * len(now)
    assert end - start <= 1.6 * len(now)


def test_the_copy_with_more_of_the_quotes_words_is_the_nearest() -> None:
    other = "Das Amt für Tiere hat am Montag geschlossen."
    right = "Das Bürgeramt hat am Dienstag von acht bis zwei geöffnet."
    text = f"{other} {other} {right} {other}"
    start, end = nearest("Das Bürgeramt hat am Montag von acht bis eins geöffnet.", text)
    assert text[start:end] == right


def test_nothing_alike_is_nothing_alike() -> None:
    assert nearest("Wetter", "") == (0, 0)
    assert nearest("Wetter", " \n") == (0, 0)
    start, end = nearest("Schnee", "Ganz andere Worte")
    assert similarity("Schnee", "Ganz andere Worte"[start:end]) == 0.0
    assert similarity("Der Zoo hat zwei Tiger.", "Der Zoo hat drei Tiger.") == 10 / 12


@given(st.text(max_size=300), st.text(max_size=900))
def test_the_nearest_part_lies_in_the_text(quote: str, text: str) -> None:
    start, end = nearest(quote, text)
    assert 0 <= start <= end <= len(text)
    assert 0.0 <= similarity(quote, text[start:end]) <= 1.0


def test_a_text_of_one_word_a_hundred_thousand_times_takes_no_time() -> None:
    start, end = nearest("wort " * 1_000, "wort " * 100_000)
    assert start < end

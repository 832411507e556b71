"""Slips of the keyboard: put right where something known is one slip away, left alone elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.spelling import Stems, corrected, is_word, slips
from indexer.types import Language

PASSAGES = {"wintergerst": 3, "kiezbox": 2, "digitalisierung": 9}


def held(stems: Stems) -> list[int]:
    return [PASSAGES.get(word, 0) for word in stems["other"]]  # the words themselves


@pytest.mark.parametrize(
    ("typed", "meant", "language"),
    [
        ("Wer ist Wintergesrt?", "Wer ist wintergerst?", "de"),
        ("What is the Kiezbbox?", "What is the kiezbox?", "en"),
        ("Was kostet die Anmeldugn?", "Was kostet die anmeldung?", "de"),
        ("Where is the confrence?", "Where is the conference?", "en"),
        ("Wo ist die Bibliothhek?", "Wo ist die bibliothek?", "de"),
    ],
)
def test_a_slip_is_put_right(typed: str, meant: str, language: Language) -> None:
    assert corrected(typed, language, held) == meant


@pytest.mark.parametrize(
    ("query", "language"),
    [
        ("Wer ist Wintergerst?", "de"),
        ("Was ist eine Digitalisierungsmesse?", "de"),  # in no dictionary, but its parts are
        ("Wer war Xyzzqvw?", "de"),  # nothing near
        ("Who is Mr Visitrs?", "en"),  # a name in an English question
        ("Was ist OZG und 5G?", "de"),
        ("How many visitors came to the exhibition?", "en"),
        ("", "de"),
        ("x" * 900, "de"),  # nothing that anybody typed by mistake
        ("Wer ist Frau Giffey?", "de"),
        ("Wer ist Herr Brandl?", "de"),
    ],
)
def test_what_is_known_or_nowhere_near_stays_to_the_letter(query: str, language: Language) -> None:
    assert corrected(query, language, held) == query


def test_the_documents_words_come_before_the_dictionarys() -> None:
    # "Anmeldug" is one slip from "Anmeldung", which the dictionary knows; here from a name, too.
    assert (
        corrected("Anmeldug", "de", lambda stems: [int(w == "anmeldus") for w in stems["other"]])
        == "anmeldus"
    )


@settings(max_examples=50, deadline=None)
@given(st.text("abcdeäöüß", min_size=3, max_size=12))
def test_every_slip_keeps_the_first_letter_and_changes_the_length_by_at_most_one(word: str) -> None:
    for other in slips(word):
        assert other[0] == word[0]
        assert abs(len(other) - len(word)) <= 1


def test_compounds_of_known_words_are_words() -> None:
    assert is_word("verwaltungspreis")
    assert not is_word("verwaltungsprreis")


def test_a_third_language_is_left_alone() -> None:
    assert corrected(
        "Combien de visiteurs sont venus ?", "other", lambda stems: [1] * len(stems["de"])
    ) == ("Combien de visiteurs sont venus ?")

"""Terms: what must match what, in both languages."""

from __future__ import annotations

import doctest

import pytest

import indexer.analysis
from indexer.analysis import content_words, terms
from indexer.types import Language


def test_the_documented_examples_hold() -> None:
    assert doctest.testmod(indexer.analysis).failed == 0


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("München", "Muenchen", "de"),
        ("Straße", "Strasse", "de"),
        ("Städte", "Stadt", "de"),
        ("15.000", "15,000", "de"),
        ("15.000", "15000", "en"),
        ("15\u00a0000", "15,000", "en"),  # a no-break space, as typesetters write it
        ("Bürger:innen", "Bürgerinnen", "de"),
        ("Bürger*innen", "Bürger", "de"),
        ("visitors", "Visitor", "en"),
        ("ﬁnance", "finance", "en"),  # a ligature
    ],
)
def test_spellings_of_one_word_are_one_term(one: str, other: str, language: Language) -> None:
    assert terms(one, language) == terms(other, language)


def test_numbers_and_words_that_touch_digits_stay_whole() -> None:
    assert terms("5G ab 15:30 für 2.5 OZG2", "de") == ["5g", "15:30", "2.5", "ozg2"]


def test_text_in_another_language_is_split_but_not_stemmed() -> None:
    assert terms("Les villes et la ville", "other") == ["les", "villes", "et", "la", "ville"]


def test_a_question_without_content_has_no_content_words() -> None:
    assert content_words("Und wer war das? Why?") == []
    assert content_words("Wer ist Kai Wegner?") == ["kai", "wegner"]

"""Sentences of German and English blocks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.text.sentences import WINDOW_CHARS, sentence_spans, unit_spans
from indexer.types import Language

ONE_SENTENCE_DE = [
    "Die Messe findet vom 15. bis 17. Oktober statt.",
    "Der Verein Transparente Stadt e. V. begleitet das.",
    "Mit dabei war Dr. Marco Buschmann aus Berlin.",
    "Es gibt z. B. Ausweise und Pässe.",
    "Das regelt Art. 5 Abs. 2 GG seit langem.",
    "Die Firma kommt aus Freiburg i. Breisgau und Ulm.",
    "Veranstalter ist der Bitkom e.V. Berlin.",
    "Firmen, Verbände u.v.m. Stände gab es dort.",
    "„Das ist gut. Das bleibt so. Punkt.“",
    "Er sagte: „Ja! Nein.“ und ging.",
    "Das Haus stammt aus dem 19. Jahrhundert.",
    "Sie finden uns im 2. Obergeschoss.",
    "Das kostet 5 Euro inkl. MwSt. und Versand.",
    "Es kam Dipl.-Ing. Meier aus der Abt. Soziales.",
    "1. Personalausweis mitbringen.",
    "Mehr auf karlsruhe.Digital im Netz.",
    "Um 12.30 Uhr ist Pause.",
]
ONE_SENTENCE_EN = [
    "We met Dr. Smith and Mr Bean.",
    "Bring a document, e.g. Your passport.",
    "Form No. 5 is needed.",
    "Mr. Jones lives in Apt. 5 now.",
    "See Vol. 3, ch. 4, of the report.",
    "He asked: “Really? Now?” and left.",
]
SEVERAL = {
    "Der Eintritt ist frei. Die Halle ist offen.": 2,
    "Es endet am 15. Danach ist zu.": 2,
    "Es gab Stände, Vorträge usw. Das war gut.": 2,
    "Veranstalter ist der Bitkom e. V. Der Verein sitzt in Berlin.": 2,
    "Ausweis mitbringen. 2. Formular ausfüllen.": 2,
    "Das war 2023.Das war gut.": 2,
    "Wirklich? Ja! So ist es.": 3,
    "Das ist ein Nein. Die Gebühr bleibt.": 2,
}


def split(text: str, language: Language = "de") -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, 0, len(text), language)]


@pytest.mark.parametrize("text", ONE_SENTENCE_DE)
def test_a_german_sentence_stays_whole(text: str) -> None:
    assert split(text) == [text]


@pytest.mark.parametrize("text", ONE_SENTENCE_EN)
def test_an_english_sentence_stays_whole(text: str) -> None:
    assert split(text, "en") == [text]


@pytest.mark.parametrize(("text", "number"), SEVERAL.items())
def test_sentences_are_parted(text: str, number: int) -> None:
    assert len(split(text)) == number


def test_no_is_a_word_at_the_end_of_an_english_sentence() -> None:
    assert split("The answer is no. The fee stays.", "en") == [
        "The answer is no.",
        "The fee stays.",
    ]


def test_spans_count_characters_not_bytes() -> None:
    assert split("Größe 😀 ist gut. Äpfel auch.") == ["Größe 😀 ist gut.", "Äpfel auch."]


def test_a_line_break_or_gap_does_not_end_a_sentence() -> None:
    assert split("Den Platz belegte München, dicht\n\ngefolgt von Köln. Ende.") == [
        "Den Platz belegte München, dicht\n\ngefolgt von Köln.",
        "Ende.",
    ]


def test_a_remark_in_brackets_belongs_to_the_sentence_before() -> None:
    assert split("Alle kamen. (vdo)") == ["Alle kamen. (vdo)"]


def test_spans_lie_inside_the_block() -> None:
    text = "Davor. Eins ist da. Zwei auch. Danach."
    assert [text[a:b] for a, b in sentence_spans(text, 7, 30, "de")] == [
        "Eins ist da.",
        "Zwei auch.",
    ]


def test_an_item_is_one_sentence_without_its_bullet() -> None:
    text = "- Kosten: 5 Euro. Bar."
    assert unit_spans(text, 0, len(text), "item", "de") == [(2, 22)]


def test_an_item_of_several_sentences_has_several() -> None:
    text = "- Bringen Sie einen Ausweis mit. Er muss noch gültig sein."
    assert len(unit_spans(text, 0, len(text), "item", "de")) == 2


def test_a_row_is_one_sentence_without_its_outer_pipes() -> None:
    text = "| Dr. Meier. | Zi. 5. Stock 2 |"
    assert unit_spans(text, 0, len(text), "row", "de") == [(2, 29)]


@given(st.text(max_size=300), st.sampled_from(["de", "en", "other"]))
def test_sentences_are_in_order_trimmed_and_hold_every_letter(
    text: str, language: Language
) -> None:
    spans = sentence_spans(text, 0, len(text), language)
    ends = [0, *(end for _, end in spans)]
    assert all(before <= start < end for before, (start, end) in zip(ends, spans, strict=False))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    held = {at for start, end in spans for at in range(start, end)}
    if "<!--" not in text:
        assert all(at in held for at, letter in enumerate(text) if letter.isalnum())


def test_windows_do_not_cut_a_sentence() -> None:
    sentence = "Das ist ein Satz mit Umlauten wie ä, ö und ü. "
    text = sentence * (3 * WINDOW_CHARS // len(sentence))
    assert set(split(text)) == {sentence.strip()}

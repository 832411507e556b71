"""What is embedded always fits the encoder's window."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.embedding_input import (
    embedding_input,
    embedding_key,
    matched_text,
    sentence_inputs,
)
from indexer.encoder import load_encoder
from indexer.sentence_vectors import MAX_UNITS
from indexer.settings import Settings
from indexer.types import Passage

WORDS = st.lists(st.text("abcdefghijäöüß ", min_size=1), max_size=80).map(" ".join)


def passage(text: str, headings: tuple[str, ...] = (), columns: tuple[str, ...] = ()) -> Passage:
    return Passage("d", 0, len(text), text, "de", headings, columns)


def words(text: str) -> int:
    return len(text.split())


@settings(max_examples=60, deadline=None)
@given(title=WORDS, headings=st.lists(WORDS, max_size=4), columns=st.lists(WORDS, max_size=4))
def test_whatever_the_context_the_input_fits_and_holds_the_passage(
    title: str, headings: list[str], columns: list[str]
) -> None:
    body = "Die Messe zählte mehr als 15.000 Besucher."
    model = load_encoder(Settings().encoder)
    text = embedding_input(
        title, passage(body, tuple(headings), tuple(columns)), model.count_tokens, model.window
    )
    assert model.count_tokens(text) <= model.window
    assert text.endswith(body)


def test_outer_headings_give_way_before_the_title() -> None:
    text = embedding_input("Titel", passage("eins zwei", ("Outer", "Inner")), words, 4)
    assert text == "Titel\nInner\neins zwei"


def test_the_title_is_shortened_from_its_end() -> None:
    assert embedding_input("A B C D", passage("eins zwei"), words, 4) == "A B\neins zwei"


def test_a_passage_beyond_the_window_is_refused() -> None:
    with pytest.raises(ValueError, match=r"passage d\[0:9\] of 2 tokens .* window of 1"):
        embedding_input("Titel", passage("eins zwei"), words, 1)


def test_the_key_depends_on_the_input_and_the_encoder() -> None:
    inputs = [(["text"], "a"), (["text"], "b"), (["texts"], "a"), (["te", "xt"], "a")]
    assert len({embedding_key(texts, encoder) for texts, encoder in inputs}) == len(inputs)


def test_a_title_that_the_passage_says_itself_is_not_said_twice() -> None:
    assert embedding_input("eins zwei", passage("eins zwei drei"), words, 9) == "eins zwei drei"
    assert embedding_input("eins zwei…", passage("eins zwei drei"), words, 9) == "eins zwei drei"


def sentences(count: int) -> Passage:
    texts = [f"Satz {number}." for number in range(count)]
    starts = [sum(len(text) + 1 for text in texts[:number]) for number in range(count)]
    spans = tuple((start, start + len(text)) for start, text in zip(starts, texts, strict=True))
    made = passage(" ".join(texts), ("Oben", "Unten"), ("Spalte",))
    return replace(made, sentences=spans)


def test_a_sentence_is_embedded_under_its_nearest_heading_and_column_headers() -> None:
    inputs = sentence_inputs(sentences(2), lambda text: True)
    assert inputs == ["Unten Spalte Satz 0.", "Unten Spalte Satz 1."]


def test_of_many_sentences_neighbours_share_a_unit_and_none_is_left_out() -> None:
    inputs = sentence_inputs(sentences(25), lambda text: True)
    assert len(inputs) == MAX_UNITS
    joined = " ".join(text.removeprefix("Unten Spalte ") for text in inputs)
    assert joined == sentences(25).text
    assert sentence_inputs(sentences(0), lambda text: True) == []


def test_a_sentence_beyond_the_window_loses_its_context_then_its_end() -> None:
    assert sentence_inputs(sentences(1), lambda text: len(text) <= 10) == ["Satz 0."]
    assert sentence_inputs(sentences(1), lambda text: len(text) <= 4) == ["Sat"]


def test_titles_headings_and_column_headers_are_matched() -> None:
    text = matched_text("Gebühren", passage("Pass | 37 €", ("Ausweise",), ("Art", "Betrag")))
    assert text.split() == ["Gebühren", "Ausweise", "Art", "Betrag", "Pass", "37", "€"]

"""Alignment, lexicon, word pieces and questions: what training makes from parallel text."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from indexer.training.alignment import align
from indexer.training.lexicon import Lexicon, learn_lexicon
from indexer.training.pieces import (
    SPECIAL,
    choose_pieces,
    count_words,
    kept_english,
    write_tokenizer,
)
from indexer.training.questions import TEMPLATES, rough_question, template_question
from indexer.training.roughly import sentence_at, sentences_of
from indexer.training.sources import Pair

PAIRS = [("das Haus", "the house"), ("das Buch", "the book"), ("ein Buch", "a book")] * 4


def test_alignment_settles_what_cooccurrence_leaves_open() -> None:
    # The example of Koehn, Statistical Machine Translation (2010), section 4.2: das Haus, das
    # Buch, ein Buch. Expectation maximisation pairs das-the, Haus-house, Buch-book, ein-a.
    lexicon = learn_lexicon(PAIRS)
    assert lexicon.to_english == {"das": "the", "haus": "house", "buch": "book", "ein": "a"}


def test_a_unit_has_its_links_strongest_first_and_no_more_than_asked_for() -> None:
    german = [np.array([1, 2], dtype=np.int32), np.array([1], dtype=np.int32)] * 3
    english = [np.array([0, 1], dtype=np.int32), np.array([0], dtype=np.int32)] * 3
    found = align(german, english, 3, 2, keep=1)
    assert [int(found.of(unit)[0][0]) for unit in (1, 2)] == [0, 1]
    assert len(found.german) == 2


def test_a_gloss_exchanges_known_words_and_keeps_all_else() -> None:
    lexicon = Lexicon({"haus": "house"}, {"house": "haus"})
    glossed = lexicon.gloss(random.Random(0), "Das Haus (alt), 3 Euro.", "en", 1.0)
    assert glossed == "Das house (alt), 3 Euro."
    assert lexicon.gloss(random.Random(0), "The house", "de", 0.0) == "The house"


def test_words_of_other_scripts_go_and_their_letters_stay() -> None:
    vocabulary = ["[PAD]", "[unused1]", "house", "##ing", "é", "мир", "м", "##の", "の人", "!"]
    assert kept_english(vocabulary) == ["house", "##ing", "é", "м", "##の", "!"]


def test_words_are_counted_as_the_tokenizer_sees_them() -> None:
    assert count_words([("Ämter, AMTER!", 2)]) == {"amter": 4, ",": 2, "!": 2}


def test_no_piece_is_taken_that_would_cut_english_words_otherwise() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    english = [*SPECIAL, *letters, *("##" + letter for letter in letters), "stand"]
    german = {"behordengang": 50, "behordenhaus": 40, "standing": 6}
    chosen = choose_pieces(english, german, {"standing": 60, "and": 10}, 8)
    assert any(piece.startswith("behorde") for piece in chosen)
    assert not any(piece in "##standing" for piece in chosen)


def test_the_tokenizer_file_reads_as_bert_reads(tmp_path: Path) -> None:
    write_tokenizer([*SPECIAL, "burger", "##amt", "?"], tmp_path / "tokenizer.json")
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert tokenizer.encode("Bürgeramt? Ω").tokens == [
        "[CLS]",
        "burger",
        "##amt",
        "?",
        "[UNK]",
        "[SEP]",
    ]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.german[:30])
def test_a_template_has_the_same_gaps_in_both_languages(template: Pair) -> None:
    def gaps(text: str) -> set[str]:
        return {gap for gap in ("{n}", "{m}", "{x}") if gap in text}

    assert gaps(template.german) == gaps(template.english) != set()


def test_a_template_is_filled_alike_in_both_languages() -> None:
    pair = template_question(random.Random(3), [Pair("Steuer", "tax")], ["Goethe"])
    assert ("Steuer" in pair.german) == ("tax" in pair.english)
    assert ("Goethe" in pair.german) == ("Goethe" in pair.english)
    assert "{" not in pair.german + pair.english


def test_a_rough_question_keeps_words_in_their_order() -> None:
    sentence = "Die Brücke wurde im Jahr 1895 nach langer Planung eröffnet."
    asked = rough_question(random.Random(5), sentence, "de")
    assert asked.endswith("?")
    kept = [word for word in asked.rstrip("?").split() if word in sentence]
    assert kept
    assert [sentence.index(word) for word in kept] == sorted(sentence.index(word) for word in kept)


def test_sentences_are_parted_but_not_after_short_abbreviations() -> None:
    text = "Sie lebte z. B. im 19. Jahrhundert hier in Rom. Dann zog sie nach Bern um."
    assert len(sentences_of(text)) == 2
    assert sentence_at(text, text.index("Bern")).startswith("Dann")

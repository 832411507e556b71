"""The filter between training and evaluation data, and the readers behind it."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from indexer.training.overlap import EvaluationText, normalised_words
from indexer.training.sources import Pair, TrainingData, is_held_out

EVALUATION = EvaluationText(
    [
        "Der Platz hat neun Bänke, zwölf Bäume und einen Brunnen. Er ist schön.",
        "Wo ist Tom?",
        "Sechs Wörter hat dieser ganze Satz.",
        "Zu kurz.",
    ]
)


def test_eight_words_in_a_row_overlap_whatever_their_case_and_punctuation() -> None:
    assert EVALUATION.overlaps("Ja: „platz hat NEUN Bänke – zwölf Bäume und einen“, sagte sie.")


def test_seven_words_in_a_row_do_not_overlap() -> None:
    assert not EVALUATION.overlaps("Platz hat neun Bänke, zwölf Bäume und Hunde.")


def test_a_whole_sentence_of_six_words_overlaps_also_within_a_text() -> None:
    assert EVALUATION.overlaps("Vorher. Sechs Wörter hat dieser ganze Satz. Nachher.")
    assert not EVALUATION.overlaps("Sechs Wörter hat dieser ganze Satz nicht.")


def test_a_question_overlaps_at_any_length_but_a_short_statement_does_not() -> None:
    assert EVALUATION.overlaps("wo ist tom?")
    assert not EVALUATION.overlaps("Zu kurz.")


def test_compatible_letters_are_the_same_letters() -> None:
    # NFKC: the ligature ﬁ and the full-width digit ２ are compatibility characters.
    assert normalised_words("Ein Ｇraﬁk-Satz ２") == ["ein", "grafik", "satz", "2"]


def test_masking_keeps_every_index() -> None:
    sentences = ["Eins.", "Sechs Wörter hat dieser ganze Satz.", "Drei."]
    assert EVALUATION.masked(sentences) == ["Eins.", "", "Drei."]


def test_every_string_of_every_format_is_taken_in(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"data": [{"q": ["Steht das in JSON?"]}]}), "utf-8")
    (tmp_path / "b.jsonl").write_text(json.dumps({"q": "Steht das in Zeilen?"}) + "\n", "utf-8")
    (tmp_path / "c.csv").write_text('"Steht das, bitte, in CSV?",other,1.0\n', "utf-8")
    (tmp_path / "d.tsv").write_text('Steht "das in TSV?\tDoes it?\n', "utf-8")
    evaluation = EvaluationText.read(tmp_path)
    for question in (
        "Steht das in JSON?",
        "Steht das in Zeilen?",
        "Steht das, bitte, in CSV?",
        'Steht "das in TSV?',
        "Does it?",
    ):
        assert evaluation.overlaps(question), question


def test_without_evaluation_data_nothing_is_trained(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no evaluation data in"):
        EvaluationText.read(tmp_path)


def test_a_pair_that_overlaps_on_either_side_is_dropped_and_counted(tmp_path: Path) -> None:
    lines = "Wo ist Tom?\tWhere is he?\nWo ist sie?\tWhere is she?\nohne Gegenstück\n"
    (tmp_path / "tatoeba.tsv.xz").write_bytes(lzma.compress(lines.encode()))
    data = TrainingData(tmp_path, EVALUATION)
    assert list(data.pairs("tatoeba")) == [Pair("Wo ist sie?", "Where is she?")]
    assert data.dropped["tatoeba"] == 1
    assert data.read["tatoeba"] == 2


def test_a_page_masks_the_sentence_and_keeps_the_indices_of_its_answers(tmp_path: Path) -> None:
    row = {
        "city": "x",
        "page": 1,
        "question_de": "Gibt es Geld?",
        "question_en": "Is there money?",
        "sentences_de": ["Sechs Wörter hat dieser ganze Satz.", "Ja."],
        "sentences_en": ["Six.", "Yes."],
        "answers_de": [1],
        "answers_en": [1],
    }
    (tmp_path / "municipal-qa-train.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    (asked,) = TrainingData(tmp_path, EVALUATION).municipal_questions()
    assert asked.sentences["de"] == ["", "Ja."]
    assert asked.answers["de"] == [1]


def test_the_development_split_is_the_same_everywhere() -> None:
    # CRC-32 of "123456789" is the standard's check value, 0xCBF43926 = 3421780262.
    assert is_held_out("123456789", percent=63)
    assert not is_held_out("123456789", percent=62)

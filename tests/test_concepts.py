"""What a question asks for: compounds and their parts, translations, abbreviations."""

from __future__ import annotations

import csv
import doctest
from pathlib import Path

import pytest

import indexer.abbreviations
import indexer.text.compounds
from eval.compounds import GOLD, f1, read_gold
from indexer.abbreviations import find_abbreviations
from indexer.concepts import PART_WEIGHT, concepts
from indexer.text.compounds import split_compound
from indexer.text.dictionary import translations


@pytest.mark.parametrize("module", [indexer.text.compounds, indexer.abbreviations])
def test_the_documented_examples_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("verwaltungspreis", ("verwaltungs", "preis")),
        ("digitalministerkonferenz", ("digital", "minister", "konferenz")),
        ("wohngeldantrag", ("wohn", "geld", "antrag")),
        ("infrastruktur", ("infrastruktur",)),
        ("verstehen", ("verstehen",)),
        ("handlung", ("handlung",)),
        ("exhibitors", ("exhibitors",)),
        ("", ("",)),
    ],
)
def test_compounds_fall_apart_where_people_would_cut_them(
    word: str, parts: tuple[str, ...]
) -> None:
    assert split_compound(word) == parts


def test_a_text_that_lost_its_spaces_is_no_compound() -> None:
    assert split_compound("sport" * 400) == ("sport" * 400,)


def test_parts_always_join_to_the_word() -> None:
    words = [line.split("\t")[0] for line in GOLD.read_text("utf-8").splitlines()[1:]]
    assert all("".join(split_compound(word)) == word for word in words)


def test_the_gold_standard_is_of_five_bands_and_two_halves() -> None:
    with GOLD.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    split = [row for row in rows if "+" in row["split"]]
    assert len(split) >= 300
    assert len(rows) - len(split) >= 100
    assert {row["band"] for row in rows} == set("12345")
    for row in rows:
        assert row["split"].replace("+", "").replace("(", "").replace(")", "") == row["word"]


def test_the_splitter_is_as_good_as_its_benchmark_says() -> None:
    # `python -m eval.compounds`: .971 and .934; a floor, not a goal.
    assert f1(read_gold("development")).value >= 0.96
    assert f1(read_gold("test")).value >= 0.92


def test_a_compound_is_also_asked_for_by_its_parts_for_less() -> None:
    (asked,) = concepts("Verwaltungspreis", "de")
    parts = {"verwalt": PART_WEIGHT, "preis": PART_WEIGHT}
    assert asked.terms["de"] == {"verwaltungspreis": 1.0} | parts


def test_translations_count_less_than_the_word_itself() -> None:
    (asked,) = concepts("Bürgermeister", "de")
    assert 0.5 < asked.terms["en"]["mayor"] < 1.0
    assert asked.terms["de"]["burgermeist"] == 1.0


def test_a_german_word_is_not_read_as_an_english_one_of_the_same_spelling() -> None:
    (german,) = concepts("Kind", "de")
    assert "child" in german.terms["en"]
    assert set(german.terms["de"]) == {"kind"}
    (english,) = concepts("kind", "en")
    assert "child" not in english.terms["en"]


def test_an_english_word_in_a_german_question_is_translated() -> None:
    terms = {concept.word: concept.terms for concept in concepts("Wie viele visitors kamen?", "de")}
    assert "besuch" in terms["visitors"]["de"]


def test_a_hyphenated_word_is_asked_for_in_one_piece_too() -> None:
    assert all("email" in asked.terms["en"] for asked in concepts("E-Mail", "de"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Berlin Centre (German only) is open.", {}),
        ("Das IT-Dienstleistungszentrum Berlin (ITDZ) hilft.", {"itdz"}),
        ("Die Digitalministerkonferenz (DMK) tagt.", {"dmk"}),
        ("Nichts davor (ABC)", {}),
        ("(SCCON)", {}),
    ],
)
def test_only_what_the_letters_fit_is_an_abbreviation(text: str, found: set[str]) -> None:
    assert set(find_abbreviations([text])) == set(found)


def test_the_dictionary_holds_stems_and_weights_up_to_one() -> None:
    tables = translations()
    assert len(tables.to_english) > 50_000
    assert len(tables.to_german) > 30_000
    for table in (tables.to_english, tables.to_german):
        assert all(0 < weight <= 1 for found in table.values() for weight in found.values())


def test_the_shipped_files_are_small_enough_for_git() -> None:
    folder = Path(indexer.text.compounds.__file__).parent
    assert sum(file.stat().st_size for file in folder.glob("*.xz")) < 2_000_000

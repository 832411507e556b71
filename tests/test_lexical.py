"""Lexical search: BM25 worked by hand, compounds, translations, slips and abbreviations."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from indexer.coverage import coverage
from indexer.errors import IndexDamaged
from indexer.lexical import INSIDE_WEIGHT, LexicalIndex
from indexer.types import Language

PASSAGES: list[tuple[Language, str]] = [
    ("de", "Ukraine Partnerland Messe"),
    ("de", "Hamburg Köln München Messe"),
    ("en", "Ukraine partner country fair"),
    ("other", "Lituanie pays partenaire"),
    ("de", "Die Digitalisierungsmesse heißt Smart Country Convention (SCCON)."),
    ("en", "The mayor opened the library in Cologne."),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    return LexicalIndex.build(tmp_path_factory.mktemp("terms") / "lexical", PASSAGES)


def found(
    index: LexicalIndex, query: str, language: Language, allowed: np.ndarray | None = None
) -> dict[int, float]:
    return index.search(index.wanted(query, language), 10, allowed=allowed)


def test_the_score_of_a_name_is_its_tf_part_of_bm25(index: LexicalIndex) -> None:
    # By hand: the German passages have 3, 4 and 6 terms, "Ukraine" stands once in the
    # first; its idf cancels out, tf part = 1 (k1 + 1) / (1 + k1 (1 - b + b 3 / 4.33)).
    expected = 2.2 / (1 + 1.2 * (1 - 0.75 + 0.75 * 3 / (13 / 3)))
    assert found(index, "Ukraine", "de")[0] == pytest.approx(expected, rel=0.01)


def test_a_concepts_idf_is_that_over_all_languages(index: LexicalIndex) -> None:
    # Two of six passages hold it: ln(1 + (6 - 2 + .5) / (2 + .5)).
    (ukraine,) = index.wanted("Ukraine", "de")
    assert ukraine.idf == pytest.approx(math.log(1 + 4.5 / 2.5))
    assert not ukraine.fuzzy


def test_a_name_covers_both_languages_alike(index: LexicalIndex) -> None:
    scores = found(index, "Wer war die Ukraine?", "de")
    assert set(scores) == {0, 2}
    assert scores[0] == pytest.approx(scores[2], rel=0.2)


def test_a_part_finds_the_compound_for_less_than_the_word_itself(index: LexicalIndex) -> None:
    scores = found(index, "Messe", "de")
    assert {0, 1, 4} <= set(scores)
    assert scores[1] > scores[4]


def test_a_word_finds_its_translations(index: LexicalIndex) -> None:
    assert max(found(index, "Bürgermeister", "de").items(), key=lambda item: item[1])[0] == 5
    assert 0 in found(index, "partner country", "en")


def test_a_slip_finds_the_word_that_is_meant(index: LexicalIndex) -> None:
    (wanted,) = index.wanted("Ukriane", "de")
    assert wanted.fuzzy
    assert set(found(index, "Ukriane", "de")) == {0, 2}


def test_an_abbreviation_and_what_it_stands_for_find_each_other(tmp_path: Path) -> None:
    passages: list[tuple[Language, str]] = [
        ("en", "Record figures for the Smart Country Convention (SCCON)."),
        ("en", "SCCON opens on Tuesday."),
        ("en", "The Smart Country Convention opens on Tuesday."),
        ("en", "Something else entirely."),
    ]
    index = LexicalIndex.build(tmp_path / "lexical", passages)
    assert set(found(index, "SCCON", "en")) == {0, 1, 2}
    assert set(found(index, "the Smart Country Convention", "en")) == {0, 1, 2}


def test_only_allowed_rows_are_found(index: LexicalIndex) -> None:
    allowed = np.array([False, True, True, True, False, False])
    assert set(found(index, "Messe Ukraine", "de", allowed)) == {1, 2}


def test_a_question_of_function_words_finds_nothing(index: LexicalIndex) -> None:
    assert found(index, "Wer war das?", "de") == {}


def test_a_reopened_index_gives_the_same_scores(tmp_path: Path) -> None:
    built = LexicalIndex.build(tmp_path / "lexical", PASSAGES)
    again = LexicalIndex(tmp_path / "lexical")
    assert found(again, "Messe SCCON", "de") == found(built, "Messe SCCON", "de")
    assert len(built) == len(PASSAGES)


def test_coverage_is_the_share_of_idf_that_a_text_holds(index: LexicalIndex) -> None:
    ukraine, partner = wanted = index.wanted("Ukraine Hamburg", "de")
    share = ukraine.idf / (ukraine.idf + partner.idf)
    assert coverage(wanted, "Die Ukraine zeigt viel.", "de") == pytest.approx(share)
    assert coverage(wanted, "Nichts davon.", "de") == 0
    assert coverage(index.wanted("Messe", "de"), "Spielemessen", "de") == pytest.approx(
        INSIDE_WEIGHT
    )
    assert coverage([], "Die Ukraine", "de") == 0


@pytest.mark.parametrize("file", ["de/meta.json", "abbreviations.json"])
def test_a_damaged_index_is_named(tmp_path: Path, file: str) -> None:
    LexicalIndex.build(tmp_path / "lexical", PASSAGES)
    (tmp_path / "lexical" / file).write_text("no json")
    with pytest.raises(IndexDamaged, match=r"de is not a readable|abbreviations\.json is not"):
        LexicalIndex(tmp_path / "lexical")

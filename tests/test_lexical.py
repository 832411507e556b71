"""tantivy's scores against BM25 worked by hand."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from indexer.errors import IndexDamaged
from indexer.lexical import LexicalIndex, query_weights
from indexer.types import Language

PASSAGES: list[tuple[Language, str]] = [
    ("de", "Ukraine Partnerland Messe"),
    ("de", "Hamburg Köln München Messe"),
    ("en", "Ukraine partner country fair"),
    ("other", "Lituanie pays partenaire"),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    return LexicalIndex.build(tmp_path_factory.mktemp("terms") / "lexical", PASSAGES)


def test_the_score_is_bm25_over_the_total_idf_of_the_question(index: LexicalIndex) -> None:
    # By hand: "Ukraine" stands in one of two German passages, of 3 and 4 terms (mean 3.5);
    # idf = ln(1 + (2 - 1 + .5) / (1 + .5)) = ln 2; tf part = 1 (k1 + 1) / (1 + k1 norm).
    idf = math.log(2)
    norm = 1 - 0.75 + 0.75 * 3 / 3.5
    expected = idf * (1.2 + 1) / (1 + 1.2 * norm) / idf
    assert index.search("Ukraine", 10, languages=["de"]) == {0: pytest.approx(expected, abs=1e-3)}


def test_a_question_in_one_language_covers_names_in_the_other(index: LexicalIndex) -> None:
    found = index.search("Wer war Partnerland, die Ukraine?", 10)
    assert set(found) == {0, 2}
    assert found[0] > found[2]


def test_statistics_are_those_of_the_passages_language(index: LexicalIndex) -> None:
    assert index.idf("mess", "de") == pytest.approx(math.log(1 + 0.5 / 2.5))
    assert index.idf("mess", "en") == pytest.approx(math.log(1 + 1.5 / 0.5))


def test_only_allowed_rows_are_found(index: LexicalIndex) -> None:
    allowed = np.array([False, True, True, True])
    assert set(index.search("Messe Ukraine", 10, allowed=allowed)) == {1, 2}


def test_a_question_of_function_words_finds_nothing(index: LexicalIndex) -> None:
    assert index.search("Wer war das?", 10, languages=["de"]) == {}


def test_a_reopened_index_gives_the_same_scores(tmp_path: Path) -> None:
    built = LexicalIndex.build(tmp_path / "lexical", PASSAGES)
    assert LexicalIndex(tmp_path / "lexical").search("Messe", 5) == built.search("Messe", 5)
    assert len(built) == 4


def test_the_weights_of_a_question_are_its_terms_idf(index: LexicalIndex) -> None:
    assert query_weights(index, "Welche Messen?", "de") == {"mess": index.idf("mess", "de")}


def test_a_damaged_index_is_named(tmp_path: Path) -> None:
    LexicalIndex.build(tmp_path / "lexical", PASSAGES)
    (tmp_path / "lexical" / "de" / "meta.json").write_text("no json")
    with pytest.raises(IndexDamaged, match="de is not a readable term index"):
        LexicalIndex(tmp_path / "lexical")

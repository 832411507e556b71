"""Lexical search: BM25 worked by hand, compounds, translations, slips and abbreviations."""

from __future__ import annotations

import math
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.abbreviations import Abbreviations
from indexer.analysis import stems
from indexer.counts import Counts, Sieve
from indexer.coverage import coverage
from indexer.errors import IndexDamaged
from indexer.lexical import LexicalIndex
from indexer.postings import WORDS, Postings, keys
from indexer.scoring import first_best
from indexer.types import Language
from indexer.wanted import INSIDE_WEIGHT

PASSAGES: list[tuple[Language, str]] = [
    ("de", "Ukraine Partnerland Messe"),
    ("de", "Hamburg Köln München Messe"),
    ("en", "Ukraine partner country fair"),
    ("other", "Lituanie pays partenaire"),
    ("de", "Die Digitalisierungsmesse heißt Smart Country Convention (SCCON)."),
    ("en", "The mayor opened the library in Cologne."),
]


def built(folder: Path, *segments: list[tuple[Language, str]]) -> LexicalIndex:
    """An index of these segments."""
    folders = [folder / str(number) for number in range(len(segments))]
    for name, passages in zip(folders, segments, strict=True):
        LexicalIndex.build(name, passages)
    return LexicalIndex(folders)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    return built(tmp_path_factory.mktemp("terms"), PASSAGES)


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
    index = built(tmp_path, passages)
    assert set(found(index, "SCCON", "en")) == {0, 1, 2}
    assert set(found(index, "the Smart Country Convention", "en")) == {0, 1, 2}


def test_only_allowed_rows_are_found(index: LexicalIndex) -> None:
    allowed = np.array([False, True, True, True, False, False])
    assert set(found(index, "Messe Ukraine", "de", allowed)) == {1, 2}


def test_a_question_of_function_words_finds_nothing(index: LexicalIndex) -> None:
    assert found(index, "Wer war das?", "de") == {}


QUERIES: list[tuple[str, Language]] = [
    ("Messe SCCON", "de"), ("Ukriane", "de"), ("library mayor", "en"), ("Messe in Köln", "de"),
]  # fmt: skip


@pytest.mark.parametrize("cut", [0, 1, 3, 5, 6])
def test_scores_do_not_depend_on_how_passages_were_added(
    tmp_path: Path, index: LexicalIndex, cut: int
) -> None:
    parts = built(tmp_path, PASSAGES[:cut], PASSAGES[cut:])
    assert len(parts) == len(index) == len(PASSAGES)
    for query, language in QUERIES:
        assert found(parts, query, language) == found(index, query, language)
        assert parts.corrected(query, language) == index.corrected(query, language)


@given(
    st.lists(st.lists(st.sampled_from(["moor", "deich", "turm", "xylo"]), max_size=9), max_size=10)
)
def test_scores_are_those_of_the_formula(texts: list[list[str]]) -> None:
    with TemporaryDirectory() as folder:
        index = built(Path(folder), [("other", " ".join(words)) for words in texts])
        scores = found(index, "moor turm", "other")
    average = sum(map(len, texts)) / max(1, len(texts))
    idf = {
        word: math.log(1 + (len(texts) - n + 0.5) / (n + 0.5))
        for word in ("moor", "turm")
        for n in [sum(word in words for words in texts)]
    }
    for row, words in enumerate(texts):
        expected = sum(
            idf[word] * 2.2 * n / (n + 1.2 * (0.25 + 0.75 * len(words) / average))
            for word in idf
            if (n := words.count(word))
        ) / sum(idf.values())
        assert scores.get(row, 0.0) == pytest.approx(expected, rel=1e-5)


def test_only_the_best_of_each_language_are_found(index: LexicalIndex) -> None:
    wanted = index.wanted("Messe Ukraine", "de")
    every = index.search(wanted, 10)
    best = index.search(wanted, 1)
    assert len(best) == 2
    assert best == {row: every[row] for row in (0, 2)}


def test_coverage_is_the_share_of_idf_that_a_text_holds(index: LexicalIndex) -> None:
    ukraine, partner = wanted = index.wanted("Ukraine Hamburg", "de")
    share = ukraine.idf / (ukraine.idf + partner.idf)
    assert coverage(wanted, "Die Ukraine zeigt viel.", "de") == pytest.approx(share)
    assert coverage(wanted, "Nichts davon.", "de") == 0
    assert coverage(index.wanted("Messe", "de"), "Spielemessen", "de") == pytest.approx(
        INSIDE_WEIGHT
    )
    assert coverage([], "Die Ukraine", "de") == 0


@pytest.mark.parametrize("file", ["rows.npy", "terms.npy", "abbreviations.json"])
def test_a_damaged_index_is_named(tmp_path: Path, file: str) -> None:
    LexicalIndex.build(tmp_path / "lexical", PASSAGES)
    (tmp_path / "lexical" / file).write_text("no json")
    with pytest.raises(IndexDamaged, match=rf"{file} is not readable"):
        LexicalIndex([tmp_path / "lexical"])


def test_postings_that_do_not_fit_together_are_named(tmp_path: Path) -> None:
    LexicalIndex.build(tmp_path / "lexical", PASSAGES)
    np.save(tmp_path / "lexical" / "rows.npy", np.arange(3, dtype=np.uint32))
    with pytest.raises(IndexDamaged, match="do not fit together"):
        LexicalIndex([tmp_path / "lexical"])


def test_what_nobody_may_know_of_tells_nothing(tmp_path: Path) -> None:
    passages: list[tuple[Language, str]] = [
        ("de", "Das Klinik Neubau Projekt (KNP) ist geheim."),
        ("de", "Der Neubau der Schule beginnt."),
        ("de", "Etwas anderes."),
    ]
    index, without = built(tmp_path / "a", passages), built(tmp_path / "b", passages[1:])
    visible = np.array([False, True, True])
    for query in ("KNP", "Neubau", "Klinek", "Schule"):
        seen = index.search(index.wanted(query, "de", visible=visible), 9, allowed=visible)
        # Lengths of passages differ, idf and what an abbreviation stands for do not.
        assert [w.idf for w in index.wanted(query, "de", visible=visible)] == [
            w.idf for w in without.wanted(query, "de")
        ]
        assert len(seen) == len(found(without, query, "de"))


def test_of_two_definitions_the_same_one_counts_in_any_order(tmp_path: Path) -> None:
    passages: list[tuple[Language, str]] = [
        ("de", "Das Amt für Umwelt und Klima (AUK) zieht um."),
        ("de", "Die Akademie Unterer Kreis (AUK) öffnet."),
        ("de", "Umwelt und Klima sind wichtig, die Akademie auch."),
    ]
    there = built(tmp_path / "a", passages)
    back = built(tmp_path / "b", passages[1:2], passages[:1], passages[2:])
    scores = [sorted(found(one, "AUK", "de").values()) for one in (there, back)]
    assert scores[0] == pytest.approx(scores[1])


@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
def test_what_may_not_be_known_of_is_not_counted_however_much_that_is(
    tmp_path: Path, share: float
) -> None:
    chance = np.random.default_rng(4)
    words = ["Messe", "Rathaus", "Markt", "Moor", "Deich"]
    texts = [" ".join(chance.choice(words, 3)) for _ in range(300)]
    for number, part in enumerate((texts[:200], texts[200:])):
        LexicalIndex.build(tmp_path / str(number), (("de", text) for text in part))
    postings = [Postings(tmp_path / "0"), Postings(tmp_path / "1")]
    visible = chance.random(300) < share
    for word in words:
        key = keys(stems([word.lower()], "de"), "de", WORDS)
        expected = sum(word in text for text, shown in zip(texts, visible, strict=True) if shown)
        counts = Counts(postings)
        assert counts.of(key, counts.among(visible)).tolist() == [expected]


def test_an_abbreviation_is_found_short_and_written_out_and_not_by_half() -> None:
    written_out = ["smart", "country", "convention"]
    known = Abbreviations([("sc", ["smart", "city"], 0), ("sccon", written_out, 1)])
    assert dict(known.within(["sccon"])) == {"sccon": written_out}
    assert dict(known.within(["city", "smart"])) == {"sc": ["smart", "city"]}
    assert not dict(known.within(["smart", "country"]))


def test_a_sieve_lets_every_key_through_that_it_was_made_of_and_few_others() -> None:
    chance = np.random.default_rng(8)
    own, others = chance.integers(0, 2**63, (2, 20_000), dtype=np.uint64) << np.uint64(1)
    sieve = Sieve([own[:5_000], own[5_000:]])
    assert sieve.may_hold(own).all()
    # At most one place in eight is taken, and places are a power of two.
    assert sieve.may_hold(np.setdiff1d(others, own)).mean() <= 0.125


def test_a_sieve_of_nothing_lets_nothing_through() -> None:
    assert not Sieve([]).may_hold(np.arange(50, dtype=np.uint64) << np.uint64(55)).any()


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60), st.integers(1, 70))
def test_of_equal_scores_the_first_rows_are_the_best(drawn: list[int], k: int) -> None:
    scores = np.array(drawn, np.float32)
    expected = sorted(range(len(drawn)), key=lambda row: (-drawn[row], row))[:k]
    assert first_best(np.arange(len(drawn)), scores, k).tolist() == expected

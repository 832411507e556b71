"""The public benchmarks as their files have them."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmark_samples import write_benchmarks

from eval.benchmarks import Search, Similarity, Translation, answer_sentence, load, search

REAL = Path(__file__).parents[2] / "shared" / "data" / "eval"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_benchmarks(tmp_path)


def test_identical_texts_of_a_pool_count_as_one() -> None:
    found = search("s", "nDCG@10", ["a", "b", "a"], ["?", "!"], [{"a"}, {"b", "a"}])
    assert found.pool == ("a", "b")
    assert found.relevant == (frozenset({0}), frozenset({0, 1}))


def test_an_answer_across_a_break_belongs_to_the_sentence_with_most_of_it() -> None:
    paragraph = {
        "context": "Von E. I. du Pont. Ja.",
        "sentence_breaks": [[0, 6], [7, 18], [19, 22]],
    }
    assert answer_sentence(paragraph, 4, 13) == "I. du Pont."
    assert answer_sentence(paragraph, 19, 2) == "Ja."


def searches(data: Path, name: str) -> dict[str, Search]:
    loaded = load(data, [name])
    return {found.name: found for found in loaded if isinstance(found, Search)}


def test_xquad_asks_for_the_paragraph_in_the_named_language(data: Path) -> None:
    assert searches(data, "xquad")["xquad de→en"] == Search(
        "xquad de→en", "nDCG@10", ("Two? (de)",), ("One. Two.",), (frozenset({0}),)
    )


def test_xquad_r_has_the_sentences_of_both_languages_and_both_are_right(data: Path) -> None:
    found = searches(data, "xquad-r")["xquad-r de→de+en"]
    assert found.pool == ("Eins.", "Zwei.", "One.", "Two.")
    assert found.relevant == (frozenset({1, 3}),)


def test_the_faq_crosses_languages(data: Path) -> None:
    found = searches(data, "faq")
    assert list(found) == ["faq de→de", "faq de→en", "faq en→de", "faq en→en"]
    assert (found["faq en→de"].questions, found["faq en→de"].pool) == (("What?",), ("Das.",))


def test_municipal_pages_stand_once_and_unanswerable_questions_are_left_out(data: Path) -> None:
    found = searches(data, "municipal")["municipal de→en"]
    assert found.questions == ("Frage 1?", "Frage 2?")
    assert found.pool == ("Page 7. End.", "Page 8. End.")
    assert found.relevant == (frozenset({0}), frozenset({0}))


def test_any_translation_of_a_sentence_that_recurs_is_right(data: Path) -> None:
    (loaded,) = load(data, ["ntrex"])
    assert isinstance(loaded, Translation)
    assert loaded.there.relevant == (frozenset({0, 1}),) * 2
    assert loaded.back.pool == ("Eins.",)


def test_commas_within_a_sentence_are_read(data: Path) -> None:
    loaded = load(data, ["stsb"])[0]
    assert loaded == Similarity("stsb de", ("One, two.", "One."), ("One.", "One."), (2.5, 5.0))


def test_all_missing_files_are_named(data: Path) -> None:
    (data / "ntrex.tsv").unlink()
    (data / "xquad-r.en.json").unlink()
    with pytest.raises(ValueError, match=r"lacks xquad-r\.en\.json, ntrex\.tsv$"):
        load(data)


def test_a_damaged_file_is_named(data: Path) -> None:
    (data / "ntrex.tsv").write_text("Eins.\n")
    with pytest.raises(ValueError, match=r"^ntrex\.tsv in .* is damaged"):
        load(data)


@pytest.mark.skipif(not REAL.is_dir(), reason="../shared/data/eval is not on this machine")
def test_the_real_files_have_the_sizes_that_their_papers_name() -> None:
    loaded = {benchmark.name: benchmark for benchmark in load(REAL)}
    sizes = {
        name: (len(found.questions), len(found.pool))
        for name, found in loaded.items()
        if isinstance(found, Search)
    }
    assert sizes["xquad de→en"] == sizes["xquad en→de"] == (1190, 240)
    assert sizes["xquad-r de→de+en"] == sizes["xquad-r en→de+en"] == (1190, 1276 + 1180)
    assert sizes["faq de→de"] == (145, 145)
    assert sizes["municipal en→de"] == (155, 134)
    tatoeba, stsb = loaded["tatoeba"], loaded["stsb de"]
    assert isinstance(tatoeba, Translation)
    assert isinstance(stsb, Similarity)
    assert (len(tatoeba.there.pool), len(stsb.scores)) == (1000, 1379)
    sentences = loaded["xquad-r de→de+en"]
    assert isinstance(sentences, Search)
    assert {len(rows) for rows in sentences.relevant} == {2}  # one in each language

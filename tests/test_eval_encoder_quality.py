"""An encoder's figures worked by hand, and the benchmarks as their files have them."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ir_measures
import numpy as np
import pytest
from click.testing import CliRunner
from ir_measures import AP, nDCG
from scipy.stats import spearmanr

from eval import encoder_quality
from eval.benchmarks import (
    Search,
    Similarity,
    Translation,
    answer_sentence,
    load,
    search,
)
from eval.encoder_quality import as_json, as_table, main, measure
from eval.figures import GOALS, figures
from eval.ranking import (
    average_precision,
    bootstrap,
    found_first,
    ndcg_at_10,
    ranks_of_relevant,
    spearman,
)

REAL = Path(__file__).parents[2] / "shared" / "data" / "eval"

# Texts on the unit circle, by their angle in degrees: a smaller angle between two is nearer.
ANGLES = {"east": 0, "near east": 10, "between": 45, "near north": 80, "north": 90, "west": 180}


def on_the_circle(texts: Sequence[str]) -> np.ndarray:
    angles = np.radians([ANGLES[text] for text in texts])
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_every_relevant_text_has_its_rank_in_the_whole_pool() -> None:
    pool = on_the_circle(["north", "near east", "west", "between"])
    ranks = ranks_of_relevant(on_the_circle(["east", "north"]), pool, [{0, 1}, {2}])
    # From east: near east (10°), between (45°), north (90°), west (180°).
    assert ranks[0].tolist() == [1, 3]
    # From north: itself, between (45°), near east (80°), west (90°).
    assert ranks[1].tolist() == [4]


def test_equal_scores_stand_in_the_order_of_the_pool() -> None:
    question, pool = np.array([[1.0, 0.0]]), np.array([[0.6, 0.8], [0.6, -0.8], [0.0, 1.0]])
    assert ranks_of_relevant(question, pool, [{1}])[0].tolist() == [2]
    assert ranks_of_relevant(question, pool, [{0}])[0].tolist() == [1]


def test_ndcg_cuts_at_ten_and_knows_the_ideal() -> None:
    assert ndcg_at_10(np.array([1])) == 1
    assert ndcg_at_10(np.array([2])) == pytest.approx(1 / math.log2(3))
    assert ndcg_at_10(np.array([10])) == pytest.approx(1 / math.log2(11))
    assert ndcg_at_10(np.array([11])) == 0
    # Ranks 1 and 3 over the ideal ranks 1 and 2.
    ideal = 1 + 1 / math.log2(3)
    assert ndcg_at_10(np.array([1, 3])) == pytest.approx((1 + 1 / math.log2(4)) / ideal)


def test_average_precision_reads_the_whole_ranking() -> None:
    # Precision 1/2 at the first relevant text, 2/40 at the second.
    assert average_precision(np.array([2, 40])) == pytest.approx((1 / 2 + 2 / 40) / 2)


def test_only_the_first_text_counts_for_accuracy() -> None:
    assert (found_first(np.array([1, 9])), found_first(np.array([2]))) == (1, 0)


def test_ranking_measures_are_those_of_ir_measures() -> None:
    random = np.random.default_rng(1)
    questions, pool = (random.normal(size=(count, 8)) for count in (20, 50))
    relevant = [set(random.choice(50, size=1 + n % 3, replace=False).tolist()) for n in range(20)]
    qrels = [ir_measures.Qrel(str(q), str(p), 1) for q, rows in enumerate(relevant) for p in rows]
    run = [
        ir_measures.ScoredDoc(str(q), str(p), float(score))
        for q, scores in enumerate(questions @ pool.T)
        for p, score in enumerate(scores)
    ]
    expected = ir_measures.calc_aggregate([nDCG @ 10, AP], qrels, run)
    ranks = ranks_of_relevant(questions, pool, relevant)
    assert np.mean([ndcg_at_10(one) for one in ranks]) == pytest.approx(expected[nDCG @ 10])
    assert np.mean([average_precision(one) for one in ranks]) == pytest.approx(expected[AP])


def test_spearman_is_scipys_with_equal_values_in_between() -> None:
    # Ranks 1 2 3 4 against 1 3 2 4: 1 - 6 * (0 + 1 + 1 + 0) / (4 * 15) = 4/5.
    found = np.array([[0.1, 0.2, 0.3, 0.4], [0.1, 0.1, 0.3, 0.4]])
    wanted = np.array([[1.0, 3.0, 2.0, 4.0], [1.0, 3.0, 2.0, 2.0]])
    assert spearman(found, wanted)[0] == pytest.approx(4 / 5)
    assert spearman(found, wanted)[1] == pytest.approx(spearmanr(found[1], wanted[1]).statistic)
    assert spearman(np.ones((1, 3)), np.array([[1.0, 2.0, 3.0]])).tolist() == [0]


def test_the_interval_is_always_the_same_and_holds_the_mean() -> None:
    values = np.array([1.0] * 30 + [0.0] * 70)

    def interval() -> tuple[float, float]:
        return bootstrap(100, lambda drawn: values[drawn].mean(axis=1))

    # Normal approximation of a share of 30 in 100: .3 ± 1.96 * sqrt(.3 * .7 / 100) = .3 ± .09.
    assert interval() == pytest.approx((0.21, 0.39), abs=0.02)
    assert interval() == interval()


def test_a_search_is_the_mean_over_its_questions_beside_its_goal() -> None:
    pool = ["north", "near east", "west"]
    (figure,) = figures(
        search("xquad de→de", "nDCG@10", pool, ["east", "between"], [{"near east"}, {"north"}]),
        on_the_circle,
    )
    # near east is east's first; between sees near east (35°) before north (45°).
    assert figure.value == pytest.approx((1 + 1 / math.log2(3)) / 2)
    assert (figure.questions, figure.goal, figure.reached) == (2, GOALS["xquad de→de"], False)


def test_a_translation_has_both_directions_and_their_mean() -> None:
    there = search(
        "t de→en",
        "accuracy",
        ["near east", "north"],
        ["east", "between"],
        [{"near east"}, {"north"}],
    )
    back = search(
        "t en→de", "accuracy", ["east", "between"], ["near east", "north"], [{"east"}, {"between"}]
    )
    measured = figures(Translation("t", there, back), on_the_circle)
    # between's nearest is near east, which is not its translation; north's nearest is between.
    assert [(figure.name, figure.value) for figure in measured] == [
        ("t de→en", 1 / 2),
        ("t en→de", 1),
        ("t mean", 3 / 4),
    ]


def test_similarity_is_spearmans_correlation_with_the_cosine() -> None:
    pairs = Similarity(
        "stsb de", ("east",) * 4, ("near east", "between", "north", "west"), (5.0, 2.0, 3.0, 0.0)
    )
    (figure,) = figures(pairs, on_the_circle)
    # Cosines fall, scores have ranks 4 2 3 1 against 4 3 2 1: 1 - 6 * (0 + 1 + 1 + 0) / 60 = 4/5.
    assert (figure.name, figure.measure, figure.questions) == ("stsb de", "Spearman", 4)
    assert figure.value == pytest.approx(4 / 5)


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


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with every file, each as small as its format allows."""
    for language, context, breaks in (
        ("de", "Eins. Zwei.", [[0, 5], [6, 11]]),
        ("en", "One. Two.", [[0, 4], [5, 9]]),
    ):
        answer = {"text": context[slice(*breaks[1])], "answer_start": breaks[1][0]}
        question = {"id": "q1", "question": f"Two? ({language})", "answers": [answer]}
        paragraph = {"context": context, "qas": [question], "sentence_breaks": breaks}
        article = {"title": "Counting", "paragraphs": [paragraph]}
        (tmp_path / f"xquad-r.{language}.json").write_text(
            json.dumps({"data": [article], "version": "1"})
        )
        (tmp_path / f"stsb-{language}-test.csv").write_text('"One, two.",One.,2.5\nOne.,One.,5.0\n')
    (tmp_path / "tatoeba-1000.tsv").write_text("Eins.\tOne.\nZwei.\tTwo.\n")
    (tmp_path / "ntrex.tsv").write_text("Eins.\tOne.\nEins.\tThe one.\n")
    (tmp_path / "government-faq.jsonl").write_text(
        json.dumps({"id": "f", "q_de": "Was?", "a_de": "Das.", "q_en": "What?", "a_en": "That."})
        + "\n"
    )
    rows = [
        {
            "id": number,
            "city": "muenchen",
            "page": page,
            "question_de": f"Frage {number}?",
            "question_en": f"Question {number}?",
            "sentences_de": [f"Seite {page}.", "Ende."],
            "sentences_en": [f"Page {page}.", "End."],
            "answers_de": answers,
            "answers_en": answers,
        }
        for number, page, answers in ((1, 7, [0]), (2, 7, [1]), (3, 8, []))
    ]
    (tmp_path / "municipal-qa-dev.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    return tmp_path


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


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A model in place of the real one; returns what it is asked to encode."""
    asked: list[list[str]] = []

    class Model:
        max_seq_length = 256

        def __getitem__(self, module: int) -> Any:
            config = SimpleNamespace(max_position_embeddings=512)
            return SimpleNamespace(auto_model=SimpleNamespace(config=config))

        def encode(self, texts: list[str], *, show_progress_bar: bool) -> np.ndarray:
            asked.append(texts)
            random = np.random.default_rng(0)
            return random.normal(size=(len(texts), 4)).astype(np.float16)  # neither unit nor wide

    monkeypatch.setattr(encoder_quality, "load_model", lambda setting: Model())
    return asked


def test_every_text_is_encoded_once(data: Path, encoder: list[list[str]]) -> None:
    quality = measure("m", load(data), window=128)
    assert len(encoder) == 1
    assert len(encoder[0]) == len(set(encoder[0])) == quality.texts
    assert (quality.window, quality.dimension) == (128, 4)
    assert {figure.name for figure in quality.figures} >= set(GOALS)


def test_a_window_beyond_the_models_positions_is_refused(encoder: list[list[str]]) -> None:
    with pytest.raises(ValueError, match="window 513 is beyond the 512 positions of m"):
        measure("m", [], window=513)


def test_table_and_json_show_the_same_figures(data: Path, encoder: list[list[str]]) -> None:
    quality = measure("small", load(data, ["faq"]), window=None)
    # With a pool of one, every question finds its answer.
    assert as_table([quality, quality]).splitlines()[:4] == [
        "dense only; ✓ reaches the goal, ✗ does not",
        "",
        "                   measure       n   goal       small       small",
        "faq de→de          nDCG@10       1  0.720     1.000 ✓     1.000 ✓",
    ]
    (plain,) = as_json([quality])
    assert plain["figures"][0] == {
        "name": "faq de→de",
        "measure": "nDCG@10",
        "questions": 1,
        "value": 1.0,
        "interval": (1.0, 1.0),
        "goal": 0.72,
        "reached": True,
    }


def test_the_command_prints_json(data: Path, encoder: list[list[str]]) -> None:
    result = CliRunner().invoke(
        main, ["a", "b", "--data", str(data), "--measure", "tatoeba", "--json"]
    )
    assert result.exit_code == 0
    assert [quality["model"] for quality in json.loads(result.stdout)] == ["a", "b"]


def test_a_missing_folder_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    folder = tmp_path / "nowhere"
    result = CliRunner().invoke(main, ["--data", str(folder), "--measure", "ntrex"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"encoder_quality: data folder {folder} lacks ntrex.tsv\n"


def test_an_encoder_that_is_not_here_is_one_line_and_exit_code_2(data: Path) -> None:
    result = CliRunner().invoke(main, ["./no-such-model", "--data", str(data)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'./no-such-model' is neither a folder nor a model on this machine" in result.stderr
    assert result.stderr.count("\n") == 1


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

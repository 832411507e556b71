"""Suites from documents to figures, over a folder as a team would make it."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.page.evaluation_report import evaluation_folder, read_report
from eval.commands import evaluate
from eval.suites import Sources, SuiteUnavailable, load_suite
from eval.suites.public import government_faq, municipal_pages, xquad_paragraphs, xquad_sentences
from indexer.settings import Settings

BRIDGE = "Die Brücke über den Fluss wurde im Jahr 1931 gebaut.\n\nSie ist 300 Meter lang.\n"
LIBRARY = "The library opens at nine in the morning.\n\nChildren borrow books without a fee.\n"
QUESTIONS: list[dict[str, Any]] = [
    {
        "id": "q1",
        "language": "en",
        "question": "When did they build the bridge?",
        "answers": [{"doc_id": "bruecke.txt", "quote": "wurde im Jahr 1931 gebaut"}],
    },
    {
        "id": "q2",
        "language": "de",
        "question": "Ab wann hat die Bibliothek geöffnet?",
        "answers": [
            {"sha256": hashlib.sha256(LIBRARY.encode()).hexdigest()[:16], "start": 0, "end": 41}
        ],
    },
    {"id": "q3", "language": "de", "question": "Wie backt man Käsekuchen?", "kind": "off_topic"},
]
SHARED_EVAL = Path(__file__).parents[2] / "shared" / "data" / "eval"


@pytest.fixture
def team(tmp_path: Path) -> Path:
    folder = tmp_path / "team"
    (folder / "documents").mkdir(parents=True)
    (folder / "documents" / "Brücke.txt").write_text(BRIDGE, "utf-8")
    (folder / "documents" / "library.txt").write_text(LIBRARY, "utf-8")
    write_questions(folder, QUESTIONS)
    return folder


def write_questions(folder: Path, questions: list[dict[str, Any]]) -> None:
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    (folder / "questions.jsonl").write_text(lines, "utf-8")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(evaluate, arguments)


def test_a_team_measures_its_own_folder(team: Path) -> None:
    result = run(str(team))
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("suite team")
    assert re.search(r"^de→en +1 +1\.000", result.stdout, re.MULTILINE)
    assert re.search(r"^en→de +1 +1\.000", result.stdout, re.MULTILINE)
    assert "off_topic" in result.stdout


def test_a_report_holds_figures_runs_judgements_and_a_page(team: Path, tmp_path: Path) -> None:
    assert run(str(team), "--perturbed", "--report", str(tmp_path / "out")).exit_code == 0
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert page.count("<svg") == 3  # quality, latency, stages
    assert "<script" not in page
    # Only names of the SVG standard, nothing that a browser would load.
    assert not re.findall(r'(?:src|href)="http[^"]*"', page)
    lines = (tmp_path / "out" / "team.run").read_text("utf-8").splitlines()
    query, q0, name, rank, score, tag = lines[0].split()
    assert (query, q0, rank, tag) == ("q1/en→de", "Q0", "1", "fundstelle")
    assert float(score) == -1
    assert name.startswith(("bruecke.txt[", "library.txt["))
    qrels = (tmp_path / "out" / "team.qrels").read_text("utf-8").splitlines()
    assert {line.split()[0] for line in qrels} == {"q1/en→de", "q2/de→en"}
    results = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    lost = results["team"]["figures"]["lost_success@3"]
    assert set(lost) == {"typos", "wrong keys", "no umlauts", "lower case", "keywords", "mixed"}


def test_without_a_folder_the_report_is_left_where_the_page_shows_it(
    team: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FUNDSTELLE_INDEX", str(tmp_path / "index"))
    assert run(str(team), "--report").exit_code == 0
    report = read_report(Settings.load())
    assert report is not None
    [suite] = report.suites
    assert suite.name == "team"
    # One question of each pair, and its one passage found first: the mean is 1.
    assert {pair.name: pair.measures["nDCG@10"].value for pair in suite.pairs} == {
        "de→en": 1.0,
        "en→de": 1.0,
        "all": 1.0,
    }
    assert suite.refused["off_topic"].total == 1
    assert suite.latency is not None
    assert sum(suite.latency.counts) == 2  # of three questions; the slowest is left out
    left = (evaluation_folder(Settings.load()) / "report.json").read_text("utf-8")
    assert "Brücke" not in left  # questions and names of documents stay in report.html
    assert "bruecke" not in left


def test_a_run_is_compared_with_an_earlier_one(team: Path, tmp_path: Path) -> None:
    assert run(str(team), "--report", str(tmp_path / "out")).exit_code == 0
    result = run(str(team), "--compare", str(tmp_path / "out" / "results.json"))
    assert result.exit_code == 0, result.output
    assert re.search(r"team +all +nDCG@10 +1\.000 +1\.000 +\+0\.000", result.stdout)


def test_a_folder_without_questions_is_named_with_what_it_lacks(tmp_path: Path) -> None:
    result = run(str(tmp_path))
    assert result.exit_code == 2
    assert "lacks questions.jsonl and documents/" in result.stderr


def test_an_unknown_suite_is_refused_with_those_there_are(tmp_path: Path) -> None:
    result = run("xqaud")
    assert result.exit_code == 2
    assert "no suite and no folder xqaud; there are corpus, seeds, xquad-r" in result.stderr


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"language": "fr"}, "language is 'fr'"),
        ({"kind": "off_topic"}, "kind is off_topic with 1 answers"),
        ({"answers": [{"quote": "x"}]}, "by either doc_id or sha256"),
        ({"answers": [{"doc_id": "d", "start": 1}]}, "start and end"),
        ({"id": "q2"}, "the id q2 stands there twice"),
    ],
)
def test_a_damaged_question_is_named(team: Path, change: dict[str, Any], problem: str) -> None:
    write_questions(team, [{**QUESTIONS[0], **change}, *QUESTIONS[1:]])
    result = run(str(team))
    assert result.exit_code == 2
    assert problem in result.stderr


def test_a_span_beyond_the_end_is_named(team: Path) -> None:
    beyond = [{"doc_id": "library.txt", "start": 5, "end": 5_000}]
    write_questions(team, [{**QUESTIONS[1], "answers": beyond}])
    result = run(str(team))
    assert "q2: library.txt has" in str(result.exception)


def test_a_suite_without_its_data_is_said_to_need_it(tmp_path: Path) -> None:
    sources = Sources(tmp_path, tmp_path / "seeds", tmp_path)
    with pytest.raises(SuiteUnavailable, match=r"government-faq needs government-faq\.jsonl"):
        load_suite("government-faq", sources)


@pytest.mark.skipif(not SHARED_EVAL.is_dir(), reason="needs ../shared/data/eval")
def test_public_suites_have_the_sizes_that_their_authors_give() -> None:
    # XQuAD: 240 paragraphs and 1,190 questions in each language (Artetxe et al. 2020).
    paragraphs = xquad_paragraphs(SHARED_EVAL)
    assert len(paragraphs.questions) == 2 * 1_190
    assert all(len(question.answers) == 2 for question in paragraphs.questions)
    sentences = xquad_sentences(SHARED_EVAL)
    assert len(sentences.questions) == 2 * 1_190
    assert all(len(question.answers) >= 2 for question in sentences.questions)
    assert len(government_faq(SHARED_EVAL).questions) == 2 * 145
    municipal = municipal_pages(SHARED_EVAL)
    assert len(municipal.questions) == 2 * 155
    assert len(set(municipal.pages.values())) * 2 == len(municipal.pages)

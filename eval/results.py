"""What a run leaves behind: figures per question, TREC files and a page to look at."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from api.page.evaluation_report import REPORT_FILE as PAGE_FILE
from api.page.evaluation_report import to_json
from eval.comparison import Difference, compare, corrected
from eval.measuring import Measured
from eval.page_report import page_report
from eval.report import as_html
from eval.table import as_json, per_question
from eval.trec import write_trec
from indexer.durable import write_atomically

# suite -> pair -> measure -> question -> figure
Results = Mapping[str, Mapping[str, Mapping[str, Mapping[str, float]]]]
RESULTS_FILE, REPORT_FILE = "results.json", "report.html"


def prepare_folder(folder: Path) -> None:
    """Make sure that a run of minutes does not end in an unwritable place; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)


def write_results(folder: Path, measured: Sequence[Measured]) -> None:
    """Write `results.json`, `report.html`, a run and qrels file per suite, and the page's figures.

    The service may read the last of these at any moment.
    """
    prepare_folder(folder)
    results = {
        found.report.suite: {
            "figures": as_json(found.report),
            "questions": per_question(found.report),
        }
        for found in measured
    }
    (folder / RESULTS_FILE).write_text(json.dumps(results, ensure_ascii=False), encoding="utf-8")
    for found in measured:
        write_trec(folder, found.report.suite, found.outcomes)
    (folder / REPORT_FILE).write_text(as_html(measured), encoding="utf-8")
    write_atomically(folder / PAGE_FILE, to_json(page_report(measured)))


def read_results(file: Path) -> Results:
    """Read an earlier run's `results.json`; raises click's BadParameter where it is none."""
    try:
        return {
            suite: results["questions"]
            for suite, results in json.loads(file.read_text("utf-8")).items()
        }
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        problem = f"{file} is no results.json of `fundstelle eval --report`"
        raise click.BadParameter(problem) from error


def differences_to(earlier: Results, measured: Sequence[Measured]) -> list[Difference]:
    """Compare with an earlier run, corrected over all suites, pairs and measures of both.

    Raises:
        ValueError: if a pair was asked other questions.
    """
    found: list[Difference] = []
    for one in measured:
        if one.report.suite in earlier:
            found += compare(one.report.suite, earlier[one.report.suite], per_question(one.report))
    return corrected(found)

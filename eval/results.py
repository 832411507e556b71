"""What a run leaves behind: figures per question, TREC files and a page to look at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from eval.comparison import Difference, compare, corrected
from eval.measuring import Measured
from eval.report import as_html
from eval.table import as_json, per_question
from eval.trec import write_trec

RESULTS_FILE, REPORT_FILE = "results.json", "report.html"


def prepare_folder(folder: Path) -> None:
    """Make sure that a run of minutes does not end in an unwritable place; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)


def write_results(folder: Path, measured: Sequence[Measured]) -> None:
    """Write `results.json`, `report.html`, and a run and qrels file per suite."""
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


def differences_to(earlier: Path, measured: Sequence[Measured]) -> list[Difference]:
    """Compare with an earlier run's `results.json`, corrected over all suites of both.

    Raises:
        ValueError: if the file holds no such results, or other questions.
    """
    try:
        before = json.loads(earlier.read_text("utf-8"))
        known = {suite: results["questions"] for suite, results in before.items()}
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise ValueError(f"{earlier} is no results.json of `fundstelle eval --report`") from error
    found: list[Difference] = []
    for one in measured:
        if one.report.suite in known:
            found += compare(one.report.suite, known[one.report.suite], per_question(one.report))
    return corrected(found)

"""`fundstelle eval`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from eval.suites.choosing import choose, source_options

GATE = Path(__file__).parent / "gate.toml"


@click.command("eval")
@click.argument("suites", nargs=-1, metavar="[SUITE or FOLDER]…")
@click.option("--all", "every", is_flag=True, help="Run every suite, perturbed questions as well.")
@source_options
@click.option("--perturbed", is_flag=True, help="Put the questions otherwise, too.")
@click.option("--gate", type=click.Path(path_type=Path), help="Fail where a floor breaks.")
@click.option("--json", "as_json_text", is_flag=True, help="Print as JSON, one suite a line.")
@click.option("--failures", is_flag=True, help="List the questions that went wrong.")
@click.option(
    "--report",
    is_flag=False,
    flag_value="",
    metavar="[DIR]",
    help="Write report, runs and qrels here. [default: where the service's page shows them]",
)
@click.option(
    "--compare",
    type=click.Path(path_type=Path, exists=True),
    help="results.json of an earlier --report: is the difference more than chance?",
)
def evaluate(
    suites: tuple[str, ...],
    every: bool,
    corpus: Path | None,
    shared: Path,
    perturbed: bool,
    gate: Path | None,
    as_json_text: bool,
    failures: bool,
    report: str | None,
    compare: Path | None,
) -> None:
    """Measure retrieval, answers and refusals on the eval sets. [default: corpus]"""
    from eval.failures import describe_failures
    from eval.gate import broken_floors
    from eval.measuring import Measured, measured
    from eval.results import differences_to, prepare_folder, read_results, write_results
    from eval.table import as_json, as_table, difference_table

    folder = None if report is None else _folder(report)
    if folder is not None:
        prepare_folder(folder)
    earlier = None if compare is None else read_results(compare)
    chosen = list(choose(() if every else suites or ("corpus",), corpus, shared))
    broken: list[str] = []
    all_measured: list[Measured] = []
    for suite in chosen:
        found = measured(suite, perturbations=perturbed or every)
        all_measured.append(found)
        if as_json_text:
            click.echo(json.dumps(as_json(found.report), ensure_ascii=False))
        else:
            click.echo(as_table(found.report) + "\n")
            if failures:
                click.echo(describe_failures(found.outcomes))
        if gate is not None:
            broken += broken_floors(found.report, gate)
    if folder is not None:
        write_results(folder, all_measured)
        click.echo(f"wrote {folder / 'report.html'}", err=True)
    if earlier is not None:
        click.echo(difference_table(differences_to(earlier, all_measured)))
    for line in broken:
        click.echo(f"gate: {line}", err=True)
    if broken:
        raise SystemExit(1)


def _folder(given: str) -> Path:
    from api.page.evaluation_report import evaluation_folder
    from indexer.settings import Settings

    return Path(given) if given else evaluation_folder(Settings.load())

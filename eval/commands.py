"""`fundstelle eval`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from eval.suites.suite import Suite

GATE = Path(__file__).parent / "gate.toml"
SHARED = Path("../shared")


@click.command("eval")
@click.argument("suites", nargs=-1, metavar="[SUITE or FOLDER]…")
@click.option("--all", "every", is_flag=True, help="Run every suite, perturbed questions as well.")
@click.option("--corpus", type=click.Path(path_type=Path), help="Documents of the suite corpus.")
@click.option(
    "--shared",
    type=click.Path(path_type=Path),
    default=SHARED,
    show_default=True,
    help="Folder with the seeds and the public benchmarks.",
)
@click.option("--perturbed", is_flag=True, help="Put the questions otherwise, too.")
@click.option("--gate", type=click.Path(path_type=Path), help="Fail where a floor breaks.")
@click.option("--json", "as_json_text", is_flag=True, help="Print as JSON, one suite a line.")
@click.option("--failures", is_flag=True, help="List the questions that went wrong.")
@click.option(
    "--report", type=click.Path(path_type=Path), help="Write report, runs and qrels here."
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
    report: Path | None,
    compare: Path | None,
) -> None:
    """Measure retrieval, answers and refusals on the eval sets. [default: corpus]"""
    from eval.failures import describe_failures
    from eval.gate import broken_floors
    from eval.measuring import Measured, measured
    from eval.results import differences_to, prepare_folder, read_results, write_results
    from eval.table import as_json, as_table, difference_table

    if report is not None:
        prepare_folder(report)
    earlier = None if compare is None else read_results(compare)
    chosen = _suites(suites, every, corpus, shared)
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
    if report is not None:
        write_results(report, all_measured)
        click.echo(f"wrote {report / 'report.html'}", err=True)
    if earlier is not None:
        click.echo(difference_table(differences_to(earlier, all_measured)))
    for line in broken:
        click.echo(f"gate: {line}", err=True)
    if broken:
        raise SystemExit(1)


def _suites(names: tuple[str, ...], every: bool, corpus: Path | None, shared: Path) -> list[Suite]:
    """Load what was asked for; with --all, what is missing here is skipped and named."""
    from eval.suites import NAMES, Sources, SuiteUnavailable, load_suite
    from indexer.settings import Settings

    documents = corpus or Settings.load().corpus[0]
    sources = Sources(documents, shared / "seeds", shared / "data" / "eval")
    chosen = []
    for name in NAMES if every else names or ("corpus",):
        try:
            chosen.append(load_suite(name, sources))
        except SuiteUnavailable as error:
            if not every:
                raise click.ClickException(str(error)) from error
            click.echo(f"skipped: {error}", err=True)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
    return chosen

"""`fundstelle eval`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import click

from indexer.settings import Settings

SETS = Path(__file__).parent / "sets"
GATE = Path(__file__).parent / "gate.toml"


@click.command("eval")
@click.argument("suites", nargs=-1, metavar="[SUITE]…")
@click.option("--all", "every", is_flag=True, help="Run every suite.")
@click.option("--corpus", type=click.Path(path_type=Path), help="Folder that the suite asks of.")
@click.option("--gate", type=click.Path(path_type=Path), help="Fail where a floor breaks.")
@click.option("--json", "as_json_text", is_flag=True, help="Print as JSON.")
@click.option("--failures", is_flag=True, help="List the questions that went wrong.")
def evaluate(
    suites: tuple[str, ...],
    every: bool,
    corpus: Path | None,
    gate: Path | None,
    as_json_text: bool,
    failures: bool,
) -> None:
    """Measure retrieval, answers and refusals on the eval sets. [default: corpus]"""
    from api.engine import Engine
    from eval.failures import describe_failures
    from eval.gate import broken_floors
    from eval.measures import measure
    from eval.questions import load_questions
    from eval.suite import run
    from eval.table import as_json, as_table
    from indexer.building import bring_up_to_date

    known = sorted(file.stem for file in SETS.glob("*.jsonl"))
    chosen = known if every else suites or ("corpus",)
    for suite in chosen:
        if suite not in known:
            raise click.UsageError(f"no suite {suite}; there are {', '.join(known)}")
    broken = []
    for suite in chosen:
        # An index of its own: the figures must not depend on what else is indexed here.
        with tempfile.TemporaryDirectory(prefix="fundstelle-eval-") as folder:
            settings = Settings.load(corpus=corpus and (corpus,), index=Path(folder) / "index")
            bring_up_to_date(settings, strict=True)
            outcomes = run(Engine.open(settings), load_questions(SETS / f"{suite}.jsonl"))
        report = measure(suite, outcomes)
        if as_json_text:
            click.echo(json.dumps(as_json(report), ensure_ascii=False))
        else:
            click.echo(as_table(report))
            if failures:
                click.echo(describe_failures(outcomes))
        if gate is not None:
            broken += broken_floors(report, gate)
    for line in broken:
        click.echo(f"gate: {line}", err=True)
    if broken:
        raise SystemExit(1)

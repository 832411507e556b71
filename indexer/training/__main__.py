"""Train the encoder from nothing to the folder that ships.

python -m indexer.training --data ../shared/data --out indexer/model

Every part keeps what it finishes in the runs folder (`FUNDSTELLE_RUNS`, by default in the user's
cache) and is not done again; a stage that was stopped goes on from its last checkpoint. An empty
runs folder therefore means: from zero.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from indexer.training import distil, encoding, export, initial, prepare
from indexer.training.distil import SEED, TEACHER
from indexer.training.student import WEIGHTS_FILE


@dataclass(frozen=True, slots=True)
class Run:
    """One stage as the shipped model went through it; see RUNS.md."""

    stage: str
    start: str
    steps: int
    teacher: str = TEACHER
    seed: int = SEED


RUNS = (
    Run("rows", "initial", 640),
    Run("all", "rows/model", 2_200),
    Run("teacher", TEACHER, 300),
    Run("asked", "all/model", 1_500, teacher="teacher/model", seed=2),
)


@click.command()
@prepare.data_option
@click.option("--out", type=click.Path(path_type=Path), default=Path("indexer/model"))
@click.option(
    "--tokens", type=click.Path(path_type=Path), help="Also learn 32,768 tokens, to here."
)
@click.option("--steps", type=click.IntRange(1), help="Of every stage. [default: as shipped]")
def main(data: Path, out: Path, tokens: Path | None, steps: int | None) -> None:
    """Prepare, extend the vocabulary, train stage after stage, and export."""
    runs = prepare.runs_folder()

    def run(command: click.Command, done: Path, *arguments: str) -> None:
        if not done.exists():
            command.main([*arguments], prog_name=command.name, standalone_mode=False)

    run(prepare.main, runs / prepare.PREPARED_FILE, "--data", str(data))
    if tokens:
        run(encoding.main, tokens, "--size", "32768", "--out", str(tokens))
    run(initial.main, runs / "initial" / WEIGHTS_FILE)
    for one in RUNS:
        finished = runs / one.stage / "model" / WEIGHTS_FILE
        options = {
            "--start": one.start,
            "--teacher": one.teacher,
            "--steps": str(steps or one.steps),
            "--seed": str(one.seed),
        }
        run(distil.main, finished, one.stage, *(part for pair in options.items() for part in pair))
    export.main([RUNS[-1].stage, "--out", str(out)], prog_name="export", standalone_mode=False)


if __name__ == "__main__":
    sys.exit(main())

"""Train the encoder from nothing to the folder that ships.

python -m indexer.training --data ../shared/data --out indexer/model

Every part keeps what it finishes in the runs folder (`FUNDSTELLE_RUNS`, by default in the user's
cache) and is not done again; a stage that was stopped goes on from its last checkpoint. An empty
runs folder therefore means: from zero.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from indexer.training import distil, encoding, export, initial, prepare
from indexer.training.student import WEIGHTS_FILE

ROWS_STEPS, ALL_STEPS = 640, 2_200  # what the shipped model was trained with; see RUNS.md


@click.command()
@prepare.data_option
@click.option("--out", type=click.Path(path_type=Path), default=Path("indexer/model"))
@click.option(
    "--tokens", type=click.Path(path_type=Path), help="Also learn 32,768 tokens, to here."
)
@click.option("--rows-steps", type=click.IntRange(1), default=ROWS_STEPS, show_default=True)
@click.option("--all-steps", type=click.IntRange(1), default=ALL_STEPS, show_default=True)
def main(data: Path, out: Path, tokens: Path | None, rows_steps: int, all_steps: int) -> None:
    """Prepare, extend the vocabulary, train the new rows, then everything, and export."""
    runs = prepare.runs_folder()

    def run(command: click.Command, done: Path, *arguments: str) -> None:
        if not done.exists():
            command.main([*arguments], prog_name=command.name, standalone_mode=False)

    run(prepare.main, runs / prepare.PREPARED_FILE, "--data", str(data))
    if tokens:
        run(encoding.main, tokens, "--size", "32768", "--out", str(tokens))
    run(initial.main, runs / "initial" / WEIGHTS_FILE)
    for stage, start, steps in (("rows", "initial", rows_steps), ("all", "rows/model", all_steps)):
        finished = runs / stage / "model" / WEIGHTS_FILE
        run(distil.main, finished, stage, "--start", start, "--steps", str(steps))
    export.main(["all", "--out", str(out)], prog_name="export", standalone_mode=False)


if __name__ == "__main__":
    sys.exit(main())

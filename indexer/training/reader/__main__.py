"""Train the reader from nothing to the folder that ships.

python -m indexer.training.reader --data ../shared/data --out indexer/reader_model

Starts from the shipped encoder. What is finished stays in the runs folder and is not done again; a
run that was stopped goes on from its last checkpoint.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from indexer.training import prepare
from indexer.training.reader import export, train

STEPS = 1_500  # as shipped; see READER.md
RUN = "reader"


@click.command()
@prepare.data_option
@click.option("--out", type=click.Path(path_type=Path), default=Path("indexer/reader_model"))
@click.option("--steps", type=click.IntRange(1), default=STEPS, show_default=True)
def main(data: Path, out: Path, steps: int) -> None:
    """Prepare, train, and export."""
    if not (prepare.runs_folder() / prepare.PREPARED_FILE).exists():
        prepare.main.main(["--data", str(data)], prog_name="prepare", standalone_mode=False)
    train.main.main(["--steps", str(steps), "--run", RUN], prog_name="train", standalone_mode=False)
    export.main.main([RUN, "--out", str(out)], prog_name="export", standalone_mode=False)


if __name__ == "__main__":
    sys.exit(main())

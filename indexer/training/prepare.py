"""Read and filter all training data once, for every stage.

python -m indexer.training.prepare --data ../shared/data
"""

from __future__ import annotations

import os
import pickle
import random
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import click

from indexer.training.overlap import EvaluationText
from indexer.training.sources import (
    HELD_OUT_ARTICLES,
    HELD_OUT_PAGES,
    PARALLEL,
    Answered,
    Asked,
    Pair,
    Section,
    TrainingData,
    is_held_out,
)

HELD_OUT_PAIRS = 1_000
PREPARED_FILE = "prepared.pickle"


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything the stages train on, and the development split."""

    pairs: dict[str, list[Pair]]  # source -> pairs in the file's order
    dictionary: list[Pair]
    encyclopedia: list[Section]
    laws: list[Section]
    manuals: list[Section]
    english: list[Answered]
    municipal: list[Asked]
    held_out: HeldOut


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The development split: general translations, and whole articles and pages."""

    pairs: list[Pair]
    encyclopedia: list[Section]
    english: list[Answered]
    municipal: list[Asked]


def runs_folder() -> Path:
    """Where checkpoints and prepared data live: `FUNDSTELLE_RUNS` or the user's cache."""
    given = os.environ.get("FUNDSTELLE_RUNS")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = Path(given) if given else cache / "fundstelle" / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def prepare(data: TrainingData) -> Prepared:
    """Read every source and cut the development split from it."""
    pairs = {source: list(data.pairs(source)) for source in PARALLEL}
    municipal = list(data.municipal_questions())
    pairs["municipal"] = list(data.municipal_pairs(municipal))
    general = pairs["general-mixed"]
    chosen = set(
        random.Random(4).sample(range(len(general)), min(HELD_OUT_PAIRS, len(general) // 10))
    )
    held_out_pairs = [pair for place, pair in enumerate(general) if place in chosen]
    pairs["general-mixed"] = [pair for place, pair in enumerate(general) if place not in chosen]
    articles = list(data.encyclopedia())
    english = list(data.english_questions())
    held_out_articles = english_held_out([answered.section.title for answered in english])
    return Prepared(
        pairs=pairs,
        dictionary=list(data.dictionary()),
        encyclopedia=[
            section
            for section in articles
            if not is_held_out(section.title, percent=HELD_OUT_ARTICLES)
        ],
        laws=list(data.laws()),
        manuals=list(data.manuals()),
        english=[row for row in english if row.section.title not in held_out_articles],
        municipal=[
            asked for asked in municipal if not is_held_out(asked.page, percent=HELD_OUT_PAGES)
        ],
        held_out=HeldOut(
            pairs=held_out_pairs,
            encyclopedia=[
                section
                for section in articles
                if is_held_out(section.title, percent=HELD_OUT_ARTICLES)
            ],
            english=[row for row in english if row.section.title in held_out_articles],
            municipal=[
                asked for asked in municipal if is_held_out(asked.page, percent=HELD_OUT_PAGES)
            ],
        ),
    )


def english_held_out(titles: Iterable[str]) -> set[str]:
    """Return the titles for development: ten articles are too few for a hash to be fair."""
    titles = sorted(set(titles))
    return set(titles[:: max(1, len(titles) // 3)][:3])


def load_prepared() -> Prepared:
    """Read what `prepare` wrote.

    Raises:
        FileNotFoundError: naming the command to run first.
    """
    file = runs_folder() / PREPARED_FILE
    if not file.exists():
        raise FileNotFoundError(f"{file} is missing; run python -m indexer.training.prepare first")
    with file.open("rb") as stream:
        prepared: Prepared = pickle.load(stream)  # noqa: S301 - our own file
    return prepared


data_option = click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("../shared/data"),
    help="Folder with train/ and eval/.",
)


@click.command()
@data_option
def main(data: Path) -> None:
    """Filter the training data against the evaluation data and keep it for the stages."""
    sources = TrainingData(data / "train", EvaluationText.read(data / "eval"))
    prepared = prepare(sources)
    unfinished = runs_folder() / (PREPARED_FILE + ".part")
    with unfinished.open("wb") as stream:
        pickle.dump(prepared, stream)
    unfinished.replace(runs_folder() / PREPARED_FILE)
    for source, texts in sorted(sources.read.items()):
        print(f"{source:26} {texts:9,} read {sources.dropped[source]:7,} dropped for overlap")


if __name__ == "__main__":
    # As a module of its own name, so that the pickled classes are found under it again.
    from indexer.training.prepare import main as run

    sys.exit(run())

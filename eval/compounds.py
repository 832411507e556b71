"""How well German compounds are split, against splits judged by hand.

python -m eval.compounds

`sets/compounds.tsv` holds 325 compounds and 110 words that stay whole, drawn by seed from the
vocabulary of the training text over five frequency bands and judged before the splitter was
written. Settings were chosen on its development half.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import click

from indexer.text.compounds import split_compound

GOLD = Path(__file__).parent / "sets" / "compounds.tsv"
HALVES = ("development", "test")


@dataclass(frozen=True, slots=True)
class Judged:
    """A word and where people cut it."""

    word: str
    seams: frozenset[int]  # offsets; empty for a word that stays whole


@dataclass(frozen=True, slots=True)
class F1:
    """Split points found, found wrongly and missed."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of the points found that are right."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of the judged points that are found."""
        return self.right / max(1, self.right + self.missed)

    @property
    def value(self) -> float:
        """Their harmonic mean."""
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)


def read_gold(half: str) -> list[Judged]:
    """Read one half; a split is written stadt+entwicklung(s)+plan."""
    with GOLD.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream, delimiter="\t") if row["half"] == half]
    return [Judged(row["word"], frozenset(_offsets(row["split"]))) for row in rows]


def f1(judged: Iterable[Judged]) -> F1:
    """Count over all split points of all words."""
    right = wrong = missed = 0
    for one in judged:
        found = set(seams_of(one.word))
        right += len(found & one.seams)
        wrong += len(found - one.seams)
        missed += len(one.seams - found)
    return F1(right, wrong, missed)


def seams_of(word: str) -> list[int]:
    """Return the offsets at which the splitter cuts."""
    parts = split_compound(word)
    return [sum(map(len, parts[:number])) for number in range(1, len(parts))]


def _offsets(split: str) -> list[int]:
    pieces = split.replace("(", "").replace(")", "").split("+")
    return [sum(map(len, pieces[:number])) for number in range(1, len(pieces))]


@click.command()
@click.option("--wrong", is_flag=True, help="List the words of the development half cut wrongly.")
def main(wrong: bool) -> None:
    """Print precision, recall and F1 over split points."""
    click.echo("half         words  precision  recall     F1")
    for half in HALVES:
        judged = read_gold(half)
        found = f1(judged)
        click.echo(
            f"{half:<12} {len(judged):5}  {found.precision:9.3f}  {found.recall:6.3f}  "
            f"{found.value:5.3f}"
        )
    if wrong:
        for one in read_gold("development"):
            if set(seams_of(one.word)) != one.seams:
                click.echo(f"{one.word}: {'+'.join(split_compound(one.word))}, {sorted(one.seams)}")


if __name__ == "__main__":
    sys.exit(main())

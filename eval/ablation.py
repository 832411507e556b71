"""What each part of the ranking brings: the same questions with ever more of it.

python -m eval.ablation xquad-r government-faq municipal-qa
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import click
import numpy as np

from api.retrieval import SHIPPED, Method
from eval.asking import rankings
from eval.comparison import holm, randomisation_p
from eval.measures import measure
from eval.measuring import indexed
from eval.questions import answerable
from eval.suites.choosing import choose, source_options
from eval.suites.suite import Suite
from indexer.concepts import Reach

PLAIN = Reach(parts=False, translations=False, abbreviations=False, slips=False)
FUSED = replace(SHIPPED, sentence=0.0)
# Each adds one thing to the line before it, from "fusion" on.
METHODS: Mapping[str, Method] = {
    "lexical only, words": Method(0.0, 1.0, 0.0, PLAIN),
    "lexical only": Method(0.0, 1.0, 0.0),
    "dense only": Method(1.0, 0.0, 0.0),
    "fusion of words": replace(FUSED, reach=PLAIN),
    "+ parts of compounds": replace(FUSED, reach=replace(PLAIN, parts=True)),
    "+ abbreviations": replace(FUSED, reach=replace(PLAIN, parts=True, abbreviations=True)),
    "+ slips": replace(FUSED, reach=Reach(translations=False)),
    "+ translations": FUSED,
    "+ best sentence (ships)": SHIPPED,
}
MEASURE = "nDCG@10"
FIRST_ADDITION = list(METHODS).index("+ parts of compounds")


def ablate(suite: Suite) -> dict[str, dict[str, np.ndarray]]:
    """Return method -> pair -> (Q,) nDCG@10 of each question."""
    found: dict[str, dict[str, np.ndarray]] = {}
    with indexed(suite) as engine:
        for name, method in METHODS.items():
            rank = partial(engine.rank, method=method)
            outcomes = list(rankings(engine, suite, answerable(suite.questions), rank))
            rows = measure(suite.name, outcomes).rows
            found[name] = {row.pair: row.values[MEASURE] for row in rows}
    return found


def table(suite: str, found: Mapping[str, Mapping[str, np.ndarray]]) -> str:
    """Lay out the means; * marks what differs from the line before beyond chance, after Holm."""
    names, pairs = list(found), list(next(iter(found.values())))
    tested = [(name, pair) for name in names[FIRST_ADDITION:] for pair in pairs]
    p_values = holm(
        [
            randomisation_p(found[name][pair] - found[names[names.index(name) - 1]][pair])
            for name, pair in tested
        ]
    )
    marked = {where for where, p in zip(tested, p_values, strict=True) if p < 0.05}
    lines = [f"{suite}: {MEASURE}", " " * 26 + "".join(f"{pair:>10}" for pair in pairs)]
    for name in names:
        figures = (
            f"{found[name][pair].mean():9.3f}{'*' if (name, pair) in marked else ' '}"
            for pair in pairs
        )
        lines.append(f"{name:<26}" + "".join(figures))
    return "\n".join(lines)


@click.command()
@click.argument("suites", nargs=-1)
@source_options
def main(suites: tuple[str, ...], corpus: Path | None, shared: Path) -> None:
    """Print one table per suite. [default: all that are here]"""
    for suite in choose(suites, corpus, shared):
        click.echo(table(suite.name, ablate(suite)) + "\n")


if __name__ == "__main__":
    sys.exit(main())

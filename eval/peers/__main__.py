"""Other systems on the same passages and questions, in the same run.

python -m eval.peers xquad-r          # needs the extra "peers": pip install 'fundstelle[peers]'
python -m eval.peers xquad-r --speed 300      # the clock alone, all in turn
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np

from api.answers import PassagePlace
from api.engine import Engine
from eval.asking import rankings
from eval.measures import DEEP, Report, measure
from eval.measuring import indexed
from eval.peers.systems import PEERS
from eval.questions import answerable
from eval.suites.choosing import choose, source_options
from eval.suites.suite import Suite

IN_TURN = 50  # questions of one system before the next one's turn
WARM_UP = 5  # of them, asked before the clock runs
SHOWN = ("nDCG@10", "Success@1", "Success@3", "AP")


def compared(suite: Suite) -> dict[str, Report]:
    """Return system -> figures, our own first; every system ranks the same passages."""
    questions = answerable(suite.questions)
    deep = suite.depth >= DEEP
    with indexed(suite) as engine:
        found = {"Fundstelle": _report(suite, list(rankings(engine, suite, questions)), deep)}
        places, texts = _passages(engine)
        for name, make in PEERS.items():
            started = time.monotonic()
            peer = make(places, texts)
            click.echo(f"{name}: {time.monotonic() - started:.1f} s to index", err=True)
            found[name] = _report(suite, list(rankings(engine, suite, questions, peer)), deep)
    return found


def timed(suite: Suite, count: int) -> dict[str, np.ndarray]:
    """Return system -> (count,) milliseconds of a search for the ten best of all passages.

    The systems take turns, some questions at a time, so that a busy machine slows all of them.
    """
    questions = [question.question for question in answerable(suite.questions)]
    step = max(1, len(questions) // count)
    chosen = questions[::step][:count]  # of all documents, in both languages
    with indexed(suite) as engine:
        systems: dict[str, Callable[[str], object]] = {"Fundstelle": partial(engine.search, k=10)}
        places, texts = _passages(engine)
        for name, make in PEERS.items():
            systems[name] = partial(make(places, texts).best, k=10)
        taken: dict[str, list[float]] = {name: [] for name in systems}
        for first in range(0, len(chosen), IN_TURN):
            for name, search in systems.items():
                part = chosen[first : first + IN_TURN]
                for question in part[:WARM_UP]:  # the others' turns have emptied the caches
                    search(question)
                for question in part:
                    began = time.perf_counter()
                    search(question)
                    taken[name].append(1_000 * (time.perf_counter() - began))
    return {name: np.array(milliseconds) for name, milliseconds in taken.items()}


def _report(suite: Suite, outcomes: list[Any], deep: bool) -> Report:
    return measure(suite.name, outcomes, deep=deep)


def _passages(engine: Engine) -> tuple[list[PassagePlace], list[str]]:
    places: list[PassagePlace] = []
    texts: list[str] = []
    for doc_id in engine.by_sha256().values():
        text = engine.text(doc_id)
        for place in engine.passages(doc_id):
            places.append(place)
            texts.append(text[place.start : place.end])
    return places, texts


def table(found: dict[str, Report]) -> str:
    """Lay out the systems below each other, one block per language pair."""
    ours = found["Fundstelle"]
    lines = [f"suite {ours.suite}"]
    for number, row in enumerate(ours.rows):
        names = [name for name in SHOWN if name in row.ranking]
        lines += ["", f"{row.pair:<20}" + "".join(f"{name:>11}" for name in names)]
        for system, report in found.items():
            figures = report.rows[number].ranking
            lines.append(f"{system:<20}" + "".join(f"{figures[name]:11.3f}" for name in names))
    lines += ["", "ms for one ranking     p50    p95"]
    for system, report in found.items():
        times = report.milliseconds
        lines.append(f"{system:<20}{times['p50']:7.1f}{times['p95']:7.1f}")
    return "\n".join(lines)


@click.command()
@click.argument("suites", nargs=-1)
@click.option("--speed", type=click.IntRange(1), help="Only time so many questions of each suite.")
@source_options
def main(suites: tuple[str, ...], speed: int | None, corpus: Path | None, shared: Path) -> None:
    """Print one table per suite. [default: all that are here]"""
    for suite in choose(suites, corpus, shared):
        if speed is None:
            click.echo(table(compared(suite)) + "\n")
            continue
        found = timed(suite, speed)
        click.echo(f"suite {suite.name}, ms for one search     p50    p95")
        for system, milliseconds in found.items():
            p50, p95 = np.percentile(milliseconds, [50, 95])
            click.echo(f"{system:<28}{p50:17.1f}{p95:7.1f}")


if __name__ == "__main__":
    sys.exit(main())

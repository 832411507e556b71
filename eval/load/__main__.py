"""`python -m eval.load`: throughput and latency over HTTP beside the same questions in process.

The questions are those of the corpus set, over an index of the shipped corpus. In process,
searches are encoded in batches and asks come one after the other; the server and its generator run
when nothing else does. Figures are this machine's, and the generator takes its part of the cores.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

import click

from eval.load.generator import Load, at_a_rate, at_full_speed
from eval.load.inprocess import asks_per_second, searches_per_second
from eval.load.server import Server, serving
from eval.questions import load_questions
from indexer.building import bring_up_to_date
from indexer.settings import Settings

QUESTIONS = Path(__file__).parents[1] / "sets" / "corpus.jsonl"
GOALS = {"search": 0.6, "ask": 0.8}  # HTTP beside in process
TAIL_GOAL = 5.0  # p99 beside p50 at half of the load
WARM_UP_S = 3.0


@click.command()
@click.option("--seconds", type=click.FloatRange(1), default=15.0, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option("--connections", type=click.IntRange(1), default=8, show_default=True)
@click.option("--index", "index_folder", type=click.Path(path_type=Path), help="Kept and reused.")
def main(seconds: float, workers: int, connections: int, index_folder: Path | None) -> None:
    """Print both rates, their ratio, the latencies at half of the load, and the memory."""
    with tempfile.TemporaryDirectory(prefix="fundstelle-load-") as folder:
        settings = Settings.load(index=index_folder or Path(folder) / "index")
        bring_up_to_date(settings)
        questions = [question.question for question in load_questions(QUESTIONS)]
        searches = searches_per_second(settings, questions, seconds)
        asks, asks_at_once = asks_per_second(settings, questions, seconds)
        click.echo(
            f"in process: {searches:.1f} searches/s in batches; {asks:.1f} asks/s one after the "
            f"other, {asks_at_once:.1f} at once"
        )
        requests = _write_requests(Path(folder), questions)
        with serving(settings.index, workers) as server:
            _measure("search", server, requests["search"], connections, seconds, searches)
            _measure("ask", server, requests["ask"], connections, seconds, asks)
        _measure_memory(settings.index, requests["ask"], connections, max(2, workers))


def _write_requests(folder: Path, questions: Sequence[str]) -> dict[str, Path]:
    """One file for each route; a request a line, its path, a tab, its body."""
    lines = {
        "search": [f"/v1/search?{urlencode({'q': question})}\t" for question in questions],
        "ask": [f"/v1/ask\t{json.dumps({'question': question})}" for question in questions],
    }
    files = {route: folder / f"{route}.txt" for route in lines}
    for route, file in files.items():
        file.write_text("\n".join(lines[route]) + "\n", "utf-8")
    return files


def _measure(
    route: str, server: Server, requests: Path, connections: int, seconds: float, here: float
) -> None:
    at_full_speed(server.address, requests, connections, WARM_UP_S)
    full = at_full_speed(server.address, requests, connections, seconds)
    click.echo(
        f"HTTP {route}: {_described(full)}; {full.per_second / here:.2f} of in process "
        f"(goal {GOALS[route]})"
    )
    half = at_a_rate(server.address, requests, full.per_second / 2, seconds)
    click.echo(
        f"HTTP {route} at half of that load: {_described(half)}; p99 is "
        f"{half.p99_ms / half.p50_ms:.1f} times p50 (goal below {TAIL_GOAL:.0f})"
    )


def _described(load: Load) -> str:
    return (
        f"{load.per_second:.1f}/s, p50 {load.p50_ms:.1f} ms, p99 {load.p99_ms:.1f} ms, "
        f"{load.failed} failed, generator ({load.by}) {load.cpu:.2f} cores"
    )


def _measure_memory(index: Path, requests: Path, connections: int, most: int) -> None:
    """Print what one worker and so many hold, each after questions, and what each added one did."""
    held = {}
    for workers in (1, most):
        with serving(index, workers) as server:
            at_full_speed(server.address, requests, connections, WARM_UP_S)
            held[workers] = server.pss_mb()
    added = (held[most] - held[1]) / (most - 1)
    click.echo(
        f"memory (PSS): {held[1]:.0f} MB with one worker, {held[most]:.0f} MB with {most}: "
        f"{added:.0f} MB for each added one, the supervisor in it"
    )


if __name__ == "__main__":
    main()

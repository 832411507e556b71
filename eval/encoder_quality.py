"""How well an encoder finds and compares, dense only: `python -m eval.encoder_quality [MODEL]…`.

Every text is encoded once by plain `SentenceTransformer(folder).encode`, one vector each, cut at
the model's window; a ranking is over the whole pool, by cosine. Beside each figure stands the
goal that this project set its own encoder.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

from eval.benchmarks import BENCHMARKS, Benchmark, load
from eval.figures import Figure, figures
from indexer.encoder_files import locate
from indexer.errors import FundstelleError
from indexer.settings import Settings

DATA = Path("../shared/data/eval")


@dataclass(frozen=True, slots=True)
class Quality:
    """All figures of one encoder."""

    model: str  # as it was asked for
    window: int  # tokens, special ones included; longer texts were cut
    dimension: int
    texts: int
    seconds: float  # to encode them
    figures: tuple[Figure, ...]


def measure(setting: str, benchmarks: Sequence[Benchmark], window: int | None) -> Quality:
    """Load an encoder from this machine, encode every text once, and measure.

    Raises:
        FundstelleError: if the encoder is not on this machine.
        ValueError: if the window is beyond what the model was built for.
    """
    model = load_model(setting)
    if window is not None:
        limit = getattr(model[0].auto_model.config, "max_position_embeddings", window)
        if window > limit:
            raise ValueError(f"window {window} is beyond the {limit} positions of {setting}")
        model.max_seq_length = window
    texts = list(dict.fromkeys(text for benchmark in benchmarks for text in benchmark.texts))
    started = time.perf_counter()
    encoded = np.asarray(model.encode(texts, show_progress_bar=False), dtype=np.float32)
    seconds = time.perf_counter() - started
    encoded /= np.linalg.norm(encoded, axis=1, keepdims=True)
    row = {text: number for number, text in enumerate(texts)}
    return Quality(
        model=setting,
        window=int(model.max_seq_length or 0),
        dimension=encoded.shape[1],
        texts=len(texts),
        seconds=seconds,
        figures=tuple(
            figure
            for benchmark in benchmarks
            for figure in figures(benchmark, lambda asked: encoded[[row[text] for text in asked]])
        ),
    )


def load_model(setting: str) -> Any:
    """Load a folder, or a name that is known here, as anybody would."""
    folder = locate(setting)
    from indexer.sbert import plain_sentence_transformer  # seconds to import

    return plain_sentence_transformer(folder)


def as_table(qualities: Sequence[Quality]) -> str:
    """Lay out the figures in fixed columns, one for each encoder."""
    widths = [max(10, len(quality.model)) for quality in qualities]

    def line(cells: Iterable[str]) -> str:
        fitted = (f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
        return "  ".join(fitted).rstrip()

    lines = [
        "dense only; ✓ reaches the goal, ✗ does not",
        "",
        f"{'':18} {'measure':9} {'n':>5}  {'goal':>5}  " + line(q.model for q in qualities),
    ]
    for same in zip(*(quality.figures for quality in qualities), strict=True):
        one = same[0]
        goal = "" if one.goal is None else f"{one.goal:.3f}"
        marks = ({True: " ✓", False: " ✗", None: "  "}[figure.reached] for figure in same)
        cells = (f"{figure.value:.3f}{mark}" for figure, mark in zip(same, marks, strict=True))
        lines.append(f"{one.name:18} {one.measure:9} {one.questions:5}  {goal:>5}  {line(cells)}")
    reached = [[f.reached for f in q.figures if f.goal is not None] for q in qualities]
    foot = f"{{:<{18 + 1 + 9 + 1 + 5 + 2 + 5}}}  "
    lines += [
        "",
        foot.format("goals reached") + line(f"{sum(map(bool, r))} of {len(r)}" for r in reached),
        foot.format("window, tokens") + line(str(q.window) for q in qualities),
        foot.format("seconds to encode every text once")
        + line(f"{q.seconds:.1f}" for q in qualities),
    ]
    return "\n".join(lines)


def as_json(qualities: Sequence[Quality]) -> list[dict[str, Any]]:
    """The same figures for programs, with their intervals."""
    return [
        {
            **asdict(quality),
            "figures": [{**asdict(f), "reached": f.reached} for f in quality.figures],
        }
        for quality in qualities
    ]


@click.command()
@click.argument("models", nargs=-1, metavar="[MODEL]…")
@click.option("--data", default=DATA, show_default=True, type=click.Path(path_type=Path))
@click.option(
    "--measure",
    "names",
    multiple=True,
    type=click.Choice(list(BENCHMARKS)),
    help="This one only; may be repeated.",
)
@click.option("--window", type=click.IntRange(min=3), help="Cut texts at so many tokens.")
@click.option("--json", "as_json_text", is_flag=True, help="Print as JSON, with intervals.")
def main(
    models: tuple[str, ...],
    data: Path,
    names: tuple[str, ...],
    window: int | None,
    as_json_text: bool,
) -> None:
    """Measure encoders on public benchmarks. MODEL is a folder or a name. [default: ours]"""
    qualities = []
    try:
        benchmarks = load(data, names)
        for setting in models or (Settings.load().encoder,):
            qualities.append(measure(setting, benchmarks, window))
            click.echo(f"{setting}: {qualities[-1].texts} texts encoded", err=True)
    except (FundstelleError, ValueError, OSError) as error:
        click.echo(f"encoder_quality: {' '.join(str(error).split())}", err=True)
        raise SystemExit(2) from error
    if as_json_text:
        click.echo(json.dumps(as_json(qualities), ensure_ascii=False))
    else:
        click.echo(as_table(qualities))


if __name__ == "__main__":
    main(prog_name="python -m eval.encoder_quality")

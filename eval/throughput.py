"""How busy indexing keeps the encoder: `python -m eval.throughput 10000 [--shared DIR]`.

Documents as `eval.scale` makes them are indexed from nothing, and what the encoder is given in that
run, passages and sentences, is encoded by the bare encoder, each text once, sorted by length. Both
take turns in one process with the encoder loaded, so that a busy machine slows both.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from eval.encoder_speed import embedded_inputs
from eval.scale.documents import write_documents
from eval.suites.choosing import SHARED
from indexer.building import bring_up_to_date
from indexer.embedding import distinct_texts, slices
from indexer.encoder import Encoder, load_encoder
from indexer.settings import Settings
from indexer.summary import Seconds, Summary

WARM_UP = 64  # texts that are encoded before the clock runs


@dataclass(frozen=True, slots=True)
class Round:
    """One turn of each, in passages per second of elapsed time."""

    indexing: float
    encoding: float
    stages: dict[str, Seconds]

    @property
    def ratio(self) -> float:
        """1 where indexing takes no longer than its encoding alone."""
        return self.indexing / self.encoding


def measured(settings: Settings, encoder: Encoder, texts: Sequence[str]) -> tuple[Round, Summary]:
    """Index into a new folder, then encode the texts, which are all that is embedded in it."""
    began = time.monotonic()
    summary = bring_up_to_date(settings, strict=True)
    indexed = time.monotonic()
    for first, last in slices(texts):
        encoder.encode(texts[first:last])
    ended = time.monotonic()
    count = summary.embedded
    return Round(count / (indexed - began), count / (ended - indexed), summary.stages), summary


@click.command()
@click.argument("passages", type=click.IntRange(1))
@click.option("--shared", type=click.Path(path_type=Path), default=SHARED, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=2, show_default=True)
def main(passages: int, shared: Path, rounds: int) -> None:
    """Print passages per second of indexing about so many PASSAGES and of their encoding alone."""
    with tempfile.TemporaryDirectory(prefix="fundstelle-throughput-") as name:
        corpus = Path(name) / "corpus"
        corpus.mkdir()
        try:
            write_documents(corpus, train=shared / "data" / "train", passages=passages)
        except (FileNotFoundError, ValueError) as error:
            raise click.ClickException(str(error)) from error
        settings = Settings.load(corpus=(corpus,))
        texts = distinct_texts(embedded_inputs(settings).values())
        encoder = load_encoder(settings.encoder, threads=settings.threads)
        encoder.encode(texts[:WARM_UP])
        done: list[Round] = []
        for number in range(rounds):
            chosen = replace(settings, index=Path(name) / f"index-{number}")
            one, summary = measured(chosen, encoder, texts)
            if not done:
                click.echo(
                    f"{summary.documents} documents, {summary.embedded} passages embedded, "
                    f"{len(texts)} texts"
                )
            done.append(one)
            click.echo(_line(number + 1, one))
    click.echo(f"indexing / bare encoder, median: {statistics.median(r.ratio for r in done):.2f}")


def _line(number: int, one: Round) -> str:
    spent = ", ".join(f"{stage} {taken.cpu_s:.1f}" for stage, taken in one.stages.items())
    return (
        f"round {number}: {one.indexing:.1f} passages/s indexed, {one.encoding:.1f} by the bare "
        f"encoder, ratio {one.ratio:.2f}; seconds of CPU: {spent}"
    )


if __name__ == "__main__":
    sys.exit(main())

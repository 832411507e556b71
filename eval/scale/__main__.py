"""An index of many passages, built and measured: `python -m eval.scale PASSAGES`.

The documents are articles of a German encyclopedia, German laws and pages of documentation in both
languages, from the training data; the questions are XQuAD's: real ones, of which many words are in
no document. Timings are this machine's, one question at a time.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click
import numpy as np

from api.engine import Engine
from eval.scale.documents import write_documents
from eval.scale.measuring import bytes_per_passage, changed, questions, recall, started, timed
from eval.scale.stand_in import LazyStandIn, StandIn, real_vectors
from eval.suites.choosing import SHARED
from indexer.building import bring_up_to_date
from indexer.cutting import LazyEncoder
from indexer.manifest import current
from indexer.settings import Settings

AT_ONCE = 5  # folders of documents in one run of the indexer: about 100,000 passages


@click.command()
@click.argument("passages", type=click.IntRange(1))
@click.option("--shared", type=click.Path(path_type=Path), default=SHARED, show_default=True)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    help="Keep documents and index here; what is there already is measured.",
)
@click.option(
    "--like",
    type=click.Path(exists=True, path_type=Path),
    help="Embed nothing: draw vectors like those of the index in this folder, or in this file.",
)
def main(passages: int, shared: Path, folder: Path | None, like: Path | None) -> None:
    """Print what an index of about so many PASSAGES costs and how fast it is."""
    with ExitStack() as stack:
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fundstelle-")))
        settings = Settings.load(corpus=(folder / "corpus",), index=folder / "index")
        encoder = None if like is None else _stand_in(settings, like)
        _build(settings, passages, shared / "data" / "train", encoder)
        _measure(settings, questions(shared / "data" / "eval"), encoder)


def _stand_in(settings: Settings, like: Path) -> LazyEncoder:
    return LazyStandIn(settings, StandIn(real_vectors(like)))


def _build(settings: Settings, passages: int, train: Path, encoder: LazyEncoder | None) -> None:
    """Add the documents step by step; a run that was stopped goes on where it was."""
    (folder,) = settings.corpus
    waiting = folder.with_name("waiting")
    waiting.mkdir(parents=True, exist_ok=True)
    if not folder.exists():
        try:
            write_documents(waiting, train=train, passages=passages)
        except (FileNotFoundError, ValueError) as error:
            raise click.ClickException(str(error)) from error
        folder.mkdir()
    complete = False
    while not complete:
        complete = not any(waiting.iterdir())  # else a last run adds what a stopped one left
        for below in sorted(waiting.iterdir())[:AT_ONCE]:
            below.rename(folder / below.name)
        summary = bring_up_to_date(settings, strict=True, encoder=encoder)
        if not summary.published:
            break
        spent = ", ".join(
            f"{stage} {taken.cpu_s:.0f} / {taken.elapsed_s:.0f}"
            for stage, taken in summary.stages.items()
        )
        click.echo(
            f"added {summary.added} documents, {summary.embedded} passages embedded, "
            f"{summary.passages} together, {summary.seconds:.0f} s; "
            f"seconds of CPU / elapsed: {spent}"
        )


def _measure(settings: Settings, asked: list[str], encoder: LazyEncoder | None) -> None:
    generation = current(settings.index)
    manifest = generation.manifest
    click.echo(
        f"{manifest.documents} documents, {manifest.passages} passages in "
        f"{len(manifest.segments)} segments"
    )
    start = started(settings.index, asked)
    click.echo(
        f"opened after {start['opened']:.1f} s, first answer after {start['answered']:.1f} s "
        f"beyond imports; resident after {len(asked)} questions {start['VmRSS']:.0f} MB, "
        f"of it {start['RssFile']:.0f} MB mapped files"
    )
    click.echo(f"\nmilliseconds\n{'stage':<24}{'p50':>8}{'p95':>8}{'p99':>8}")
    for stage, milliseconds in timed(Engine.open(settings), asked).items():
        p50, p95, p99 = np.percentile(milliseconds, [50, 95, 99])
        click.echo(f"{stage:<24}{p50:8.1f}{p95:8.1f}{p99:8.1f}")
    click.echo(f"\nrecall@10 of the nearest vectors: {recall(generation, settings, asked):.4f}")
    click.echo("\nbytes per passage on disk")
    for kind, size in bytes_per_passage(generation).items():
        click.echo(f"{kind:<24}{size:8.0f}")
    click.echo("\nseconds")
    for what, seconds in changed(settings, encoder).items():
        click.echo(f"{what:<24}{seconds:8.1f}")


if __name__ == "__main__":
    sys.exit(main())

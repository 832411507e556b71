"""Vectors of many real passages, without an index: `python -m eval.scale.real 100000 FILE.npy`.

An index of so many takes twice as long, for the sentences; here the passages alone are embedded. A
call that was stopped goes on where it was.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
import numpy as np

from eval.encoder_speed import embedded_inputs
from eval.scale.documents import write_documents
from eval.suites.choosing import SHARED
from indexer.encoder import load_encoder
from indexer.settings import Settings

AT_ONCE = 2_000  # passages: some minutes
SEED = 7


@click.command()
@click.argument("count", type=click.IntRange(1))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--shared", type=click.Path(path_type=Path), default=SHARED, show_default=True)
def main(count: int, file: Path, shared: Path) -> None:
    """Embed COUNT passages of the documents of `eval.scale`, in any order, into FILE."""
    if file.suffix != ".npy":
        raise click.BadParameter(f"{file} must end in .npy")
    parts = file.with_suffix(".parts")
    parts.mkdir(parents=True, exist_ok=True)
    texts = _texts(parts, count, shared / "data" / "train")
    encoder = load_encoder(Settings.load().encoder)
    for first in range(0, len(texts), AT_ONCE):
        part = parts / f"{first:09d}.npy"
        if not part.exists():
            writing = part.with_name("writing.npy")
            np.save(writing, encoder.encode_passages(texts[first : first + AT_ONCE]))
            writing.rename(part)
        click.echo(f"{min(first + AT_ONCE, len(texts))} of {len(texts)}", err=True)
    np.save(file, np.concatenate([np.load(part) for part in sorted(parts.glob("0*.npy"))]))
    click.echo(f"{len(texts)} vectors in {file}; {parts} is no longer needed")


def _texts(folder: Path, count: int, train: Path) -> list[str]:
    """Different passages, drawn from all documents; the same ones at every call."""
    file = folder / f"texts-{count}.json"
    if not file.exists():
        corpus = folder / "corpus"
        if not corpus.exists():
            writing = folder / "writing"
            writing.mkdir(exist_ok=True)
            try:
                write_documents(writing, train=train, passages=count + count // 20)
            except (FileNotFoundError, ValueError) as error:
                raise click.ClickException(str(error)) from error
            writing.rename(corpus)
        inputs = embedded_inputs(Settings.load(corpus=(corpus,)))
        texts = list(dict.fromkeys(one.passage for one in inputs.values()))
        chosen = np.random.default_rng(SEED).permutation(len(texts))[:count]
        writing = file.with_suffix(".writing")
        writing.write_text(json.dumps([texts[place] for place in chosen.tolist()]), "utf-8")
        writing.rename(file)
    found: list[str] = json.loads(file.read_text("utf-8"))
    return found


if __name__ == "__main__":
    sys.exit(main())

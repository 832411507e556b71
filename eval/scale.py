"""How long a ranking takes in a large index: `python -m eval.scale 10000 [--shared DIR]`.

The documents are articles of a German encyclopedia and pages of English documentation from the
training data, the questions XQuAD's in both languages: real ones, of which many words are in no
document. Timings are this machine's, one question at a time.
"""

from __future__ import annotations

import itertools
import json
import lzma
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click
import numpy as np

from api.engine import Engine
from api.stopwatch import Stopwatch
from eval.indexing import opened
from eval.suites.choosing import SHARED
from eval.suites.suite import LANGUAGES

ARTICLES, PAGES = "german-encyclopedia.jsonl.xz", "docs-microsoft-human.tsv.xz"
PAGE_LINES = 40  # consecutive ones, which often are of one page
PASSAGE_CHARS = 560  # what one passage of these documents has, about
WARM_UP = 20  # questions that are asked before the clock runs
ENCODING = "encoding"  # the stage that does not depend on the index


def train_folder(shared: Path) -> Path:
    """Where the documents are made from; raises ClickException, naming a file that is missing."""
    train = shared / "data" / "train"
    missing = [file for file in (train / ARTICLES, train / PAGES) if not file.is_file()]
    if missing:
        raise click.ClickException(f"{missing[0]} is missing; --shared names where the data is")
    return train


def articles(file: Path) -> Iterator[str]:
    """German articles in Markdown, whole."""
    with lzma.open(file, "rt", encoding="utf-8") as lines:
        rows = (json.loads(line) for line in lines)
        for title, sections in itertools.groupby(rows, key=lambda row: str(row["title"])):
            parts = [f"# {title}"]
            for section in sections:
                parts += [f"## {section['headings'][-1]}"] if section["headings"] else []
                parts.append(str(section["text"]))
            yield "\n\n".join(parts)


def pages(file: Path) -> Iterator[str]:
    """English lines that stand together, as one text each."""
    with lzma.open(file, "rt", encoding="utf-8") as lines:
        texts = (line.rstrip("\n").split("\t")[1] for line in lines)
        while page := list(itertools.islice(texts, PAGE_LINES)):
            yield "\n\n".join(page)


def write_documents(folder: Path, *, train: Path, passages: int) -> None:
    """Fill a folder with about so many passages, by turns in both languages."""
    left = passages * PASSAGE_CHARS
    both = itertools.chain.from_iterable(
        zip(articles(train / ARTICLES), pages(train / PAGES), strict=False)
    )
    for number, text in enumerate(both):
        if left <= 0:
            return
        left -= len(text)
        (folder / f"{number:06}.{'de' if number % 2 == 0 else 'en'}.md").write_text(
            text, encoding="utf-8"
        )


def questions(evaluation: Path) -> list[str]:
    """The first question on each XQuAD paragraph, in both languages."""
    found = []
    for language in LANGUAGES:
        plain = json.loads((evaluation / f"xquad-r.{language}.json").read_text("utf-8"))
        found += [
            str(paragraph["qas"][0]["question"])
            for article in plain["data"]
            for paragraph in article["paragraphs"]
        ]
    return found


def timed(engine: Engine, asked: list[str]) -> dict[str, np.ndarray]:
    """Return stage -> (Q,) milliseconds, with `all but the encoder` and `search` among them."""
    for question in asked[:WARM_UP]:
        engine.search(question, k=10)
    taken: dict[str, list[float]] = {}
    for question in asked:
        watch = Stopwatch()
        engine.rank(question, depth=50, watch=watch)
        began = time.perf_counter()
        engine.search(question, k=10)
        stages = watch.milliseconds | {
            "all but the encoder": sum(watch.milliseconds.values()) - watch.milliseconds[ENCODING],
            "search": 1000 * (time.perf_counter() - began),
        }
        for stage, milliseconds in stages.items():
            taken.setdefault(stage, []).append(milliseconds)
    return {stage: np.array(values) for stage, values in taken.items()}


@click.command()
@click.argument("passages", type=click.IntRange(1))
@click.option("--shared", type=click.Path(path_type=Path), default=SHARED, show_default=True)
def main(passages: int, shared: Path) -> None:
    """Print p50, p95 and p99 of each stage on an index of about so many PASSAGES."""
    train, evaluation = train_folder(shared), shared / "data" / "eval"
    with opened(write=partial(write_documents, train=train, passages=passages)) as engine:
        documents = engine.by_sha256().values()
        count = sum(len(engine.passages(doc_id)) for doc_id in documents)
        click.echo(
            f"{len(documents)} documents, {count} passages; milliseconds"
            f"\n{'stage':<24}{'p50':>8}{'p95':>8}{'p99':>8}"
        )
        for stage, milliseconds in timed(engine, questions(evaluation)).items():
            p50, p95, p99 = np.percentile(milliseconds, [50, 95, 99])
            click.echo(f"{stage:<24}{p50:8.1f}{p95:8.1f}{p99:8.1f}")


if __name__ == "__main__":
    sys.exit(main())

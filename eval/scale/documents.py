"""A large bilingual corpus from the training data: articles, laws, pages of documentation.

What is drawn depends on the number of passages alone. Every document has its number in its title,
so that no two are the same even where two sources repeat each other.
"""

from __future__ import annotations

import itertools
import json
import lzma
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.types import Language

PASSAGE_CHARS = 470  # what one passage of these documents has, about
PER_FOLDER = 1_000  # files: nobody keeps fifty thousand in one folder
LINES = (20, 200)  # of a page: neighbouring lines of a parallel file often are of one page
SECTIONS = 40  # of one part of a law
SEED = 20_261_121
ARTICLES, LAWS = "german-encyclopedia.jsonl.xz", "german-law-sections.jsonl.xz"
PARALLEL = tuple(
    f"docs-{name}.tsv.xz"
    for name in ("microsoft-human", "adobe", "open-source", "mdn-machine", "microsoft-machine")
)


@dataclass(frozen=True, slots=True)
class Text:
    """A document to be written."""

    title: str
    body: str  # Markdown
    language: Language


def texts(train: Path) -> Iterator[Text]:
    """All documents there are, by turns in both languages as long as both have any.

    Raises:
        FileNotFoundError: naming the file of the training data that is missing.
    """
    if missing := [name for name in (ARTICLES, LAWS, *PARALLEL) if not (train / name).is_file()]:
        raise FileNotFoundError(
            f"{train / missing[0]} is missing; --shared names where the data is"
        )
    german = _by_turns(_articles(train / ARTICLES), _laws(train / LAWS), _pages(train, "de"))
    return _by_turns(german, _pages(train, "en"))


def write_documents(folder: Path, *, train: Path, passages: int) -> int:
    """Fill a folder with about so many passages; return how many documents these are.

    Raises:
        FileNotFoundError: see `texts`.
        ValueError: if the data has fewer.
    """
    left = passages * PASSAGE_CHARS
    for number, text in enumerate(texts(train)):
        if left <= 0:
            return number
        left -= len(text.body)
        below = folder / f"{number // PER_FOLDER:03}"
        below.mkdir(exist_ok=True)
        name = f"{number:06}.{text.language}.md"
        (below / name).write_text(f"# {text.title} ({number})\n\n{text.body}", encoding="utf-8")
    raise ValueError(f"the training data has too few passages for {passages}")


def _by_turns(*sources: Iterable[Text]) -> Iterator[Text]:
    for row in itertools.zip_longest(*sources):
        yield from (text for text in row if text is not None)


def _articles(file: Path) -> Iterator[Text]:
    for title, sections in itertools.groupby(_rows(file), key=lambda row: str(row["title"])):
        parts = []
        for section in sections:
            headings = list(section["headings"])
            parts += [f"## {headings[-1]}"] if headings else []
            parts.append(str(section["text"]))
        yield Text(title, "\n\n".join(parts), "de")


def _laws(file: Path) -> Iterator[Text]:
    for title, sections in itertools.groupby(_rows(file), key=lambda row: str(row["law"])):
        while part := list(itertools.islice(sections, SECTIONS)):
            body = "\n\n".join(f"## {one['section']}\n\n{one['text']}" for one in part)
            yield Text(title, body, "de")


def _pages(train: Path, language: Language) -> Iterator[Text]:
    column = 0 if language == "de" else 1
    chance = random.Random(SEED)  # noqa: S311  lengths of pages, no secret
    for name in PARALLEL:
        with lzma.open(train / name, "rt", encoding="utf-8") as lines:
            column_of = (line.rstrip("\n").split("\t")[column] for line in lines)
            while page := list(itertools.islice(column_of, chance.randint(*LINES))):
                yield Text(page[0][:80], "\n\n".join(page), language)


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            row: dict[str, Any] = json.loads(line)
            yield row

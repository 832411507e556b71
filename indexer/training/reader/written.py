"""Questions written for the reader: on passages of the training data, on invented towns.

`written/passages.jsonl` names each text by its SHA-256, as the texts themselves are not in this
repository, and where in it the answers stand; `written/towns/` has documents of invented places
and what is asked of them. Nobody read evaluation data for them, and what overlaps with it all the
same is dropped here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexer.training.prepare import english_held_out
from indexer.training.sources import (
    HELD_OUT_ARTICLES,
    HELD_OUT_PAGES,
    Section,
    TrainingData,
    is_held_out,
)

FOLDER = Path(__file__).with_name("written")
HELD_OUT_TOWNS = frozenset({"ahrental", "altwerder", "grauburg", "ostersee", "sommerfeld"})
PAGE_CHARS = 1_500  # of a municipal page that was read for its questions
SHA_CHARS = 16
WHOLE_CHARS = 25  # a shorter sentence says too little to be known again


@dataclass(frozen=True, slots=True)
class Written:
    """A question, and what answers it: by document, parts of sentences word for word."""

    questions: Mapping[str, str]  # language -> question
    answers: Mapping[str, tuple[str, ...]]  # doc_id -> quotes; empty where nothing answers
    doubtful: Mapping[str, tuple[str, ...]]  # may be taken for an answer, or not
    about: str  # the document, or the place, that it is asked of
    held_out: bool


@dataclass(slots=True)
class Collection:
    """Documents that are searched together, and what is asked of them."""

    name: str
    pages: dict[str, str] = field(default_factory=dict)  # file name -> Markdown
    questions: list[Written] = field(default_factory=list)


def says(sentence: str, quotes: Iterable[str]) -> bool:
    """Whether the sentence holds a quote, or is part of one that was cut otherwise."""
    return any(
        quote in sentence or (len(sentence) >= WHOLE_CHARS and sentence in quote)
        for quote in quotes
    )


def collections(data: TrainingData, folder: Path = FOLDER) -> list[Collection]:
    """Return every collection of a folder that has documents.

    The first holds the passages in the language that they were read in, the second their other
    language, where there is one; the others are places.
    """
    towns = sorted((folder / "towns").iterdir())
    every = [*_passages(data, folder), *(_town(data, town) for town in towns)]
    return [one for one in every if one.pages]


def _town(data: TrainingData, folder: Path) -> Collection:
    town = Collection(folder.name)
    for page in sorted((folder / "documents").iterdir()):
        town.pages[page.name] = page.read_text("utf-8")
    held_out = folder.name in HELD_OUT_TOWNS
    for row in _rows(folder / "questions.jsonl"):
        if data.passes("written", *row["questions"].values()):
            answers, doubtful = _quotes(row["answers"]), _quotes(row.get("doubtful", []))
            town.questions.append(
                Written(row["questions"], answers, doubtful, folder.name, held_out)
            )
    return town


def _quotes(cited: Iterable[Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in cited:
        found[one["doc_id"]] = (*found.get(one["doc_id"], ()), one["quote"])
    return found


def _passages(data: TrainingData, folder: Path) -> tuple[Collection, Collection]:
    known = {(source, _sha(text.text)): text for source, text in _texts(data)}
    held_out = _held_out(known)
    own, other = Collection("passages"), Collection("passages-translated")
    for row in _rows(folder / "passages.jsonl"):
        texts = row["texts"]
        for collection, language in zip((own, other), texts, strict=False):
            section = known.get((row["source"], texts[language]))
            if section is None:  # it overlaps with evaluation data, or is another edition's
                continue
            name = f"{texts[language]}.{language}.md"
            collection.pages[name] = _page(section, language)
            for asked in row["asked"]:
                if data.passes("written", *asked["questions"].values()):
                    said = {
                        kind: {name: _cut(section.text, asked[kind][language])}
                        for kind in ("answers", "doubtful")
                        if asked.get(kind)
                    }
                    collection.questions.append(
                        Written(
                            asked["questions"],
                            said.get("answers", {}),
                            said.get("doubtful", {}),
                            name,
                            (row["source"], section.title) in held_out,
                        )
                    )
    return own, other


def _texts(data: TrainingData) -> Iterator[tuple[str, Section]]:
    for section in data.encyclopedia():
        yield "german-encyclopedia", section
    for answered in data.english_questions():
        yield "english-questions", answered.section
    for pages in data.municipal_pages(PAGE_CHARS):
        for page in pages:
            yield "municipal-pages", page
    for section in data.laws():
        yield "german-law-sections", section
    for section in data.manuals():
        yield "german-heading-section", section


def _held_out(known: Mapping[tuple[str, str], Section]) -> set[tuple[str, str]]:
    """Source and title of what no step trains on."""
    english = english_held_out(
        [section.title for (source, _), section in known.items() if source == "english-questions"]
    )
    percent = {"municipal-pages": HELD_OUT_PAGES}
    return {
        (source, section.title)
        for (source, _), section in known.items()
        if (
            section.title in english
            if source == "english-questions"
            else is_held_out(section.title, percent=percent.get(source, HELD_OUT_ARTICLES))
        )
    }


def _page(section: Section, language: str) -> str:
    heading = f"## {section.heading}\n\n" if section.heading else ""
    fields = f"title: {json.dumps(section.title)}\nlanguage: {language}"
    return f"---\n{fields}\n---\n\n{heading}{section.text}\n"


def _cut(text: str, spans: Iterable[tuple[int, int]]) -> tuple[str, ...]:
    return tuple(text[start:end] for start, end in spans)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:SHA_CHARS]


def _rows(file: Path) -> Iterator[Any]:
    with file.open(encoding="utf-8") as stream:
        for line in stream:
            yield json.loads(line)

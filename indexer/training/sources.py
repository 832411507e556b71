"""The training data: each source read, filtered against evaluation data, and split.

Every reader yields texts that have passed `EvaluationText`; `dropped` counts what did not. Whole
articles and pages are held out for development (`is_held_out`), so that settings are chosen on
text that no step trains on, and never on evaluation data.
"""

from __future__ import annotations

import json
import lzma
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexer.training.overlap import EvaluationText

PARALLEL = (
    "tatoeba",
    "general-mixed",
    "docs-open-source",
    "docs-adobe",
    "docs-microsoft-human",
    "docs-mdn-machine",
)
HELD_OUT_ARTICLES, HELD_OUT_PAGES = 8, 20  # percent; pages are few
TELLING_CHARS = 50  # a sentence so long stands on one page only
MAX_CHARS = 2_000  # a longer line is a table or a log, not a sentence


@dataclass(frozen=True, slots=True)
class Pair:
    """The same text in both languages."""

    german: str
    english: str


@dataclass(frozen=True, slots=True)
class Section:
    """A paragraph or page in one language, with what stands above it."""

    title: str
    heading: str  # "" where there is none
    text: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A paragraph and the questions it answers, each with where the answer stands."""

    section: Section
    questions: list[tuple[str, int, int]]  # question, start and end in section.text
    unanswered: list[str]  # questions that it does not answer, though they sound as if


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the page that was read for it, sentence by sentence.

    `answers` are indices of sentences; empty where the page does not answer.
    """

    page: str
    questions: dict[str, str]  # language -> question
    sentences: dict[str, list[str]]  # language -> sentences of the page; masked ones are ""
    answers: dict[str, list[int]]


@dataclass(slots=True)
class TrainingData:
    """Reads sources by name from the folder that `../shared/README.md` describes."""

    folder: Path
    evaluation: EvaluationText
    dropped: Counter[str] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)

    def pairs(self, source: str) -> Iterator[Pair]:
        """Yield the parallel lines of one file, in its order."""
        for line in self._lines(f"{source}.tsv.xz"):
            german, _, english = line.rstrip("\n").partition("\t")
            if max(len(german), len(english)) > MAX_CHARS or not (german and english):
                continue
            if self.passes(source, german, english):
                yield Pair(german, english)

    def municipal_pairs(self, questions: Iterable[Asked]) -> Iterator[Pair]:
        """Yield aligned titles and blocks of municipal pages, and sentences of asked pages."""
        questions = list(questions)
        held_out = _telling_sentences(questions)
        for page in self._rows("municipal-pages.jsonl.xz"):
            texts = [(page["title_de"], page["title_en"])]
            texts += (
                zip(page["blocks_de"], page["blocks_en"], strict=False) if page["aligned"] else []
            )
            for german, english in texts:
                # The same pages are also among those that questions were asked of.
                if any(sentence in german for sentence in held_out):
                    continue
                if german and english and self.passes("municipal-pages", german, english):
                    yield Pair(german, english)
        seen: set[tuple[str, str]] = set()
        for asked in questions:
            if is_held_out(asked.page, percent=HELD_OUT_PAGES):
                continue
            sentences = zip(asked.sentences["de"], asked.sentences["en"], strict=False)
            for german, english in [(asked.questions["de"], asked.questions["en"]), *sentences]:
                if german and english and (german, english) not in seen:
                    seen.add((german, english))
                    yield Pair(german, english)

    def municipal_pages(self, chars: int) -> Iterator[tuple[Section, Section]]:
        """Yield the beginnings of aligned municipal pages, German and English, of so many chars."""
        held_out = _telling_sentences(self.municipal_questions())
        for page in self._rows("municipal-pages.jsonl.xz"):
            german: list[str] = []
            english: list[str] = []
            blocks = zip(page["blocks_de"], page["blocks_en"], strict=False)
            for one, other in blocks if page["aligned"] else ():
                if any(sentence in one for sentence in held_out):
                    continue
                if not self.passes("municipal-pages", one, other):
                    continue
                if len(" ".join(german)) + len(one) > chars:
                    break
                if one and other:
                    german.append(one)
                    english.append(other)
            yield (
                Section(page["title_de"], "", "\n".join(german)),
                Section(page["title_en"], "", "\n".join(english)),
            )

    def municipal_questions(self) -> Iterator[Asked]:
        """Yield questions on municipal pages, in both languages."""
        for row in self._rows("municipal-qa-train.jsonl"):
            questions = {"de": row["question_de"], "en": row["question_en"]}
            if self.passes("municipal-qa-train", *questions.values()):
                yield Asked(
                    page=f"{row['city']}/{row['page']}",
                    questions=questions,
                    sentences={
                        language: self.evaluation.masked(row[f"sentences_{language}"])
                        for language in questions
                    },
                    answers={language: row[f"answers_{language}"] for language in questions},
                )

    def english_questions(self) -> Iterator[Answered]:
        """Yield English paragraphs with the questions that they answer."""
        for row in self._rows("english-questions.jsonl.xz"):
            if self.passes("english-questions", row["text"]):
                questions = [
                    (asked["question"], *asked["answers"][0])
                    for asked in row["questions"]
                    if asked["answerable"] and self.passes("english-questions", asked["question"])
                ]
                unanswered = [
                    asked["question"]
                    for asked in row["questions"]
                    if not asked["answerable"]
                    and self.passes("english-questions", asked["question"])
                ]
                section = Section(row["title"], "", row["text"])
                yield Answered(section, questions, unanswered)

    def encyclopedia(self) -> Iterator[Section]:
        """Yield paragraphs of German encyclopedia articles."""
        for row in self._rows("german-encyclopedia.jsonl.xz"):
            heading = row["headings"][-1] if row["headings"] else ""
            if self.passes("german-encyclopedia", row["text"], heading, row["title"]):
                yield Section(row["title"], heading, row["text"])

    def laws(self) -> Iterator[Section]:
        """Yield sections of German federal law."""
        for row in self._rows("german-law-sections.jsonl.xz"):
            if self.passes("german-law-sections", row["text"], row["section"], row["law"]):
                yield Section(row["law"], row["section"], row["text"])

    def manuals(self) -> Iterator[Section]:
        """Yield sections of German documentation."""
        for row in self._rows("german-heading-section.jsonl.xz"):
            if self.passes("german-heading-section", row["text"], row["heading"], row["title"]):
                yield Section(row["title"], row["heading"], row["text"])

    def dictionary(self) -> Iterator[Pair]:
        """Yield German and English words and phrases."""
        yield from self.pairs("dictionary-wiktionary")

    def passes(self, source: str, *texts: str) -> bool:
        """Whether none of these texts overlaps with evaluation data; counts, by source."""
        self.read[source] += 1
        if any(self.evaluation.overlaps(text) for text in texts if text):
            self.dropped[source] += 1
            return False
        return True

    def _rows(self, name: str) -> Iterator[Any]:
        return (json.loads(line) for line in self._lines(name))

    def _lines(self, name: str) -> Iterator[str]:
        path = self.folder / name
        if path.suffix == ".xz":
            with lzma.open(path, "rt", encoding="utf-8", newline="\n") as stream:
                yield from stream
        else:
            with path.open(encoding="utf-8", newline="\n") as stream:
                yield from stream


def _telling_sentences(questions: Iterable[Asked]) -> set[str]:
    """Sentences of the held-out pages: the same pages also come without questions."""
    return {
        sentence
        for asked in questions
        if is_held_out(asked.page, percent=HELD_OUT_PAGES)
        for sentence in asked.sentences["de"]
        if len(sentence) >= TELLING_CHARS
    }


def is_held_out(name: str, *, percent: int) -> bool:
    """Whether this article or page belongs to the development split; the same on every machine."""
    return zlib.crc32(name.encode()) % 100 < percent

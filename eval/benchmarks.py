"""Public benchmarks under ../shared/data/eval, read into questions on a pool of texts, and pairs.

Identical texts of a pool count as one. Whatever else is relevant to a question is told by its
loader; nothing here knows of an encoder.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LANGUAGES = ("de", "en")
CROSSINGS = tuple((asked, answered) for asked in LANGUAGES for answered in LANGUAGES)
NDCG, AP, ACCURACY = "nDCG@10", "AP", "accuracy"


@dataclass(frozen=True, slots=True)
class Search:
    """Questions, the texts that are ranked for each of them, and which of these are relevant."""

    name: str  # "xquad de→en": language of the questions → language of the pool
    measure: str
    questions: tuple[str, ...]
    pool: tuple[str, ...]  # distinct
    relevant: tuple[frozenset[int], ...]  # per question: positions in `pool`, at least one

    @property
    def texts(self) -> Iterator[str]:
        """All that must be encoded."""
        yield from self.questions
        yield from self.pool


@dataclass(frozen=True, slots=True)
class Translation:
    """Sentences and their translations: each finds the other among all of that language."""

    name: str
    there: Search  # de→en
    back: Search  # en→de; question i of one is the translation of question i of the other

    @property
    def texts(self) -> Iterator[str]:
        yield from self.there.questions
        yield from self.back.questions


@dataclass(frozen=True, slots=True)
class Similarity:
    """Pairs of sentences, and how alike people found them."""

    name: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    scores: tuple[float, ...]  # grow with likeness, in [0, 5]

    @property
    def texts(self) -> Iterator[str]:
        yield from self.first
        yield from self.second


Benchmark = Search | Translation | Similarity


def load(folder: Path, names: Iterable[str] = ()) -> list[Benchmark]:
    """Read the named benchmarks, or all of them, in the order of `BENCHMARKS`.

    Raises:
        ValueError: if the folder lacks files, naming every one; or if a file is damaged.
    """
    chosen = [name for name in BENCHMARKS if name in set(names or BENCHMARKS)]
    files = list(dict.fromkeys(file for name in chosen for file in BENCHMARKS[name].files))
    missing = [file for file in files if not (folder / file).is_file()]
    if missing:
        raise ValueError(f"data folder {folder} lacks {', '.join(missing)}")
    loaded: list[Benchmark] = []
    for name in chosen:
        try:
            loaded += BENCHMARKS[name].read(folder)
        except (KeyError, ValueError) as error:
            listed = " or ".join(BENCHMARKS[name].files)
            raise ValueError(f"{listed} in {folder} is damaged: {error!r}") from error
    return loaded


def search(
    name: str,
    measure: str,
    pool: Iterable[str],
    questions: Sequence[str],
    answers: Sequence[Collection[str]],
) -> Search:
    """Name answers by their place in the pool, in which every text stands once."""
    place = {text: number for number, text in enumerate(dict.fromkeys(pool))}
    return Search(
        name=name,
        measure=measure,
        questions=tuple(questions),
        pool=tuple(place),
        relevant=tuple(frozenset(place[text] for text in texts) for texts in answers),
    )


def answer_sentence(paragraph: dict[str, Any], start: int, length: int) -> str:
    """Return the sentence that holds an answer, or most of it where it crosses a break."""
    begin, end = max(
        paragraph["sentence_breaks"],
        key=lambda span: min(span[1], start + length) - max(span[0], start),
    )
    return str(paragraph["context"][begin:end])


def xquad(folder: Path) -> Iterator[Search]:
    """Question → the paragraph that it was asked of."""
    paragraphs = {language: _xquad_paragraphs(folder, language) for language in LANGUAGES}
    for asked, answered in CROSSINGS:
        home = {
            question["id"]: paragraph["context"]
            for paragraph in paragraphs[answered]
            for question in paragraph["qas"]
        }
        questions = [q for paragraph in paragraphs[asked] for q in paragraph["qas"]]
        yield search(
            f"xquad {asked}→{answered}",
            NDCG,
            (paragraph["context"] for paragraph in paragraphs[answered]),
            [question["question"] for question in questions],
            [{home[question["id"]]} for question in questions],
        )


def xquad_r(folder: Path) -> Iterator[Search]:
    """Question → the answer's sentence in both languages, among all sentences of both (LAReQA)."""
    paragraphs = {language: _xquad_paragraphs(folder, language) for language in LANGUAGES}
    pool: list[str] = []
    gold: dict[str, set[str]] = {}
    for paragraph in (paragraph for both in paragraphs.values() for paragraph in both):
        pool += [paragraph["context"][start:end] for start, end in paragraph["sentence_breaks"]]
        for question in paragraph["qas"]:
            gold.setdefault(question["id"], set()).update(
                answer_sentence(paragraph, answer["answer_start"], len(answer["text"]))
                for answer in question["answers"]
            )
    for asked in LANGUAGES:
        questions = [q for paragraph in paragraphs[asked] for q in paragraph["qas"]]
        yield search(
            f"xquad-r {asked}→de+en",
            AP,
            pool,
            [question["question"] for question in questions],
            [gold[question["id"]] for question in questions],
        )


def faq(folder: Path) -> Iterator[Search]:
    """Question of a federal app's FAQ → its answer."""
    rows = _json_lines(folder / "government-faq.jsonl")
    for asked, answered in CROSSINGS:
        answers = [row[f"a_{answered}"] for row in rows]
        questions = [row[f"q_{asked}"] for row in rows]
        yield search(
            f"faq {asked}→{answered}", NDCG, answers, questions, [{text} for text in answers]
        )


def municipal(folder: Path) -> Iterator[Search]:
    """Question that its page answers → that page, among the pages of all questions."""
    rows = _json_lines(folder / "municipal-qa-dev.jsonl")
    for asked, answered in CROSSINGS:
        answerable = [row for row in rows if row[f"answers_{answered}"]]
        yield search(
            f"municipal {asked}→{answered}",
            NDCG,
            (" ".join(row[f"sentences_{answered}"]) for row in rows),
            [row[f"question_{asked}"] for row in answerable],
            [{" ".join(row[f"sentences_{answered}"])} for row in answerable],
        )


def tatoeba(folder: Path) -> Iterator[Translation]:
    yield _translation("tatoeba", folder / "tatoeba-1000.tsv")


def ntrex(folder: Path) -> Iterator[Translation]:
    yield _translation("ntrex", folder / "ntrex.tsv")


def stsb(folder: Path) -> Iterator[Similarity]:
    """Two sentences → their likeness."""
    for language in LANGUAGES:
        with (folder / f"stsb-{language}-test.csv").open(encoding="utf-8", newline="") as stream:
            first, second, scores = zip(*csv.reader(stream), strict=True)
        yield Similarity(f"stsb {language}", first, second, tuple(map(float, scores)))


@dataclass(frozen=True, slots=True)
class Source:
    """The files of a benchmark, and what reads them."""

    files: tuple[str, ...]
    read: Callable[[Path], Iterable[Benchmark]]


_XQUAD = tuple(f"xquad-r.{language}.json" for language in LANGUAGES)
BENCHMARKS = {
    "xquad": Source(_XQUAD, xquad),
    "xquad-r": Source(_XQUAD, xquad_r),
    "tatoeba": Source(("tatoeba-1000.tsv",), tatoeba),
    "stsb": Source(("stsb-de-test.csv", "stsb-en-test.csv"), stsb),
    "faq": Source(("government-faq.jsonl",), faq),
    "municipal": Source(("municipal-qa-dev.jsonl",), municipal),
    "ntrex": Source(("ntrex.tsv",), ntrex),
}


def _translation(name: str, file: Path) -> Translation:
    german, english = zip(*(line.split("\t") for line in _lines(file)), strict=True)
    return Translation(
        name,
        there=_one_way(f"{name} de→en", german, english),
        back=_one_way(f"{name} en→de", english, german),
    )


def _one_way(name: str, sentences: Sequence[str], translations: Sequence[str]) -> Search:
    """A sentence that recurs has several translations; any of them is right."""
    known: dict[str, set[str]] = {}
    for sentence, translation in zip(sentences, translations, strict=True):
        known.setdefault(sentence, set()).add(translation)
    return search(name, ACCURACY, translations, sentences, [known[text] for text in sentences])


def _xquad_paragraphs(folder: Path, language: str) -> list[dict[str, Any]]:
    articles = json.loads((folder / f"xquad-r.{language}.json").read_text("utf-8"))["data"]
    return [paragraph for article in articles for paragraph in article["paragraphs"]]


def _json_lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in _lines(file)]


def _lines(file: Path) -> list[str]:
    return file.read_text("utf-8").rstrip("\n").split("\n")

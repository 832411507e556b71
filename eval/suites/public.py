"""Public benchmarks as suites: every paragraph, sentence, answer or page is a document."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.questions import Judged, Question
from eval.suites.suite import CROSSINGS, LANGUAGES, POOLS, Asked, Suite

ALL_SENTENCES = 3_000
ALL_PASSAGES = 999  # a page has many; AP would not be known of those beyond


@dataclass(slots=True)
class Collection:
    """Documents by (name, language); the same text twice in one language is one document."""

    texts: dict[str, str]  # doc_id -> text

    def add(self, name: str, language: Asked, text: str) -> str:
        """Return the doc_id under which this text stands."""
        doc_id = f"{name}.{language}.txt"
        self.texts[doc_id] = text
        return doc_id

    def write(self, folder: Path) -> None:
        """Write the documents; each says its language, since some are one short sentence."""
        for doc_id, text in self.texts.items():
            language = doc_id.split(".")[-2]
            front = f"---\ndoc_id: {doc_id}\nlanguage: {language}\n---\n"
            (folder / doc_id).write_text(front + text.strip() + "\n", encoding="utf-8")


def xquad_paragraphs(data: Path) -> Suite:
    """XQuAD: question → paragraph, within a language, across, and in the pool of both."""
    collection = Collection({})
    asked: dict[tuple[str, Asked], str] = {}
    gold: dict[str, list[str]] = {}
    for language, number, paragraph in _xquad(data):
        doc_id = collection.add(f"p{number:03}", language, paragraph["context"])
        for question in paragraph["qas"]:
            asked[question["id"], language] = question["question"]
            gold.setdefault(question["id"], []).append(doc_id)
    questions = [
        _question(f"{key}-{language}", language, text, gold[key])
        for (key, language), text in asked.items()
    ]
    return Suite(
        "xquad-r", collection.write, questions, views=(*CROSSINGS, *POOLS), unit="document"
    )


def xquad_sentences(data: Path) -> Suite:
    """XQuAD-R (LAReQA): question → answer sentence, in the pool of both languages."""
    collection = Collection({})
    known: dict[tuple[str, str], str] = {}
    asked: dict[tuple[str, Asked], str] = {}
    gold: dict[str, list[str]] = {}
    for language, number, paragraph in _xquad(data):
        places = []
        for place, (start, end) in enumerate(paragraph["sentence_breaks"]):
            sentence = paragraph["context"][start:end].strip()
            if (language, sentence) not in known:
                name = f"s{number:03}-{place:02}"
                known[language, sentence] = collection.add(name, language, sentence)
            places.append(known[language, sentence])
        for question in paragraph["qas"]:
            asked[question["id"], language] = question["question"]
            answers = question["answers"]
            gold.setdefault(question["id"], []).extend(
                places[_sentence_of(paragraph, answer["answer_start"], len(answer["text"]))]
                for answer in answers
            )
    questions = [
        _question(f"{key}-{language}", language, text, gold[key])
        for (key, language), text in asked.items()
    ]
    return Suite(
        "xquad-r-sentences",
        collection.write,
        questions,
        views=POOLS,
        unit="document",
        depth=ALL_SENTENCES,
    )


def government_faq(data: Path) -> Suite:
    """A federal app's FAQ: question → answer, within a language and across."""
    collection = Collection({})
    questions = []
    for number, row in enumerate(_rows(data / "government-faq.jsonl")):
        name = f"f{number:03}"
        gold = [collection.add(name, language, row[f"a_{language}"]) for language in LANGUAGES]
        questions += [
            _question(f"{name}-{language}", language, row[f"q_{language}"], gold)
            for language in LANGUAGES
        ]
    return Suite("government-faq", collection.write, questions, views=CROSSINGS, unit="document")


def municipal_pages(data: Path) -> Suite:
    """OMoS-QA, open: question → the page that answers it, in the pool of both languages."""
    collection = Collection({})
    rows = _rows(data / "municipal-qa-dev.jsonl")
    pages: dict[str, str] = {}
    questions = []
    for number, row in enumerate(rows):
        name = f"{row['city']}-{row['page']}".lower()
        gold = [
            collection.add(name, language, "\n".join(row[f"sentences_{language}"]))
            for language in LANGUAGES
        ]
        pages |= dict.fromkeys(gold, name)
        for language in LANGUAGES:
            if row["answers_de"] or row["answers_en"]:
                text = row[f"question_{language}"]
                questions.append(_question(f"m{number:03}-{language}", language, text, gold))
    return Suite(
        "municipal-qa",
        collection.write,
        questions,
        views=POOLS,
        unit="document",
        depth=ALL_PASSAGES,
        pages=pages,
    )


PUBLIC: dict[str, tuple[tuple[str, ...], Callable[[Path], Suite]]] = {
    "xquad-r": (("xquad-r.de.json", "xquad-r.en.json"), xquad_paragraphs),
    "xquad-r-sentences": (("xquad-r.de.json", "xquad-r.en.json"), xquad_sentences),
    "government-faq": (("government-faq.jsonl",), government_faq),
    "municipal-qa": (("municipal-qa-dev.jsonl",), municipal_pages),
}


def _question(identifier: str, language: Asked, text: str, gold: list[str]) -> Question:
    answers = tuple(Judged(doc_id) for doc_id in dict.fromkeys(gold))
    return Question(identifier, language, text, "answerable", answers)


def _sentence_of(paragraph: dict[str, Any], start: int, length: int) -> int:
    """Return which sentence holds an answer, or most of it where it crosses a break."""
    breaks = paragraph["sentence_breaks"]
    shared = [min(end, start + length) - max(begin, start) for begin, end in breaks]
    return shared.index(max(shared))


def _xquad(data: Path) -> list[tuple[Asked, int, dict[str, Any]]]:
    found: list[tuple[Asked, int, dict[str, Any]]] = []
    for language in LANGUAGES:
        articles = json.loads((data / f"xquad-r.{language}.json").read_text("utf-8"))["data"]
        paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]]
        found += [(language, number, paragraph) for number, paragraph in enumerate(paragraphs)]
    return found


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]

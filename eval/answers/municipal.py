"""Municipal pages asked one at a time: which sentences answer, and whether any does (OMoS-QA)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from api.answers import Answer
from api.engine import Engine
from eval.answers.asked import Asked, ask, opened, whole
from eval.indexing import write_texts
from indexer.types import Span

LANGUAGES = ("de", "en")
MORE_THAN_HALF = 0.5  # of a sentence's characters must lie in answer spans


@dataclass(frozen=True, slots=True)
class PageQuestion:
    """A question with its page, sentence by sentence, in both languages."""

    id: str
    questions: Mapping[str, str]
    sentences: Mapping[str, Sequence[str]]
    gold: Mapping[str, frozenset[int]]
    doc_ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Crossing:
    """Figures of one pair of languages; a question's, and its page's."""

    pair: str
    precisions: list[float]  # per answerable question
    recalls: list[float]
    refused_right: int  # pages without an answer that were refused
    refused: int
    unanswerable: int

    @property
    def sentence_f(self) -> float:
        """Harmonic mean of mean precision and mean recall; an empty prediction is precise."""
        precision, recall = float(np.mean(self.precisions)), float(np.mean(self.recalls))
        return 2 * precision * recall / (precision + recall or 1.0)

    @property
    def refusal_f(self) -> float:
        """F of refusing the pages without an answer."""
        precision = self.refused_right / max(self.refused, 1)
        recall = self.refused_right / max(self.unanswerable, 1)
        return 2 * precision * recall / max(precision + recall, 1e-9)


@dataclass(frozen=True, slots=True)
class Page:
    """One question asked of its page in one language."""

    question: PageQuestion
    own: str
    other: str
    answer: Answer
    predicted: frozenset[int]


def read(file: Path) -> list[PageQuestion]:
    """Read the questions of OMoS-QA."""
    found = []
    for line in file.read_text("utf-8").splitlines():
        row = json.loads(line)
        page = f"{row['city']}-{row['page']}-{row['id']}"
        found.append(
            PageQuestion(
                id=page,
                questions={own: row[f"question_{own}"] for own in LANGUAGES},
                sentences={own: row[f"sentences_{own}"] for own in LANGUAGES},
                gold={own: frozenset(row[f"answers_{own}"]) for own in LANGUAGES},
                doc_ids={own: f"{page}.{own}.txt" for own in LANGUAGES},
            )
        )
    return found


def texts(questions: Sequence[PageQuestion]) -> dict[str, str]:
    """Every page in both languages, by file name: its sentences, one a line."""
    return {
        question.doc_ids[own]: "\n".join(question.sentences[own])
        for question in questions
        for own in LANGUAGES
    }


def pages(questions: Sequence[PageQuestion]) -> list[Page]:
    """Ask every question of its own page, in all four pairs of languages, at a threshold of 0."""

    with opened(write=write_texts(texts(questions))) as engine:
        return [
            _page(engine, question, own, other)
            for own in LANGUAGES
            for other in LANGUAGES
            for question in questions
        ]


def crossings(
    found: Sequence[Page], threshold: float, seen: frozenset[str] = frozenset()
) -> list[Crossing]:
    """Figures at a threshold, of those questions none of whose answers is among `seen`."""
    groups: dict[str, list[Page]] = defaultdict(list)
    for page in found:
        texts = (page.question.sentences[page.other][n] for n in page.question.gold[page.other])
        if not seen or not any(text in seen for text in texts):
            groups[f"{page.own}→{page.other}"].append(page)
    return [_crossing(pair, group, threshold) for pair, group in groups.items()]


def asked_openly(questions: Sequence[PageQuestion]) -> list[Asked]:
    """The same questions asked of all pages, for the calibration of the confidence."""
    spans = {question.id: _spans(question) for question in questions}

    with opened(write=write_texts(texts(questions))) as engine:
        return [
            ask(
                engine,
                question.questions[own],
                {
                    question.doc_ids[other]: [spans[question.id][other][n] for n in gold]
                    for other in LANGUAGES
                    if (gold := sorted(question.gold[other]))
                },
                suite="municipal-qa",
                kind="answerable" if question.gold[own] else "missing_fact",
            )
            for question in questions
            for own in LANGUAGES
        ]


def _page(engine: Engine, question: PageQuestion, own: str, other: str) -> Page:
    answer = whole(engine, question.questions[own], question.doc_ids[other])
    spans = [(sentence.start, sentence.end) for sentence in answer.answer]
    predicted = frozenset(
        place
        for place, (start, end) in enumerate(_spans(question)[other])
        if _covered(start, end, spans) > MORE_THAN_HALF * (end - start)
    )
    return Page(question, own, other, answer, predicted)


def _spans(question: PageQuestion) -> dict[str, list[Span]]:
    """Where each sentence stands in the page's text."""
    spans: dict[str, list[Span]] = {}
    for own in LANGUAGES:
        at, found = 0, []
        for sentence in question.sentences[own]:
            found.append((at, at + len(sentence)))
            at += len(sentence) + 1
        spans[own] = found
    return spans


def _covered(start: int, end: int, spans: Sequence[Span]) -> int:
    return sum(max(0, min(end, last) - max(start, first)) for first, last in spans)


def _crossing(pair: str, group: Sequence[Page], threshold: float) -> Crossing:
    result = Crossing(pair, [], [], *_refusals(group, threshold))
    for page in group:
        gold = page.question.gold[page.other]
        if not gold:
            continue
        shown = page.answer.answered and page.answer.confidence >= threshold
        predicted = page.predicted if shown else frozenset[int]()
        hits = len(gold & predicted)
        result.precisions.append(hits / len(predicted) if predicted else 1.0)
        result.recalls.append(hits / len(gold))
    return result


def _refusals(group: Sequence[Page], threshold: float) -> tuple[int, int, int]:
    right = refused = unanswerable = 0
    for page in group:
        silent = not (page.answer.answered and page.answer.confidence >= threshold)
        empty = not page.question.gold[page.other]
        refused += silent
        unanswerable += empty
        right += silent and empty
    return right, refused, unanswerable

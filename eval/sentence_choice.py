"""How near to the best one a sentence must be to join it: `python -m eval.sentence_choice DATA`.

Held-out municipal questions are asked of their own page, in all four pairs of languages, and
written questions of all documents of their place, both apart by whether they ask for one value
(who, when, where, how many). Printed is, for each share of the best probability and each floor, the
answer-sentence F (OMoS-QA). What a place says in two languages or documents need be shown once.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from api.engine import Engine
from api.filters import Filters
from eval.answers.municipal import LANGUAGES, PageQuestion, texts
from eval.indexing import opened, write_texts
from indexer.text.kinds import asked_kind
from indexer.training.overlap import EvaluationText
from indexer.training.reader.written import HELD_OUT_TOWNS, Collection, collections, says
from indexer.training.sources import HELD_OUT_PAGES, Asked, TrainingData, is_held_out

SHARES = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6)
FLOORS = (0.0, 0.02, 0.03, 0.05, 0.1, 0.2)


@dataclass(frozen=True, slots=True)
class Scored:
    """The sentences of one page or place: which answer, and how surely each is said to."""

    gold: np.ndarray  # (S,) bool
    scores: np.ndarray  # (S,) probabilities; 0 for a sentence that was not read
    once: bool = False  # one of them says it all


def main(data: Path) -> None:
    """Print the tables."""
    sources = TrainingData(data / "train", EvaluationText.read(data / "eval"))
    asked = [*_of_pages(sources), *_of_places(sources)]
    for where, of_value in product(("pages", "places"), (True, False)):
        own = [one for place, value, one in asked if (place, value) == (where, of_value)]
        print(f"\n{where}, {len(own)} questions {'for a value' if of_value else 'for more'}")
        print("share  " + "  ".join(f"floor {floor:.2f}" for floor in FLOORS))
        for share in SHARES:
            row = [sentence_f(own, share, floor) for floor in FLOORS]
            print(f"{share:.2f}   " + "  ".join(f"{value:10.3f}" for value in row))


def _of_pages(sources: TrainingData) -> Iterator[tuple[str, bool, Scored]]:
    questions = [
        _page_question(number, asked)
        for number, asked in enumerate(sources.municipal_questions())
        if is_held_out(asked.page, percent=HELD_OUT_PAGES)
    ]
    with opened(write=write_texts(texts(questions))) as engine:
        for question, own, other in product(questions, LANGUAGES, LANGUAGES):
            if question.gold[other]:
                of_value = asked_kind(question.questions[own]) is not None
                yield "pages", of_value, _scored(engine, question, own, other)


def _of_places(sources: TrainingData) -> Iterator[tuple[str, bool, Scored]]:
    for collection in collections(sources):
        if collection.name in HELD_OUT_TOWNS:
            with opened(write=write_texts(collection.pages)) as engine:
                yield from _of_place(engine, collection)


def _of_place(engine: Engine, collection: Collection) -> Iterator[tuple[str, bool, Scored]]:
    for written in collection.questions:
        for question in written.questions.values() if written.answers else ():
            candidates = engine.consider(question).sentences
            texts = [c.passage.text[c.span[0] - c.passage.start :][: c.span[1] - c.span[0]]
                     for c in candidates]  # fmt: skip
            gold = [
                says(text, written.answers.get(one.passage.doc_id, ()))
                for text, one in zip(texts, candidates, strict=True)
            ]
            scores = np.array([one.score for one in candidates])
            of_value = asked_kind(question) is not None
            if any(gold):  # else no choice among them is right
                yield "places", of_value, Scored(np.array(gold), scores, once=True)


def _page_question(number: int, asked: Asked) -> PageQuestion:
    """The same question, masked sentences as they are: empty."""
    return PageQuestion(
        id=str(number),
        questions=asked.questions,
        sentences=asked.sentences,
        gold={own: frozenset(asked.answers[own]) for own in LANGUAGES},
        doc_ids={own: f"{number}.{own}.txt" for own in LANGUAGES},
    )


def sentence_f(pages: Sequence[Scored], share: float, floor: float) -> float:
    """Harmonic mean of mean precision and mean recall, over what answers."""
    precisions, recalls = [], []
    for page in pages:
        best = page.scores.max(initial=0.0)
        chosen = (page.scores >= max(share * best, floor)) | (page.scores == best)
        chosen &= page.scores > 0
        hits = (chosen & page.gold).sum()
        precisions.append(hits / chosen.sum() if chosen.any() else 1.0)
        recalls.append(min(1, hits) if page.once else hits / page.gold.sum())
    precision, recall = float(np.mean(precisions)), float(np.mean(recalls))
    return 2 * precision * recall / (precision + recall or 1.0)


def _scored(engine: Engine, question: PageQuestion, own: str, other: str) -> Scored:
    filters = Filters(doc_ids=(question.doc_ids[other],))
    candidates = engine.consider(question.questions[own], filters).sentences
    scores, start = [], 0
    for sentence in question.sentences[other]:
        end = start + len(sentence)
        scores.append(
            max(
                (c.score for c in candidates if start <= c.span[0] and c.span[1] <= end + 1),
                default=0.0,
            )
        )
        start = end + 1
    gold = np.isin(np.arange(len(scores)), sorted(question.gold[other]))
    return Scored(gold, np.array(scores))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""How near to the best one a sentence must be to join it: `python -m eval.sentence_choice`.

Held-out municipal questions are asked of their own page, in all four pairs of languages; printed is
the answer-sentence F (OMoS-QA) for each share of the best probability and each floor.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from api.engine import Engine
from api.filters import Filters
from eval.answers.municipal import LANGUAGES, PageQuestion, texts
from eval.indexing import opened, write_texts
from indexer.training.overlap import EvaluationText
from indexer.training.sources import HELD_OUT_PAGES, Asked, TrainingData, is_held_out

SHARES = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6)
FLOORS = (0.0, 0.02, 0.03, 0.05, 0.1, 0.2)


@dataclass(frozen=True, slots=True)
class Scored:
    """The sentences of one page: which answer, and how surely each is said to."""

    gold: np.ndarray  # (S,) bool
    scores: np.ndarray  # (S,) probabilities; 0 for a sentence that was not read


def main(data: Path) -> None:
    """Print the table."""
    sources = TrainingData(data / "train", EvaluationText.read(data / "eval"))
    questions = [
        _page_question(number, asked)
        for number, asked in enumerate(sources.municipal_questions())
        if is_held_out(asked.page, percent=HELD_OUT_PAGES)
    ]
    with opened(write=write_texts(texts(questions))) as engine:
        pages = list(_pages(engine, questions))
    print("share  " + "  ".join(f"floor {floor:.2f}" for floor in FLOORS))
    for share in SHARES:
        row = [sentence_f(pages, share, floor) for floor in FLOORS]
        print(f"{share:.2f}   " + "  ".join(f"{value:10.3f}" for value in row))


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
    """Harmonic mean of mean precision and mean recall, over pages that answer."""
    precisions, recalls = [], []
    for page in pages:
        best = page.scores.max(initial=0.0)
        chosen = (page.scores >= max(share * best, floor)) | (page.scores == best)
        chosen &= page.scores > 0
        hits = (chosen & page.gold).sum()
        precisions.append(hits / chosen.sum() if chosen.any() else 1.0)
        recalls.append(hits / page.gold.sum())
    precision, recall = float(np.mean(precisions)), float(np.mean(recalls))
    return 2 * precision * recall / (precision + recall or 1.0)


def _pages(engine: Engine, questions: Sequence[PageQuestion]) -> Iterator[Scored]:
    for question in questions:
        for own in LANGUAGES:
            for other in LANGUAGES:
                if question.gold[other]:
                    yield _scored(engine, question, own, other)


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

"""Ask every question of a set on the object that the API uses, and keep what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.answers import Answer
from api.engine import Engine
from eval.questions import Question, judged_spans
from indexer.types import Span

DEPTH = 50  # passages ranked per question, the most that one request may ask for


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question, its ranking, its answer, and what is relevant."""

    question: Question
    pair: str  # language of the question → language that answers it, or "→-" where nothing does
    ranking: tuple[tuple[str, float], ...]  # (passage name, score), best first
    relevant: frozenset[str]  # names of all passages that hold a judged quote
    answer: Answer
    answer_is_right: bool  # the first sentence overlaps a judged quote


def run(engine: Engine, questions: Sequence[Question]) -> list[Outcome]:
    """Search and ask each question once, over all documents, in the order given."""
    return [_outcome(engine, question) for question in questions]


def _outcome(engine: Engine, question: Question) -> Outcome:
    judged = judged_spans(question, engine.text)
    hits = engine.search(question.question, k=DEPTH).hits
    answer = engine.ask(question.question)
    first = answer.answer[0] if answer.answer else None
    cited = None if first is None else answer.citations[first.citation - 1].doc_id
    return Outcome(
        question=question,
        pair=_pair(engine, question),
        ranking=tuple((_name(hit.doc_id, hit.start, hit.end), hit.score) for hit in hits),
        relevant=frozenset(
            _name(doc_id, start, end)
            for doc_id, spans in judged.items()
            for start, end in engine.passage_spans(doc_id)
            if any(_holds((start, end), span) for span in spans)
        ),
        answer=answer,
        answer_is_right=first is not None
        and any(
            start < first.end and first.start < end for start, end in judged.get(cited or "", [])
        ),
    )


def _pair(engine: Engine, question: Question) -> str:
    languages = {engine.document(answer.doc_id).language for answer in question.answers}
    if not languages:
        return f"{question.language}→-"
    same = question.language in languages
    return f"{question.language}→{question.language if same else min(languages)}"


def _name(doc_id: str, start: int, end: int) -> str:
    return f"{doc_id}[{start}:{end}]"


def _holds(passage: Span, judged: Span) -> bool:
    """Whether more than half of the judged span lies in the passage."""
    shared = min(passage[1], judged[1]) - max(passage[0], judged[0])
    return 2 * shared > judged[1] - judged[0]

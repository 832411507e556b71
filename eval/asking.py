"""Ask every question of a suite on the object that the API uses, and keep what came."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from api.answers import Answer, PassagePlace
from api.engine import Engine
from api.filters import NO_FILTERS, Filters
from api.stopwatch import Stopwatch
from eval.questions import Question, Texts, judged_spans
from eval.suites.suite import OPEN, Suite, View
from indexer.types import Span


class Rank(Protocol):
    """Whatever ranks an index's passages for a query: the engine, or a peer."""

    def __call__(self, query: str, *, depth: int, filters: Filters) -> list[PassagePlace]: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question in one view: its ranking, and its answer where it was also asked."""

    question: Question
    pair: str  # language of the question → language that answers it, or "→-" where nothing does
    ranking: tuple[str, ...]  # names of passages or documents, best first
    languages: tuple[str, ...]  # theirs
    relevant: Mapping[str, str]  # name -> language, of all that hold a judged place
    milliseconds: float  # of the ranking, encoding included
    stages: Mapping[str, float] = field(default_factory=dict)  # of it, where it tells them
    pages: tuple[str, ...] = ()  # the ranking of pages in any language, where there are some
    relevant_pages: frozenset[str] = frozenset()
    answer: Answer | None = None
    answer_is_right: bool = False  # the first sentence overlaps a judged place

    @property
    def key(self) -> str:
        """Names the question in this view, among all of the suite."""
        return f"{self.question.id} {self.pair}"


def run(engine: Engine, suite: Suite) -> list[Outcome]:
    """Search, and ask, each question once in each of its views, in the order given."""
    return [
        _outcome(engine, suite, question, view)
        for view in suite.views
        for question in suite.questions
        if view.asked in (None, question.language)
    ]


def rankings(
    engine: Engine, suite: Suite, questions: Sequence[Question], rank: Rank | None = None
) -> Iterator[Outcome]:
    """The same without asking: for other wordings of the questions, or another way to rank."""
    for view in suite.views:
        for question in questions:
            if question.answers and view.asked in (None, question.language):
                yield _ranked(engine, suite, question, view, rank)


def _outcome(engine: Engine, suite: Suite, question: Question, view: View) -> Outcome:
    ranked = _ranked(engine, suite, question, view)
    if not suite.asks:
        return ranked
    judged = judged_spans(question, _texts(engine))
    answer = engine.ask(question.question)
    first = answer.answer[0] if answer.answer else None
    cited = "" if first is None else answer.citations[first.citation - 1].doc_id
    right = first is not None and any(
        start < first.end and first.start < end for start, end in judged.get(cited, [])
    )
    return replace(ranked, answer=answer, answer_is_right=right)


def _ranked(
    engine: Engine, suite: Suite, question: Question, view: View, rank: Rank | None = None
) -> Outcome:
    judged = judged_spans(question, _texts(engine))
    filters = Filters(language=view.answered) if view.answered else NO_FILTERS
    watch = Stopwatch()
    started = time.perf_counter()
    if rank is None:
        found = engine.rank(question.question, depth=suite.depth, filters=filters, watch=watch)
    else:
        found = rank(question.question, depth=suite.depth, filters=filters)
    milliseconds = 1000 * (time.perf_counter() - started)
    # What a hit stands for is shown with it: it counts as the next places of the list.
    names: dict[str, str] = {}
    for passage in found:
        for shown in (passage, *passage.repeats):
            names.setdefault(_name(shown, suite.unit), shown.language)
    relevant: dict[str, str] = {
        _name(passage, suite.unit): passage.language
        for doc_id, spans in judged.items()
        for passage in engine.passages(doc_id)
        if suite.unit == "document" or any(_holds((passage.start, passage.end), s) for s in spans)
    }
    if view.answered:
        relevant = {name: own for name, own in relevant.items() if own == view.answered}
    pages = dict.fromkeys(suite.pages.get(name, name) for name in names) if suite.pages else {}
    return Outcome(
        question=question,
        pair=_pair(engine, question, judged) if view == OPEN else view.name,
        ranking=tuple(names),
        languages=tuple(names.values()),
        relevant=relevant,
        milliseconds=milliseconds,
        stages=watch.milliseconds,
        pages=tuple(pages),
        relevant_pages=frozenset(suite.pages[name] for name in relevant if suite.pages),
    )


def _pair(engine: Engine, question: Question, judged: dict[str, list[Span]]) -> str:
    languages = {engine.document(doc_id).language for doc_id in judged}
    if not languages:
        return f"{question.language}→-"
    same = question.language in languages
    return f"{question.language}→{question.language if same else min(languages)}"


def _texts(engine: Engine) -> Texts:
    return Texts(engine.text, engine.by_sha256())


def _name(passage: PassagePlace, unit: str) -> str:
    if unit == "document":
        return passage.doc_id
    return f"{passage.doc_id}[{passage.start}:{passage.end}]"


def _holds(passage: Span, judged: Span) -> bool:
    """Whether more than half of what is judged lies in the passage, or all of the passage in it."""
    shared = min(passage[1], judged[1]) - max(passage[0], judged[0])
    return 2 * shared > judged[1] - judged[0] or shared == passage[1] - passage[0]

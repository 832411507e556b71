"""Questions with judged spans: which characters of which document answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from indexer.types import Span

Kind = Literal["answerable", "missing_fact", "off_topic"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A verbatim quote that answers; it stands exactly once in its document."""

    doc_id: str
    quote: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question; without judged quotes the documents do not answer it."""

    id: str
    language: Literal["de", "en"]
    question: str
    kind: Kind
    answers: tuple[Judged, ...]


def load_questions(file: Path) -> list[Question]:
    """Read JSON lines; raises ValueError naming line and problem."""
    questions = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        try:
            plain = json.loads(line)
            answers = tuple(Judged(**answer) for answer in plain.pop("answers"))
            questions.append(Question(**plain, answers=answers))
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"{file}, line {number}: {error}") from error
    return questions


def judged_spans(question: Question, text: Callable[[str], str]) -> dict[str, list[Span]]:
    """Find the judged quotes in the canonical texts.

    Args:
        text: doc_id -> canonical text; raises KeyError for an unknown document.

    Returns:
        doc_id -> spans.

    Raises:
        ValueError: if a quote does not stand exactly once in its document.
    """
    spans: dict[str, list[Span]] = {}
    for answer in question.answers:
        try:
            document = text(answer.doc_id)
        except KeyError:
            raise ValueError(f"{question.id}: no document {answer.doc_id}") from None
        if document.count(answer.quote) != 1:
            found = document.count(answer.quote)
            raise ValueError(
                f"{question.id}: found {found} times instead of once in {answer.doc_id}: "
                f"{answer.quote!r}"
            )
        start = document.index(answer.quote)
        spans.setdefault(answer.doc_id, []).append((start, start + len(answer.quote)))
    return spans

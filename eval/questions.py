"""Questions with judged places: which characters of which document answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from indexer.types import Span

Kind = Literal["answerable", "missing_fact", "off_topic"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A place that answers: a quote, a span, or, with neither, the whole document.

    A quote stands exactly once in its document. Instead of its `doc_id` a document may be named
    by the SHA-256 of its canonical text's UTF-8 bytes: `sha256`, or the first digits of it.
    """

    doc_id: str = ""
    quote: str = ""
    sha256: str = ""
    start: int | None = None
    end: int | None = None

    def __post_init__(self) -> None:
        if bool(self.doc_id) == bool(self.sha256):
            raise ValueError("an answer names its document by either doc_id or sha256")
        if (self.start is None) != (self.end is None) or (self.quote and self.start is not None):
            raise ValueError("an answer has a quote, or start and end, or none of them")


@dataclass(frozen=True, slots=True)
class Question:
    """One question; without judged places the documents do not answer it."""

    id: str
    language: Literal["de", "en"]
    question: str
    kind: Kind
    answers: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """The canonical texts that questions are judged on."""

    text: Callable[[str], str]  # doc_id -> text; KeyError for an unknown document
    by_sha256: Mapping[str, str]  # sha256 -> doc_id

    def document(self, judged: Judged) -> str:
        """Return the doc_id; raises KeyError where no document has this hash."""
        if judged.doc_id:
            return judged.doc_id
        for sha256, doc_id in self.by_sha256.items():
            if sha256.startswith(judged.sha256):
                return doc_id
        raise KeyError(judged.sha256)


def load_questions(file: Path) -> list[Question]:
    """Read JSON lines; raises ValueError naming line and problem."""
    questions: list[Question] = []
    lines = file.read_text("utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            questions.append(_question(json.loads(line)))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"{file}, line {number}: {error!r}") from error
    known: set[str] = set()
    for question in questions:
        if question.id in known:
            raise ValueError(f"{file}: the id {question.id} stands there twice")
        known.add(question.id)
    return questions


def _question(plain: dict[str, Any]) -> Question:
    answers = tuple(Judged(**answer) for answer in plain.get("answers", []))
    kind = plain.get("kind", "answerable" if answers else "missing_fact")
    question = Question(plain["id"], plain["language"], plain["question"], kind, answers)
    if question.language not in ("de", "en"):
        raise ValueError(f"language is {question.language!r}, not de or en")
    if bool(answers) != (kind == "answerable"):
        raise ValueError(f"kind is {kind} with {len(answers)} answers")
    return question


def judged_spans(question: Question, texts: Texts) -> dict[str, list[Span]]:
    """Find the judged places in the canonical texts.

    Returns:
        doc_id -> spans.

    Raises:
        ValueError: if a document is unknown, a quote does not stand exactly once in it, or a span
            lies beyond its end.
    """
    spans: dict[str, list[Span]] = {}
    for answer in question.answers:
        try:
            doc_id = texts.document(answer)
            document = texts.text(doc_id)
        except KeyError:
            raise ValueError(
                f"{question.id}: no document {answer.doc_id or answer.sha256}"
            ) from None
        spans.setdefault(doc_id, []).append(_span(question.id, answer, doc_id, document))
    return spans


def _span(identifier: str, answer: Judged, doc_id: str, document: str) -> Span:
    if answer.start is not None and answer.end is not None:
        if not 0 <= answer.start < answer.end <= len(document):
            raise ValueError(
                f"{identifier}: {doc_id} has {len(document)} characters, "
                f"no place {answer.start} to {answer.end}"
            )
        return answer.start, answer.end
    if not answer.quote:
        return 0, len(document)
    found = document.count(answer.quote)
    if found != 1:
        raise ValueError(
            f"{identifier}: found {found} times instead of once in {doc_id}: {answer.quote!r}"
        )
    start = document.index(answer.quote)
    return start, start + len(answer.quote)


def answerable(questions: Iterable[Question]) -> list[Question]:
    """Return those that the documents answer."""
    return [question for question in questions if question.answers]

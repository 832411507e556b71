"""What was asked, where the log is turned on: without who asked, and for some days only."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, cast

from api.answers import Answer, Refusal
from api.redaction import redacted
from api.shared_state import SharedState
from indexer.types import Language

_DAY_S = 24 * 60 * 60
_ENTRIES = (
    "SELECT id, asked, question, language, refusal, generation, citation, thumb FROM questions "
    "WHERE asked > ? AND (refusal IS NOT NULL OR NOT ?) ORDER BY number DESC LIMIT ? OFFSET ?"
)
# Of questions that are alike, the words of the one that was asked last: where there is one MAX,
# SQLite takes bare columns from its row.
_GROUPS = (
    "SELECT question, COUNT(*) AS times, SUM(refusal IS NOT NULL), MAX(asked) AS last "
    "FROM questions WHERE asked > ? AND (refusal IS NOT NULL OR NOT ?) GROUP BY alike "
    "ORDER BY times DESC, last DESC, alike LIMIT ? OFFSET ?"
)
_COUNTS = (
    "SELECT COUNT(*), COUNT(DISTINCT alike) FROM questions "
    "WHERE asked > ? AND (refusal IS NOT NULL OR NOT ?)"
)
Thumb = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class LoggedQuestion:
    """A question that was asked, without what could tell who asked it."""

    id: str  # the answer's
    asked: datetime
    question: str  # without e-mail addresses, phone numbers, IBANs and long numbers
    language: Language
    answered: bool
    refusal: Refusal | None
    generation: int
    citation: int | None  # number of the citation that was opened last
    thumb: Thumb | None


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """Questions that differ only in case, marks and white space."""

    question: str  # as it was asked last
    count: int
    unanswered: int
    last_asked: datetime


@dataclass(frozen=True, slots=True)
class QuestionList:
    """What was asked: the newest entry first, the most frequent group first."""

    logging: bool  # whether questions are kept at the moment
    days: int  # and for how long
    questions: tuple[LoggedQuestion, ...]
    total: int
    groups: tuple[QuestionGroup, ...]
    total_groups: int


class QuestionLog:
    """All calls may block and raise DataUnavailable; what is too old is never shown."""

    def __init__(self, state: SharedState, days: int) -> None:
        """Touches nothing.

        Args:
            days: how long an entry is kept.
        """
        self._state = state
        self._days = days

    def add(self, answers: Iterable[tuple[float, Answer]]) -> None:
        """Keep what was asked and whether it was answered.

        Args:
            answers: each with its time, in seconds since 1970.
        """
        rows = [
            (answer.id, int(asked), kept := redacted(answer.question), _alike(kept),
             answer.language, answer.refusal, answer.index.generation)
            for asked, answer in answers
        ]  # fmt: skip
        # No answer waits for the disk because of this, and a power cut may take the last ones.
        with self._state.writing(durable=False) as execute:
            for row in rows:
                execute(
                    "INSERT OR IGNORE INTO questions "
                    "(id, asked, question, alike, language, refusal, generation) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    row,
                )

    def rate(self, answer_id: str, thumb: Thumb | None, citation: int | None) -> LoggedQuestion:
        """Note what somebody thought of an answer; None leaves what is known.

        Raises:
            KeyError: if no question is kept that has this answer.
        """
        with self._state.writing(durable=False) as execute:
            execute(
                "UPDATE questions SET thumb = COALESCE(?, thumb), citation = COALESCE(?, citation) "
                "WHERE id = ? AND asked > ?",
                (thumb, citation, answer_id, self._oldest()),
            )
            rows = execute(
                "SELECT id, asked, question, language, refusal, generation, citation, thumb "
                "FROM questions WHERE id = ? AND asked > ?",
                (answer_id, self._oldest()),
            )
        if not rows:
            raise KeyError(answer_id)
        return _entry(rows[0])

    def listed(
        self, *, unanswered: bool, limit: int, offset: int, logging: bool = True
    ) -> QuestionList:
        """Entries and groups, each from `offset`; of the refused ones only where `unanswered`."""
        which = (self._oldest(), unanswered)
        [(total, groups)] = self._state.read(_COUNTS, which) or [(0, 0)]
        return QuestionList(
            logging=logging,
            days=self._days,
            questions=tuple(map(_entry, self._state.read(_ENTRIES, (*which, limit, offset)))),
            total=total,
            groups=tuple(map(_group, self._state.read(_GROUPS, (*which, limit, offset)))),
            total_groups=groups,
        )

    def delete(self, answer_id: str) -> None:
        """Delete an entry for good; raises KeyError."""
        if not self._state.erase("DELETE FROM questions WHERE id = ?", (answer_id,)):
            raise KeyError(answer_id)

    def forget(self) -> int:
        """Delete for good what is older than the days; returns how many entries."""
        return self._state.erase("DELETE FROM questions WHERE asked <= ?", (self._oldest(),))

    def _oldest(self) -> int:
        return int(time.time()) - self._days * _DAY_S


def _alike(question: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in question.casefold()).split())


def _entry(row: Any) -> LoggedQuestion:
    answer_id, asked, question, language, refusal, generation, citation, thumb = row
    return LoggedQuestion(
        id=answer_id,
        asked=datetime.fromtimestamp(asked, UTC),
        question=question,
        language=cast(Language, language),
        answered=refusal is None,
        refusal=cast(Refusal | None, refusal),
        generation=generation,
        citation=citation,
        thumb=cast(Thumb | None, thumb),
    )


def _group(row: Any) -> QuestionGroup:
    question, count, unanswered, last = row
    return QuestionGroup(question, count, unanswered, datetime.fromtimestamp(last, UTC))

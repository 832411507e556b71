"""The question log: what is kept, for how long, and that nothing stays of what is deleted."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.answers import Answer, IndexState, Refusal
from api.question_log import QuestionLog
from api.shared_state import SharedState
from indexer.errors import DataUnavailable

DAY_S = 24 * 60 * 60


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "index.data" / "service.sqlite"


@pytest.fixture
def state(file: Path) -> Iterator[SharedState]:
    state = SharedState(file)
    yield state
    state.close()


@pytest.fixture
def log(state: SharedState) -> QuestionLog:
    return QuestionLog(state, days=30)


def answer(question: str, answer_id: str = "", refusal: Refusal | None = None) -> Answer:
    return Answer(
        id=answer_id or f"{random.getrandbits(128):032x}",
        question=question,
        language="de",
        answered=refusal is None,
        refusal=refusal,
        confidence=0.5,
        conflict=False,
        answer=(),
        citations=(),
        related=(),
        index=IndexState(12, datetime.now(UTC)),
        took_ms=1.0,
        corrected=None,
    )


def now() -> float:
    return time.time()


def everything(log: QuestionLog, *, unanswered: bool = False) -> list[str]:
    listed = log.listed(unanswered=unanswered, limit=200, offset=0)
    assert listed.total == len(listed.questions)
    return [entry.question for entry in listed.questions]


def test_an_entry_says_what_was_asked_and_nothing_of_who_asked(log: QuestionLog) -> None:
    asked = now()
    log.add([(asked, answer("Wo ist max@example.org?", "a" * 32, "not_in_documents"))])
    [entry] = log.listed(unanswered=False, limit=10, offset=0).questions
    assert entry.id == "a" * 32
    assert entry.asked == datetime.fromtimestamp(int(asked), UTC)
    assert entry.question == "Wo ist [e-mail]?"
    assert (entry.language, entry.answered, entry.refusal) == ("de", False, "not_in_documents")
    assert (entry.generation, entry.citation, entry.thumb) == (12, None, None)


def test_looking_makes_no_file(log: QuestionLog, file: Path) -> None:
    assert everything(log) == []
    assert log.forget() == 0
    with pytest.raises(KeyError):
        log.delete("a" * 32)
    assert not file.parent.exists()


def test_what_is_removed_from_a_question_is_nowhere_on_the_disk(
    log: QuestionLog, file: Path
) -> None:
    log.add([(now(), answer("Ruft +49 30 1234567 oder max.muster@example.org an"))])
    written = contents(file)
    assert b"oder [e-mail] an" in written
    assert b"1234567" not in written
    assert b"muster" not in written


def contents(file: Path) -> bytes:
    """Every byte of the file and of SQLite's log and index beside it."""
    return b"".join(path.read_bytes() for path in sorted(file.parent.glob("service.sqlite*")))


def test_only_what_was_refused_is_listed_where_that_is_asked_for(log: QuestionLog) -> None:
    log.add([(now(), answer("Was?")), (now(), answer("Wo?", refusal="question_unclear"))])
    assert everything(log) == ["Wo?", "Was?"]
    assert everything(log, unanswered=True) == ["Wo?"]


def test_questions_that_differ_in_case_and_marks_are_one_group(log: QuestionLog) -> None:
    for times, (question, refusal) in enumerate(
        [
            ("Was kostet ein Pass?", None),
            ("was kostet  ein pass", "not_in_documents"),
            ("Was kostet ein „Pass“ ?!", None),
            ("Wo ist das Amt?", "not_in_documents"),
        ]
    ):
        log.add([(now() + times, answer(question, refusal=refusal))])  # type: ignore[arg-type]
    listed = log.listed(unanswered=False, limit=10, offset=0)
    assert [(one.question, one.count, one.unanswered) for one in listed.groups] == [
        ("Was kostet ein „Pass“ ?!", 3, 1),
        ("Wo ist das Amt?", 1, 1),
    ]
    assert (listed.total, listed.total_groups) == (4, 2)
    assert listed.groups[0].last_asked == listed.questions[1].asked
    behind = log.listed(unanswered=False, limit=1, offset=1)
    assert [one.question for one in behind.groups] == ["Wo ist das Amt?"]
    assert [one.question for one in behind.questions] == ["Was kostet ein „Pass“ ?!"]


def test_what_is_said_of_an_answer_is_kept_until_something_else_is_said(log: QuestionLog) -> None:
    log.add([(now(), answer("Was?", "a" * 32))])
    log.rate("a" * 32, "up", None)
    log.rate("a" * 32, None, 2)
    entry = log.rate("a" * 32, "down", None)
    assert (entry.thumb, entry.citation) == ("down", 2)
    with pytest.raises(KeyError):
        log.rate("b" * 32, "up", None)


def test_after_its_days_an_entry_is_gone_from_lists_at_once_and_from_the_disk_soon(
    log: QuestionLog, file: Path
) -> None:
    old = answer("Eine Frage von gestern", "a" * 32)
    log.add([(now() - 30 * DAY_S - 1, old), (now() - 30 * DAY_S + 60, answer("Jünger"))])
    assert everything(log) == ["Jünger"]
    with pytest.raises(KeyError):
        log.rate("a" * 32, "up", None)
    assert b"Eine Frage von gestern" in contents(file)
    assert log.forget() == 1
    assert b"Eine Frage von gestern" not in contents(file)
    assert everything(log) == ["Jünger"]


def test_of_a_deleted_entry_no_byte_stays(log: QuestionLog, file: Path) -> None:
    """Among thousands of others that came, grew and went: pages were split and joined again."""
    chance = random.Random(8)
    asked = [f"Frage-{number:05} {'wort ' * chance.randrange(40)}" for number in range(2_000)]
    entries = {f"{number:032x}": question for number, question in enumerate(asked)}
    log.add((now(), answer(question, id_)) for id_, question in entries.items())
    for id_ in chance.sample(sorted(entries), 500):
        log.rate(id_, chance.choice(["up", "down"]), chance.randrange(1, 50))
    gone = chance.sample(sorted(entries), 20)
    for id_ in gone:
        log.delete(id_)
        with pytest.raises(KeyError):
            log.delete(id_)
    left = contents(file)
    for id_ in gone:
        assert entries[id_][:11].encode() not in left
        assert id_.encode() not in left
    assert sum(question[:11].encode() in left for question in asked) == 1_980


def test_a_reader_that_holds_the_file_delays_only_the_last_trace(
    log: QuestionLog, file: Path, state: SharedState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.shared_state.BUSY_S", 0.05)
    log.add([(now(), answer("Eine heikle Frage", "a" * 32))])
    reader = sqlite3.connect(file, isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT COUNT(*) FROM questions").fetchall() == [(1,)]
    log.delete("a" * 32)
    assert everything(log) == []
    reader.close()
    assert log.forget() == 0  # an hour later
    assert b"heikle" not in contents(file)


def test_an_answer_is_logged_once(log: QuestionLog) -> None:
    one = answer("Was?")
    log.add([(now(), one), (now(), one)])
    log.add([(now(), replace(one, question="Anders"))])
    assert everything(log) == ["Was?"]


def test_a_file_that_cannot_be_written_is_named(log: QuestionLog, file: Path) -> None:
    file.parent.write_text("a file where the folder should be")
    with pytest.raises(DataUnavailable, match=r"service\.sqlite cannot be used"):
        log.add([(now(), answer("Was?"))])

"""The question log over HTTP, on the page and on the terminal: what gets into it and out again."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from api.app import create_app
from api.engine import Engine
from api.question_commands import questions as command
from api.question_log import QuestionLog
from api.routes.questions import OFF
from api.shared_state import SharedState
from indexer.cli import ErrorLines
from indexer.settings import Settings

PARTNER = "Wer war 2023 Partnerland der SCCON?"
NOODLES = "Wie kocht man Nudeln al dente?"


@pytest.fixture
def settings(corpus_settings: Settings, tmp_path: Path) -> Settings:
    """A data folder of its own; the engine that is given answers from the corpus."""
    return replace(corpus_settings, index=tmp_path / "index", log_questions=True)


@pytest.fixture
def client(settings: Settings, engine: Engine) -> Iterator[TestClient]:
    with TestClient(create_app(settings, engine)) as client:
        yield client


def ask(client: TestClient, question: str) -> str:
    return str(client.post("/v1/ask", json={"question": question}).json()["id"])


def logged(client: TestClient, **parameters: Any) -> dict[str, Any]:
    reply = client.get("/v1/questions", params=parameters)
    assert reply.status_code == 200, reply.text
    listed: dict[str, Any] = reply.json()
    return listed


def test_asking_one_many_and_on_the_page_is_logged_alike(client: TestClient) -> None:
    one = ask(client, PARTNER)
    batch = client.post(
        "/v1/ask/batch", json={"questions": [{"question": NOODLES}, {"question": ""}]}
    )
    client.post("/", data={"q": "Was ist die Kiezbox?"})
    listed = logged(client)
    assert listed["logging"] is True
    assert [entry["question"] for entry in listed["questions"]] == [
        "Was ist die Kiezbox?",
        NOODLES,
        PARTNER,
    ]
    assert listed["questions"][2]["id"] == one
    assert listed["questions"][1]["id"] == batch.json()["answers"][0]["id"]
    assert [entry["answered"] for entry in listed["questions"]] == [True, False, True]


def test_searching_and_what_is_no_question_are_not_logged(client: TestClient) -> None:
    client.get("/v1/search", params={"q": "Kiezbox"})
    client.post("/v1/ask", json={"question": ""})
    client.post("/", data={"q": ""})
    assert logged(client)["total"] == 0


def test_what_people_ask_and_the_documents_lack(client: TestClient) -> None:
    for question in (NOODLES, PARTNER, "wie kocht man nudeln al dente"):
        ask(client, question)
    listed = logged(client, unanswered=True, limit=1)
    assert (listed["total"], listed["total_groups"], len(listed["questions"])) == (2, 1, 1)
    [group] = listed["groups"]
    assert (group["count"], group["unanswered"]) == (2, 2)


def test_feedback_is_kept_with_the_answer(client: TestClient) -> None:
    id_ = ask(client, PARTNER)
    said = client.post("/v1/feedback", json={"id": id_, "citation": 2})
    assert (said.status_code, said.json()) == (200, {"id": id_, "thumb": None, "citation": 2})
    said = client.post("/v1/feedback", json={"id": id_, "thumb": "down", "citation": None})
    assert said.json() == {"id": id_, "thumb": "down", "citation": 2}
    [entry] = logged(client)["questions"]
    assert (entry["thumb"], entry["citation"]) == ("down", 2)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"id": "0" * 32, "thumb": "up"}, 404),
        ({"id": "../etc", "thumb": "up"}, 422),
        ({"id": "0" * 32, "thumb": "sideways"}, 422),
        ({"id": "0" * 32, "citation": 0}, 422),
        ({"thumb": "up"}, 422),
    ],
)
def test_feedback_on_what_is_not_there_is_refused(
    client: TestClient, given: dict[str, Any], status: int
) -> None:
    assert client.post("/v1/feedback", json=given).status_code == status


def test_a_single_entry_can_be_deleted_and_that_is_noted(
    client: TestClient, settings: Settings
) -> None:
    first, second = ask(client, PARTNER), ask(client, NOODLES)
    reply = client.delete(f"/v1/questions/{first}")
    assert (reply.status_code, reply.content) == (204, b"")
    assert client.delete(f"/v1/questions/{first}").status_code == 404
    noted = (settings.data / "audit.jsonl").read_text().splitlines()
    assert json.loads(noted[0])["answer_id"] == first
    assert [entry["id"] for entry in logged(client)["questions"]] == [second]


def test_the_log_is_kept_only_where_it_was_turned_on(settings: Settings, engine: Engine) -> None:
    with TestClient(create_app(replace(settings, log_questions=False), engine)) as client:
        id_ = ask(client, PARTNER)
        assert logged(client)["logging"] is False
        assert logged(client)["total"] == 0
        refused = client.post("/v1/feedback", json={"id": id_, "thumb": "up"})
        assert (refused.status_code, refused.json()["detail"]) == (409, OFF)
    files = settings.data.glob("service.sqlite*")
    assert not any(PARTNER.encode() in file.read_bytes() for file in files)


def test_what_was_logged_before_it_was_turned_off_still_ends(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TestClient(create_app(settings, engine)) as client:
        ask(client, PARTNER)
    later = time.time() + settings.question_days * 24 * 60 * 60 + 1
    monkeypatch.setattr("api.question_log.time.time", lambda: later)
    with TestClient(create_app(replace(settings, log_questions=False), engine)):
        until = time.monotonic() + 30
        while PARTNER.encode() in settings.service.read_bytes():
            assert time.monotonic() < until
            time.sleep(0.05)


def test_what_was_asked_last_is_written_before_the_service_ends(
    settings: Settings, engine: Engine
) -> None:
    with TestClient(create_app(settings, engine)) as client:
        ask(client, PARTNER)
    with TestClient(create_app(settings, engine)) as client:
        assert logged(client)["total"] == 1


def test_a_log_that_cannot_be_written_fails_no_answer_and_is_told_once(
    settings: Settings, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    with TestClient(create_app(settings, engine)) as client:
        settings.data.parent.mkdir(exist_ok=True)
        settings.data.write_text("a file where the folder should be")
        with caplog.at_level(logging.WARNING, logger="fundstelle"):
            for _ in range(3):
                reply = client.post("/v1/ask", json={"question": PARTNER})
                assert reply.status_code == 200
                time.sleep(0.1)
    told = [one for one in caplog.messages if one.startswith("questions are not logged")]
    assert len(told) == 1


def test_a_bug_costs_what_was_noted_and_not_the_log_from_then_on(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(question: str) -> str:
        raise IndexError

    with monkeypatch.context() as patched:
        patched.setattr("api.question_log.redacted", broken)
        ask(client, NOODLES)
        until = time.monotonic() + 5
        while "questions are not logged" not in caplog.text:
            assert time.monotonic() < until
            time.sleep(0.02)
    ask(client, PARTNER)
    until = time.monotonic() + 5
    file = client.app.state.host.settings.service  # type: ignore[attr-defined]
    log = QuestionLog(SharedState(file), 30)  # another process: nobody asks this one to write
    while not log.listed(unanswered=False, limit=9, offset=0).total:
        assert time.monotonic() < until
        time.sleep(0.02)
    assert [entry["question"] for entry in logged(client)["questions"]] == [PARTNER]


def test_two_services_on_one_index_share_the_log(settings: Settings, engine: Engine) -> None:
    with (
        TestClient(create_app(settings, engine)) as one,
        TestClient(create_app(settings, engine)) as other,
    ):
        id_ = ask(one, PARTNER)
        until = time.monotonic() + 30
        while logged(other)["total"] == 0:
            assert time.monotonic() < until
        assert other.post("/v1/feedback", json={"id": id_, "thumb": "up"}).status_code == 200
        assert logged(one)["questions"][0]["thumb"] == "up"


def run(settings: Settings, *arguments: str) -> Any:
    program = ErrorLines(commands=[command])
    return CliRunner(env={"FUNDSTELLE_LOG_QUESTIONS": "1"}).invoke(
        program, ["questions", "--index", str(settings.index), *arguments]
    )


def test_the_terminal_shows_the_same_and_deletes(client: TestClient, settings: Settings) -> None:
    id_ = ask(client, NOODLES)
    ask(client, PARTNER)
    listed = logged(client, unanswered=True)
    shown = run(settings, "--unanswered", "--json")
    assert (shown.exit_code, json.loads(shown.stdout)) == (0, listed)
    lines = run(settings).stdout.splitlines()
    assert lines[0] == "in the last 30 days: 2 asked, 2 different"
    assert f"      1           1  {NOODLES}" in lines
    asked = listed["questions"][0]["asked"][:16].replace("T", " ")
    assert f"  {id_}  {asked}  no               {NOODLES}" in lines
    assert run(settings, "--delete", id_).exit_code == 0
    missing = run(settings, "--delete", id_)
    assert (missing.exit_code, missing.stdout) == (1, "")
    assert missing.stderr == f"fundstelle: no question is kept that has the id {id_}\n"
    assert [entry["question"] for entry in logged(client)["questions"]] == [PARTNER]


def test_a_terminal_that_does_not_know_the_services_settings_claims_nothing_of_them(
    settings: Settings,
) -> None:
    program = ErrorLines(commands=[command])
    shown = CliRunner().invoke(program, ["questions", "--index", str(settings.index)]).stdout
    assert shown.splitlines()[0] == (
        "FUNDSTELLE_LOG_QUESTIONS is not 1 here; only a service started with it keeps questions."
    )


def test_escape_sequences_of_a_question_do_not_reach_the_terminal(
    client: TestClient, settings: Settings
) -> None:
    ask(client, "Was\x1b[2J ist\ndie Kiezbox?")
    assert logged(client)["total"] == 1
    shown = run(settings).stdout
    assert "\x1b" not in shown
    assert "Was\ufffd[2J ist die Kiezbox?" in shown

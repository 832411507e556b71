"""Asking over HTTP: the contract's shapes, limits, and batches that never fail as a whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.engine import Engine
from api.routes import examples
from indexer.settings import Settings

PARTNER = "Wer war 2023 Partnerland der SCCON?"
BOOLEAN = "Input should be a valid boolean"
DATE = "Input should be a date of the form YYYY-MM-DD"
CITATION = {
    "number", "doc_id", "title", "publisher", "source", "based_on", "language", "published",
    "page", "start", "end", "text", "headings", "columns", "highlights", "score", "link", "view",
    "sha256", "also",
}  # fmt: skip


@pytest.fixture(scope="module")
def client(corpus_settings: Settings, engine: Engine) -> Iterator[TestClient]:
    with TestClient(create_app(corpus_settings, engine)) as client:
        yield client


def faults(reply: Any) -> list[tuple[str, str]]:
    """Check that a reply is the problem for an invalid request; return what it names."""
    assert reply.status_code == 422
    assert reply.headers["content-type"] == "application/problem+json"
    body = reply.json()
    errors = body.pop("errors")
    assert body == {
        "type": "about:blank",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": "The request is not valid; `errors` names the fields.",
        "request_id": reply.headers["x-request-id"],
    }
    return [(error["field"], error["message"]) for error in errors]


def check_citation(client: TestClient, citation: dict[str, Any]) -> None:
    assert set(citation) == CITATION
    span = {"start": citation["start"], "end": citation["end"]}
    text = client.get(f"/v1/documents/{citation['doc_id']}/text", params=span)
    assert text.text == citation["text"]
    for start, end in citation["highlights"]:
        assert citation["start"] <= start < end <= citation["end"]
    assert citation["view"] == "/documents/{doc_id}?start={start}&end={end}".format(**citation)
    for place in citation["also"]:
        assert set(place) == {"doc_id", "title", "language"}


def test_an_answer_has_the_contracts_shape_field_by_field(client: TestClient) -> None:
    answer = client.post("/v1/ask", json={"question": f"  {PARTNER}\n"}).json()
    assert list(answer) == [
        "id", "question", "language", "answered", "refusal", "confidence", "conflict", "answer",
        "citations", "related", "index", "took_ms", "corrected",
    ]  # fmt: skip
    assert (answer["question"], answer["language"]) == (PARTNER, "de")
    assert (answer["answered"], answer["refusal"], answer["related"]) == (True, None, [])
    assert 0.5 <= answer["confidence"] <= 1
    assert answer["answer"][0] == {
        "text": "Als Partnerland der SCCON 2023 war die Ukraine ausgewählt worden.",
        "citation": 1,
        "start": 44,
        "end": 109,
        "published": "2026-11-21",
        "outdated": False,
        "conflicting": False,
    }
    assert [citation["number"] for citation in answer["citations"]] == [1, 2, 3, 4, 5]
    assert answer["index"]["generation"] == 1
    assert answer["index"]["published_at"].endswith("Z")
    assert answer["took_ms"] > 0


def test_every_citation_is_the_text_at_its_offsets(client: TestClient) -> None:
    for question in (PARTNER, "When was the administration reform agenda adopted?", "Kiezbox"):
        answer = client.post("/v1/ask", json={"question": question, "k": 10}).json()
        for citation in answer["citations"] + answer["related"]:
            check_citation(client, citation)
        for sentence in answer["answer"]:
            citation = answer["citations"][sentence["citation"] - 1]
            begin = sentence["start"] - citation["start"]
            assert citation["text"][begin : begin + len(sentence["text"])] == sentence["text"]


def test_a_refusal_shows_the_nearest_passages_and_no_citation(client: TestClient) -> None:
    answer = client.post("/v1/ask", json={"question": "Wie kocht man Nudeln al dente?"}).json()
    assert (answer["answered"], answer["refusal"]) == (False, "not_in_documents")
    assert (answer["answer"], answer["citations"]) == ([], [])
    assert answer["related"]
    for citation in answer["related"]:
        check_citation(client, citation)


def test_filters_that_match_nothing_are_named_as_the_reason(client: TestClient) -> None:
    asked = {"question": PARTNER, "filters": {"doc_ids": ["none"], "published_to": "1999-12-31"}}
    answer = client.post("/v1/ask", json=asked).json()
    assert (answer["answered"], answer["refusal"]) == (False, "nothing_matches_filters")


def test_filters_restrict_the_passages(client: TestClient) -> None:
    asked = {"question": PARTNER, "filters": {"language": "en", "tags": ["sccon-2023"]}}
    answer = client.post("/v1/ask", json=asked).json()
    cited = answer["citations"] + answer["related"]
    assert {citation["language"] for citation in cited} == {"en"}
    assert {citation["doc_id"].split(".")[0] for citation in cited} == {"sccon-2023"}


def test_null_means_the_same_as_absent(client: TestClient) -> None:
    filters = {"language": None, "doc_ids": None, "published_from": None, "include_expired": None}
    asked: dict[str, Any] = {"question": PARTNER, "k": None, "language": None, "filters": filters}
    replies = [client.post("/v1/ask", json=body).json() for body in (asked, {"question": PARTNER})]
    assert replies[0]["citations"] == replies[1]["citations"]
    assert client.post("/v1/ask", json={"question": PARTNER, "filters": None}).status_code == 200


@pytest.mark.parametrize(
    "within",
    [
        {"k": 1},
        {"k": 50},
        {"k": 5.0},
        {"max_sentences": 1},
        {"max_sentences": 20},
        {"question": "W" * 1_000},
        {"question": " " * 3_000 + "W" * 1_000 + "\n"},
        {"question": "😀" * 1_000},
        {"question": "?"},
        {"question": "Was\x00 ist \ud800das?"},
        {"language": "en"},
        {"filters": {}},
    ],
)
def test_what_lies_within_the_limits_is_answered(
    client: TestClient, within: dict[str, Any]
) -> None:
    body = json.dumps({"question": PARTNER, **within})  # escapes what UTF-8 cannot carry
    reply = client.post("/v1/ask", content=body, headers={"content-type": "application/json"})
    assert reply.status_code == 200
    assert len(reply.json()["citations"]) <= within.get("k", 5)
    assert len(reply.json()["answer"]) <= within.get("max_sentences", 5)


def test_a_character_that_cannot_be_sent_back_is_replaced(client: TestClient) -> None:
    reply = client.post(
        "/v1/ask",
        content=rb'{"question": "\ud800 Was\u0000?"}',
        headers={"content-type": "application/json"},
    )
    assert reply.json()["question"] == "\ufffd Was\ufffd?"


@pytest.mark.parametrize(
    ("beyond", "field", "message"),
    [
        ({"question": " \n"}, "question", "String should have at least 1 character"),
        ({"question": "W" * 1_001}, "question", "String should have at most 1000 characters"),
        ({"question": None}, "question", "Field required"),
        ({"question": 5}, "question", "Input should be a valid string"),
        ({"k": 0}, "k", "Input should be greater than or equal to 1"),
        ({"k": 51}, "k", "Input should be less than or equal to 50"),
        ({"k": "5"}, "k", "Input should be a valid integer"),
        ({"k": True}, "k", "Input should be a valid integer"),
        ({"k": 1.5}, "k", "Input should be a valid integer"),
        ({"max_sentences": 0}, "max_sentences", "Input should be greater than or equal to 1"),
        ({"max_sentences": 21}, "max_sentences", "Input should be less than or equal to 20"),
        ({"language": "fr"}, "language", "Input should be 'de' or 'en'"),
        ({"limit": 1}, "limit", "Extra inputs are not permitted"),
        ({"limit": None}, "limit", "Extra inputs are not permitted"),
        ({"filters": []}, "filters", "Input should be an object"),
        ({"filters": {"tags": ["x", 1]}}, "filters.tags.1", "Input should be a valid string"),
        ({"filters": {"doc_ids": []}}, "filters.doc_ids", "Input should have at least 1 item"),
        ({"filters": {"tags": []}}, "filters.tags", "Input should have at least 1 item"),
        ({"filters": {"tags": [""]}}, "filters.tags.0", "String should have at least 1 character"),
        ({"filters": {"published_from": "2023"}}, "filters.published_from", DATE),
        ({"filters": {"published_to": 1_700_000_000}}, "filters.published_to", DATE),
        ({"filters": {"include_expired": 1}}, "filters.include_expired", BOOLEAN),
        ({"filters": {"publisher": "x"}}, "filters.publisher", "Extra inputs are not permitted"),
    ],
)  # fmt: skip
def test_what_lies_beyond_a_limit_is_refused_and_the_field_named(
    client: TestClient, beyond: dict[str, Any], field: str, message: str
) -> None:
    reply = client.post("/v1/ask", json={"question": PARTNER, **beyond})
    assert faults(reply) == [(field, message)]


def test_a_date_that_no_calendar_has_is_refused(client: TestClient) -> None:
    asked = {"question": PARTNER, "filters": {"published_from": "2023-02-30"}}
    [(field, message)] = faults(client.post("/v1/ask", json=asked))
    assert field == "filters.published_from"
    assert message.startswith("Input should be a valid date")


def test_a_field_name_that_cannot_be_sent_back_does_no_harm(client: TestClient) -> None:
    body = rb'{"question": "Was?", "\ud800": 1}'
    reply = client.post("/v1/ask", content=body, headers={"content-type": "application/json"})
    assert faults(reply) == [("body", "Input should be text that UTF-8 can hold")]


def test_the_documented_examples_are_what_the_corpus_answers(client: TestClient) -> None:
    for name in ("deutsch", "english"):
        shown = examples.ANSWER[name]["value"]
        answer = client.post("/v1/ask", json={"question": shown["question"], "k": 1}).json()
        assert answer["answer"] == shown["answer"]
        [citation], [shown_citation] = answer["citations"], shown["citations"]
        same = CITATION - {"score", "also"}
        assert {key: citation[key] for key in same} == {key: shown_citation[key] for key in same}

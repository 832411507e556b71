"""Searching over HTTP, and batches of questions that never fail as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from test_api_ask import PARTNER, check_citation, faults

from api.app import create_app
from api.engine import Engine
from indexer.settings import Settings


@pytest.fixture(scope="module")
def client(corpus_settings: Settings, engine: Engine) -> Iterator[TestClient]:
    with TestClient(create_app(corpus_settings, engine)) as client:
        yield client


def test_a_batch_answers_in_order_and_bad_items_fail_alone(client: TestClient) -> None:
    questions: list[Any] = [
        {"question": PARTNER},
        {"question": ""},
        {"question": "What is the Kiezbox?", "k": 1},
        7,
        {"question": PARTNER, "k": 1, "filters": {"tags": []}},
    ]
    reply = client.post("/v1/ask/batch", json={"questions": questions})
    assert reply.status_code == 200
    answers = reply.json()["answers"]
    assert answers[0]["question"] == PARTNER
    assert answers[2]["question"] == "What is the Kiezbox?"
    assert [answer.get("status") for answer in answers] == [None, 422, None, 422, 422]
    assert answers[1] == {
        "type": "about:blank",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": "The request is not valid; `errors` names the fields.",
        "request_id": reply.headers["x-request-id"],
        "errors": [
            {"field": "question", "message": "String should have at least 1 character"},
        ],
    }
    assert answers[3]["errors"][0]["field"] == "body"
    assert answers[4]["errors"][0]["field"] == "filters.tags"


def test_a_batch_says_the_same_as_single_questions(client: TestClient) -> None:
    asked = [{"question": PARTNER}, {"question": "What is the Kiezbox?", "language": "en"}]
    batch = client.post("/v1/ask/batch", json={"questions": asked}).json()["answers"]
    single = [client.post("/v1/ask", json=one).json() for one in asked]
    for answer in batch + single:
        del answer["id"], answer["took_ms"]
    assert batch == single


@pytest.mark.parametrize(
    ("questions", "message"),
    [
        ([], "Input should have at least 1 item"),
        ([{"question": "?"}] * 101, "Input should have at most 100 items"),
        ("Was?", "Input should be a valid list"),
        (None, "Field required"),
    ],
)
def test_a_batch_holds_1_to_100_questions(client: TestClient, questions: Any, message: str) -> None:
    reply = client.post("/v1/ask/batch", json={"questions": questions})
    assert faults(reply) == [("questions", message)]


def test_a_batch_of_100_questions_is_answered(client: TestClient) -> None:
    reply = client.post("/v1/ask/batch", json={"questions": [{"question": "?"}] * 100})
    refusals = [answer["refusal"] for answer in reply.json()["answers"]]
    assert refusals == ["question_unclear"] * 100


def test_hits_have_the_contracts_shape(client: TestClient) -> None:
    hits = client.get("/v1/search", params={"q": " Ukraine ", "k": 3}).json()
    assert list(hits) == [
        "query", "language", "hits", "total", "index", "took_ms", "corrected",
    ]  # fmt: skip
    assert hits["query"] == "Ukraine"
    assert len(hits["hits"]) == 3
    for citation in hits["hits"]:
        check_citation(client, citation)
    scores = [citation["score"] for citation in hits["hits"]]
    assert scores == sorted(scores, reverse=True)


def test_search_by_get_and_by_post_is_the_same(client: TestClient) -> None:
    parameters = "q=Berlin&k=4&offset=2&language=de&tags=sccon-2023&tags=berlin&include_expired=1"
    filters = {"language": "de", "tags": ["sccon-2023", "berlin"], "include_expired": True}
    by_get = client.get(f"/v1/search?{parameters}").json()
    body = {"q": "Berlin", "k": 4, "offset": 2, "filters": filters}
    by_post = client.post("/v1/search", json=body).json()
    assert by_get["hits"] == by_post["hits"]
    assert by_get["total"] == by_post["total"] > 4
    assert len(by_get["hits"]) == 4


def test_an_offset_continues_where_the_page_before_ended(client: TestClient) -> None:
    pages = [
        client.get("/v1/search", params={"q": "Berlin", "k": 3, "offset": offset}).json()["hits"]
        for offset in (0, 3)
    ]
    places = [(hit["doc_id"], hit["start"]) for page in pages for hit in page]
    assert len(set(places)) == 6


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "q"),
        ("q=", "q"),
        ("q=+", "q"),
        ("q=a&k=0", "k"),
        ("q=a&k=51", "k"),
        ("q=a&k=x", "k"),
        ("q=a&offset=-1", "offset"),
        ("q=a&offset=1001", "offset"),
        ("q=a&language=fr", "language"),
        ("q=a&doc_ids=", "doc_ids.0"),
        ("q=a&published_from=gestern", "published_from"),
        ("q=a&include_expired=perhaps", "include_expired"),
        ("q=a&filters=x", "filters"),
    ],
)
def test_search_refuses_parameters_beyond_their_limits(
    client: TestClient, query: str, field: str
) -> None:
    assert [name for name, _ in faults(client.get(f"/v1/search?{query}"))] == [field]


def test_a_query_that_is_no_utf8_does_no_harm(client: TestClient) -> None:
    assert client.get("/v1/search?q=%ff%00%ed%a0%80").status_code == 200


def test_a_reply_says_how_a_slip_was_understood(client: TestClient) -> None:
    hits = client.get("/v1/search", params={"q": "Besucherinen der Messe"}).json()
    assert hits["query"] == "Besucherinen der Messe"
    assert hits["corrected"] == "besucherinnen der Messe"
    answer = client.post("/v1/ask", json={"question": "Besucherinen der Messe"}).json()
    assert answer["corrected"] == "besucherinnen der Messe"
    assert client.get("/v1/search", params={"q": "Messe"}).json()["corrected"] is None

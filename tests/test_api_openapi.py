"""The OpenAPI description names every route, its errors, and examples in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.engine import Engine
from api.routes import document_examples, examples
from indexer.settings import Settings

EVERYWHERE = {"413", "421"}
ALLOWED = {*EVERYWHERE, "401", "403", "429", "503"}  # of routes that need a scope
BODY = {"400", "415", "422"}
ERRORS = {
    ("post", "/v1/ask"): ALLOWED | BODY,
    ("post", "/v1/ask/batch"): ALLOWED | BODY,
    ("get", "/v1/search"): ALLOWED | {"422"},
    ("post", "/v1/search"): ALLOWED | BODY,
    ("post", "/v1/verify"): ALLOWED | BODY,
    ("get", "/v1/documents"): ALLOWED | {"422"},
    ("get", "/v1/documents/{doc_id}"): ALLOWED | {"404", "422"},
    ("get", "/v1/documents/{doc_id}/text"): ALLOWED | {"404", "422"},
    ("get", "/v1/documents/{doc_id}/file"): ALLOWED | {"404", "416", "422"},
    ("put", "/v1/documents/{doc_id}"): ALLOWED | BODY | {"409"},
    ("delete", "/v1/documents/{doc_id}"): ALLOWED | {"404", "422"},
    ("post", "/v1/index"): ALLOWED,
    ("get", "/v1/status"): ALLOWED,
    ("post", "/v1/doc-ids"): ALLOWED | BODY,
    ("get", "/v1/jobs/{job_id}"): ALLOWED | {"404", "422"},
    ("get", "/v1/jobs/{job_id}/events"): ALLOWED | {"404", "422"},
    ("post", "/v1/feedback"): ALLOWED | BODY | {"404", "409"},
    ("get", "/v1/questions"): ALLOWED | {"422"},
    ("delete", "/v1/questions/{answer_id}"): ALLOWED | {"404", "422"},
    ("get", "/healthz"): EVERYWHERE,
    ("get", "/readyz"): {*EVERYWHERE, "503"},
    ("get", "/metrics"): ALLOWED,
}


@pytest.fixture(scope="module")
def client(corpus_settings: Settings, engine: Engine) -> Iterator[TestClient]:
    with TestClient(create_app(corpus_settings, engine)) as client:
        yield client


@pytest.fixture(scope="module")
def described(client: TestClient) -> dict[str, Any]:
    described: dict[str, Any] = client.get("/openapi.json").json()
    return described


def operations(described: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method, path): operation
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }


def test_every_route_is_described_with_its_errors(described: dict[str, Any]) -> None:
    found = {
        route: {status for status in operation["responses"] if status >= "400"}
        for route, operation in operations(described).items()
    }
    assert found == ERRORS


def test_every_error_is_a_problem(described: dict[str, Any]) -> None:
    for operation in operations(described).values():
        for status, reply in operation["responses"].items():
            if status >= "400":
                assert reply["content"] == {
                    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                }


def test_every_route_that_needs_a_key_says_so_and_what_a_client_needs_to_go_on(
    described: dict[str, Any],
) -> None:
    scopes = {
        route: next((next(iter(one.values()))[0] for one in operation["security"] if one), None)
        for route, operation in operations(described).items()
        if "security" in operation
    }
    assert scopes["post", "/v1/ask"] == "ask"
    assert scopes["put", "/v1/documents/{doc_id}"] == "write"
    assert scopes["get", "/v1/questions"] == "admin"
    assert set(ERRORS) - set(scopes) == {("get", "/healthz"), ("get", "/readyz")}
    scheme = described["components"]["securitySchemes"]["key"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    replies = operations(described)["post", "/v1/ask"]["responses"]
    assert list(replies["401"]["headers"]) == ["WWW-Authenticate"]
    assert list(replies["429"]["headers"]) == list(replies["503"]["headers"]) == ["Retry-After"]


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    def references(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            yield from [part["$ref"]] if "$ref" in part else []
            for value in part.values():
                yield from references(value)
        elif isinstance(part, list):
            for value in part:
                yield from references(value)

    schemas = described["components"]["schemas"]
    for reference in set(references(described)):
        assert reference.removeprefix("#/components/schemas/") in schemas


SELF_EVIDENT = {("get", "/healthz"), ("get", "/readyz")}


def examples_of(part: dict[str, Any]) -> dict[str, Any]:
    examples: dict[str, Any] = part["content"]["application/json"]["examples"]
    return {name: example["value"] for name, example in examples.items()}


def test_requests_and_replies_have_examples_in_both_languages(described: dict[str, Any]) -> None:
    shown = 0
    for route, operation in operations(described).items():
        parts = [operation.get("requestBody", {}), *operation["responses"].values()]
        for part in parts:
            if "application/json" in part.get("content", {}) and route not in SELF_EVIDENT:
                assert {"deutsch", "english"} <= set(examples_of(part)), route
                shown += 1
    assert shown > 15


def test_examples_of_replies_have_exactly_the_described_fields(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    for route, operation in operations(described).items():
        for reply in operation["responses"].values():
            json = reply.get("content", {}).get("application/json", {})
            if route not in SELF_EVIDENT and json:
                name = json["schema"]["$ref"].removeprefix("#/components/schemas/")
                for example in examples_of(reply).values():
                    assert list(example) == list(schemas[name]["properties"]), route


def test_the_documented_requests_are_answered(
    client: TestClient, described: dict[str, Any]
) -> None:
    for (method, path), operation in operations(described).items():
        # The log of questions is turned off here.
        expected = 409 if path == "/v1/feedback" else 200
        body = operation.get("requestBody", {})
        if "application/json" in body.get("content", {}):
            for example in examples_of(body).values():
                assert client.request(method, path, json=example).status_code == expected


def test_the_examples_are_what_the_corpus_holds(client: TestClient) -> None:
    for language in ("deutsch", "english"):
        document = document_examples.DOCUMENT[language]["value"]
        assert client.get(f"/v1/documents/{document['doc_id']}").json() == document
        total = document_examples.DOCUMENTS[language]["value"]["total"]
        assert client.get("/v1/documents").json()["total"] == total
        verdict = client.post("/v1/verify", json=examples.VERIFY[language]["value"]).json()
        shown = examples.VERDICT[language]["value"]
        assert {**verdict, "index": None} == {**shown, "index": None}


def test_replies_carry_exactly_the_described_fields(
    client: TestClient, described: dict[str, Any]
) -> None:
    schemas = described["components"]["schemas"]
    answer = client.post("/v1/ask", json={"question": "Was ist die Kiezbox?"}).json()
    assert list(schemas["Answer"]["properties"]) == schemas["Answer"]["required"] == list(answer)
    citation = (answer["citations"] + answer["related"])[0]
    assert schemas["Citation"]["required"] == list(citation)


def test_the_limits_are_described(described: dict[str, Any]) -> None:
    ask = described["components"]["schemas"]["AskRequest"]
    assert ask["additionalProperties"] is False
    question, k = ask["properties"]["question"], ask["properties"]["k"]
    assert (question["minLength"], question["maxLength"]) == (1, 1000)
    assert (k["minimum"], k["maximum"], k["default"]) == (1, 50, 5)
    assert k["type"] == ["integer", "null"]  # null is as good as absent
    assert {"type": "null"} in ask["properties"]["filters"]["anyOf"]
    assert question["type"] == "string"
    batch = described["components"]["schemas"]["BatchRequest"]["properties"]["questions"]
    assert (batch["minItems"], batch["maxItems"]) == (1, 100)
    assert batch["items"]["required"] == ["question"]


def test_the_documentation_page_lists_every_route_and_loads_nothing(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for method, path in ERRORS:
        assert f"<code>{method.upper()} {path}</code>" in page.text
    assert re.findall(r'(?:src|<link[^>]*href)="(?!/static/)', page.text) == []
    assert "Wer war 2023 Partnerland der SCCON?" in page.text

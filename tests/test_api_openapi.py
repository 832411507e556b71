"""The OpenAPI description names every route, its errors, and examples in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.engine import Engine
from indexer.settings import Settings

ERRORS = {
    ("post", "/v1/ask"): {"400", "413", "415", "422", "503"},
    ("post", "/v1/ask/batch"): {"400", "413", "415", "422", "503"},
    ("get", "/v1/search"): {"422", "503"},
    ("post", "/v1/search"): {"400", "413", "415", "422", "503"},
    ("get", "/v1/documents"): {"422", "503"},
    ("get", "/v1/documents/{doc_id}"): {"404", "422", "503"},
    ("get", "/v1/documents/{doc_id}/text"): {"404", "422", "503"},
    ("get", "/v1/documents/{doc_id}/file"): {"404", "416", "422", "503"},
    ("put", "/v1/documents/{doc_id}"): {"403", "409", "413", "415", "422", "503"},
    ("delete", "/v1/documents/{doc_id}"): {"403", "404", "422", "503"},
    ("post", "/v1/index"): {"403", "503"},
    ("get", "/v1/jobs/{job_id}"): {"404", "422", "503"},
    ("get", "/v1/jobs/{job_id}/events"): {"404", "422", "503"},
    ("get", "/healthz"): set(),
    ("get", "/readyz"): {"503"},
    ("get", "/metrics"): {"403"},
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


def test_requests_and_replies_have_examples_in_both_languages(described: dict[str, Any]) -> None:
    found = operations(described)
    for path in ("/v1/ask", "/v1/ask/batch", "/v1/search"):
        operation = found["post", path]
        request = operation["requestBody"]["content"]["application/json"]["examples"]
        reply = operation["responses"]["200"]["content"]["application/json"]["examples"]
        assert {"deutsch", "english"} <= set(request)
        assert {"deutsch", "english"} <= set(reply)


def test_the_documented_requests_are_answered(
    client: TestClient, described: dict[str, Any]
) -> None:
    for (method, path), operation in operations(described).items():
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        for example in body.get("examples", {}).values():
            assert client.request(method, path, json=example["value"]).status_code == 200


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
    batch = described["components"]["schemas"]["BatchRequest"]["properties"]["questions"]
    assert (batch["minItems"], batch["maxItems"]) == (1, 100)
    assert batch["items"]["required"] == ["question"]


def test_the_documentation_page_lists_every_route_and_loads_nothing(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for method, path in ERRORS:
        assert f"<code>{method.upper()} {path}</code>" in page.text
    assert "<script" not in page.text
    assert 'src="' not in page.text
    assert "Wer war 2023 Partnerland der SCCON?" in page.text

"""Traces: a span for each request, and nothing of what is asked in it."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient

from api import app
from api.app import create_app
from api.engine import Engine
from api.tracing import provider_from_environment
from indexer.settings import Settings

SECRET = "Geheimfrage"


def spans(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, engine: Engine, *requests: tuple[str, str]
) -> tuple[ReadableSpan, ...]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(app, "provider_from_environment", lambda: provider)
    with TestClient(create_app(settings, engine)) as client:
        for method, url in requests:
            client.request(method, url, json={"question": SECRET} if method == "POST" else None)
        return exporter.get_finished_spans()


@pytest.mark.parametrize("semantics", ["", "http", "http/dup"])
def test_a_request_is_a_span_named_by_its_route_without_what_is_asked(
    monkeypatch: pytest.MonkeyPatch, corpus_settings: Settings, engine: Engine, semantics: str
) -> None:
    monkeypatch.setenv("OTEL_SEMCONV_STABILITY_OPT_IN", semantics)
    found = spans(
        monkeypatch,
        corpus_settings,
        engine,
        ("POST", f"/v1/ask?x={SECRET}"),
        ("GET", f"/v1/search?q={SECRET}"),
        ("GET", f"/{SECRET}"),
    )
    assert [span.name for span in found[:2]] == ["POST /v1/ask", "GET /v1/search"]
    for span in found:
        told = span.to_json()
        assert SECRET not in told
        assert "testclient" not in told  # neither the address nor the program
    assert found[0].attributes is not None
    assert found[0].attributes["http.route"] == "/v1/ask"
    assert 200 in found[0].attributes.values()


def test_an_error_is_told_by_its_type(
    monkeypatch: pytest.MonkeyPatch, corpus_settings: Settings, engine: Engine
) -> None:
    def broken(question: str, **how: object) -> None:
        raise ValueError(f"cannot work on {question}")

    monkeypatch.setattr(engine, "ask", broken)
    [span] = spans(monkeypatch, corpus_settings, engine, ("POST", "/v1/ask"))
    assert SECRET not in span.to_json()
    assert span.attributes is not None
    assert 500 in span.attributes.values()


def test_the_frameworks_own_telemetry_stays_off(
    monkeypatch: pytest.MonkeyPatch, corpus_settings: Settings, engine: Engine
) -> None:
    """It would tell query strings to whatever provider another library has made."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr("opentelemetry.trace.get_tracer_provider", lambda: provider)
    with TestClient(create_app(corpus_settings, engine)) as client:
        assert client.get(f"/v1/search?q={SECRET}").status_code == 200
    assert exporter.get_finished_spans() == ()


def test_without_an_endpoint_nothing_is_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    assert provider_from_environment() is None


def test_an_endpoint_without_an_exporter_is_warned_of_and_hinders_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setattr("api.tracing.entry_points", lambda **which: [])
    assert provider_from_environment() is None
    assert caplog.messages == [
        "no traces, although an endpoint is given: "
        "opentelemetry-exporter-otlp-proto-http is missing"
    ]

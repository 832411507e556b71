"""What Prometheus reads: right, of all processes together, and nothing of what is asked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as open_metrics_families,
)
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from api.app import create_app
from api.engine import Engine
from api.last_run import read_last_run
from api.metrics import Metrics
from api.shared_state import SharedState
from api.stopwatch import Stopwatch
from indexer.building import bring_up_to_date
from indexer.errors import DataUnavailable, NothingPublished
from indexer.settings import Settings
from indexer.summary import LAST_RUN

LOCAL = {"base_url": "http://127.0.0.1:8000", "client": ("127.0.0.1", 50_000)}
SECRET = "Geheimfrage"
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def settings(harbour: Path) -> Settings:
    settings = Settings(corpus=(harbour / "corpus",), index=harbour / "index")
    bring_up_to_date(settings)
    return settings


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings, Engine.open(settings)), **LOCAL) as client:  # type: ignore[arg-type]
        yield client


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[SharedState]:
    state = SharedState(tmp_path / "data" / "service.sqlite")
    yield state
    state.close()


def scraped(client: TestClient) -> Samples:
    reply = client.get("/metrics")
    assert reply.status_code == 200
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
    }


def of(samples: Samples, name: str, **labels: str) -> float:
    return samples.get((name, tuple(sorted(labels.items()))), 0.0)


def test_requests_are_counted_by_route_method_and_status(client: TestClient) -> None:
    for _ in range(2):
        client.get("/v1/documents/hafen.txt")
    client.get("/v1/documents/keiner")
    client.get(f"/{SECRET}")
    client.post("/v1/ask", json={"question": ""})
    found = scraped(client)
    route = "/v1/documents/{doc_id}"
    for labels, count in (
        ({"method": "GET", "route": route, "status": "200"}, 2),
        ({"method": "GET", "route": route, "status": "404"}, 1),
        ({"method": "GET", "route": "unmatched", "status": "404"}, 1),
        ({"method": "POST", "route": "/v1/ask", "status": "422"}, 1),
    ):
        assert of(found, "fundstelle_requests_total", **labels) == count
    assert of(found, "fundstelle_request_seconds_count", route=route) == 3
    assert of(found, "fundstelle_request_seconds_bucket", route=route, le="+Inf") == 3
    assert 0 < of(found, "fundstelle_request_seconds_sum", route=route) < 60


def test_each_stage_of_a_question_and_its_outcome_is_counted(client: TestClient) -> None:
    client.post("/v1/ask", json={"question": "Wie viele Liegeplätze hat der Hafen?"})
    client.post("/v1/ask", json={"question": "Wer wurde Königin?"})
    client.post("/v1/ask", json={"question": "?"})
    client.get("/v1/search?q=Hafen")
    found = scraped(client)
    for stage, count in (
        ("question", 3),
        ("encoding", 3),
        ("dense", 3),
        ("lexical", 3),
        ("fusion and second stage", 3),
        ("reader", 2),
        ("sentences", 2),
    ):
        assert of(found, "fundstelle_stage_seconds_count", stage=stage) == count, stage
    assert of(found, "fundstelle_encoder_batch_questions_count") == 3
    assert of(found, "fundstelle_encoder_batch_questions_sum") == 3
    assert of(found, "fundstelle_answers_total", outcome="answered", refusal="") == 1
    for refusal in ("not_in_documents", "question_unclear"):
        assert of(found, "fundstelle_answers_total", outcome="refused", refusal=refusal) == 1


def test_the_state_of_the_index_is_told(client: TestClient, settings: Settings) -> None:
    before = scraped(client)
    assert of(before, "fundstelle_generation") == 1
    assert of(before, "fundstelle_documents") == 1
    assert of(before, "fundstelle_failed_documents") == 0
    ended = of(before, "fundstelle_last_successful_run_timestamp_seconds")
    assert time.time() - 600 < ended <= time.time()
    (settings.corpus[0] / "kaputt.pdf").write_bytes(b"%PDF-1.7 broken")
    (settings.corpus[0] / "kai.txt").write_text("Der Kai ist 300 Meter lang.")
    bring_up_to_date(settings)
    client.app.state.host.loaded.refresh()  # type: ignore[attr-defined]
    after = scraped(client)
    assert of(after, "fundstelle_generation") == 2
    assert of(after, "fundstelle_documents") == 2
    assert of(after, "fundstelle_failed_documents") == 1
    run = read_last_run(settings.index)
    assert run is not None
    assert run.finished_at is not None
    told = of(after, "fundstelle_last_successful_run_timestamp_seconds")
    assert told == run.finished_at.timestamp() >= ended


@pytest.mark.parametrize("left", ["", "[]", '{"added": 1}', '{"failed": null}'])
def test_a_run_that_left_nothing_readable_is_not_told(
    client: TestClient, settings: Settings, left: str
) -> None:
    (settings.index / LAST_RUN).write_text(left)
    found = scraped(client)
    assert of(found, "fundstelle_generation") == 1
    assert ("fundstelle_failed_documents", ()) not in found


def test_a_run_that_was_refused_was_not_successful(client: TestClient, settings: Settings) -> None:
    published = of(scraped(client), "fundstelle_last_successful_run_timestamp_seconds")
    (settings.corpus[0] / "hafen.txt").unlink()
    with pytest.raises(NothingPublished):
        bring_up_to_date(settings)
    again = of(scraped(client), "fundstelle_last_successful_run_timestamp_seconds")
    assert again <= published


def test_without_an_index_there_are_metrics_all_the_same(harbour: Path) -> None:
    settings = Settings(corpus=(harbour / "corpus",), index=harbour / "none")
    with TestClient(create_app(settings), **LOCAL) as client:  # type: ignore[arg-type]
        client.get("/readyz")
        found = scraped(client)
    labels = {"method": "GET", "route": "/readyz", "status": "503"}
    assert of(found, "fundstelle_requests_total", **labels) == 1
    assert ("fundstelle_generation", ()) not in found


def test_what_is_asked_stands_nowhere(client: TestClient) -> None:
    client.get(f"/v1/search?q={SECRET}")
    client.post("/v1/ask", json={"question": f"Was ist die {SECRET}?"})
    client.get(f"/{SECRET}?{SECRET}")
    client.request(SECRET.upper(), "/")
    text = client.get("/metrics").text
    assert "fundstelle_requests_total" in text
    assert SECRET.lower() not in text.lower()


def test_open_metrics_are_given_to_whoever_asks_for_them(client: TestClient) -> None:
    reply = client.get("/metrics", headers={"accept": "application/openmetrics-text;version=1.0.0"})
    assert reply.headers["content-type"].startswith("application/openmetrics-text")
    assert list(open_metrics_families(reply.text))  # type: ignore[no-untyped-call]


def test_metrics_are_for_the_machine_of_the_service_only(client: TestClient) -> None:
    assert client.get("/metrics", headers={"x-forwarded-for": "192.0.2.1"}).status_code == 403


def test_processes_are_summed_and_no_number_ever_falls(shared: SharedState) -> None:
    one, other = Metrics(shared), Metrics(shared)
    key = ("fundstelle_requests_total", ("GET", "/", "200"))
    told = []
    for asked in (one, other, one, one, other):
        one.request("GET", "/", 200, 0.1)
        other.request("GET", "/", 200, 0.1)
        told.append(asked.values()[key])
    assert told == sorted(told)
    one.write()
    other.write()
    assert one.values()[key] == other.values()[key] == 10


def test_what_was_counted_outlives_the_process(shared: SharedState) -> None:
    before = Metrics(shared)
    before.request("GET", "/", 200, 0.1)
    before.write()
    assert Metrics(shared).values()["fundstelle_requests_total", ("GET", "/", "200")] == 1


def test_buckets_hold_what_does_not_exceed_their_bound(shared: SharedState) -> None:
    metrics = Metrics(shared)
    for questions in (1, 2, 3, 100):
        watch = Stopwatch()
        watch.batches.append(questions)
        metrics.worked(watch, None)
    values = metrics.values()
    series = "fundstelle_encoder_batch_questions_bucket"
    found = {labels[0]: value for (name, labels), value in values.items() if name == series}
    assert found == {"1.0": 1, "2.0": 1, "4.0": 1, "+Inf": 1}


def test_what_cannot_be_written_is_kept_until_it_can(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    state = SharedState(tmp_path / "data" / "service.sqlite")
    metrics = Metrics(state)
    key = ("fundstelle_requests_total", ("GET", "/", "200"))
    for _ in range(3):
        metrics.request("GET", "/", 200, 0.1)
        with pytest.raises(DataUnavailable):
            metrics.write()
    assert metrics.values()[key] == 3
    (tmp_path / "data").unlink()
    assert metrics.values()[key] == 3
    assert Metrics(state).values()[key] == 3
    state.close()


def test_a_file_that_cannot_be_written_does_not_hinder_answers(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It can still be read: where the keys cannot, nobody is let in (test_api_keys)."""
    monkeypatch.setattr("api.shared_state.BUSY_S", 0.05)
    other = SharedState(settings.service)
    app = create_app(settings, Engine.open(settings))
    with other.writing(), TestClient(app, **LOCAL) as client:  # type: ignore[arg-type]
        for _ in range(2):
            reply = client.post("/v1/ask", json={"question": "Wie viele Liegeplätze hat er?"})
            assert reply.status_code == 200
            time.sleep(1.2)
        labels = {"method": "POST", "route": "/v1/ask", "status": "200"}
        assert of(scraped(client), "fundstelle_requests_total", **labels) == 2
    other.close()

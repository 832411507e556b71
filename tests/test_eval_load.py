"""The load generators count what a server really got, and tell what went wrong."""

from __future__ import annotations

import json
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval.load import generator
from eval.load.__main__ import _write_requests, main
from eval.load.generator import at_a_rate, at_full_speed, percentile
from eval.load.inprocess import searches_per_second
from indexer.settings import Settings

SECONDS = 1.0


class Seen(ThreadingHTTPServer):
    """Answers everything with 200 and one question with 500; counts what comes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: Counter[str] = Counter()
        self.address = f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Seen

    def do_GET(self) -> None:
        self.server.requests[self.path] += 1
        self.send_response(500 if "Unsinn" in self.path else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.headers["Content-Type"] == "application/json"
        self.path += f" {body['question']}"
        self.do_GET()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Seen]:
    with Seen() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(params=["wrk", "Python"])
def by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With wrk, and as where there is none."""
    if request.param == "Python":
        monkeypatch.setattr(shutil, "which", lambda name: None)
    elif generator.shutil.which("wrk") is None:  # type: ignore[attr-defined]
        pytest.skip("wrk is not installed: apt-get install wrk")
    return str(request.param)


@pytest.mark.parametrize("route", ["search", "ask"])
def test_every_question_is_sent_and_counted(
    server: Seen, tmp_path: Path, by: str, route: str
) -> None:
    requests = _write_requests(tmp_path, ["Was?", "Wie groß ist „es“?", "Unsinn"])[route]
    load = at_full_speed(server.address, requests, 3, SECONDS)
    assert load.by == by
    sent = server.requests
    assert len(sent) == 3
    assert 0 < load.requests <= sent.total()
    bad = sum(count for path, count in sent.items() if "Unsinn" in path)
    assert 0 < load.failed <= bad
    assert load.per_second == pytest.approx((load.requests - load.failed) / load.seconds)
    assert 0 < load.p50_ms <= load.p99_ms
    assert load.cpu > 0


def test_at_a_rate_requests_are_due_at_equal_intervals(server: Seen, tmp_path: Path) -> None:
    requests = _write_requests(tmp_path, ["Was?"])["search"]
    load = at_a_rate(server.address, requests, 20, SECONDS)
    assert load.requests == server.requests.total() == 21  # at 0, 1/20, … and 1 s
    assert load.failed == 0


def test_a_server_that_is_not_there_is_all_failures(tmp_path: Path) -> None:
    requests = _write_requests(tmp_path, ["Was?"])["search"]
    load = at_a_rate("http://127.0.0.1:1", requests, 5, SECONDS)
    assert (load.requests, load.failed) == (6, 6)


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(value) for value in range(1, 101)]
    assert (percentile(values, 50), percentile(values, 99), percentile([7.0], 99)) == (50, 99, 7)


def test_in_process_searches_find_what_they_are_asked_for(corpus_settings: Settings) -> None:
    assert searches_per_second(corpus_settings, ["Was ist die Kiezbox?", "Wer?"], 0.1) > 0


@pytest.mark.long
def test_a_small_run_prints_ratios_latencies_and_memory(tmp_path: Path) -> None:
    ran = CliRunner().invoke(
        main, ["--seconds", "2", "--index", str(tmp_path / "index")], catch_exceptions=False
    )
    assert ran.exit_code == 0
    for told in ("in process", "HTTP search", "HTTP ask at half of that load", "memory (PSS)"):
        assert told in ran.stdout
    assert " 0 failed" in ran.stdout

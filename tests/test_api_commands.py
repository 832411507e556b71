"""The asking commands: what they print, word for word, and how they fail."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from starlette.testclient import TestClient

from api import commands
from api.app import create_app
from api.engine import Engine
from api.key_store import KeyStore, Scope
from api.shared_state import SharedState
from indexer.cli import ErrorLines
from indexer.settings import Settings

PARTNER = "Wer war 2023 Partnerland der SCCON?"


def run(*arguments: str) -> Result:
    group = ErrorLines(commands=[commands.ask, commands.search, commands.serve])
    return CliRunner().invoke(group, arguments, prog_name="fundstelle")


@pytest.fixture(scope="module")
def index(corpus_settings: Settings) -> str:
    return str(corpus_settings.index)


def test_ask_answers_on_the_terminal(index: str) -> None:
    result = run("ask", PARTNER, "--index", index, "-k", "1")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "Als Partnerland der SCCON 2023 war die Ukraine ausgewählt worden. [1]\n"
        "\n"
        "Fundstellen:\n"
        "\n"
        "[1] Die Ukraine als Gastland der SCCON 2023, 2026-11-21, de\n"
        "    sccon-2023.partner-country-ukraine.de.md 44–172\n"
        "    Zusammenfassung nach: Smart Country Convention zeigt, wie Städte und Behörden "
        "digital werden können (Bitkom, 9. November 2023)\n"
        "    Als Partnerland der SCCON 2023 war die Ukraine ausgewählt worden. Sie war u. a. "
        "mit einem eigenen Stand auf der Messe vertreten.\n"
    )


def test_json_is_exactly_what_http_replies(
    index: str, corpus_settings: Settings, engine: Engine
) -> None:
    with TestClient(create_app(corpus_settings, engine)) as client:
        asked = client.post("/v1/ask", json={"question": PARTNER, "k": 2}).json()
        found = client.get("/v1/search", params={"q": "Kiezbox", "k": 2}).json()
    for arguments, expected in (
        (("ask", PARTNER, "-k", "2"), asked),
        (("search", "Kiezbox", "-k", "2"), found),
    ):
        result = run(*arguments, "--index", index, "--json")
        printed = json.loads(result.stdout)
        assert list(printed) == list(expected)
        for changing in {"id", "took_ms"} & set(printed):
            del printed[changing], expected[changing]
        assert printed == expected


def test_search_prints_ranked_passages(index: str) -> None:
    result = run("search", "Kiezbox", "--index", index, "-k", "2")
    assert result.exit_code == 0
    assert result.stdout.startswith("[1] ")
    assert "\n\n[2] " in result.stdout


@pytest.mark.parametrize("command", ["ask", "search"])
def test_without_an_index_one_line_says_so(tmp_path: Path, command: str) -> None:
    result = run(command, "Was?", "--index", str(tmp_path / "none"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("fundstelle: no index at ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ask", " "), "must have 1 to 1000 characters, has 0"),
        (("search", "W" * 1_001), "must have 1 to 1000 characters, has 1001"),
        (("ask", "Was?", "-k", "0"), "0 is not in the range 1<=x<=50"),
        (("ask", "Was?", "--language", "fr"), "'fr' is not one of 'de', 'en'"),
        (("ask",), "Missing argument 'QUESTION'"),
        (("serve", "--host", "0.0.0.0"), "0.0.0.0 can be reached from other machines"),  # noqa: S104
        (("serve", "--host", "example.org"), "example.org can be reached from other machines"),
        (("serve", "--workers", "0"), "0 is not in the range 1<=x<=64"),
        (("serve", "--port", "70000"), "70000 is not in the range 0<=x<=65535"),
    ],
)
def test_wrong_usage_is_told_and_ends_with_2(arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.replace("--host:", "").split())
    assert "Traceback" not in result.stderr


def test_where_there_is_a_key_or_all_may_ask_other_machines_are_served(tmp_path: Path) -> None:
    index = tmp_path / "index"
    store = KeyStore(SharedState(Settings(index=index).service))
    with socket.create_server(("0.0.0.0", 0)) as taken:  # noqa: S104
        port = taken.getsockname()[1]
        arguments = ("serve", "--host", "0.0.0.0", "--port", str(port), "--index", str(index))  # noqa: S104
        assert "make one with `fundstelle keys create" in " ".join(run(*arguments).stderr.split())
        assert "cannot listen on 0.0.0.0" in run(*arguments, "--public-ask").stderr
        store.create("amt", Scope.ASK)
        assert "cannot listen on 0.0.0.0" in run(*arguments).stderr
        store.revoke("amt")
        assert run(*arguments).exit_code == 2


def test_a_port_in_use_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("serve", "--port", str(port), "--index", str(tmp_path / "none"))
    assert (result.exit_code, result.stdout) == (1, "")
    reason = os.strerror(errno.EADDRINUSE)
    assert result.stderr == (f"fundstelle: cannot listen on 127.0.0.1 port {port}: {reason}\n")


def test_serving_indexes_first_prints_its_address_and_stops_cleanly(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "hafen.txt").write_text("Der Hafen von Kiel hat 40 Liegeplätze.")
    arguments = ["--corpus", "corpus", "--index", "index", "--port", "0", "--root-path", "suche"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen(
        [sys.executable, "-m", "api", "serve", *arguments],
        cwd=tmp_path,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:")
            assert address.endswith("/suche/")
            _wait_until_ready(f"{address}readyz")
            with urllib.request.urlopen(f"{address}v1/search?q=Hafen") as reply:  # noqa: S310
                assert json.load(reply)["hits"][0]["doc_id"] == "hafen.txt"
            process.send_signal(signal.SIGINT)
            out, said = process.communicate(timeout=30)
        finally:
            process.kill()
    assert (process.returncode, out) == (0, "")
    assert said == "no index at index yet, indexing corpus\n"


def _wait_until_ready(url: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url):  # noqa: S310 - our own server
                return
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.1)


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys\nfrom api.commands import serve\n"
        "try:\n    serve.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'fastapi', 'uvicorn', 'numpy', 'torch', 'faiss', 'pydantic'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[1], check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert "Serve the HTTP API and the page" in shown
    assert shown.endswith("\n[]\n")

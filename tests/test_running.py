"""A real server, asked as api/README.md shows: each command is run, each reply compared."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from real_servers import ROOT, WITHIN_S, ours, serving

from indexer.settings import Settings

SHOWN_AT = "http://127.0.0.1:8000"
ANYTHING = "…"
_BLOCK = re.compile(r"```(sh|json|text)\n(.*?)```", re.DOTALL)


def examples() -> list[tuple[str, str]]:
    """Pairs of a shell block and the reply that is shown below it, in the order of the text."""
    text = (ROOT / "api" / "README.md").read_text("utf-8")
    section = text.split("\n## API\n")[1].split("\n## ")[0]
    pairs: list[tuple[str, str]] = []
    for kind, body in _BLOCK.findall(section):
        if kind == "sh":
            pairs.append((body, ""))
        else:
            assert pairs, "a reply stands before the first command"
            assert not pairs[-1][1], "a command has two replies"
            pairs[-1] = (pairs[-1][0], body)
    return pairs


def _command(index: Path) -> list[str]:
    return [sys.executable, "-m", "api", "serve", "--index", str(index)]


@pytest.fixture(scope="module")
def server(corpus_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serves a copy of the corpus's index: the examples add and remove a document."""
    index = tmp_path_factory.mktemp("served") / "index"
    shutil.copytree(corpus_settings.index, index)
    with serving(_command(index), environment=ours(FUNDSTELLE_LOG_QUESTIONS="1")) as address:
        yield address


def agrees(shown: Any, real: Any) -> bool:
    """Whether the reply has what is shown; "…" stands for anything, last in a list for the rest.

    A reply may have more fields than are shown; a list has as many items.
    """
    if isinstance(shown, dict) and isinstance(real, dict):
        return all(key in real and agrees(value, real[key]) for key, value in shown.items())
    if isinstance(shown, list) and isinstance(real, list):
        open_end = shown[-1:] == [ANYTHING]
        wanted = shown[:-1] if open_end else shown
        enough = len(real) >= len(wanted) if open_end else len(real) == len(wanted)
        return enough and all(map(agrees, wanted, real))
    if isinstance(shown, float) and isinstance(real, float):
        return abs(real - shown) < 0.01  # computed, on another processor a little otherwise
    return shown in (ANYTHING, real)


@pytest.mark.parametrize(
    ("shown", "real"),
    [
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {}),
        ([1], [1, 2]),
        ([1, 2, "…"], [1]),
        ({"a": [{"b": "x"}]}, {"a": [{"b": "y"}]}),
        (None, 0),
    ],
)
def test_a_reply_that_is_not_what_is_shown_is_noticed(shown: Any, real: Any) -> None:
    assert not agrees(shown, real)


def test_what_is_shown_may_leave_out_fields_and_items() -> None:
    assert agrees({"a": [1, "…"], "b": "…"}, {"a": [1, 2], "b": {}, "c": 3})


def test_each_example_does_what_is_shown(server: str, tmp_path: Path) -> None:
    """In one shell after another, in one folder, as somebody who follows the text."""
    pairs = examples()
    assert len(pairs) >= 8
    (tmp_path / "marktordnung.txt").write_text(
        "Marktordnung\n\nDer Wochenmarkt beginnt samstags um sieben Uhr.\n", "utf-8"
    )
    ids = {"JOB": "", "ANSWER": ""}  # as the text names them
    for command, shown in pairs:
        assert SHOWN_AT in command
        done = subprocess.run(
            ["bash", "-eu", "-c", command.replace(SHOWN_AT, server)],
            cwd=tmp_path,
            env={**os.environ, **ids},
            text=True,
            capture_output=True,
            timeout=WITHIN_S,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        try:
            reply = json.loads(done.stdout)
        except ValueError:  # a document's text, or nothing at all
            assert done.stdout == shown.rstrip("\n"), command
            continue
        assert shown, f"no reply is shown for {command}"
        assert agrees(json.loads(shown), reply), f"{command}\n{done.stdout}"
        for name, field in (("JOB", "state"), ("ANSWER", "answered")):
            if field in reply:
                ids[name] = reply["id"]


def test_the_first_request_of_the_readme_is_answered(server: str) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    (command,) = (body for kind, body in _BLOCK.findall(text) if "/v1/ask " in body)
    done = subprocess.run(
        ["bash", "-eu", "-c", command.replace(SHOWN_AT, server)],
        text=True,
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout)["answered"]


def health(server: str, **environment: str) -> subprocess.CompletedProcess[str]:
    port = server.rpartition(":")[2].partition("/")[0]
    return subprocess.run(
        [sys.executable, "-m", "api.deploy.health"],
        cwd=ROOT,
        env={**os.environ, "FUNDSTELLE_PORT": port, **environment},
        text=True,
        capture_output=True,
        check=False,
    )


def test_the_health_check_finds_a_service_that_listens_everywhere(server: str) -> None:
    """As in a container: it asks the machine that it runs on."""
    for host in ("127.0.0.1", "0.0.0.0"):  # noqa: S104  nothing listens by this
        done = health(server, FUNDSTELLE_HOST=host)
        assert (done.returncode, done.stderr) == (0, "")


def test_the_health_check_says_that_nothing_answers(server: str) -> None:
    done = health(server, FUNDSTELLE_HOST="::1")  # the service listens on the other loopback
    assert done.returncode == 1
    assert done.stderr.startswith("::1 port ")
    assert "does not answer" in done.stderr


def test_the_health_check_says_that_something_else_answers(server: str) -> None:
    done = health(server, FUNDSTELLE_ROOT_PATH="/suche/nach")
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("answers with 404")


def test_the_health_check_asks_by_the_path_and_the_name_that_the_service_has(
    corpus_settings: Settings,
) -> None:
    behind = {"FUNDSTELLE_ROOT_PATH": "/suche", "FUNDSTELLE_ALLOWED_HOSTS": "www.amt.example"}
    with serving(_command(corpus_settings.index), environment=ours(**behind)) as address:
        assert address.endswith("/suche")
        done = health(address, **behind)
        assert (done.returncode, done.stderr) == (0, "")

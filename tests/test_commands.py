"""The indexer's commands as people type them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from indexer.cli import main


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "messe.txt").write_text("Die Messe zählte 15.000 Besucher.\n", encoding="utf-8")
    (folder / "menu.txt").write_text("Skip to main content\n\nDer Preis geht an Köln.\n")
    (folder / "leer.md").write_text("")
    (folder / "foto.jpg").write_bytes(b"\xff\xd8")
    return folder


def fundstelle(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def index(corpus: Path, *options: str) -> Result:
    return fundstelle("index", "--corpus", corpus, "--index", corpus.parent / "index", *options)


def test_a_run_says_what_it_did_and_the_next_one_that_nothing_is_to_do(corpus: Path) -> None:
    first = index(corpus)
    assert first.exit_code == 0
    assert re.sub(r"\d+\.\d", "1.0", first.stdout) == (
        "published generation 1\n"
        "documents: 2 added, 0 changed, 0 moved, 0 unchanged, 0 removed, 1 skipped, 1 failed\n"
        "passages: 2, 2 embedded in this run\n"
        "failed: leer.md: is empty\n"
        "skipped: 1 × files ending in .jpg are not read\n"
        "seconds of CPU / elapsed: "
        "read 1.0 / 1.0, cut 1.0 / 1.0, embed 1.0 / 1.0, write 1.0 / 1.0\n"
        "1.0 s\n"
    )
    assert index(corpus).stdout.startswith("nothing to do, generation 1 is up to date\n")


def test_the_summary_is_there_for_programs_too(corpus: Path) -> None:
    summary = json.loads(index(corpus, "--json").stdout)
    assert (summary["generation"], summary["published"], summary["added"]) == (1, True, 2)
    assert summary["failed"] == [{"path": "leer.md", "reason": "is empty"}]
    assert summary["dropped_lines"] == {"skip_link": 1}
    assert list(summary["stages"]) == ["read", "cut", "embed", "write"]
    assert summary["stages"]["read"]["cpu_s"] > 0  # also that of the process with the parsers


def test_progress_goes_to_stderr_as_json_lines(corpus: Path) -> None:
    steps = [json.loads(line) for line in index(corpus, "--progress", "json").stderr.splitlines()]
    assert {"stage": "embed", "done": 2, "total": 2} in steps


def test_strict_fails_with_one_line_and_no_traceback(corpus: Path) -> None:
    result = index(corpus, "--strict")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "fundstelle: nothing published, because of --strict: leer.md: is empty\n"
    )


def test_a_missing_folder_and_a_missing_index_are_errors(tmp_path: Path) -> None:
    missing = index(tmp_path / "nowhere")
    assert (missing.exit_code, missing.stdout) == (1, "")
    assert "nowhere is not there or not a folder" in missing.stderr
    state = fundstelle("status", "--index", tmp_path / "nowhere")
    assert state.exit_code == 1
    assert state.stderr.startswith(f"fundstelle: no index at {tmp_path / 'nowhere'};")


def test_wrong_usage_exits_with_2(corpus: Path) -> None:
    assert index(corpus, "--no-such-option").exit_code == 2
    assert fundstelle("no-such-command").exit_code == 2


def test_status_names_failures_and_counts_lines_left_out(corpus: Path) -> None:
    index(corpus)
    state = fundstelle("status", "--index", corpus.parent / "index", "--verify")
    assert state.exit_code == 0
    assert "generation 1, published 20" in state.stdout
    assert "2 documents, 2 passages" in state.stdout
    assert "nearest passages: exact, every vector is compared" in state.stdout
    assert "failed: leer.md: is empty" in state.stdout
    assert "left out: 1 lines by skip_link" in state.stdout
    assert "damaged files: none, every checksum holds" in state.stdout


def test_status_verify_names_a_changed_file_and_exits_with_1(corpus: Path) -> None:
    index(corpus)
    folder = corpus.parent / "index" / "generations" / "000001"
    store = folder / "segments" / "000001" / "store.sqlite"
    data = bytearray(store.read_bytes())
    data[-1] ^= 1
    store.write_bytes(bytes(data))
    state = fundstelle("status", "--index", corpus.parent / "index", "--verify")
    assert state.exit_code == 1
    assert "damaged files: segments/000001/store.sqlite" in state.stdout


def test_help_lists_every_command_and_imports_no_engine() -> None:
    listing = fundstelle("--help").stdout
    for command in ("ask", "eval", "index", "search", "serve", "status"):
        assert re.search(rf"^  {command} ", listing, re.MULTILINE)
    program = (
        "import sys\nfrom click.testing import CliRunner\nfrom indexer.cli import main\n"
        "CliRunner().invoke(main, ['--help'])\n"
        "heavy = {'torch', 'faiss', 'tantivy', 'numpy', 'fastapi', 'pydantic', 'tiktoken'}\n"
        "print(heavy & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


def test_python_m_indexer_reaches_the_packages_own_commands() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "indexer", "--help"], capture_output=True, text=True, check=True
    )
    assert "index" in done.stdout
    assert "serve" not in done.stdout

"""Reading in a process of its own: limits, crashes and what comes back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_samples import docx_bytes, draw_pdf, mail_bytes, write_lines

from indexer.errors import ReadError
from indexer.reading.files import MAX_FILE_BYTES
from indexer.reading.formats import read_bytes
from indexer.reading.pieces import Piece, compose
from indexer.reading.pool import ReadingProcess
from indexer.reading.wire import decode_reading, dumps, encode_reading, loads
from indexer.types import BasedOn, Metadata, Reading

FULL = Metadata(
    doc_id="a",
    title="Titel",
    language="de",
    published=date(2023, 11, 9),
    publisher="Stadt",
    source="https://example.org/",
    based_on=BasedOn("Original", "https://example.org/o"),
    tags=("x", "y"),
    translation_key="k",
    visible_from=datetime(2030, 1, 1, 8, 30, 15, 250_000, tzinfo=UTC),
    valid_until=date(2031, 1, 1),
)


@pytest.fixture(scope="module")
def process() -> Iterator[ReadingProcess]:
    with ReadingProcess() as started:
        yield started


def refusal(process: ReadingProcess, data: bytes, name: str, sidecar: bytes | None = None) -> str:
    with pytest.raises(ReadError) as caught:
        process.read(data, name, sidecar)
    return str(caught.value)


def pid_of(process: ReadingProcess) -> int:
    assert process._process is not None
    return process._process.pid


def test_every_format_comes_back_as_it_was_read(process: ReadingProcess) -> None:
    sidecar = b"title: Titel\nvisible_from: 2030-01-01T00:00:00Z\n"
    files = {
        "a.md": "# Gebühren\n\nText\n".encode(),
        "a.html": b"<html><body><main><h1>A</h1><p>B</p></main></body></html>",
        "a.htm": b"<html><body><p>no main part</p></body></html>",
        "a.pdf": draw_pdf(lambda canvas: write_lines(canvas, ["Hallo Welt."])),
        "a.docx": docx_bytes(lambda document: document.add_paragraph("Hallo")),
        "a.eml": mail_bytes("Hallo"),
        "a.rtf": rb"{\rtf1\ansi Hallo}",
    }
    for name, data in files.items():
        assert process.read(data, f"folder/{name}", sidecar) == read_bytes(data, name, sidecar)


def test_errors_come_back_word_for_word(process: ReadingProcess) -> None:
    before = process.read(b"x", "a.txt")
    pid = pid_of(process)
    assert refusal(process, b"x", "a.pdf") == "is not a PDF although it is named .pdf"
    assert refusal(process, b"x", "a.md", b"published: gestern") == (
        "sidecar: published must be a date like 2023-11-09, not 'gestern'"
    )
    assert refusal(process, bytes(MAX_FILE_BYTES + 1), "a.txt") == "is larger than 50 MB"
    assert refusal(process, b"x", "a.txt", b" " * 65_537) == "sidecar: is longer than 64 KB"
    with pytest.raises(ValueError, match="known endings"):
        process.read(b"x", "a.exe")
    assert process.read(b"x", "a.txt") == before
    assert pid_of(process) == pid


def test_a_slow_file_is_ended_and_the_next_one_is_read() -> None:
    slow = b"<html><body>" + b"<p>Ein Satz mit <b>Worten</b>.</p>" * 900_000
    with ReadingProcess(time_limit_s=0.5) as process:
        assert refusal(process, slow, "a.html") == "took longer than 0.5 s to read"
        process.time_limit_s = 60
        assert process.read(b"x", "a.txt").text == "x"


def test_a_process_that_never_answers_is_ended() -> None:
    with ReadingProcess(time_limit_s=0.3) as process:
        process.read(b"x", "a.txt")
        os.kill(pid_of(process), signal.SIGSTOP)
        assert refusal(process, bytes(5_000_000), "a.txt") == "took longer than 0.3 s to read"


def test_a_file_that_needs_too_much_memory_is_refused() -> None:
    limit = 200 * 1024**2
    with ReadingProcess(memory_limit_bytes=limit) as process:
        large = b"<html><body>" + b"<p>a</p>" * 4_000_000
        assert refusal(process, large, "a.html") == "needs more than 0.195 GB of memory to be read"
        assert process.read(b"x", "a.txt").text == "x"


def test_a_crash_is_told_and_survived() -> None:
    with ReadingProcess() as process:
        process.read(b"x", "a.txt")
        pid = pid_of(process)
        os.kill(pid, signal.SIGSTOP)

        def crash() -> None:
            os.kill(pid, signal.SIGSEGV)
            os.kill(pid, signal.SIGCONT)

        # Stopped, it takes in no more than a pipe holds: it dies while being written to.
        threading.Timer(0.3, crash).start()
        message = refusal(process, bytes(5_000_000), "a.txt")
        assert message == "its parser crashed (signal SIGSEGV)"
        assert process.read(b"x", "a.txt").text == "x"


def test_no_process_is_left_behind() -> None:
    with ReadingProcess() as process:
        process.read(b"x", "a.txt")
        pid = pid_of(process)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_parent_loads_no_parser() -> None:
    code = (
        "import sys, indexer.reading.pool, indexer.reading.walk; "
        "print(sorted({'lxml', 'pdfplumber', 'trafilatura', 'docx', 'pptx', 'charset_normalizer'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.socket()",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
        "open('/tmp/fundstelle-test', 'w')",
        "import os; os.open('/tmp/fundstelle-test', os.O_CREAT)",
        "import os; os.mkdir('/tmp/fundstelle-test')",
    ],
)
def test_the_process_can_reach_nothing(code: str) -> None:
    setup = "from indexer.reading.limits import *; limit_resources(2**31); refuse_side_effects()"
    done = subprocess.run(
        [sys.executable, "-c", f"{setup}\n{code}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "PermissionError: the reading process may not" in done.stderr


@given(st.lists(st.text(max_size=20), max_size=5))
def test_readings_survive_the_way_between_processes(texts: list[str]) -> None:
    text, blocks = compose(Piece("row", part, columns=("a",), table=1) for part in texts)
    reading = Reading(text, FULL, blocks, page_starts=(0, len(text)), pages_without_text=(2,))
    assert decode_reading(loads(dumps(encode_reading(reading)))) == reading


@pytest.mark.parametrize(
    "change",
    [
        {"text": "a\r"},
        {"text": 1},
        {"blocks": [[0, 99, "row", 0, []]]},
        {"blocks": [[0, 1, "script", 0, []]]},
        {"blocks": [[1, 2, "row", 0, []], [0, 1, "row", 0, []]]},
        {"blocks": [[0, True, "row", 0, []]]},
        {"page_starts": [2, 1]},
        {"pages_without_text": [9]},
        {"metadata": {"source": "javascript:x"}},
        {"metadata": []},
    ],
)
def test_an_answer_that_is_no_reading_is_not_believed(change: dict[str, object]) -> None:
    payload = encode_reading(Reading("abc", FULL, page_starts=(0,))) | change
    with pytest.raises((ReadError, ValueError, TypeError)):
        decode_reading(payload)

"""`fundstelle mcp` as a process: only messages on stdout, and the end of stdin ends it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from real_servers import WITHIN_S, ours

from indexer.settings import Settings

QUESTION = "Wer war 2023 Partnerland der SCCON?"


def test_without_an_index_one_line_says_so_and_nothing_goes_to_stdout(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "api", "mcp", "--index", "none"],
        cwd=tmp_path,
        env=ours(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        timeout=WITHIN_S,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("fundstelle: no index at none; ")
    assert ended.stderr.count("\n") == 1


def test_everything_on_stdout_is_a_message_and_the_end_of_stdin_ends_it(
    corpus_settings: Settings, tmp_path: Path
) -> None:
    messages = [
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"},
            },
        },
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": {"name": "ask", "arguments": {"question": QUESTION}},
        },
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "api", "mcp", "--index", str(corpus_settings.index)],
        cwd=tmp_path,
        env=ours(FUNDSTELLE_READER="0"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for message in messages:
            process.stdin.write(json.dumps(message) + "\n")
        process.stdin.flush()
        replies = [json.loads(process.stdout.readline()) for _ in range(2)]
        out, said = process.communicate(timeout=60)
    assert [reply["id"] for reply in replies] == [1, 2]
    assert replies[1]["result"]["structuredContent"]["answered"] is True
    assert (process.returncode, out, said) == (0, "", "")

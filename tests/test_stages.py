"""Where the time goes: each stage counts what is its own."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from indexer.stages import CUT, EMBED, READ, WRITE, Stages

WORK_S = 0.2
SPIN = f"import time\nwhile time.process_time() < {WORK_S}: pass"


def spin() -> None:
    """Take so much CPU of this thread."""
    ends = time.thread_time() + WORK_S
    while time.thread_time() < ends:
        pass


def test_a_stage_inside_another_one_is_not_counted_twice() -> None:
    stages = Stages()
    with stages.on(WRITE), stages.on(CUT):
        spin()
    spent = stages.seconds(0.0)
    assert spent[CUT].cpu_s >= WORK_S - 0.01  # rounded
    assert spent[CUT].elapsed_s >= spent[CUT].cpu_s - 0.01
    assert spent[WRITE].cpu_s < 0.1


def test_what_is_done_between_stages_is_nobodys() -> None:
    stages = Stages()
    spin()
    assert stages.seconds(0.0)[CUT].cpu_s == 0.0


def test_other_threads_are_the_encoders_and_other_processes_the_parsers() -> None:
    stages = Stages()
    thread = threading.Thread(target=spin)
    thread.start()
    thread.join()
    subprocess.run([sys.executable, "-c", SPIN], check=True)
    spent = stages.seconds(1.5)
    assert spent[EMBED].cpu_s >= WORK_S - 0.01
    assert spent[EMBED].elapsed_s == 1.5
    assert spent[READ].cpu_s >= WORK_S - 0.02


def test_no_stage_takes_less_than_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = iter([1.0, 0.99])  # what clocks that are read one after the other can tell
    monkeypatch.setattr("indexer.stages._others_cpu_s", lambda: next(readings))
    assert str(Stages().seconds(0.0)[EMBED].cpu_s) == "0.0"

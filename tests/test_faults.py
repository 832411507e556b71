"""Struck at system calls: what is published stays whole, and the next run completes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from eval.faults import Call, Scene, strikes

POINTS = 20  # `make test-long` strikes at all of them


def _can_trace() -> bool:
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", "/dev/null", "true"], check=False).returncode == 0


pytestmark = pytest.mark.skipif(not _can_trace(), reason="strace is not here, or may not trace")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="module")
def calls(scene: Scene) -> list[Call]:
    return scene.trace()


def test_a_run_that_is_struck_anywhere_loses_nothing(scene: Scene, calls: list[Call]) -> None:
    assert len(set(strikes(calls))) >= 200
    found = {strike: scene.strike(strike) for strike in strikes(calls, POINTS)}
    assert len(found) == POINTS
    assert not {str(strike): wrong for strike, wrong in found.items() if wrong}


@pytest.mark.long
def test_a_run_that_is_struck_everywhere_loses_nothing(scene: Scene, calls: list[Call]) -> None:
    found = {strike: scene.strike(strike) for strike in strikes(calls)}
    assert not {str(strike): wrong for strike, wrong in found.items() if wrong}


def test_everything_is_durable_before_it_is_published(calls: list[Call]) -> None:
    def places(name: str, path: str) -> list[int]:
        return [n for n, call in enumerate(calls) if call.name == name and call.paths[0] == path]

    published = next(
        n for n, c in enumerate(calls) if c.name == "rename" and "building" in c.paths[0]
    )
    building, final = calls[published].paths
    assert Path(final).name.isdigit()
    written = {
        call.paths[0]
        for call in calls[:published]
        if call.name in {"write", "pwrite64", "mkdir"} and call.paths[0].startswith(building)
    }
    assert len(written) > 10
    for path in written:
        last = max(n for name in ("write", "pwrite64", "mkdir") for n in places(name, path))
        assert any(last < n < published for n in places("fsync", path)), path
    (named,) = places("rename", "index/.CURRENT.new")
    assert any(published < n < named for n in places("fsync", "index/generations"))
    pointer = max(places("write", "index/.CURRENT.new"))
    assert any(pointer < n < named for n in places("fsync", "index/.CURRENT.new"))
    assert any(named < n for n in places("fsync", "index"))
    removed = [
        n for n, c in enumerate(calls) if c.name == "unlinkat" and "generations/0" in c.paths[0]
    ]
    assert min(removed) > named  # the old one goes when the new one is in force

"""What an unprivileged user meets: folders without the right to write, files without that to read.

Root may do everything. Where tests run as root, the programs under test run as nobody; where that
user cannot reach the interpreter, as a root without the capabilities to pass by permissions.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from eval.faults import contents

ROOT = Path(__file__).parents[1]
NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
_PASSING_BY = "-dac_override,-dac_read_search"
AS_BOUND_ROOT = ["setpriv", f"--inh-caps={_PASSING_BY}", f"--bounding-set={_PASSING_BY}"]
QUESTION = "Wann öffnet das Rathaus?"


@dataclass
class House:
    """A folder with a corpus and its index, all of it the unprivileged user's."""

    folder: Path
    under: list[str]  # what the programs are started with

    def start(self, module: str, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*self.under, sys.executable, "-m", module, *arguments, "--index", "index"],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        with self.start(module, *arguments) as process:
            out, said = process.communicate(timeout=120)
        return subprocess.CompletedProcess(arguments, process.returncode, out, said)

    def index(self) -> subprocess.CompletedProcess[str]:
        return self.run("indexer", "index", "--json", "--corpus", "corpus")

    def write(self, name: str, text: str) -> None:
        file = self.folder / "corpus" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")
        if self.under == AS_NOBODY:
            for path in (file.parent, file):
                os.chown(path, NOBODY, NOBODY)

    def allow(self, *paths: str, write: bool) -> None:
        """Let nobody write to these folders and what is in them, or their owner again."""
        for path in paths:
            for place in [self.folder / path, *(self.folder / path).rglob("*")]:
                mode = place.stat().st_mode
                place.chmod(mode | 0o200 if write else mode & ~0o222)


_MINDS = """
import pathlib, subprocess, sys, torch, indexer.cli
subprocess.run([sys.executable, "-c", ""], check=True)  # as for reading documents
try:
    pathlib.Path("locked").read_text()
except PermissionError:
    print("minds")
"""


def minds_permissions(way: list[str], folder: Path) -> bool:
    """Whether a program that is started this way runs at all, and may not do everything."""
    (folder / "locked").touch(0)
    try:
        tried = subprocess.run(
            [*way, sys.executable, "-c", _MINDS], cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=False,
        )  # fmt: skip
    except OSError:
        return False
    finally:
        (folder / "locked").unlink()
    return tried.stdout == b"minds\n"


@pytest.fixture(scope="module")
def built() -> Iterator[House]:
    # Not in pytest's own folder, which is closed to others.
    folder = Path(tempfile.mkdtemp(prefix="fundstelle-permissions-"))
    try:
        folder.chmod(0o755)
        ways = [AS_NOBODY, AS_BOUND_ROOT] if os.geteuid() == 0 else [[]]
        way = next((way for way in ways if minds_permissions(way, folder)), None)
        if way is None:
            pytest.skip("no program can be started without the rights of root")
        if way == AS_NOBODY:
            os.chown(folder, NOBODY, NOBODY)
        house = House(folder, way)
        house.write("rathaus.txt", "Das Rathaus öffnet montags um acht Uhr.")
        house.write("presse/messe.txt", "Die Messe zählte 15.000 Besucher.")
        house.index()
        house.write("presse/messe.txt", "Die Messe zählte 16.000 Besucher.")
        first = house.index()
        assert json.loads(first.stdout)["generation"] == 2, first.stderr
        yield house
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def house(built: House) -> Iterator[House]:
    """As it was before each test."""
    subprocess.run(["cp", "-a", str(built.folder), f"{built.folder}-kept"], check=True)
    try:
        yield built
    finally:
        built.allow("index", write=True)
        for path in (built.folder / "corpus").iterdir():
            path.chmod(0o755)
        shutil.rmtree(built.folder)
        Path(f"{built.folder}-kept").rename(built.folder)


def flip_last(file: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


@pytest.mark.parametrize("closed", ["index", "index/generations"])
def test_an_index_that_cannot_be_written_keeps_its_generation(house: House, closed: str) -> None:
    house.write("rathaus.txt", "Das Rathaus öffnet montags um neun Uhr.")
    before = (house.folder / "index" / "CURRENT").read_text()
    house.allow(closed, write=False)
    run = house.index()
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == "fundstelle: cannot write to index: Permission denied\n"
    assert (house.folder / "index" / "CURRENT").read_text() == before
    assert "um acht Uhr" in contents(house.folder / "index")["rathaus.txt"]


@pytest.mark.parametrize(
    ("closed", "path", "reason"),
    [
        ("rathaus.txt", "rathaus.txt", "cannot be read: Permission denied"),
        ("presse", "presse/", "the folder cannot be listed: Permission denied"),
    ],
)
def test_what_may_not_be_read_keeps_its_version_and_is_reported(
    house: House, closed: str, path: str, reason: str
) -> None:
    house.write("neu.txt", "Der neue Kai ist 300 Meter lang.")
    (house.folder / "corpus" / closed).chmod(0)
    summary = json.loads(house.index().stdout)
    assert summary["failed"] == [{"path": path, "reason": reason}]
    assert (summary["published"], summary["added"], summary["removed"]) == (True, 1, 0)
    published = contents(house.folder / "index")
    assert "um acht Uhr" in published["rathaus.txt"]
    assert "16.000 Besucher" in published["presse.messe.txt"]


def test_a_server_answers_from_an_index_that_it_may_only_read(house: House) -> None:
    house.allow("index", write=False)
    with house.start("api", "serve", "--corpus", "corpus", "--port", "0") as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert get(f"{address}readyz")["index"]["generation"] == 2
            assert get(f"{address}v1/search?q=Rathaus")["hits"][0]["doc_id"] == "rathaus.txt"
        finally:
            process.kill()


def test_damage_in_an_index_that_may_only_be_read_is_passed_by_without_a_note(
    house: House,
) -> None:
    generations = house.folder / "index" / "generations"
    (vectors,) = (generations / "000002").rglob("vectors.faiss")
    flip_last(vectors)
    house.allow("index", write=False)
    asked = house.run("api", "ask", QUESTION)
    assert "um acht Uhr" in asked.stdout
    assert "answering from generation 000001" in asked.stderr
    assert "vectors.faiss is damaged" in asked.stderr
    assert sorted(path.name for path in generations.iterdir()) == ["000001", "000002"]
    house.allow("index", write=True)
    verified = house.run("indexer", "status", "--verify", "--json")
    assert json.loads(verified.stdout)["damaged"] == [
        vectors.relative_to(generations / "000002").as_posix()
    ]
    assert json.loads(house.index().stdout)["published"]
    assert contents(house.folder / "index")


def test_a_file_of_the_index_that_may_not_be_read_is_passed_by(house: House) -> None:
    (store,) = (house.folder / "index" / "generations" / "000002").rglob("store.sqlite")
    store.chmod(0)
    asked = house.run("api", "ask", QUESTION)
    assert "um acht Uhr" in asked.stdout
    assert "store.sqlite cannot be read: Permission denied" in asked.stderr


def get(url: str) -> Any:
    until = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url) as reply:  # noqa: S310 - our own server
                return json.load(reply)
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.1)

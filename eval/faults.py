"""What is left when a run is struck at a system call: `python -m eval.faults [--points N]`.

A run of the indexer is traced with strace; then it is run again and again from the same state, and
each time one call below the index and the data folder kills the process, finds the disk full or
fails. Native code is struck like our own. After each, the published generation must be whole and
hold either what it held before or what it would hold behind the run, and the next must complete.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from indexer import changes
from indexer.building import bring_up_to_date
from indexer.changes import Change
from indexer.errors import FundstelleError
from indexer.manifest import current, damaged_files
from indexer.previous import Previous
from indexer.settings import Settings

CALLS = ("write", "pwrite64", "fsync", "rename", "link", "mkdir", "unlink", "unlinkat", "rmdir")
# What a call may meet, as strace injects it.
FAULTS = {"killed": "signal=KILL", "disk full": "error=ENOSPC", "failed": "error=EIO"}
_NEEDS_SPACE = {"write", "pwrite64", "rename", "link", "mkdir"}
_CALL = re.compile(r"^(?P<thread>\d+) +(?P<call>\w+)\((?P<rest>.*)$")
_PATHS = re.compile(r'"(?P<quoted>(?:[^"\\]|\\.)*)"|\d+<(?P<open>[^>]*)>')


@dataclass(frozen=True, slots=True)
class Call:
    """A call that a run made below its index or data folder."""

    name: str
    number: int  # among all calls of this name by the main thread, from 1
    paths: tuple[str, ...]  # below the state's folder: what is written, or from where to where

    @property
    def what(self) -> str:
        """The call and its paths, without numbers that differ from run to run."""
        shown = " → ".join(re.sub(r"\.building-\w+", ".building-…", path) for path in self.paths)
        return f"{self.name} {shown}"


@dataclass(frozen=True, slots=True)
class Strike:
    """A call and what it met."""

    call: Call
    fault: str

    def __str__(self) -> str:
        return f"{self.fault} at {self.call.what}"


class Scene:
    """A state with an index, and the run that is to be struck.

    It removes documents in all the ways there are, and so writes segments, originals and the data
    folder anew, but embeds nothing: to load the encoder hundreds of times would take hours.
    """

    def __init__(self, folder: Path) -> None:
        """Index some documents in an empty folder, then change them."""
        self._folder = folder
        # Every run finds its state at the same place: a document's folder is part of what it is.
        self._state, self._ready = folder / "state", folder / "ready"
        corpus, data = self._state / "corpus", self._state / "index.data"
        corpus.mkdir(parents=True)
        for name in ("rathaus", "markt", "hafen", "museum"):
            text = f"Das ist ein Satz über {name}, und noch einer.\n"
            (corpus / f"{name}.txt").write_text(text, encoding="utf-8")
        changes.leave_upload(data, "notiz", io.BytesIO(b"Eine Notiz."), "notiz.txt", {})
        self._index()
        (corpus / "museum.txt").unlink()
        self._index()  # now there is a generation that the next run has to remove
        self.before = contents(self._state / "index")
        (corpus / "hafen.txt").unlink()
        changes.leave(data, Change("bury", "markt.txt"))
        changes.leave(data, Change("remove", "notiz"))
        shutil.copytree(self._state, self._ready)
        self._index()
        self.after = contents(self._state / "index")

    def trace(self) -> list[Call]:
        """The calls of an undisturbed run, in their order."""
        self._begin()
        log = self._folder / "trace"
        self._index(["strace", "-f", "-y", "-s", "4096", "-o", str(log), *_only(CALLS)])
        return list(_calls(log.read_text("utf-8", "replace").splitlines(), self._state))

    def strike(self, strike: Strike) -> str:
        """Return what is wrong afterwards, "" where all is well."""
        self._begin()
        call = strike.call
        inject = f"inject={call.name}:{FAULTS[strike.fault]}:when={call.number}"
        log = self._folder / "struck"
        given = ["strace", "-f", "-o", str(log), *_only([call.name]), "-e", inject]
        ended = self._index(given, check=False)
        struck = ended.returncode != 0 or "(INJECTED)" in log.read_text("utf-8", "replace")
        if not struck:
            return "was not struck"
        if "Traceback" in ended.stderr:
            return f"ended with a traceback: {ended.stderr[-300:]}"
        try:
            return self._afterwards()
        except (FundstelleError, OSError, ValueError) as error:
            return str(error)

    def _afterwards(self) -> str:
        index = self._state / "index"
        found = contents(index)
        if found not in (self.before, self.after):
            return f"holds {sorted(found)}"
        bring_up_to_date(Settings(corpus=(self._state / "corpus",), index=index))
        if contents(index) != self.after:
            return f"the next run publishes {sorted(contents(index))}"
        rests = [
            *(index / "generations").glob(".*"),
            *(self._state / "index.data").glob("pending/*"),
        ]
        return f"leaves {[path.name for path in rests]}" if rests else ""

    def _begin(self) -> None:
        shutil.rmtree(self._state, ignore_errors=True)
        shutil.copytree(self._ready, self._state)

    def _index(
        self, under: Sequence[str] = (), *, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "indexer", "index", "--progress", "none"]
        given = ["--corpus", "corpus", "--index", "index"]
        root = str(Path(__file__).parents[1])
        environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": root}
        return subprocess.run(  # noqa: S603  our own interpreter and module
            [*under, *command, *given], cwd=self._state, env=environment, check=check,
            capture_output=True, text=True,
        )  # fmt: skip


def contents(index: Path) -> dict[str, str]:
    """What is published: doc_id -> text; raises IndexDamaged where any byte is wrong."""
    generation = current(index)
    if damaged := damaged_files(generation):
        raise ValueError(f"damaged: {damaged}")
    published = Previous.load(index)
    return {record.doc_id: published.text(record) for record in published.by_path.values()}


def strikes(calls: Sequence[Call], most: int | None = None) -> list[Strike]:
    """What to strike: every call with what it may meet; of many, evenly spread ones."""
    every = [
        Strike(call, fault)
        for call in calls
        for fault in FAULTS
        if fault != "disk full" or call.name in _NEEDS_SPACE
    ]
    if most is None or most >= len(every):
        return every
    return [every[len(every) * number // most] for number in range(most)]


def _only(calls: Sequence[str]) -> list[str]:
    return ["-e", f"trace={','.join(calls)}"]


def _calls(lines: Sequence[str], state: Path) -> Iterator[Call]:
    """The main thread's calls that concern the index or the data folder."""
    counts = Counter[str]()
    main = lines[0].split()[0] if lines else ""
    below = str(state) + "/"
    for line in lines:
        match = _CALL.match(line)
        if match is None or match["thread"] != main or match["call"] not in CALLS:
            continue
        counts[match["call"]] += 1
        found = [m["open"] or m["quoted"] or "" for m in _PATHS.finditer(match["rest"])]
        named = 2 if match["call"] in {"rename", "link"} else 1
        paths = tuple(path.removeprefix(below) for path in found[:named])
        if paths and all(path.startswith("index") for path in paths):
            yield Call(match["call"], counts[match["call"]], paths)


@click.command()
@click.option("--points", type=click.IntRange(1), help="So many, evenly spread. [default: all]")
def main(points: int | None) -> None:
    """Print each strike, and what was wrong afterwards, if anything."""
    if shutil.which("strace") is None:
        raise click.ClickException("strace is not installed; it injects the faults")
    with tempfile.TemporaryDirectory(prefix="fundstelle-faults-") as name:
        scene = Scene(Path(name))
        wrong = 0
        chosen = strikes(scene.trace(), points)
        for number, strike in enumerate(chosen, start=1):
            found = scene.strike(strike)
            wrong += bool(found)
            click.echo(f"{number:4} {strike}: {found or 'nothing lost'}")
    click.echo(f"{len(chosen)} strikes, {wrong} with a loss")
    if wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    sys.exit(main())

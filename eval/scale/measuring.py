"""What an index of many passages costs: time of each stage, memory, disk, start, one change."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

from api.engine import Engine
from api.stopwatch import Stopwatch
from eval.scale.nearest import best_of, nearest
from eval.suites.suite import LANGUAGES
from indexer.building import bring_up_to_date
from indexer.contents import Contents
from indexer.cutting import LazyEncoder
from indexer.encoder import load_encoder
from indexer.manifest import Generation
from indexer.settings import Settings

WARM_UP = 20  # questions that are asked before the clock runs
ENCODING = "encoding"  # the stage that does not depend on the index
AT_ONCE = 50_000  # vectors in memory beside the index
# A process that has imported everything opens the index and answers once.
_START = """
import json, sys, time
from pathlib import Path
from api.engine import Engine
from indexer.encoder import load_encoder
from indexer.settings import Settings
settings = Settings.load(index=Path(sys.argv[1]))
load_encoder(settings.encoder)
began = time.perf_counter()
engine = Engine.open(settings)
opened = time.perf_counter() - began
first, *others = json.loads(sys.argv[2])
engine.ask(first)
answered = time.perf_counter() - began
for question in others:
    engine.search(question)
lines = Path("/proc/self/status").read_text().splitlines()
fields = dict(line.split(":", 1) for line in lines)
megabytes = {name: int(fields[name].split()[0]) / 1000 for name in ("VmRSS", "RssFile")}
print(json.dumps({"opened": opened, "answered": answered, **megabytes}))
"""


def questions(evaluation: Path) -> list[str]:
    """The first question on each XQuAD paragraph, in both languages."""
    found = []
    for language in LANGUAGES:
        plain = json.loads((evaluation / f"xquad-r.{language}.json").read_text("utf-8"))
        found += [
            str(paragraph["qas"][0]["question"])
            for article in plain["data"]
            for paragraph in article["paragraphs"]
        ]
    return found


def timed(engine: Engine, asked: list[str]) -> dict[str, np.ndarray]:
    """Return stage -> (Q,) milliseconds, with `all but the encoder` and `search` among them."""
    for question in asked[:WARM_UP]:
        engine.search(question, k=10)
    taken: dict[str, list[float]] = {}
    for question in asked:
        watch = Stopwatch()
        engine.rank(question, depth=50, watch=watch)
        began = time.perf_counter()
        engine.search(question, k=10)
        stages = watch.milliseconds | {
            "all but the encoder": sum(watch.milliseconds.values()) - watch.milliseconds[ENCODING],
            "search": 1000 * (time.perf_counter() - began),
        }
        for stage, milliseconds in stages.items():
            taken.setdefault(stage, []).append(milliseconds)
    return {stage: np.array(values) for stage, values in taken.items()}


def recall(generation: Generation, settings: Settings, asked: list[str], k: int = 10) -> float:
    """Return the share of the k nearest vectors, by looking at all, that a search finds."""
    contents = Contents.of(generation)
    encoder = load_encoder(settings.encoder)
    queries = encoder.encode_passages(asked)
    found = [contents.vectors.search(query, k)[1] for query in queries]
    count = len(contents.vectors)
    best: tuple[np.ndarray, np.ndarray] | None = None
    for first in range(0, count, AT_ONCE):
        rows = np.arange(first, min(first + AT_ONCE, count))
        scores, places = nearest(queries, contents.vectors.vectors(rows), min(k, len(rows)))
        best = best_of(best, (scores, rows[places]), k)
    if best is None:
        return 1.0
    return float(
        np.mean([len(np.intersect1d(own, true)) for own, true in zip(found, best[1], strict=True)])
        / k
    )


def started(index: Path, asked: list[str]) -> dict[str, float]:
    """Return seconds until a new process has opened the index and answered the first question.

    With them its memory, in MB, after all questions.
    """
    done = subprocess.run(  # noqa: S603  our own interpreter and words
        [sys.executable, "-c", _START, str(index), json.dumps(asked)],
        check=True,
        capture_output=True,
        text=True,
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def bytes_per_passage(generation: Generation) -> dict[str, float]:
    """Return kind of file -> bytes on disk for one passage."""
    together = Counter[str]()
    for path, entry in generation.manifest.files.items():
        parts = path.split("/")
        kind = "originals" if parts[0] == "originals" else parts[2]
        together[kind] += entry["bytes"]
    passages = max(1, generation.manifest.passages)
    return {kind: size / passages for kind, size in together.most_common()}


def changed(settings: Settings, encoder: LazyEncoder | None) -> dict[str, float]:
    """Return the seconds that it takes to add one document, and to remove another."""
    folder = settings.corpus[0]
    added = folder / "added.de.md"
    removed = next(folder.rglob("*.md"))
    kept = removed.read_bytes()
    seconds = {}
    try:
        added.write_text(
            "# Neu\n\nDer Platz vor dem Rathaus wird im Mai neu gepflastert.\n", "utf-8"
        )
        seconds["add a document"] = _run(settings, encoder)
        removed.unlink()
        seconds["remove a document"] = _run(settings, encoder)
    finally:
        added.unlink(missing_ok=True)
        removed.write_bytes(kept)
        _run(settings, encoder)  # as it was, for whoever measures again
    return seconds


def _run(settings: Settings, encoder: LazyEncoder | None) -> float:
    began = time.perf_counter()
    bring_up_to_date(settings, encoder=encoder)
    return time.perf_counter() - began

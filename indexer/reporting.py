"""How the progress of a run is shown on stderr."""

from __future__ import annotations

import json
import sys
from typing import Any

from indexer.summary import Progress, silent

# What is counted in each stage, as it stands behind the rate: "85.2 passages/s".
_UNITS = {"read": " files", "cut": " documents", "embed": " passages", "write": " segments"}


def reporter(kind: str) -> Progress:
    """Show progress on stderr: a bar for people, JSON lines for programs, or nothing."""
    if kind == "none":
        return silent
    if kind == "json":

        def report(stage: str, done: int, total: int) -> None:
            line = json.dumps({"stage": stage, "done": done, "total": total})
            print(line, file=sys.stderr, flush=True)

        return report
    return _bars()


def _bars() -> Progress:
    """One line for each stage that goes on: how much of it, its rate and the time left."""
    from tqdm import tqdm

    bars: dict[str, Any] = {}

    def show(stage: str, done: int, total: int) -> None:
        if stage not in bars:
            bars[stage] = tqdm(
                desc=stage, total=total, unit=_UNITS[stage], leave=False, file=sys.stderr
            )
        bar = bars[stage]
        bar.total = total  # of what is embedded an estimate, while files are being read
        bar.update(done - bar.n)
        if done == total:
            bars.pop(stage).close()

    return show

"""Floors that a change must not fall through."""

from __future__ import annotations

import tomllib
from pathlib import Path

from eval.measures import Report


def broken_floors(report: Report, gate: Path) -> list[str]:
    """Compare a report with the floors of its suite in a TOML file.

    The file holds, per suite and language pair (or "all" / "refused"), measure = floor, with
    `noise` = how far below the floor a figure may lie before it counts as broken.

    Returns:
        One line per broken floor, empty where all hold.

    Raises:
        ValueError: if the file names a pair or measure that the report does not have.
    """
    plain = tomllib.loads(gate.read_text("utf-8"))
    noise = float(plain.get("noise", 0.0))
    figures = _figures(report)
    broken = []
    for group, floors in plain.get(report.suite, {}).items():
        for name, floor in floors.items():
            if (group, name) not in figures:
                known = ", ".join(sorted({f"{g}: {n}" for g, n in figures}))
                raise ValueError(f"{gate}: no figure {group}: {name}; there are {known}")
            value = figures[group, name]
            if value < floor - noise:
                broken.append(f"{report.suite} {group} {name} is {value:.3f}, floor {floor:.3f}")
    return broken


def _figures(report: Report) -> dict[tuple[str, str], float]:
    figures = {
        (row.pair, name): value for row in report.rows for name, value in row.ranking.items()
    }
    for row in report.rows:
        if row.answered and row.right:
            figures[row.pair, "answered"] = row.answered.value
            figures[row.pair, "right"] = row.right.value
    for kind, share in report.refused.items():
        figures["refused", kind] = share.value
    return figures

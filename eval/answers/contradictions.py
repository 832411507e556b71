"""Contradicting sentences and those that only seem to: how many are told apart.

By themselves, and as they come out of an answer: both as documents, the question asked of the two.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from api.conflicts import contradict
from api.filters import Filters
from eval.answers.asked import opened
from eval.contradictions import alike_by, cases, said
from eval.measures import Share
from indexer.encoder import Encoder


def told_apart(encoder: Encoder, half: str) -> tuple[Share, Share]:
    """Return precision and recall of calling two sentences a contradiction."""
    alike = alike_by(encoder)
    rows = cases(half)
    return _shares(rows, [contradict(row["question"], *said(row), alike) for row in rows])


def shown_as_conflict(half: str) -> tuple[Share, Share]:
    """Return precision and recall of `conflict` in answers from both sentences' documents."""
    rows = cases(half)

    def write(folder: Path) -> None:
        for row in rows:
            for side in ("a", "b"):
                one = row[side]
                date = f"published: {one['published']}\n" if one["published"] else ""
                front = f"title: {json.dumps(one['title'])}\nlanguage: {one['language']}\n{date}"
                name = f"{row['id']}-{side}.txt"
                (folder / name).write_text(f"---\n{front}---\n{one['text']}\n", "utf-8")

    with opened((), write) as engine:
        found = []
        for row in rows:
            both = Filters(doc_ids=(f"{row['id']}-a.txt", f"{row['id']}-b.txt"))
            found.append(engine.ask(row["question"], filters=both).conflict)
    return _shares(rows, found)


def _shares(rows: list[dict[str, Any]], called: list[bool]) -> tuple[Share, Share]:
    contradicting = [row["conflict"] for row in rows]
    right = sum(a and b for a, b in zip(called, contradicting, strict=True))
    return Share(right, sum(called)), Share(right, sum(contradicting))

"""Contradicting sentences and those that only seem to: how many are told apart.

By themselves, and as they come out of an answer: both as documents, the question asked of the two.
"""

from __future__ import annotations

import json
from typing import Any

from api.conflicts import contradict
from api.filters import Filters
from eval.answers.asked import opened
from eval.contradictions import SIDES, alike_by, cases, said
from eval.indexing import write_texts
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

    texts = {f"{row['id']}-{side}.txt": _document(row[side]) for row in rows for side in SIDES}
    with opened(write=write_texts(texts)) as engine:
        found = []
        for row in rows:
            both = Filters(doc_ids=tuple(f"{row['id']}-{side}.txt" for side in SIDES))
            found.append(engine.ask(row["question"], filters=both).conflict)
    return _shares(rows, found)


def _document(one: dict[str, Any]) -> str:
    date = f"published: {one['published']}\n" if one["published"] else ""
    title = json.dumps(one["title"])
    return f"---\ntitle: {title}\nlanguage: {one['language']}\n{date}---\n{one['text']}\n"


def _shares(rows: list[dict[str, Any]], called: list[bool]) -> tuple[Share, Share]:
    contradicting = [row["conflict"] for row in rows]
    right = sum(a and b for a, b in zip(called, contradicting, strict=True))
    return Share(right, sum(called)), Share(right, sum(contradicting))

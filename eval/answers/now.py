"""Questions about now: is the newest document first, and is what has passed marked?"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from api.filters import Filters
from eval.answers.asked import opened
from eval.measures import Share
from eval.suites.own import SETS

FOLDER = SETS / "timeliness"


def timely(half: str) -> dict[str, Share]:
    """Return kind of question -> share right, and "marked": outdated ones that say so.

    Right is an answer whose first sentence is the judged one; a document published behind the
    question's clock does not exist yet, one that has expired may answer.
    """
    lines = (FOLDER / "questions.jsonl").read_text("utf-8").splitlines()
    questions = [row for line in lines if (row := json.loads(line))["half"] == half]
    found: dict[str, list[bool]] = {}
    for day in sorted({row["clock"] for row in questions}):
        with opened((FOLDER / "documents",), clock=day) as engine:
            for row in questions:
                if row["clock"] != day:
                    continue
                filters = Filters(include_expired=True, published_to=date.fromisoformat(day))
                answer = engine.ask(row["question"], filters=filters)
                first = answer.answer[0] if answer.answer else None
                right = first is not None and any(_is(first.text, one) for one in row["answers"])
                found.setdefault(row["kind"], []).append(right)
                if row["outdated"]:
                    marked = first is not None and right and first.outdated
                    found.setdefault("marked", []).append(marked)
    return {kind: Share(sum(rights), len(rights)) for kind, rights in found.items()}


def _is(said: str, judged: dict[str, Any]) -> bool:
    return said in judged["quote"] or judged["quote"] in said

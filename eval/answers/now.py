"""Questions about now: is the newest document first, and is what has passed marked?"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from api.answers import Answer
from api.filters import Filters
from eval.answers.asked import opened
from eval.measures import Share
from eval.suites.own import SETS

FOLDER = SETS / "timeliness"


def timely(half: str, threshold: float) -> dict[str, Share]:
    """Return kind of question -> share right, "marked" and "wrongly marked" as outdated.

    Right is an answer shown whose first sentence is the judged one. A document published behind
    the question's clock does not exist yet, one that has expired may answer. Wrongly marked are
    right sentences that announce nothing which has passed.
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
                shown = answer.answered and answer.confidence >= threshold
                first = answer.answer[0] if shown else None
                right = first is not None and any(_is(answer, one) for one in row["answers"])
                found.setdefault(row["kind"], []).append(right)
                if first is not None and right and row["kind"] != "past":
                    name = "marked" if row["outdated"] else "wrongly marked"
                    found.setdefault(name, []).append(first.outdated)
    return {kind: Share(sum(rights), len(rights)) for kind, rights in found.items()}


def _is(answer: Answer, judged: dict[str, Any]) -> bool:
    first = answer.answer[0]
    cited = answer.citations[first.citation - 1]
    said = first.text in judged["quote"] or judged["quote"] in first.text
    return said and cited.doc_id == judged["doc_id"]

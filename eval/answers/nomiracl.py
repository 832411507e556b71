"""NoMIRACL: do the ten passages given with a question answer it?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.filters import Filters
from eval.answers.asked import Asked, ask, opened
from eval.indexing import write_texts


@dataclass(frozen=True, slots=True)
class Judgement:
    """A question with its passages."""

    id: str
    language: str
    question: str
    answerable: bool
    doc_ids: tuple[str, ...]


def read(file: Path) -> tuple[list[Judgement], dict[str, str]]:
    """Return the questions, and the documents by name, a passage each under its title."""
    judgements, documents = [], {}
    for number, line in enumerate(file.read_text("utf-8").splitlines()):
        row = json.loads(line)
        names = []
        for place, passage in enumerate(row["passages"]):
            name = f"n{number:03d}-{place:02d}.txt"
            front = json.dumps(passage["title"], ensure_ascii=False)
            documents[name] = (
                f"---\ntitle: {front}\nlanguage: {row['language']}\n---\n{passage['text']}\n"
            )
            names.append(name)
        judgements.append(
            Judgement(row["id"], row["language"], row["question"], row["answerable"], tuple(names))
        )
    return judgements, documents


def asked(judgements: Sequence[Judgement], documents: Mapping[str, str]) -> list[Asked]:
    """Ask each question of its own passages, all of them being in one index."""
    with opened(write=write_texts(documents)) as engine:
        return [
            ask(
                engine,
                one.question,
                {},
                suite=f"nomiracl {one.language}",
                kind="answerable" if one.answerable else "missing_fact",
                filters=Filters(doc_ids=one.doc_ids),
            )
            for one in judgements
        ]


def balanced_accuracy(found: Sequence[Asked], threshold: float) -> float:
    """Mean of the share refused of the unanswerable and the share answered of the others."""
    answered = [one.shown(threshold) for one in found if one.answerable]
    refused = [not one.shown(threshold) for one in found if not one.answerable]
    return (sum(answered) / len(answered) + sum(refused) / len(refused)) / 2

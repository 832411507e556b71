"""Questions over our own documents and the first users': what must be answered, what refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from api.engine import Engine
from eval.answers.asked import Asked, ask, opened
from eval.questions import Texts, judged_spans, load_questions
from eval.suites.own import SETS

Half = Literal["development", "reported"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A question that must be refused."""

    id: str
    language: str
    question: str
    kind: str
    half: Half


def refusals(name: str, half: Half) -> list[Refusal]:
    """The unanswerable questions over `corpus` or `seeds` that belong to this half."""
    lines = (SETS / f"refusals-{name}.jsonl").read_text("utf-8").splitlines()
    return [one for line in lines if (one := Refusal(**json.loads(line))).half == half]


def corpus(folder: Path, half: Half) -> list[Asked]:
    """Our corpus; its older set is all for reporting."""
    with opened((folder,)) as engine:
        asked = list(_refused(engine, "corpus", half))
        if half == "reported":
            asked += _set(engine, "corpus", SETS / "corpus.jsonl")
    return asked


def seeds(folder: Path, half: Half) -> list[Asked]:
    """The first users' five files."""
    name = "seeds.jsonl" if half == "reported" else "seeds-development.jsonl"
    with opened((folder,)) as engine:
        return [*_set(engine, "seeds", SETS / name), *_refused(engine, "seeds", half)]


def _set(engine: Engine, suite: str, file: Path) -> Iterator[Asked]:
    texts = Texts(engine.text, engine.by_sha256())
    for question in load_questions(file):
        judged = judged_spans(question, texts)
        yield ask(engine, question.question, judged, suite=suite, kind=question.kind)


def _refused(engine: Engine, suite: str, half: Half) -> Iterator[Asked]:
    for one in refusals(suite, half):
        yield ask(engine, one.question, {}, suite=suite, kind=one.kind)

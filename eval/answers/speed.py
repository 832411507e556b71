"""How long one answer takes, over the paragraphs of XQuAD, one question at a time."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np

from eval.answers.asked import opened
from eval.indexing import write_texts

QUESTIONS = 600  # of both languages, about
WARM_UP = 20


def milliseconds(shared: Path) -> dict[str, float]:
    """Return p50 and p95 of `ask`, with the reader and without it, in alternation."""
    paragraphs: dict[str, str] = {}
    questions: list[str] = []
    for language in ("de", "en"):
        content = json.loads((shared / "data/eval" / f"xquad-r.{language}.json").read_text("utf-8"))
        for article in content["data"]:
            for paragraph in article["paragraphs"]:
                paragraphs[f"p{len(paragraphs):03d}.{language}.txt"] = paragraph["context"]
                questions += [qa["question"] for qa in paragraph["qas"]]

    write = write_texts(paragraphs)
    asked = questions[:: -(-len(questions) // QUESTIONS)]
    times: dict[str, list[float]] = {"with the reader": [], "without": []}
    with opened(write=write) as reading, opened(write=write, reader=False) as plain:
        for number, question in enumerate(asked):
            for name, engine in (("with the reader", reading), ("without", plain)):
                began = time.perf_counter()
                engine.ask(question)
                if number >= WARM_UP:
                    times[name].append(1000 * (time.perf_counter() - began))
    return {
        f"{name}, p{share}": float(np.percentile(taken, share))
        for name, taken in times.items()
        for share in (50, 95)
    }

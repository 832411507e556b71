"""Contradicting sentences and those that only seem to: how many are told apart."""

from __future__ import annotations

import json
from pathlib import Path

from api.conflicts import Said, contradict
from eval.measures import Share
from eval.suites.own import SETS
from indexer.encoder import Encoder

FILE = SETS / "conflicts.jsonl"


def told_apart(encoder: Encoder, half: str, file: Path = FILE) -> tuple[Share, Share]:
    """Return precision and recall of calling two sentences a contradiction."""

    def alike(one: str, other: str) -> float:
        vectors = encoder.encode_passages([one, other])
        return float(vectors[0] @ vectors[1])

    called = right = contradicting = 0
    for line in file.read_text("utf-8").splitlines():
        case = json.loads(line)
        if case.get("half", half) != half:
            continue
        said = [Said(case[side]["text"], case[side]["title"]) for side in ("a", "b")]
        found = contradict(case["question"], said[0], said[1], alike)
        called += found
        contradicting += case["conflict"]
        right += found and case["conflict"]
    return Share(right, called), Share(right, contradicting)

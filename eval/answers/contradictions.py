"""Contradicting sentences and those that only seem to: how many are told apart."""

from __future__ import annotations

from api.conflicts import contradict
from eval.contradictions import alike_by, cases, said
from eval.measures import Share
from indexer.encoder import Encoder


def told_apart(encoder: Encoder, half: str) -> tuple[Share, Share]:
    """Return precision and recall of calling two sentences a contradiction."""
    alike = alike_by(encoder)
    called = right = contradicting = 0
    for case in cases(half):
        found = contradict(case["question"], *said(case), alike)
        called += found
        contradicting += case["conflict"]
        right += found and case["conflict"]
    return Share(right, called), Share(right, contradicting)

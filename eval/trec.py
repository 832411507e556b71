"""Runs and judgements as files that trec_eval and its kin read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from eval.asking import Outcome

TAG = "fundstelle"


def write_trec(folder: Path, suite: str, outcomes: Iterable[Outcome]) -> None:
    """Write `SUITE.run` (query Q0 name rank score tag) and `SUITE.qrels` (query 0 name 1).

    A query is a question in one language pair; the score is minus the rank, so that no tool
    orders ties in a way of its own.
    """
    with (
        (folder / f"{suite}.run").open("w", encoding="utf-8") as run,
        (folder / f"{suite}.qrels").open("w", encoding="utf-8") as qrels,
    ):
        for outcome in outcomes:
            query = outcome.key.replace(" ", "/")
            for name in sorted(outcome.relevant):
                qrels.write(f"{query} 0 {name} 1\n")
            for rank, name in enumerate(outcome.ranking, start=1):
                run.write(f"{query} Q0 {name} {rank} {-rank} {TAG}\n")

"""The figures that the service's own page shows of the last evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version

import numpy as np

from api.page.evaluation_report import (
    FORMAT,
    EvaluationReport,
    Figure,
    Histogram,
    Pair,
    Share,
    Stage,
    SuiteFigures,
)
from eval import measures
from eval.asking import Outcome
from eval.measuring import Measured
from indexer.settings import Settings

BINS = 40


def page_report(measured: Sequence[Measured]) -> EvaluationReport:
    """Sum up a run that has just ended."""
    return EvaluationReport(
        format=FORMAT,
        made_at=datetime.now(UTC).replace(microsecond=0),
        version=version("fundstelle"),
        encoder=Settings.load().encoder,
        suites=tuple(_suite(found.report, found.outcomes) for found in measured),
    )


def _suite(report: measures.Report, outcomes: Sequence[Outcome]) -> SuiteFigures:
    return SuiteFigures(
        name=report.suite,
        pairs=tuple(_pair(row) for row in report.rows),
        refused={kind: _share(share) for kind, share in report.refused.items()},
        latency=_histogram([outcome.milliseconds for outcome in outcomes]),
        stages=tuple(
            Stage(name, times["p50"], times["p95"]) for name, times in report.stages.items()
        ),
        lost=report.lost,
    )


def _pair(row: measures.Row) -> Pair:
    return Pair(
        name=row.pair,
        questions=row.questions,
        measures={
            name: Figure(value, *map(float, row.interval(name)))
            for name, value in row.ranking.items()
        },
        answered=_share(row.answered) if row.answered else None,
        right=_share(row.right) if row.right else None,
        wrong=_share(row.wrong) if row.wrong else None,
    )


def _share(share: measures.Share) -> Share:
    return Share(share.value, *share.interval, share.count, share.total)


def _histogram(times: Sequence[float]) -> Histogram | None:
    if not times:
        return None
    # The slowest hundredth would flatten the rest.
    shown = sorted(times)[: max(1, int(len(times) * 0.99))]
    counts, edges = np.histogram(shown, bins=BINS, range=(0.0, shown[-1] or 1.0))
    return Histogram(float(edges[1]), tuple(counts.tolist()))

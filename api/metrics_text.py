"""The metrics as Prometheus reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from api.engine import Engine
from api.last_run import read_last_run
from api.metrics import MEASURES, Measure, Metrics, Values


def exposed(
    metrics: Metrics, engine: Engine | None, index: Path, accept: str = ""
) -> tuple[bytes, str]:
    """Write all metrics down; reads a table and a file.

    Args:
        engine: whose generation is told; None while none is loaded.
        accept: the header, which chooses between the text format and OpenMetrics.

    Returns:
        body and content type.
    """
    registry = CollectorRegistry()
    registry.register(_Collected([*_counted(metrics.values()), *_state(engine, index)]))
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


class _Collected(Collector):
    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        yield from self._families


def _counted(values: Values) -> Iterator[Metric]:
    for measure in MEASURES:
        yield _histogram(measure, values) if measure.bounds else _counter(measure, values)


def _counter(measure: Measure, values: Values) -> Metric:
    family = CounterMetricFamily(measure.name, measure.help, labels=measure.labels)
    for (series, labels), value in sorted(values.items()):
        if series == measure.name + "_total":
            family.add_metric(labels, value)
    return family


def _histogram(measure: Measure, values: Values) -> Metric:
    family = HistogramMetricFamily(measure.name, measure.help, labels=measure.labels)
    found: dict[tuple[str, ...], dict[str, float]] = defaultdict(dict)
    for (series, labels), value in sorted(values.items()):
        if series == measure.name + "_bucket":
            found[labels[:-1]][labels[-1]] = value
    for labels, own in found.items():
        below, buckets = 0.0, []
        for bound in (*map(str, measure.bounds), "+Inf"):
            below += own.get(bound, 0.0)
            buckets.append((bound, below))
        family.add_metric(labels, buckets, values.get((measure.name + "_sum", labels), 0.0))
    return family


def _state(engine: Engine | None, index: Path) -> Iterator[Metric]:
    """What is in force; the same at all processes, but for the second that a change takes."""
    if engine is not None:
        yield _gauge("generation", "The generation that answers.", engine.state.generation)
        total = engine.documents(limit=1).total
        yield _gauge("documents", "Documents that can be found.", total)
    run = read_last_run(index)
    if run is None:  # no run yet, or none that could say how it ended
        return
    yield _gauge("failed_documents", "Files that the last run could not read.", len(run.failed))
    ended = None if run.refused else run.finished_at
    if ended is None and engine is not None:
        ended = engine.state.published_at  # nothing later is known to have ended well
    if ended is not None:
        yield _gauge(
            "last_successful_run_timestamp_seconds",
            "When the indexer last ended well.",
            ended.timestamp(),
        )


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"fundstelle_{name}", text, value=value)

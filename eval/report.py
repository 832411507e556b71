"""A run as one self-contained page: tables, plots and the worst questions."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from eval.asking import Outcome
from eval.failures import first_relevant
from eval.measures import Report
from eval.measuring import Measured

WORST = 15  # questions shown per suite
PLOTTED = "nDCG@10"
INK, FILL, PALE = "#1b2a3a", "#2f6f9f", "#c9dbe8"


@dataclass(frozen=True, slots=True)
class Worst:
    """A question whose relevant passages stood low, and what stood first instead."""

    id: str
    pair: str
    question: str
    rank: int | None
    first: str
    relevant: str


def as_html(measured: Sequence[Measured]) -> str:
    """Lay out the page; nothing in it is loaded from elsewhere."""
    environment = Environment(
        loader=PackageLoader("eval"), autoescape=True, undefined=StrictUndefined
    )
    suites = [
        {
            "report": found.report,
            "measures": list(dict.fromkeys(m for row in found.report.rows for m in row.ranking)),
            "quality": _quality_plot(found.report),
            "latency": _latency_plot(found.outcomes),
            "stages": _stage_plot(found.report) if found.report.stages else "",
            "worst": _worst(found.outcomes),
        }
        for found in measured
    ]
    return environment.get_template("report.html").render(suites=suites)


def _worst(outcomes: Sequence[Outcome]) -> list[Worst]:
    failed = [
        (first_relevant(outcome) or len(outcome.ranking) + 1, outcome)
        for outcome in outcomes
        if outcome.question.answers and first_relevant(outcome) != 1
    ]
    failed.sort(key=lambda found: -found[0])
    return [
        Worst(
            outcome.question.id,
            outcome.pair,
            outcome.question.question,
            first_relevant(outcome),
            outcome.ranking[0] if outcome.ranking else "",
            ", ".join(sorted(outcome.relevant)[:3]),
        )
        for _, outcome in failed[:WORST]
    ]


def _quality_plot(report: Report) -> Markup:
    rows = [row for row in report.rows if PLOTTED in row.ranking]
    figure = Figure(figsize=(6.4, 0.6 + 0.34 * len(rows)))
    axes = figure.add_subplot()
    for place, row in enumerate(reversed(rows)):
        low, high = row.interval(PLOTTED)
        axes.barh(place, row.ranking[PLOTTED], color=PALE, height=0.6)
        axes.plot([low, high], [place, place], color=FILL, linewidth=2)
        axes.plot(row.ranking[PLOTTED], place, "o", color=INK, markersize=4)
    axes.set_yticks(range(len(rows)), [row.pair for row in reversed(rows)])
    axes.set_xlim(0, 1)
    axes.set_xlabel(f"{PLOTTED}, 95 % interval")
    return as_svg(figure)


def _stage_plot(report: Report) -> Markup:
    """Each stage's median as a bar, its 95th percentile as a line beyond it."""
    figure = Figure(figsize=(6.4, 0.7 + 0.28 * len(report.stages)))
    axes = figure.add_subplot()
    for place, times in enumerate(reversed(report.stages.values())):
        axes.barh(place, times["p50"], color=FILL, height=0.6)
        axes.plot([times["p50"], times["p95"]], [place, place], color=INK, linewidth=2)
    axes.set_yticks(range(len(report.stages)), list(reversed(report.stages)))
    axes.set_xlabel("ms per stage, p50 and p95")
    return as_svg(figure)


def _latency_plot(outcomes: Sequence[Outcome]) -> Markup:
    figure = Figure(figsize=(6.4, 1.9))
    axes = figure.add_subplot()
    times = sorted(outcome.milliseconds for outcome in outcomes)
    shown = times[: max(1, int(len(times) * 0.99))]  # the slowest hundredth would flatten the rest
    axes.hist(shown, bins=40, color=FILL)
    axes.set_xlabel("ms per ranking, encoding included")
    axes.set_ylabel("questions")
    return as_svg(figure)


def as_svg(figure: Figure) -> Markup:
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    stream = io.StringIO()
    # Fixed ids and no date: the same figures make the same page.
    with mpl.rc_context({"svg.hashsalt": "fundstelle", "svg.fonttype": "none"}):
        figure.savefig(stream, format="svg", metadata={"Date": None})
    drawn = stream.getvalue()
    return Markup(drawn[drawn.index("<svg") :])  # noqa: S704 - drawn here, no text of users in it

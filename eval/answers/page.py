"""Reliability and risk–coverage as one self-contained page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from eval.answers.asked import Asked
from eval.answers.measures import bins, calibration_error, point, risk_coverage
from eval.report import FILL, INK, PALE, as_svg

JUDGED = ("corpus", "seeds", "municipal-qa")


def as_html(suites: Mapping[str, Sequence[Asked]], threshold: float) -> str:
    """Lay out the page; nothing in it is loaded from elsewhere."""
    environment = Environment(
        loader=PackageLoader("eval"), autoescape=True, undefined=StrictUndefined
    )
    shown = {name: asked for name, asked in suites.items() if name in JUDGED}
    sections = [
        {
            "name": name,
            "point": point(asked, threshold),
            "error": calibration_error(asked),
            "reliability": _reliability(asked),
            "risk": _risk(asked, threshold),
        }
        for name, asked in shown.items()
    ]
    return environment.get_template("answers.html").render(sections=sections, threshold=threshold)


def _reliability(asked: Sequence[Asked]) -> Markup:
    figure = Figure(figsize=(4.2, 3.4))
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=PALE, linewidth=1)
    for said, true, size in bins(asked):
        axes.plot(said, true, "o", color=FILL, markersize=4 + 24 * size)
    axes.set_xlabel("confidence")
    axes.set_ylabel("share that is right")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    return as_svg(figure)


def _risk(asked: Sequence[Asked], threshold: float) -> Markup:
    figure = Figure(figsize=(4.2, 3.4))
    axes = figure.add_subplot()
    curve = risk_coverage(asked)
    axes.plot([share for share, _ in curve], [risk for _, risk in curve], color=FILL)
    at = point(asked, threshold)
    axes.plot(at.wrong.total / len(asked), at.wrong.value, "o", color=INK, markersize=6)
    axes.set_xlabel("share of the questions that is shown an answer")
    axes.set_ylabel("wrong of shown")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    return as_svg(figure)

"""The page of the evaluation: the figures that `fundstelle eval --report` left."""

from __future__ import annotations

from functools import partial

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.page.documents import moment
from api.page.evaluation_report import EvaluationReport, Histogram, SuiteFigures, read_report
from api.page.evaluation_texts import EVALUATION_TEXTS, name_of
from api.page.rendering import interface_of, render
from api.page.texts import Interface
from api.routes.access import may_ask
from api.routes.needs import Host
from indexer.settings import Settings

router = APIRouter(include_in_schema=False, dependencies=[Depends(may_ask)])
COMMAND = "fundstelle eval --all --report"
PLOTTED = "nDCG@10"


@router.head("/evaluation")
@router.get("/evaluation")
async def evaluation(request: Request, host: Host) -> HTMLResponse:
    """Show the last report, or how to make one."""
    interface = interface_of(request)
    settings: Settings = host.settings
    report: EvaluationReport | None = None
    unreadable = False
    try:
        report = await run_sync(read_report, settings)
    except ValueError:
        unreadable = True
    given = {
        "e": EVALUATION_TEXTS[interface],
        "report": report,
        "unreadable": unreadable,
        "command": COMMAND,
        "plotted": PLOTTED,
        "moment": partial(moment, interface=interface),
        "number": partial(number, interface=interface),
        "percent": percent,
        "measures_of": measures_of,
        "usual": usual,
        "name_of": partial(name_of, interface=interface),
    }
    return render(request, "evaluation.html", given)


def measures_of(suite: SuiteFigures) -> list[str]:
    """The names of all measures of a suite, in their order."""
    return list(dict.fromkeys(name for pair in suite.pairs for name in pair.measures))


def number(value: float, interface: Interface, places: int = 3) -> str:
    """A figure as its readers write it.

    >>> number(0.7413, "de")
    '0,741'
    """
    text = f"{value:.{places}f}".replace("-", "−")
    return text.replace(".", ",") if interface == "de" else text


def percent(value: float, of: float = 1.0) -> str:
    """A length in a plot; SVG takes it as an attribute, where a style would break the policy.

    >>> percent(1, of=3)
    '33.33%'
    """
    return f"{100 * min(max(value / of, 0.0), 1.0) if of else 0.0:.2f}%"


def usual(latency: Histogram) -> tuple[float, float]:
    """Between which times, in ms, the middle eight of ten questions lie, to the step."""
    total, seen, low, high = sum(latency.counts), 0, 0, len(latency.counts)
    for step, count in enumerate(latency.counts):
        if seen < total / 10:
            low = step
        if seen < 9 * total / 10:
            high = step + 1
        seen += count
    return low * latency.step_ms, high * latency.step_ms

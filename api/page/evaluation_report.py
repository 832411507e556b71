"""The figures of an evaluation as `fundstelle eval --report` leaves them for the page.

Figures only: which questions went wrong, and on which documents, stands in that run's report.html.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from indexer.settings import Settings

FORMAT = 1
REPORT_FILE = "report.json"


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean or a share with its 95 % interval, all in [0, 1]."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Share(Figure):
    """A share of so many."""

    count: int
    total: int


@dataclass(frozen=True, slots=True)
class Pair:
    """The questions of one pair of languages, or all."""

    name: str  # de→en: German questions, English passages
    questions: int
    measures: dict[str, Figure]  # name of the measure -> mean over the questions
    answered: Share | None = None
    right: Share | None = None  # of all questions
    wrong: Share | None = None  # of the answers shown


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many questions took how long."""

    step_ms: float
    counts: tuple[int, ...]  # of questions from 0 ms, step by step


@dataclass(frozen=True, slots=True)
class Stage:
    """How long one stage of a ranking takes, in milliseconds."""

    name: str
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class SuiteFigures:
    """One suite of questions."""

    name: str
    pairs: tuple[Pair, ...]
    refused: dict[str, Share]  # kind of question without an answer -> share refused
    latency: Histogram | None
    stages: tuple[Stage, ...]
    # way of putting questions otherwise -> pair -> Success@3 lost
    lost: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """What one run measured."""

    format: int
    made_at: datetime
    version: str  # of Fundstelle
    encoder: str
    suites: tuple[SuiteFigures, ...]


_report = TypeAdapter(EvaluationReport)


def evaluation_folder(settings: Settings) -> Path:
    """Where the page looks for the last report."""
    return settings.data / "evaluation"


def to_json(report: EvaluationReport) -> str:
    """What `read_report` reads."""
    return _report.dump_json(report).decode()


def read_report(settings: Settings) -> EvaluationReport | None:
    """Read the last report; None where there is none.

    Raises:
        ValueError: if it is damaged or of another version.
    """
    file = evaluation_folder(settings) / REPORT_FILE
    try:
        report = _report.validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise ValueError(f"{file} cannot be read") from error
    if report.format != FORMAT:
        raise ValueError(f"{file} has format {report.format}, this version reads {FORMAT}")
    return report

"""What the outcomes of a suite amount to, under the measures' standard names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import ir_measures
import numpy as np
from ir_measures import AP, RR, R, Success, nDCG
from scipy.stats import binomtest

from eval.asking import Outcome
from eval.ranking import bootstrap

RANKING_MEASURES = (nDCG @ 10, RR @ 10, Success @ 1, Success @ 3, Success @ 5, R @ 100)
PAGE_MEASURES = (Success @ 1, Success @ 3)
DEEP = 1_000  # from this depth on a ranking is long enough for AP


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a small set, with the Wilson interval that holds it with 95 % confidence."""

    count: int
    total: int

    @property
    def value(self) -> float:
        """In [0, 1]; 0 for an empty set."""
        return self.count / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper end, in [0, 1] (Wilson 1927)."""
        if not self.total:
            return 0.0, 1.0
        ends = binomtest(self.count, self.total).proportion_ci(0.95, method="wilson")
        return float(ends.low), float(ends.high)


@dataclass(frozen=True, slots=True)
class Bias:
    """How a pool of both languages treats the language that was not asked in."""

    other_first: Share  # questions whose first hit is in the other language, gold being in both
    rank_gap: float  # median of: rank of the gold in the other language - rank of one's own


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: the answerable questions of one language pair."""

    pair: str
    keys: tuple[str, ...]  # of the questions
    values: Mapping[str, np.ndarray]  # measure -> (Q,) figure of each question, in [0, 1]
    answered: Share | None = None
    right: Share | None = None  # of all questions: the first sentence shown overlaps a judged place
    wrong: Share | None = None  # of the answers shown: the first sentence does not
    bias: Bias | None = None

    @property
    def questions(self) -> int:
        """How many."""
        return len(self.keys)

    @property
    def ranking(self) -> dict[str, float]:
        """Measure -> mean over the questions."""
        return {name: float(values.mean()) for name, values in self.values.items() if len(values)}

    def interval(self, measure: str) -> tuple[float, float]:
        """95 % bootstrap interval of the mean over questions."""
        values = self.values[measure]
        return bootstrap(len(values), lambda drawn: values[drawn].mean(axis=1))


@dataclass(frozen=True, slots=True)
class Report:
    """A suite's figures."""

    suite: str
    rows: tuple[Row, ...]
    refused: dict[str, Share]  # kind of unanswerable question -> share refused, and "all"
    milliseconds: dict[str, float] = field(default_factory=dict)  # percentile -> of one ranking
    # stage -> percentile -> milliseconds; "all but encoding" is what the index costs
    stages: dict[str, dict[str, float]] = field(default_factory=dict)
    # perturbation -> pair -> Success@3 lost against the same questions as they were written
    lost: dict[str, dict[str, float]] = field(default_factory=dict)


def measure(suite: str, outcomes: Sequence[Outcome], *, deep: bool = False) -> Report:
    """Sum up outcomes per language pair, and over all pairs as the row "all".

    Args:
        deep: whether rankings are deep enough for AP.
    """
    answerable = [outcome for outcome in outcomes if outcome.question.answers]
    unanswerable = [outcome for outcome in outcomes if outcome.answer and not outcome.relevant]
    unanswerable = [outcome for outcome in unanswerable if not outcome.question.answers]
    pairs = list(dict.fromkeys(outcome.pair for outcome in answerable))
    if any(outcome.answer for outcome in answerable):
        pairs.sort()
    rows = [_row(pair, [o for o in answerable if o.pair == pair], deep) for pair in pairs]
    if len(rows) != 1:
        rows.append(_row("all", answerable, deep))
    kinds = sorted({outcome.question.kind for outcome in unanswerable})
    refused: dict[str, Share] = {
        kind: _refused(o for o in unanswerable if o.question.kind == kind) for kind in kinds
    }
    times = [outcome.milliseconds for outcome in outcomes]
    return Report(
        suite=suite,
        rows=tuple(rows),
        refused={**refused, "all": _refused(unanswerable)} if unanswerable else {},
        milliseconds=_percentiles(times),
        stages=_stages(outcomes),
    )


def _stages(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    told = [outcome.stages for outcome in outcomes if outcome.stages]
    names = dict.fromkeys(name for stages in told for name in stages)
    found = {name: _percentiles([stages.get(name, 0.0) for stages in told]) for name in names}
    rest = [sum(stages.values()) - stages.get("encoding", 0.0) for stages in told]
    return {**found, "all but encoding": _percentiles(rest)} if told else {}


def _percentiles(times: Sequence[float]) -> dict[str, float]:
    return {f"p{share}": float(np.percentile(times, share)) for share in (50, 95) if times}


def success_at_3(outcomes: Iterable[Outcome]) -> dict[str, dict[str, float]]:
    """Return pair -> question's id -> whether something relevant stands among the first three."""
    found: dict[str, dict[str, float]] = {}
    for outcome in outcomes:
        hit = any(name in outcome.relevant for name in outcome.ranking[:3])
        found.setdefault(outcome.pair, {})[outcome.question.id] = float(hit)
    return found


def _row(pair: str, outcomes: Sequence[Outcome], deep: bool) -> Row:
    measures = (*RANKING_MEASURES, AP) if deep else RANKING_MEASURES
    values = _values(measures, outcomes, [(o.ranking, o.relevant) for o in outcomes])
    if any(outcome.pages for outcome in outcomes):
        by_page = [(o.pages, o.relevant_pages) for o in outcomes]
        paged = _values(PAGE_MEASURES, outcomes, by_page)
        values |= {f"{name} by page": found for name, found in paged.items()}
    row = Row(pair, tuple(outcome.key for outcome in outcomes), values, bias=_bias(outcomes))
    if not any(outcome.answer for outcome in outcomes):
        return row
    shown = [outcome for outcome in outcomes if outcome.answer and outcome.answer.answered]
    right = sum(outcome.answer_is_right for outcome in outcomes)
    return Row(
        pair,
        row.keys,
        values,
        answered=Share(len(shown), len(outcomes)),
        right=Share(right, len(outcomes)),
        wrong=Share(len(shown) - right, len(shown)),
        bias=row.bias,
    )


def _values(
    measures: Sequence[ir_measures.Measure],
    outcomes: Sequence[Outcome],
    judged: Sequence[tuple[Sequence[str], Iterable[str]]],
) -> dict[str, np.ndarray]:
    place_of = {outcome.key: place for place, outcome in enumerate(outcomes)}
    qrels, scored = [], []
    for outcome, (ranking, relevant) in zip(outcomes, judged, strict=True):
        qrels += [ir_measures.Qrel(outcome.key, name, 1) for name in sorted(relevant)]
        # Ranks, not scores: the measures' library breaks ties in its own way.
        scored += [
            ir_measures.ScoredDoc(outcome.key, name, -rank) for rank, name in enumerate(ranking)
        ]
    values = {str(name): np.zeros(len(outcomes)) for name in measures}
    for metric in ir_measures.iter_calc(measures, qrels, scored):
        values[str(metric.measure)][place_of[metric.query_id]] = metric.value
    return values


def _bias(outcomes: Sequence[Outcome]) -> Bias | None:
    """Only of questions that are answered in both languages, in the pool of both."""
    both = [o for o in outcomes if set(o.relevant.values()) >= {"de", "en"} and o.ranking]
    if not both or 2 * len(both) < len(outcomes):  # most are answered in one language only
        return None
    other_first = sum(o.languages[0] != o.question.language for o in both)
    gaps = []
    for outcome in both:
        ranks = {True: len(outcome.ranking) + 1, False: len(outcome.ranking) + 1}
        for rank, name in enumerate(outcome.ranking, start=1):
            if name in outcome.relevant:
                own = outcome.relevant[name] == outcome.question.language
                ranks[own] = min(ranks[own], rank)
        gaps.append(ranks[False] - ranks[True])
    return Bias(Share(other_first, len(both)), float(np.median(gaps)))


def _refused(outcomes: Iterable[Outcome]) -> Share:
    refused = [bool(outcome.answer and not outcome.answer.answered) for outcome in outcomes]
    return Share(sum(refused), len(refused))

"""What the outcomes of a suite amount to, under the measures' standard names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import ir_measures
from ir_measures import RR, Success, nDCG
from scipy.stats import binomtest

from eval.suite import Outcome

RANKING_MEASURES = (Success @ 1, Success @ 3, Success @ 5, RR @ 10, nDCG @ 10)


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
class Row:
    """One line of the table: the answerable questions of one language pair."""

    pair: str
    questions: int
    ranking: dict[str, float]  # measure -> mean over the questions
    answered: Share
    right: Share  # of all questions: the first sentence shown overlaps a judged quote
    wrong: Share  # of the answers shown: the first sentence does not


@dataclass(frozen=True, slots=True)
class Report:
    """A suite's figures."""

    suite: str
    rows: tuple[Row, ...]
    refused: dict[str, Share]  # kind of unanswerable question -> share refused, and "all"


def measure(suite: str, outcomes: Sequence[Outcome]) -> Report:
    """Sum up outcomes per language pair, and over all pairs as the row "all"."""
    answerable = [outcome for outcome in outcomes if outcome.question.answers]
    unanswerable = [outcome for outcome in outcomes if not outcome.question.answers]
    pairs = sorted({outcome.pair for outcome in answerable})
    rows = [_row(pair, [o for o in answerable if o.pair == pair]) for pair in pairs]
    kinds = sorted({outcome.question.kind for outcome in unanswerable})
    refused: dict[str, Share] = {
        kind: _refused(o for o in unanswerable if o.question.kind == kind) for kind in kinds
    }
    return Report(
        suite=suite,
        rows=(*rows, _row("all", answerable)),
        refused={**refused, "all": _refused(unanswerable)},
    )


def _row(pair: str, outcomes: Sequence[Outcome]) -> Row:
    qrels = [
        ir_measures.Qrel(outcome.question.id, passage, 1)
        for outcome in outcomes
        for passage in sorted(outcome.relevant)
    ]
    scored = [
        # Ranks, not scores: the measures' library breaks ties in its own way.
        ir_measures.ScoredDoc(outcome.question.id, passage, -rank)
        for outcome in outcomes
        for rank, (passage, _) in enumerate(outcome.ranking)
    ]
    means = ir_measures.calc_aggregate(RANKING_MEASURES, qrels, scored) if outcomes else {}
    shown = [outcome for outcome in outcomes if outcome.answer.answered]
    right = sum(outcome.answer_is_right for outcome in outcomes)
    return Row(
        pair=pair,
        questions=len(outcomes),
        ranking={str(name): float(means[name]) for name in RANKING_MEASURES if name in means},
        answered=Share(len(shown), len(outcomes)),
        right=Share(right, len(outcomes)),
        wrong=Share(len(shown) - right, len(shown)),
    )


def _refused(outcomes: Iterable[Outcome]) -> Share:
    refused = [not outcome.answer.answered for outcome in outcomes]
    return Share(sum(refused), len(refused))

"""Two runs of the same questions: is the difference more than chance?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.ranking import bootstrap

SHUFFLES = 10_000
SEED = 20_261_121


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of one language pair, before and after."""

    suite: str
    pair: str
    measure: str
    before: float
    after: float
    interval: tuple[float, float]  # 95 %, of after - before
    p: float  # two-sided, of the paired randomisation test
    p_holm: float = 1.0  # corrected over the whole table

    @property
    def significant(self) -> bool:
        """At .05, over the whole table."""
        return self.p_holm < 0.05


def compare(
    suite: str,
    before: Mapping[str, Mapping[str, Mapping[str, float]]],
    after: Mapping[str, Mapping[str, Mapping[str, float]]],
) -> list[Difference]:
    """Compare pair -> measure -> question -> figure of two runs, uncorrected, where both have it.

    Raises:
        ValueError: if they do not hold the same questions, naming the pair.
    """
    differences = []
    for pair in before.keys() & after.keys():
        for measure in before[pair].keys() & after[pair].keys():
            own, other = before[pair][measure], after[pair][measure]
            if own.keys() != other.keys():
                missing = len(own.keys() ^ other.keys())
                raise ValueError(f"{suite} {pair}: {missing} questions stand in one run only")
            first = np.array([own[key] for key in own])
            second = np.array([other[key] for key in own])
            change = second - first
            differences.append(
                Difference(
                    suite,
                    pair,
                    measure,
                    float(first.mean()),
                    float(second.mean()),
                    _interval(change),
                    randomisation_p(change),
                )
            )
    return sorted(differences, key=lambda found: (found.suite, found.pair, found.measure))


def _interval(change: np.ndarray) -> tuple[float, float]:
    return bootstrap(len(change), lambda drawn: change[drawn].mean(axis=1))


def randomisation_p(change: np.ndarray) -> float:
    """Return the two-sided p of the paired randomisation test (Fisher 1935; Smucker et al. 2007).

    Under the null hypothesis each question's difference is as likely to have the other sign.

    Args:
        change: (Q,) differences per question.
    """
    changed = change[change != 0]
    if not len(changed):
        return 1.0
    chance = np.random.default_rng(SEED)
    signs = chance.integers(0, 2, (SHUFFLES, len(changed)), dtype=np.int8) * 2 - 1
    observed = abs(changed.sum())
    # A hair of tolerance: sums of the same numbers in another order differ in the last bits.
    as_far = int((np.abs(signs @ changed) >= observed - 1e-9).sum())
    return (1 + as_far) / (1 + SHUFFLES)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p values corrected for their number (Holm 1979), in their order."""
    order = np.argsort(p_values, kind="stable")
    corrected = np.empty(len(p_values))
    highest = 0.0
    for place, number in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[number]))
        corrected[number] = highest
    return [float(p) for p in corrected]


def corrected(differences: Sequence[Difference]) -> list[Difference]:
    """Return the same differences with p values corrected over all of them."""
    p_values = holm([difference.p for difference in differences])
    return [
        Difference(d.suite, d.pair, d.measure, d.before, d.after, d.interval, d.p, p)
        for d, p in zip(differences, p_values, strict=True)
    ]

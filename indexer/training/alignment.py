"""Which English units a German unit stands for, learned from parallel text alone.

IBM Model 1 (Brown et al. 1993) by expectation maximisation, then Dice's coefficient over the
expected counts: 2·c(d, e) / (c(d) + c(e)), which keeps frequent words from being aligned with
everything. Used for word pieces (the first values of new embedding rows) and for whole words (a
lexicon for mixed-language training text).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

NOTHING = 0  # unit 0 of the German side, which every sentence has: Model 1's empty word
SMOOTHING = 0.5  # expected occurrences below this are noise


@dataclass(frozen=True, slots=True)
class Alignment:
    """Links between units, strongest first for each German unit."""

    german: np.ndarray  # (L,) int32, ascending
    english: np.ndarray  # (L,) int32
    strength: np.ndarray  # (L,) float32, Dice in (0, 1]
    given_german: np.ndarray  # (L,) float32, share of the German unit's expected links, (0, 1]
    given_english: np.ndarray  # (L,) float32, share of the English unit's

    def of(self, unit: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the English units and the strengths for one German unit."""
        start, end = np.searchsorted(self.german, [unit, unit + 1])
        return self.english[start:end], self.strength[start:end]


def align(
    german: Sequence[np.ndarray],
    english: Sequence[np.ndarray],
    german_units: int,
    english_units: int,
    *,
    rounds: int = 5,
    keep: int = 6,
) -> Alignment:
    """Align units of parallel sentences.

    Args:
        german: each sentence's distinct units, int32, from 1 (0 is the empty word).
        english: the same for the translations, from 0.
        german_units, english_units: how many there are, the empty word included.
        rounds: of expectation maximisation.
        keep: the most links that one German unit may have.
    """
    keys, places = _links(german, english, english_units)
    links, link_of = np.unique(keys, return_inverse=True)
    del keys
    link_of = link_of.astype(np.int32)
    german_of, english_of = np.divmod(links, english_units)
    probability: np.ndarray = np.ones(len(links))  # of the English unit, given the German
    expected: np.ndarray = probability
    for _ in range(rounds):
        weight = probability[link_of]
        weight /= np.bincount(places, weight)[places]
        expected = np.bincount(link_of, weight, minlength=len(links))
        probability = expected / np.bincount(german_of, expected, minlength=german_units)[german_of]
    totals_german = np.bincount(german_of, expected, minlength=german_units)
    totals_english = np.bincount(english_of, expected, minlength=english_units)
    dice = 2 * expected / (totals_german[german_of] + totals_english[english_of])
    kept = np.flatnonzero((expected >= SMOOTHING) & (german_of != NOTHING))
    kept = kept[np.lexsort((-dice[kept], german_of[kept]))]
    german_of, english_of, dice, expected = (
        values[kept] for values in (german_of, english_of, dice, expected)
    )
    # The rank of a link among those of its German unit.
    starts = np.searchsorted(german_of, german_of)
    best = np.arange(len(german_of)) - starts < keep
    return Alignment(
        german_of[best].astype(np.int32),
        english_of[best].astype(np.int32),
        dice[best].astype(np.float32),
        (expected / totals_german[german_of])[best].astype(np.float32),
        (expected / totals_english[english_of])[best].astype(np.float32),
    )


def _links(
    german: Sequence[np.ndarray], english: Sequence[np.ndarray], english_units: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each possible link, its key and the English place that it would explain."""
    keys, places = [], []
    place = 0
    for left, right in zip(german, english, strict=True):
        units = np.concatenate(([NOTHING], left)).astype(np.int64)
        keys.append((units[:, None] * english_units + right[None, :]).ravel())
        places.append(np.tile(np.arange(place, place + len(right), dtype=np.int32), len(units)))
        place += len(right)
    return np.concatenate(keys), np.concatenate(places)

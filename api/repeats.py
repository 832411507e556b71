"""The same thing said twice stands once in a list: in a translation, or word for word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from api.snapshot import Snapshot
from indexer.analysis import LANGUAGES
from indexer.types import Language, Passage

LOOKED_AT = 60  # places from the top; further down nobody compares, and pages stay as they are
# In one language only the same words in the same order are the same: a number or a "not" that
# differs is what somebody may be looking for. The cosine is asked first, because it is cheap.
NEARLY_SAME = 0.9


@dataclass(frozen=True, slots=True)
class Once:
    """A ranking in which nothing stands twice."""

    places: np.ndarray  # (K,) places of the ranking that stay, in their new order
    hidden: Mapping[int, tuple[int, ...]]  # place that stays -> places that it stands for


def without_repeats(snapshot: Snapshot, rows: np.ndarray, language: Language) -> Once:
    """Take out of a ranking what repeats something higher up.

    Of two language versions the one in the asker's language stays, at the better place of both.

    Args:
        rows: (R,) int64, ranked passages.
        language: the question's.
    """
    looked_at = rows[:LOOKED_AT]
    vectors = snapshot.vectors.vectors(looked_at)
    cosines = vectors @ vectors.T
    languages = snapshot.languages(looked_at)
    numbers = looked_at.tolist()

    codes = np.array([LANGUAGES.index(own) for own in languages])
    alike = codes[:, None] == codes[None, :]
    texts = snapshot.versions.texts(looked_at)
    tied = (texts[:, None] == texts[None, :]) & (texts >= 0)
    # Cheap for all pairs at once; few are left to be looked at.
    likely = np.tril(np.where(alike, cosines >= NEARLY_SAME, tied), -1)
    compared = sorted({place for pair in np.argwhere(likely & alike).tolist() for place in pair})
    passages = snapshot.store.passages([numbers[place] for place in compared])
    words = {place: _words(passage) for place, passage in zip(compared, passages, strict=True)}

    def same(place: int, other: int) -> bool:
        if not alike[place, other]:
            return snapshot.versions.same(numbers[place], numbers[other])
        return words[place] == words[other]

    earlier: dict[int, list[int]] = {}
    for place, other in np.argwhere(likely).tolist():
        earlier.setdefault(place, []).append(other)
    group_of: dict[int, int] = {}  # place -> first place of the same thing
    for place in range(len(numbers)):
        twin = next((one for one in earlier.get(place, ()) if same(place, one)), place)
        group_of[place] = group_of.get(twin, twin)
    groups: dict[int, list[int]] = {}
    for place, first in group_of.items():
        groups.setdefault(first, []).append(place)
    hidden = {}
    kept = []
    for group in groups.values():
        # Stable: the first of the asker's language, else the first.
        own, *others = sorted(group, key=lambda place: languages[place] != language)
        kept.append(own)
        hidden[own] = tuple(others)
    return Once(np.array([*kept, *range(len(numbers), len(rows))], np.int64), hidden)


def _words(passage: Passage) -> list[str]:
    return re.findall(r"\w+", passage.text.casefold())

"""The same thing said twice stands once in a list: in a translation, or word for word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from api.snapshot import Snapshot
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
    passages = snapshot.store.passages(looked_at.tolist())
    groups: list[list[int]] = []  # places of one thing, best first
    for place, passage in enumerate(passages):
        for group in groups:
            first = group[0]
            if snapshot.versions.same(int(rows[place]), int(rows[first])) or (
                cosines[place, first] >= NEARLY_SAME
                and passage.language == passages[first].language
                and _words(passage) == _words(passages[first])
            ):
                group.append(place)
                break
        else:
            groups.append([place])
    hidden = {}
    kept = []
    for group in groups:
        # Stable: the first of the asker's language, else the first.
        own, *others = sorted(group, key=lambda place: passages[place].language != language)
        kept.append(own)
        hidden[own] = tuple(others)
    return Once(np.array([*kept, *range(len(looked_at), len(rows))], np.int64), hidden)


def _words(passage: Passage) -> list[str]:
    return re.findall(r"\w+", passage.text.casefold())

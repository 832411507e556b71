"""German compounds and their parts: Digitalisierungsmesse is found by Messe.

A place is a seam if what stands left of it begins many other words and what stands right of it
ends many others: productivity, counted once in the training text (`indexer.training.compounds`).
"""

from __future__ import annotations

import hashlib
import lzma
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

RESOURCE = "compounds.tsv.xz"
SHORTEST_WORD, SHORTEST_PART = 7, 3
LONGEST_WORD = 60  # beyond it are texts that lost their spaces
KEPT_WORDS = 50_000

# Chosen on the development half of eval/sets/compounds.tsv.
THRESHOLD = 4.5
RIGHT_WEIGHT = 0.8
SHORT_PENALTY = 0.5  # for each part below four letters
NOUN_WEIGHT = 1.5
UNKNOWN_HEAD_ENDS, UNKNOWN_HEAD_NOUNS = 3, 0.9  # of a right part that is itself a compound

# What may stand between two parts and belongs to neither, longest first; "" is nothing.
_LINKS = ("ens", "ns", "es", "en", "er", "s", "n", "e")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the training text says about parts of words, all in lower case."""

    begins: Mapping[str, int]  # left part with its linking element -> words that it begins
    ends: Mapping[str, tuple[int, float]]  # right part -> words that it ends, share of nouns
    whole: frozenset[str]  # frequent words that only look like compounds


class Splitter:
    """Splits by what it is told of parts; pure, so that results may be kept."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._known: dict[str, tuple[int, ...]] = {}

    def seams(self, word: str) -> tuple[int, ...]:
        """Return the places, ascending, where a word in lower case falls into parts."""
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= KEPT_WORDS:
                self._known.clear()
            known = self._known[word] = self._seams(word)
        return known

    def best_seam(self, word: str) -> tuple[float, int]:
        """Return how much speaks for the best place, in nats, and the place."""
        return max(
            (self._score(word[:seam], word[seam:]), seam)
            for seam in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1)
        )

    def _seams(self, word: str) -> tuple[int, ...]:
        if not SHORTEST_WORD <= len(word) <= LONGEST_WORD or word in self._parts.whole:
            return ()
        score, place = self.best_seam(word)
        if score <= THRESHOLD:
            return ()
        left, right = self.seams(word[:place]), self.seams(word[place:])
        return (*left, place, *(place + seam for seam in right))

    def _score(self, left: str, right: str) -> float:
        begins = self._parts.begins.get(left)
        if begins is None:
            return 0.0
        if right in self._parts.ends:
            ends, nouns = self._parts.ends[right]
        elif self.seams(right):
            ends, nouns = UNKNOWN_HEAD_ENDS, UNKNOWN_HEAD_NOUNS
        else:
            return 0.0
        return (
            math.log1p(begins)
            + RIGHT_WEIGHT * math.log1p(ends)
            - SHORT_PENALTY * ((len(left) < 4) + (len(right) < 4))
            + NOUN_WEIGHT * (nouns - 0.5)
        )


def split_compound(word: str) -> tuple[str, ...]:
    """Return the parts of a German word in lower case, linking elements at the end of the left.

    >>> split_compound("digitalisierungsmesse"), split_compound("sporthalle")
    (('digitalisierungs', 'messe'), ('sport', 'halle'))
    >>> split_compound("freundlichkeit")
    ('freundlichkeit',)
    """
    seams = _splitter().seams(word)
    return tuple(
        word[start:end] for start, end in zip((0, *seams), (*seams, len(word)), strict=True)
    )


def part_forms(part: str) -> tuple[str, ...]:
    """Return a left part as it stands and without what may link it.

    >>> part_forms("verwaltungs"), part_forms("sport")
    (('verwaltungs', 'verwaltung'), ('sport',))
    """
    ends = _parts().ends
    bare = (part[: -len(link)] for link in _LINKS if part.endswith(link))
    return next(((part, form) for form in bare if form in ends), (part,))


def parts_version() -> str:
    """Return a name for what is known of parts; it changes when they are learned anew."""
    return hashlib.sha256(_resource()).hexdigest()[:8]


@cache
def _splitter() -> Splitter:
    return Splitter(_parts())


@cache
def _parts() -> Parts:
    data = lzma.decompress(_resource())
    begins: dict[str, int] = {}
    ends: dict[str, tuple[int, float]] = {}
    whole: set[str] = set()
    for line in data.decode("utf-8").splitlines():
        kind, word, *values = line.split("\t")
        if kind == "begins":
            begins[word] = int(values[0])
        elif kind == "ends":
            ends[word] = (int(values[0]), float(values[1]))
        else:
            whole.add(word)
    return Parts(begins, ends, frozenset(whole))


def _resource() -> bytes:
    return resources.files("indexer.text").joinpath(RESOURCE).read_bytes()

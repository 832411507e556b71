"""Where a text stands in another one, although it was read otherwise or reworded."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from difflib import Match, SequenceMatcher

from indexer.types import Span

# What reading a file again may give otherwise: letters without width, hyphens inside words, and
# white space. Beside a digit a hyphen means something, and between two so does white space.
_LOOSE = re.compile(
    "[\u00ad\u200b-\u200f\u2060\ufeff]+"
    r"|(?<=[^\W\d_])[-‐‑]\s*(?=[^\W\d_])"
    r"|(?<![\d\s])\s+|\s+(?![\d\s])|(?P<gap>\s+)"
)
_WORD = re.compile(r"\w+|[^\w\s]")
_RARE = 50  # a word that a text has more often tells little about where a quote stands
_LONG = 600  # words; of longer texts frequent words are not aligned on their own, which costs time


def folded_span(quote: str, text: str, start: int) -> Span | None:
    """Find what differs from the quote in white space, hyphens and ligatures only.

    Args:
        start: of several places the one nearest to this offset is taken.
    """
    wanted = _Folded(quote).text
    if not wanted:
        return None
    there = _Folded(text)
    found = [
        (there.offset(at.start()), there.offset(at.end() - 1) + 1)
        for at in re.finditer(re.escape(wanted), there.text)
    ]
    return min(found, key=lambda span: (abs(span[0] - start), span), default=None)


class _Folded:
    """A text without what is loose in it, and where each character of that came from."""

    def __init__(self, text: str) -> None:
        self._whole = text
        self._raw: list[int] = []  # where each piece begins in the text
        self._own: list[int] = []  # and in the folded one
        pieces: list[str] = []
        length = begin = 0
        for loose in [*_LOOSE.finditer(text), None]:
            end = len(text) if loose is None else loose.start()
            piece = _plain(text[begin:end]) + (" " if loose and loose["gap"] else "")
            if piece:
                self._raw.append(begin)
                self._own.append(length)
                pieces.append(piece)
                length += len(piece)
            begin = end if loose is None else loose.end()
        self.text = "".join(pieces)

    def offset(self, at: int) -> int:
        """Where in the text the folded character `at` came from."""
        piece = bisect_right(self._own, at) - 1
        raw, left = self._raw[piece], at - self._own[piece]
        while left >= (made := len(_plain(self._whole[raw]))):
            left -= made
            raw += 1
        return raw


def _plain(piece: str) -> str:
    """Resolve ligatures and the like, each character by itself so that offsets can be told."""
    if unicodedata.is_normalized("NFKC", piece):
        return piece
    return "".join(unicodedata.normalize("NFKC", character) for character in piece)


def similarity(quote: str, part: str) -> float:
    """The share of words and marks that stayed, in order: 2 · same / both together, in [0, 1].

    >>> similarity("Der Zoo hat zwei Tiger.", "Der Zoo hat drei Tiger.")
    0.8333333333333334
    """
    return _aligned(_WORD.findall(quote), _WORD.findall(part)).ratio()


def nearest(quote: str, text: str) -> Span:
    """Find the part of a text that is most like a quote, in whole words; (0, 0) in an empty one."""
    wanted = _WORD.findall(quote.casefold())
    there = list(_WORD.finditer(text))
    if not there:
        return (0, 0)
    words = [word.group().casefold() for word in there]
    first, last = _window(wanted, words)
    blocks = _aligned(wanted, words[first:last]).get_matching_blocks()
    same = _together([block for block in blocks if block.size], len(wanted))
    if not same:
        return there[first].start(), there[last - 1].end()
    # What stands before the first and behind the last word that stayed was reworded one to one.
    begin = max(first, first + same[0].b - same[0].a)
    reworded = len(wanted) - same[-1].a - same[-1].size
    end = min(last, first + same[-1].b + same[-1].size + reworded)
    return there[begin].start(), there[end - 1].end()


def _together(same: list[Match], asked: int) -> list[Match]:
    """Leave out words far off at either end: they only happen to be the same."""

    def alike(blocks: list[Match]) -> float:
        length = blocks[-1].b + blocks[-1].size - blocks[0].b
        return 2 * sum(block.size for block in blocks) / (asked + length)

    same = max((same[at:] for at in range(len(same))), key=alike, default=[])
    return max((same[: at + 1] for at in range(len(same))), key=alike, default=[])


def _aligned(a: list[str], b: list[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, a, b, autojunk=len(b) > _LONG)


def _window(wanted: list[str], words: list[str]) -> Span:
    """Where the quote's words stand together, with room for half as many on either side.

    Each word votes for the places where the quote would have to begin for the two to meet, the
    rarer the louder; places nearer than half a quote's length vote together.
    """
    asked: defaultdict[str, list[int]] = defaultdict(list)
    for at, word in enumerate(wanted):
        asked[word].append(at)
    places: defaultdict[str, list[int]] = defaultdict(list)
    for at, word in enumerate(words):
        if word in asked:
            places[word].append(at)
    telling = {word: found for word, found in places.items() if len(found) <= _RARE}
    half = max(1, len(wanted) // 2)
    votes: defaultdict[int, float] = defaultdict(float)
    for word, found in (telling or places).items():
        weight = 1 / (len(found) * len(asked[word]))
        for there in found[:_RARE]:  # of words that are everywhere the first places must do
            for here in asked[word][:_RARE]:
                nearby = (there - here) // half
                votes[nearby] += weight
                votes[nearby + 1] += weight
    best = max(votes, key=lambda one: (votes[one], -one), default=0)
    begin = (best - 1) * half  # those who voted for `best` begin here or within the next two halves
    first = min(max(0, begin - half), len(words) - 1)
    return first, min(len(words), max(first + 1, begin + 3 * half + len(wanted)))

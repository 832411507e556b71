"""Abbreviations that the documents themselves define: "Smart Country Convention (SCCON)".

Schwartz & Hearst 2003, "A simple algorithm for identifying abbreviation definitions in biomedical
text": the letters of the short form are sought backwards in what stands before the parenthesis.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np

from indexer.analysis import content_words

Definition = tuple[str, list[str], int]  # short form, the words that it stands for, row
MAX_LETTERS = 10
_SHORT = re.compile(r"\(([A-ZÄÖÜ][\w.&:-]{1,9})\)")
_BEFORE_CHARS = 120


class Abbreviations:
    """What abbreviations stand for, quick to look up in a question however many there are."""

    def __init__(self, definitions: Iterable[Definition] = ()) -> None:
        """Take all definitions; of several that may be known of, the first one counts."""
        self._known: dict[str, list[tuple[list[str], int]]] = {}
        self._starting: dict[str, list[str]] = {}
        for short, words, row in definitions:
            self._known.setdefault(short, []).append((words, row))
            self._starting.setdefault(next(iter(words), ""), []).append(short)

    def within(
        self, words: Collection[str], visible: np.ndarray | None = None
    ) -> Iterator[tuple[str, Sequence[str]]]:
        """Yield those that the words hold, short or written out, with what they stand for.

        Args:
            visible: (N,) bool, True for rows that anybody may know of; None where all are.
        """
        starting = (short for word in words for short in self._starting.get(word, ()))
        for short in dict.fromkeys((*(word for word in words if word in self._known), *starting)):
            of_short = self._known[short]
            known = (w for w, row in of_short if visible is None or visible[row])
            written_out = next(known, None)
            if written_out is None:
                continue
            if short in words or all(word in words for word in written_out):
                yield short, written_out


def find_abbreviations(texts: Iterable[str]) -> dict[str, list[str]]:
    """Return abbreviation in lower case -> the words that it stands for; the first one counts.

    >>> find_abbreviations(["Record figures for the Smart Country Convention (SCCON) in Berlin."])
    {'sccon': ['smart', 'country', 'convention']}
    """
    found: dict[str, list[str]] = {}
    for text in texts:
        for match in _SHORT.finditer(text):
            short = match.group(1)
            before = text[max(0, match.start() - _BEFORE_CHARS) : match.start()].rstrip(" „“\"'”")
            words = content_words(_written_out(short, before))
            key = "".join(content_words(short))
            if words and key and key not in words and sum(map(str.isupper, short)) >= 2:
                found.setdefault(key, words)
    return found


def _written_out(short: str, before: str) -> str:
    """Return the shortest end of `before` that holds the letters in order, "" where none does."""
    letters = [letter.lower() for letter in short if letter.isalnum()]
    # A long form has at most min(|short| + 5, 2 |short|) words.
    words = before.split()[-min(len(letters) + 5, 2 * len(letters)) :]
    text = " ".join(words)
    place = len(text)
    for number in range(len(letters) - 1, -1, -1):
        while True:
            place = text.lower().rfind(letters[number], 0, place)
            if place < 0:
                return ""
            # The first letter begins a word.
            if number or place == 0 or not text[place - 1].isalnum():
                break
    return text[place:]

"""Lines back into running text: line ends become spaces, words divided at one are joined."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_HYPHENS = "-\u2010"
_SOFT_HYPHEN = "\u00ad"
# Before these words a hyphen stands for an omitted part: "Haupt- und Nebenamt".
_JOINING_WORDS = frozenset(
    "und oder bzw bzw. sowie u. als bis noch wie beziehungsweise and or to nor".split()
)
_LAST_WORD = re.compile(r"\S+$")
_FIRST_WORD = re.compile(r"^\S+")
_EDGES = "„“”‚‘’»«()[]{}.,;:!?\"'"


def vocabulary(lines: Iterable[str]) -> frozenset[str]:
    """Return the lower-cased words that stand whole inside lines, to decide divided ones by."""
    words: set[str] = set()
    for line in lines:
        # The first and last word of a line may be parts.
        words.update(word.strip(_EDGES).lower() for word in line.split()[1:-1])
    return frozenset(words)


def join_lines(lines: Sequence[str], known: frozenset[str] = frozenset()) -> str:
    """Return the text of a paragraph's lines.

    >>> join_lines(["Die Digitali-", "sierung im Haupt-", "und Nebenamt"])
    'Die Digitalisierung im Haupt- und Nebenamt'
    """
    text = ""
    for line in lines:
        text = join_two(text, line, known)
    return text


def join_two(before: str, after: str, known: frozenset[str] = frozenset()) -> str:
    """Return two parts of one paragraph as one text; see `join_lines`."""
    before, after = before.rstrip(), after.lstrip()
    if not before or not after:
        return before + after
    if before.endswith(_SOFT_HYPHEN):
        return before.rstrip(_SOFT_HYPHEN) + after
    if before[-1] in _HYPHENS and len(before) > 1:
        return before[:-1] + _at_hyphen(_word(_LAST_WORD, before[:-1]), after, known)
    if before.endswith("/") and before[-2:-1].isalnum():
        return before + after
    return f"{before} {after}"


def _at_hyphen(first: str, after: str, known: frozenset[str]) -> str:
    """Return what follows the part of a word before a hyphen at the end of a line."""
    second = _word(_FIRST_WORD, after)
    if not first or not first[-1].isalnum():  # a dash that stands by itself
        return f"- {after}"
    if second.lower().strip(_EDGES) in _JOINING_WORDS or second.lower() in _JOINING_WORDS:
        return f"- {after}"
    if not second[0].isalnum():
        return f"- {after}"
    if not second[0].islower() and not _both_capitals(first, second):
        return f"-{after}"
    first_part, second_part = first.lstrip(_EDGES), second.rstrip(_EDGES)
    whole = f"{first_part}{second_part}".lower()
    hyphened = f"{first_part}-{second_part}".lower()
    if whole not in known and (hyphened in known or _keeps_hyphen(first_part, second)):
        return f"-{after}"
    return after


def _keeps_hyphen(first: str, second: str) -> bool:
    last = re.split("[-/]", first)[-1]
    if _both_capitals(first, second):
        return False
    # E-Mail, 18-jährig, EU-weit, CO2-neutral
    return len(last) < 2 or last[-1].isdigit() or last.isupper()


def _both_capitals(first: str, second: str) -> bool:
    return len(first) >= 4 and len(second) >= 3 and first.isupper() and second.isupper()


def _word(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match.group() if match else ""

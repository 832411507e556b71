"""The same questions as people also type them: with typos, without umlauts, as keywords, mixed.

Each is decided by the question's id alone, so that every run asks the same.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

from eval.questions import Question
from indexer.analysis import content_words

GLOSSARY = Path(__file__).parent / "sets" / "glossary.tsv"
LONG_WORD_CHARS = 6
MIXED_SHARE = 0.6  # of the words that the glossary knows

KEY_ROWS = ("qwertzuiopü", "asdfghjklöä", "yxcvbnm")
FIRST_LETTER_SHARE = 1 / 12  # of slips; Pollock & Zamora 1984 found 7.8 % in the first letter

_WORD = re.compile(r"[^\W\d_]+")
_ASCII = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
)


def typos(text: str, chance: random.Random) -> str:
    """One slip per long word: two letters exchanged, one left out or one doubled."""

    def slipped(match: re.Match[str]) -> str:
        word = match.group()
        if len(word) < LONG_WORD_CHARS:
            return word
        place = chance.randrange(1, len(word) - 2)
        kind = chance.randrange(3)
        if kind == 0:
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        if kind == 1:
            return word[:place] + word[place + 1 :]
        return word[:place] + word[place] + word[place:]

    return _WORD.sub(slipped, text)


def wrong_keys(text: str, chance: random.Random) -> str:
    """One slip per long word: the key beside is struck instead, or as well; the first one, too."""

    def slipped(match: re.Match[str]) -> str:
        word = match.group()
        if len(word) < LONG_WORD_CHARS:
            return word
        place = 0 if chance.random() < FIRST_LETTER_SHARE else chance.randrange(1, len(word))
        beside = _key_beside(word[place].lower(), chance)
        if word[place].isupper():
            beside = beside.upper()
        as_well = word[place] if chance.random() < 0.5 else ""
        return word[:place] + as_well + beside + word[place + 1 :]

    return _WORD.sub(slipped, text)


def _key_beside(letter: str, chance: random.Random) -> str:
    for row in KEY_ROWS:
        place = row.find(letter)
        if place >= 0:
            return chance.choice(row[max(0, place - 1) : place] + row[place + 1 : place + 2])
    return letter


def without_umlauts(text: str, chance: random.Random) -> str:
    """As on a keyboard without them: Buerger, Strasse."""
    return text.translate(_ASCII)


def lower_case(text: str, chance: random.Random) -> str:
    """No capital letters."""
    return text.lower()


def keywords(text: str, chance: random.Random) -> str:
    """The content words only, as for a search engine."""
    kept = set(content_words(text))
    words = [word for word in re.findall(r"[\w.:*-]+", text) if kept & set(content_words(word))]
    return " ".join(words) or text


def mixed(text: str, chance: random.Random) -> str:
    """Some words in the other language, as people speak who work in both."""
    glossary = _glossary()

    def exchanged(match: re.Match[str]) -> str:
        other = glossary.get(match.group().lower())
        return other if other and chance.random() < MIXED_SHARE else match.group()

    return _WORD.sub(exchanged, text)


PERTURBATIONS: dict[str, Callable[[str, random.Random], str]] = {
    "typos": typos,
    "wrong keys": wrong_keys,
    "no umlauts": without_umlauts,
    "lower case": lower_case,
    "keywords": keywords,
    "mixed": mixed,
}


def perturbed(questions: Iterable[Question], name: str) -> list[Question]:
    """Return the questions in this wording; those that it does not change are among them."""
    change = PERTURBATIONS[name]
    return [
        replace(q, question=change(q.question, random.Random(f"{name}/{q.id}")))  # noqa: S311
        for q in questions
    ]


@cache
def _glossary() -> dict[str, str]:
    """Word of either language, in lower case -> the other's."""
    table: dict[str, str] = {}
    for line in GLOSSARY.read_text("utf-8").splitlines():
        german, english = line.split("\t")
        table.setdefault(german.lower(), english)
        table.setdefault(english.lower(), german)
    return table

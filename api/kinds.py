"""What kind of thing a question asks for, and whether a sentence holds one: German and English."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["time", "number", "person", "other"]

_QUESTIONS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "time",
        re.compile(
            r"\b(?:wann|seit wann|bis wann|when|since when"
            r"|(?:on|in|at|from|until|by) (?:what|which) (?:\w+ )?(?:date|day|year|month|time)"
            r"|what (?:date|day|year|month|time)"
            r"|(?:an|in|zu|bis zu|ab) welche[mnr] (?:tag|datum|jahr|monat|uhrzeit|zeitpunkt|zeitraum)"
            r"|during which period|wie lange|how long)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "number",
        re.compile(
            r"\b(?:wie ?viele?|wie (?:hoch|groß|teuer|oft|alt|weit)|how (?:many|much|often|old|large"
            r"|big|high|expensive|far)|(?:what|welcher|welchen) (?:percentage|share|anteil)"
            r"|was kostet|what does .* cost)\b",
            re.IGNORECASE,
        ),
    ),
    ("person", re.compile(r"\b(?:wer|wen|wem|wessen|who|whom|whose)\b", re.IGNORECASE)),
)

_MONTH = (
    r"januar|jänner|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember"
    r"|january|february|march|may|june|july|october|december"
)
_NUMBER_WORD = (
    r"zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|dreizehn|zwanzig|hundert|tausend"
    r"|million(?:en)?|milliarden?|hälfte|drittel|viertel|two|three|four|five|six|seven|eight|nine"
    r"|ten|eleven|twelve|thirteen|twenty|hundred|thousand|million|billion|half|third|quarter|dozen"
)
_HOLDS: dict[Kind, re.Pattern[str]] = {
    "time": re.compile(
        rf"\b(?:{_MONTH}|\d{{1,2}}[.:]\d{{2}}|(?:19|20)\d\d|\d{{1,2}}\. ?\d{{1,2}}\."
        r"|(?:mon|diens|donners|frei|sams|sonn)tags?|mittwochs?|(?:mon|tues|wednes|thurs|fri|satur"
        r"|sun)days?|tage?n?|wochen?|monate?n?|jahre?n?|stunden?|days?|weeks?|months?|years?|hours?"
        r"|(?:\d+) ?(?:uhr|am|pm))\b",
        re.IGNORECASE,
    ),
    "number": re.compile(rf"\d|\b(?:{_NUMBER_WORD})\b", re.IGNORECASE),
    # Two capitalised words in a row behind the first word, or an initial or a title before one.
    "person": re.compile(
        r"(?<=\S\s)(?:[A-ZÄÖÜ][\w’'-]+\s+){1,3}[A-ZÄÖÜ][\w’'-]+|\b(?:Dr|Prof|Mr|Mrs|Ms|Herr|Frau)\b"
    ),
}


def question_kind(question: str) -> Kind:
    """Return what kind of thing the question asks for.

    >>> question_kind("Seit wann gibt es das?"), question_kind("How many people came?")
    ('time', 'number')
    """
    for kind, pattern in _QUESTIONS:
        if pattern.search(question):
            return kind
    return "other"


def holds_kind(sentence: str, kind: Kind) -> bool:
    """Whether the sentence holds a thing of that kind; False for "other"."""
    return kind in _HOLDS and _HOLDS[kind].search(sentence) is not None

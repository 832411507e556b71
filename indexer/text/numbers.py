"""Numbers as German and English write them: in digits with separators, or in words."""

from __future__ import annotations

import math
import re

_GERMAN = """null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn
fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig""".split()
_ENGLISH = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
fifteen sixteen seventeen eighteen nineteen twenty""".split()
_TENS = {
    "dreißig": 30, "vierzig": 40, "fünfzig": 50, "sechzig": 60, "siebzig": 70, "achtzig": 80,
    "neunzig": 90, "hundert": 100, "einhundert": 100, "tausend": 1000, "thirty": 30, "forty": 40,
    "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
    "dutzend": 12, "dozen": 12,
}  # fmt: skip
# "ein" and "one" are left out: they are mostly articles and pronouns.
_WORDS = {
    word: value
    for words in (_GERMAN, _ENGLISH)
    for value, word in enumerate(words)
    if value not in (0, 1)
} | _TENS
_DIGITS = r"\d{1,3}(?:[.,'\u00a0\u202f ]\d{3}){1,5}(?:[.,]\d+)?(?!\d)|\d{1,16}(?:[.,]\d{1,16})?"
NUMBER = rf"(?:{_DIGITS}|(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})\b)"
SCALE = {
    "tausend": 1e3, "thousand": 1e3, "million": 1e6, "millionen": 1e6, "millions": 1e6, "mio": 1e6,
    "m": 1e6, "mrd": 1e9, "milliarde": 1e9, "milliarden": 1e9, "billion": 1e9, "billions": 1e9,
    "bn": 1e9,
}  # fmt: skip
_GROUPS = re.compile(r"\d{1,3}(?:[.,'\u00a0\u202f ]\d{3})+")
LARGEST = 1e15  # more digits are an identifier, not an amount
ROUGH_SHARE = 0.1  # of a number said to be rough


def number(text: str) -> float | None:
    """Read one number; None where the digits make none.

    A single separator before three digits groups thousands, in both languages: "15.000" and
    "15,000" are fifteen thousand.
    """
    word = _WORDS.get(text.casefold())
    if word is not None:
        return float(word)
    grouped = _GROUPS.match(text)
    if grouped and not text.startswith("0"):
        whole = re.sub(r"\D", "", grouped.group())
        value = float(whole + text[grouped.end() :].replace(",", "."))
        return value if value <= LARGEST else None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if value <= LARGEST else None


def tolerance(value: float, about: bool) -> float:
    """How far a number may lie from another that says the same.

    A round number of many digits may be a rounded one: half of its last significant place.
    """
    slack = ROUGH_SHARE * abs(value) if about else 0.0
    if value >= 1000 and value == int(value):
        zeros = len(str(int(value))) - len(str(int(value)).rstrip("0"))
        if zeros >= 3:
            slack = max(slack, 0.5 * 10**zeros)
    return min(slack, ROUGH_SHARE * abs(value)) + 1e-9 * max(1.0, math.fabs(value))

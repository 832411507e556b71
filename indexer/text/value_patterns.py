"""How dates, times and amounts are written in German and English."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable

from indexer.text.numbers import NUMBER, SCALE, number
from indexer.text.value import Value, ValueKind

_MONTHS = [
    ("jan", "jän"), ("feb",), ("mär", "mar"), ("apr",), ("mai", "may"), ("jun",),
    ("jul",), ("aug",), ("sep",), ("okt", "oct"), ("nov",), ("dez", "dec"),
]  # fmt: skip
_MONTH = (
    r"(?P<month>Jan(?:uar|uary)?|Jänner|Feb(?:ruar|ruary)?|März|Mar(?:ch)?|Apr(?:il)?|Mai|May|"
    r"June?|Juni|July?|Juli|Aug(?:ust)?|Sept?(?:ember)?|Okt(?:ober)?|Oct(?:ober)?|Nov(?:ember)?|"
    r"Dez(?:ember)?|Dec(?:ember)?)\b\.?"
)
_YEAR = r"(?P<year>(?:1[0-9]|20)\d\d)\b(?![.,]\d)"
# A bare number of four digits is a year unless it counts something.
_COUNTED = (
    r"besucher|gäste|menschen|personen|teilnehm|aussteller|einwohner|plätze|sitz|mitglied|kinder|"
    r"schüler|unterschrift|wohnung|arbeitspl|stellen|anträge|euro|quadrat|meter|visitors|guests|"
    r"people|participants|exhibitors|inhabitants|residents|seats|places|members|children|students|"
    r"signatures|flats|jobs|applications|square|metres|meters|trees|bäume"
)
_DAY = r"(?<![\d.,:])(?P<day>3[01]|[12]\d|0?[1-9])"
_LAST = r"(?P<last>3[01]|[12]\d|0?[1-9])"
_TO = r"\s*(?:–|-|—|/|bis(?: zum)?|to|until|und|and|through)\s*"
# Base unit, how many of it one is, and what it is called.
_UNITS = {
    word: (unit, factor)
    for unit, factor, words in (
        ("m", 1000.0, "km kilometer kilometern kilometre kilometres kilometers"),
        ("m", 1.0, "m meter metern metre metres meters"),
        ("m", 0.01, "cm zentimeter zentimetern centimetre centimetres centimeters"),
        ("m²", 1.0, "m² qm quadratmeter quadratmetern sqm"),
        ("m²", 10_000.0, "ha hektar hectare hectares"),
        ("m²", 1_000_000.0, "km² quadratkilometer quadratkilometern"),
        ("l", 1.0, "liter litern litre litres liters"),
        ("l", 1000.0, "m³ kubikmeter kubikmetern"),
        ("kg", 1.0, "kg kilogramm kilo kilos kilograms"),
        ("kg", 1000.0, "t tonne tonnen tons tonnes"),
        ("min", 1.0, "minute minuten minutes min"),
        ("min", 60.0, "stunde stunden hour hours"),
        ("min", 1440.0, "tag tage tagen day days"),
        ("min", 10_080.0, "woche wochen week weeks"),
        ("month", 1.0, "monat monate monaten month months"),
        ("month", 12.0, "jahr jahre jahren year years"),
    )
    for word in words.split()
}
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_CURRENCIES = {
    "$": "$",
    "us": "$",
    "do": "$",
    "£": "£",
    "po": "£",
    "pf": "£",
    "fr": "CHF",
    "ch": "CHF",
}
_MONEY = r"(?P<money>€|Euros?|EUR|\$|US-Dollar|dollars?|£|pounds?|Pfund|Franken|CHF)"
_HOURS = "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf".split()


def _month(word: str) -> int | None:
    start = _folded(word)[:3]
    return next((place for place, names in enumerate(_MONTHS, 1) if start in names), None)


def _folded(word: str) -> str:
    """Lower case as re.IGNORECASE has it: a long s is an s, an i without its dot an i."""
    return word.casefold().replace("ı", "i")


def _whole(text: str | None) -> int | None:
    return int(text) if text else None


def _date(match: re.Match[str], about: bool) -> Value | None:
    groups = match.groupdict()
    named = groups.get("month")
    month = int(named) if named and named.isdigit() else _month(named) if named else None
    year = _whole(groups.get("year"))
    if year is not None and year < 100:
        year += 2000
    first = _month(groups["first_month"]) if groups.get("first_month") else month
    date, last = (year, first, _whole(groups.get("day"))), (year, month, _whole(groups.get("last")))
    if (named and month is None) or not (_exists(*date) and _exists(*last)):
        return None
    return Value("date", 0, 0, "", "", about, match.span(), date, last)


def _exists(year: int | None, month: int | None, day: int | None) -> bool:
    """Whether there is such a day; what is not given may be anything."""
    if month is None:
        return day is None
    return 1 <= month <= 12 and 1 <= (day or 1) <= monthrange(year or 2024, month)[1]


def _time(match: re.Match[str], about: bool) -> Value | None:
    groups = match.groupdict()
    half = _folded(groups.get("half") or "")
    if half and half not in _HOURS:
        return None
    if half:
        minutes = 60.0 * (_HOURS.index(half) + 1) - 30
    else:
        minutes = 60.0 * int(match["hour"]) + int(groups.get("minute") or 0)
    noon = (groups.get("noon") or "").lower()
    high = minutes
    if groups.get("until"):
        high = 60.0 * int(match["until"]) + int(groups.get("until_minute") or 0)
        if noon.startswith("p") and high < 720:
            # "2 to 5 p.m." is all in the afternoon, "9 to 5 p.m." is not.
            minutes += 720 if minutes <= high else 0
            high += 720
        if high < minutes:  # past midnight
            high += 1440
    else:
        if noon.startswith("p") and minutes < 720:
            minutes += 720
        if noon.startswith("a") and minutes >= 720:
            minutes -= 720
        high = minutes
    return Value("time", minutes, high, "", "", about, match.span()) if minutes <= 1440 else None


def _half(match: re.Match[str], about: bool) -> Value:
    return Value("percent", 50.0, 50.0, "", "", True, match.span())


def _cents(match: re.Match[str], about: bool) -> Value | None:
    cents = number(match["number"])
    if cents is None:
        return None
    return Value("money", cents / 100, cents / 100, "€", "", about, match.span())


def _mark(match: re.Match[str], about: bool) -> Value:
    minutes = 1440.0 if match["mark"].lower().startswith("mi") else 720.0
    return Value("time", minutes, minutes, "", "", about, match.span())


def _amount(kind: ValueKind) -> Callable[[re.Match[str], bool], Value | None]:
    def make(match: re.Match[str], about: bool) -> Value | None:
        groups = match.groupdict()
        scale = SCALE.get(_folded(groups.get("scale") or "").rstrip("."), 1.0)
        high = number(match["number"])
        low = number(groups["from"]) if groups.get("from") else high
        if high is None or low is None:
            return None
        unit, factor = _UNITS.get(_folded(groups.get("unit") or ""), ("", 1.0))
        if groups.get("money"):
            unit = _CURRENCIES.get(_folded(groups["money"])[:2], "€")
        what = (groups.get("what") or "").lower()
        low, high = sorted((low * factor * scale, high * factor * scale))
        return Value(kind, low, high, unit, what, about, match.span())

    return make


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_SCALED = (
    rf"(?<![\w.,])(?:(?P<from>{NUMBER}){_TO})?(?P<number>{NUMBER})"
    r"(?:[\s\u00a0-]*(?P<scale>Tausend|thousand|Millionen|Million|millions?|Mio\.?|Mrd\.?|"
    r"Milliarden?|billions?|bn|m(?=\s*(?:€|euro)))\b\.?)?"
)
# "12 am Rathaus" is German.
_NOON = (
    r"(?P<noon>[ap]\.\s?m\.?(?!\w)|(?<=\d)[ap]m\b|pm\b|"
    r"am(?=\s+(?:on|to|until|and|in)\b|[.,;)]|$))"
)
_FIRST_MONTH = _MONTH.replace("month", "first_month")
# The longest way to write something comes first.
PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], bool], Value | None]], ...] = (
    (re.compile(r"(?P<year>20\d\d|19\d\d)-(?P<month>\d\d)-(?P<day>\d\d)"), _date),
    (
        re.compile(
            r"(?<![\d.])(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>(?:19|20)\d\d|\d\d)(?![\d.]\d|\d)"
        ),
        _date,
    ),
    (
        _pattern(
            r"(?:(?<=\bam )|(?<=\bab )|(?<=\bvom )|(?<=\bbis )|(?<=\bzum )|(?<=\bdem )|(?<=\bden )|"
            r"(?<=\bund ))(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?!\d)"
        ),
        _date,
    ),
    (
        _pattern(rf"{_DAY}\.?\s*{_FIRST_MONTH}{_TO}{_LAST}\.?\s*{_MONTH},?(?:\s*{_YEAR})?"),
        _date,
    ),
    (_pattern(rf"{_DAY}\.?{_TO}{_LAST}\.?\s*(?:of )?{_MONTH},?(?:\s*{_YEAR})?"), _date),
    (
        _pattern(
            rf"{_MONTH}\s*{_DAY}(?:st|nd|rd|th)?{_TO}{_LAST}(?:st|nd|rd|th)?(?:,?\s*{_YEAR})?"
        ),
        _date,
    ),
    (_pattern(rf"{_DAY}\.? und {_LAST}\.?\s*{_MONTH},?(?:\s*{_YEAR})?"), _date),
    (_pattern(rf"{_DAY}(?:\.|st|nd|rd|th)?\s*(?:of )?{_MONTH},?(?:\s*{_YEAR})?"), _date),
    (_pattern(rf"\b{_MONTH}\s*{_DAY}(?:st|nd|rd|th)?\b(?!\s*\d)(?:,?\s*{_YEAR})?"), _date),
    (_pattern(rf"\b{_MONTH},?\s*{_YEAR}"), _date),
    (
        _pattern(
            r"(?<![\d.,:])(?P<hour>2[0-4]|1?\d)(?:[:.](?P<minute>[0-5]\d))?(?:\s*Uhr)?"
            r"\s*(?:–|-|bis|to|until)\s*(?P<until>2[0-4]|1?\d)(?:[:.](?P<until_minute>[0-5]\d))?"
            rf"\s*(?:Uhr|o'clock|{_NOON})"
        ),
        _time,
    ),
    (
        _pattern(
            r"(?<![\d.,:])(?P<hour>2[0-4]|1?\d)(?:[:.](?P<minute>[0-5]\d))?"
            rf"\s*(?:Uhr|o['’]clock|h\b|{_NOON})"
        ),
        _time,
    ),
    (_pattern(r"(?<![\d.,:])(?P<hour>2[0-4]|[01]?\d):(?P<minute>[0-5]\d)(?![\d:])"), _time),
    (_pattern(rf"\bhalb (?P<half>{'|'.join(_HOURS)})\b"), _time),
    (_pattern(r"\b(?:at|um|bis|until|ab) (?P<mark>noon|midnight|Mitternacht|12 p\.?m\.?)"), _mark),
    (_pattern(rf"{_MONEY}\s?{_SCALED}"), _amount("money")),
    (_pattern(rf"{_SCALED}[\s\u00a0-]*{_MONEY}(?!\w)"), _amount("money")),
    (_pattern(rf"(?<![\w.,])(?P<number>{NUMBER})[\s-]*(?:Cents?|pence)\b"), _cents),
    (_pattern(r"\b(?:by half|half of|(?:die|der|um die) Hälfte)\b"), _half),
    (_pattern(rf"{_SCALED}[\s\u00a0-]*(?:%|Prozent|percent|per cent)"), _amount("percent")),
    (_pattern(rf"{_SCALED}[\s\u00a0-]*(?P<unit>{_UNIT})(?![\w²])"), _amount("measure")),
    (_pattern(rf"(?<![\d.,]){_YEAR}(?!\s+(?:{_COUNTED}))"), _date),
    (_pattern(rf"{_SCALED}(?:\s+(?P<what>[^\W\d_][\w-]{{1,60}}))?"), _amount("number")),
)  # fmt: skip

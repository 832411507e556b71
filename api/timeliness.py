"""What was true when it was written and is not now: announced futures that have passed."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from indexer.text.value import Value
from indexer.text.values import values

_NOW = re.compile(
    r"\b(?:nächste[rnms]?|kommende[rnms]?|bevorstehende[rnms]?|aktuell\w*|derzeit\w*|zurzeit|"
    r"zur zeit|momentan|im moment|gegenwärtig\w*|jetzt|heute|heutige[rn]?|neueste[rnms]?|next|"
    r"upcoming|current|currently|now|at the moment|at present|presently|today|latest|nowadays)\b",
    re.IGNORECASE,
)
_FUTURE = re.compile(
    r"\b(?:wird|werden|soll|sollen|geplant|plant|planen|vorgesehen|angekündigt|nächste[rnms]?|"
    r"kommende[rnms]?|demnächst|künftig|will|shall|planned|plans to|scheduled|is to|are to|"
    r"going to|expected|due to|upcoming|next|announced for)\b",
    re.IGNORECASE,
)
# Something that happens on a day: in the present tense, too, it lies ahead until that day.
_HAPPENS = re.compile(
    r"\b(?:findet|finden|beginnt|beginnen|startet|starten|öffnet|öffnen|eröffnet|schließt|endet|enden|"
    r"folgt|läuft ab|frist|bewerbungsschluss|anmeldeschluss|takes? place|begins?|starts?|opens?|"
    r"closes?|ends?|deadline|applications? (?:are )?(?:due|close))\b",
    re.IGNORECASE,
)
# What begins on a day and lasts does not end with it.
_LASTS = re.compile(
    r"\b(?:seit|since|gilt|gelten|in kraft|effective|in force|valid|dauerhaft|unbefristet)\b|"
    r"\b(?:ab|from) (?:dem |sofort|now)",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:fand|fanden|war|waren|wurde|wurden|hatte|hatten|kam|kamen|seit|bisher|endete|öffnete|"
    r"was|were|had|took|has been|have been|since|ended|opened|came|went|did)\b",
    re.IGNORECASE,
)
_SEASONS = {
    5: r"frühjahr|frühling|spring",
    8: r"sommer|summer",
    11: r"herbst|autumn|fall",
    2: r"winter",
    3: r"anfang|early|beginning of|erste[ns]? quartal|first quarter",
    6: r"erste[ns]? halbjahr|first half|zweite[ns]? quartal|second quarter",
    9: r"dritte[ns]? quartal|third quarter|mitte|mid",
    12: r"ende|late|end of|vierte[ns]? quartal|fourth quarter|zweite[ns]? halbjahr|second half",
}
_SEASON = re.compile(
    "|".join(rf"(?P<m{month}>\b(?:{words})\b)" for month, words in _SEASONS.items()), re.IGNORECASE
)
_COMING = re.compile(
    r"\b(?:kommende[rnms]?|nächste[rnms]?|next|coming|this|diese[rnms]?)\s+(?P<what>\w+)",
    re.IGNORECASE,
)
_YEAR_WORD = re.compile(r"jahr|year", re.IGNORECASE)


def asks_now(question: str) -> bool:
    """Whether a question is about now or about what comes next.

    >>> asks_now("Wann ist das nächste Stadtfest?"), asks_now("Who was mayor in 2022?")
    (True, False)
    """
    return _NOW.search(question) is not None


def outdated(sentence: str, published: date | None, today: date) -> bool:
    """Whether a sentence announces what lay ahead when it was written, and does no more.

    Args:
        published: of its document; where it is not known only a sentence that speaks of the
            future by its words can be outdated.
    """
    announces = _FUTURE.search(sentence) is not None
    if _LASTS.search(sentence):
        return False
    if not announces and (
        published is None or _PAST.search(sentence) or not _HAPPENS.search(sentence)
    ):
        return False
    ends = [
        end
        for value in values(sentence)
        if (announces or value.date[1] is not None)
        and (end := _last_day(value, sentence, published))
    ]
    if coming := _coming(sentence, published):
        ends.append(coming)
    if not ends or max(ends) >= today:
        return False
    return published is None or max(ends) >= published


def _last_day(value: Value, sentence: str, published: date | None) -> date | None:
    """The last day that a date may mean; a date without a year is of the year it was written."""
    if value.kind != "date":
        return None
    year, month, day = value.date
    if value.last[2] is not None:
        year, month, day = value.last
    if year is None:
        if published is None or month is None:
            return None
        year = published.year
        if (month, day or 31) < (published.month, published.day):
            year += 1
    if month is None:
        season = _season(sentence[max(0, value.span[0] - 25) : value.span[0]])
        month, year = season or 12, year + (season == 2)
    return date(year, month, min(day or 31, monthrange(year, month)[1]))


def _coming(sentence: str, published: date | None) -> date | None:
    """The end of "next spring" or "this year", counted from when it was written."""
    match = _COMING.search(sentence)
    if match is None or published is None:
        return None
    if _YEAR_WORD.fullmatch(match["what"]):
        this = re.match(r"this|diese", match.group(), re.IGNORECASE) is not None
        return date(min(published.year + (not this), date.max.year), 12, 31)
    month = _season(match["what"])
    if month is None:
        return None
    year = min(published.year + (month < published.month), date.max.year)
    return date(year, month, monthrange(year, month)[1])


def _season(words: str) -> int | None:
    """The last month of the season or part of a year that is named last."""
    month = None
    for match in _SEASON.finditer(words):
        month = int((match.lastgroup or "m12")[1:])
    return month

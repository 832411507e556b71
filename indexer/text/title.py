"""A document's title and date of publication, where its metadata has none."""

from __future__ import annotations

import re
from datetime import date

from indexer.text.language import clear_language
from indexer.text.markup import plain
from indexer.text.sentences import unit_spans
from indexer.types import Block

MAX_TITLE_CHARS = 120
DATELINE_BLOCKS = 12  # a document states its own date within its first blocks, or at its end

_CLAUSE = re.compile(r"[,:;](?= )| [–—-](?= )")
_PERIOD = re.compile(r"(?<![.\s])\.$")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar january jänner jan", "februar february feb", "märz march mar mär",
            "april apr", "mai may", "juni june jun", "juli july jul", "august aug",
            "september sep sept", "oktober october okt oct", "november nov",
            "dezember december dez dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_DATE = (
    r"(?:(?P<day>\d{1,2})(?:\.|st|nd|rd|th)?\s+(?P<month>[A-Za-zä]{3,9})\.?,?\s+(?P<year>\d{4})"
    r"|(?P<month2>[A-Za-z]{3,9})\.?\s+(?P<day2>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year2>\d{4})"
    r"|(?P<day3>\d{1,2})\.\s?(?P<month3>\d{1,2})\.\s?(?P<year3>\d{4})"
    r"|(?P<year4>\d{4})-(?P<month4>\d{2})-(?P<day4>\d{2}))(?!\d)"
)
# "Berlin, 9. November 2023 - Größer, ..."; "Am Montag, 9. November 2023 - ..." tells of an event.
_DATELINE = re.compile(
    r"(?!(?:Ab|Am|Bis|Im|In|Seit|Vom|Zum|By|From|On|Since|Until)\b)"
    r"(?!(?:\w+ )?(?:Mon|Diens|Donners|Frei|Sams|Sonn|Tues|Thurs|Fri|Satur|Sun)(?:tag|day))"
    r"(?!(?:\w+ )?(?:Mittwoch|Sonnabend|Wednesday))"
    r"[A-ZÄÖÜ][\w.]*(?:[ /-][\w.]+){0,3}(?:,(?: den)?| den|(?= \()) \(?"
    + _DATE
    + r"\)?\s*(?:[–—-]+\s|[:|.]\s|$)"
)
_STATED = re.compile(
    r"(?:Stand|Veröffentlicht(?: am)?|Erschienen am|Datum|Veröffentlichungsdatum"
    r"|Published(?: on)?|Date|Publication date|Date of publication|Last updated(?: on)?"
    r"|Zuletzt (?:geändert|aktualisiert)(?: am)?)\s*:?\s*" + _DATE,
    re.IGNORECASE,
)


def find_title(text: str, blocks: tuple[Block, ...]) -> str:
    """Return the first heading above any body text, else the first sentence; "" without text.

    >>> find_title("Die Halle ist offen. Alle kommen.", (Block(0, 33, "paragraph"),))
    'Die Halle ist offen'
    """
    if not blocks:
        return ""
    first = blocks[0]
    start, end = first.start, first.end
    if first.kind != "heading":
        language = clear_language(text[start : min(end, start + 2_000)]) or "de"
        spans = unit_spans(text, start, end, first.kind, language)
        start, end = spans[0] if spans else (start, end)
    return _shortened(_PERIOD.sub("", plain(text[start:end])))


def _shortened(title: str) -> str:
    if len(title) <= MAX_TITLE_CHARS:
        return title
    clauses = [mark.start() for mark in _CLAUSE.finditer(title, 0, MAX_TITLE_CHARS + 1)]
    if clauses and clauses[-1] >= MAX_TITLE_CHARS // 4:
        return title[: clauses[-1]]
    word = title.rfind(" ", 0, MAX_TITLE_CHARS)
    return title[: word if word > 0 else MAX_TITLE_CHARS - 1].rstrip(" ,;:–—-") + "…"


def find_published(text: str, blocks: tuple[Block, ...]) -> date | None:
    """Return the date that a document gives as its own, never one of those it speaks about."""
    for place, block in enumerate(blocks):
        near = place < DATELINE_BLOCKS
        if not near and place < len(blocks) - 3:
            continue
        line = plain(text[block.start : min(block.end, block.start + 200)])
        stated = _STATED.match(line)
        if stated and len(line) > stated.end() + 20:
            stated = None  # "Stand: 9.11.2023" is a line; a sentence that begins so is not
        found = stated or (_DATELINE.match(line) if near else None)
        if found and (day := _date(found)):
            return day
    return None


def _date(match: re.Match[str]) -> date | None:
    parts = match.groupdict()
    for suffix in ("", "2", "3", "4"):
        day, month, year = (parts[name + suffix] for name in ("day", "month", "year"))
        if day is None:
            continue
        number = int(month) if month.isdigit() else _MONTHS.get(month.lower(), 0)
        try:
            return date(int(year), number, int(day))
        except ValueError:
            return None
    return None

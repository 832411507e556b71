"""A text cut into pieces that can be marked and styled, without losing or moving a character.

The pieces of a text, one after the other, are the text: what Markdown writes and a reader need
not see (`**`, `](…)`) is a piece of its own, which the page hides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from api.links import is_web_link
from indexer.types import Span

Kind = Literal["plain", "strong", "emphasis", "code", "link", "sign"]
Level = Literal[0, 1, 2]  # nothing, the cited passage, what is highlighted in it

_Styled = tuple[int, int, Kind, str]  # start and end in the text, style, address of a link


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one style."""

    text: str
    kind: Kind = "plain"
    url: str = ""  # of a link; http or https


@dataclass(frozen=True, slots=True)
class Stretch:
    """Runs that are marked alike."""

    runs: tuple[Run, ...]
    level: Level
    first: bool = False  # where a reader is led to


@dataclass(frozen=True, slots=True)
class Marks:
    """Offsets of a document that are marked; each list in order, without overlaps."""

    passage: Span | None = None
    highlights: tuple[Span, ...] = ()


NO_MARKS = Marks()
# One pass without nesting, and no style longer than this: no text makes it slow.
_STYLED = re.compile(
    r"!?\[(?P<link>[^\[\]]{1,400})\]\((?P<url>[^()\s]{0,2000}(?:\([^()\s]{0,200}\))?[^()\s]{0,200})"
    r"(?:\s\"[^\"\n]{0,200}\")?\)"
    r"|(?P<ticks>`{1,2})(?P<code>[^`\n]{1,400})(?P=ticks)"
    r"|(?<![\w\\*])(?P<stars>\*{2,3})(?=\S)(?P<strong>[^*]{1,400})(?<=\S)(?P=stars)(?![\w*])"
    r"|(?<![\w\\_])(?P<lines>__)(?=\S)(?P<bold>[^_]{1,400})(?<=\S)__(?![\w_])"
    r"|(?<![\w\\*])\*(?=[^\s*])(?P<star>[^*]{1,400})(?<=\S)\*(?![\w*])"
    r"|(?<![\w\\_])_(?=[^\s_])(?P<line>[^_]{1,400})(?<=\S)_(?![\w_])"
)
_KINDS: dict[str, Kind] = {
    "link": "link",
    "code": "code",
    "strong": "strong",
    "bold": "strong",
    "star": "emphasis",
    "line": "emphasis",
}


def stretches(
    text: str, start: int, marks: Marks = NO_MARKS, lead: int | None = None, *, code: bool = False
) -> tuple[Stretch, ...]:
    """Cut a text that begins at `start` of its document.

    Args:
        lead: the offset that a reader is led to.
        code: a text in which no sign means anything.

    >>> [[run.text for run in one.runs] for one in stretches("**Ja.** Nein.", 0)]
    [['**', 'Ja.', '**', ' Nein.']]
    """
    styles: Iterable[_Styled] = [(0, len(text), "code", "")] if code else _styles(text)
    found: list[Stretch] = []
    for level, group in groupby(_cut(text, start, marks, styles), key=lambda piece: piece[2]):
        pieces = list(group)
        begin, end = pieces[0][0], pieces[-1][0] + len(pieces[-1][1].text)
        first = lead is not None and level > 0 and begin <= lead < end
        found.append(Stretch(tuple(run for _, run, _ in pieces), level, first))
    return tuple(found)


def _cut(
    text: str, start: int, marks: Marks, styles: Iterable[_Styled]
) -> Iterator[tuple[int, Run, Level]]:
    """Runs with their offset and level, cut wherever style or level changes."""
    spans = [*([marks.passage] if marks.passage else []), *marks.highlights]
    edges = sorted({edge - start for span in spans for edge in span})
    edge = 0
    for begin, end, kind, url in styles:
        at = begin
        while at < end:
            while edge < len(edges) and edges[edge] <= at:
                edge += 1
            to = min(end, edges[edge]) if edge < len(edges) else end
            yield start + at, Run(text[at:to], kind, url), _level(start + at, marks)
            at = to


def _level(at: int, marks: Marks) -> Level:
    if any(begin <= at < end for begin, end in marks.highlights):
        return 2
    inside = marks.passage is not None and marks.passage[0] <= at < marks.passage[1]
    if inside:
        return 1 if marks.highlights else 2
    return 0


def _styles(text: str) -> Iterator[_Styled]:
    """Spans of the text with their style; together they are the whole text."""
    at = 0
    for match in _STYLED.finditer(text):
        name = match.lastgroup or ""
        if name == "url":
            name = "link"
        begin, end = match.span(name)
        kind, url = _KINDS[name], match["url"] or ""
        if kind == "link" and not is_web_link(url):
            continue  # a link to nowhere is shown as it is written
        yield from _plain(at, match.start())
        yield match.start(), begin, "sign", ""
        yield begin, end, kind, url
        yield end, match.end(), "sign", ""
        at = match.end()
    yield from _plain(at, len(text))


def _plain(start: int, end: int) -> Iterator[_Styled]:
    if start < end:
        yield start, end, "plain", ""

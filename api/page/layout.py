"""A document's text as a page shows it: headings, paragraphs, items and tables.

Laid out by what the index itself finds in Markdown and plain text (`indexer.text.structure`); of
other formats, whose structure is not kept, each line is a paragraph. The parts of a layout, one
after the other, are the text: nothing is lost, moved or said twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from api.answers import AnswerSentence, Citation
from api.page.marking import Marks, Run, Stretch, stretches
from indexer.text.markup import BULLET
from indexer.text.structure import scan
from indexer.types import Block, Span

PartKind = Literal["heading", "paragraph", "item", "row", "code"]
SCANNED = {"text/markdown", "text/plain"}

_WORD = re.compile(r"\w")
_LINE = re.compile(r"\S.*")
_FENCE = re.compile(r"^[ \t>]*(?:`{3,}|~{3,})[^`\n]*$", re.MULTILINE)
_OPENED = re.compile(r"(?:^|\n)[ \t>]*(?:`{3,}|~{3,})[^`\n]*\n\s*$")
_SEPARATOR = re.compile(r"\s*(?<!\\)\|\s*")
_DELIMITER = re.compile(r"[ \t|:-]*-[ \t|:-]*")  # below the names of a table's columns


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a row, or the sign between two."""

    stretches: tuple[Stretch, ...]
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A block of the text, and what stands before it."""

    kind: PartKind
    before: str = ""  # signs and white space that a reader need not see
    stretches: tuple[Stretch, ...] = ()
    level: int = 0  # of a heading: 2 (below the page's own) to 6, without gaps
    cells: tuple[Cell, ...] = ()  # of a row
    names_columns: bool = False  # a row above the others
    bullet: bool = False  # an item whose sign is in `before`


@dataclass(frozen=True, slots=True)
class Group:
    """Parts of one kind: the items of a list, the rows of a table, some paragraphs."""

    kind: PartKind
    parts: tuple[Part, ...]


def layout(text: str, start: int, media_type: str, marks: Marks) -> tuple[tuple[Group, ...], str]:
    """Lay out a text that begins at `start` of its document.

    Returns:
        The parts in groups, and the signs and white space behind the last one.
    """
    if media_type in SCANNED:
        blocks = [*_with_headers(text, scan(text, media_type == "text/markdown"))]
    else:
        blocks = [Block(*match.span(), "paragraph") for match in re.finditer(r"\S.*", text)]
    parts: list[Part] = []
    lead = _lead(blocks, start, marks)
    at, level = 0, 1
    for block in [*blocks, Block(len(text), len(text), "paragraph")]:
        for one in (*_shown_gap(text, at, block), block):
            if one.start == len(text):
                continue  # what is left are signs
            kind = _kind(text, at, one, parts[-1] if parts else None)
            level = min(one.level + 1, level + 1, 6) if kind == "heading" else level
            parts.append(_part(text, at, one, kind, level, start, marks, lead))
            at = one.end
    groups = (Group(kind, tuple(group)) for kind, group in groupby(parts, lambda part: part.kind))
    return tuple(groups), text[at:]


def rows(citation: Citation) -> tuple[Part, ...]:
    """The lines of a passage that was cut from a table, below the names of its columns.

    The names are no part of the passage, and are followed by the whole of it.
    """
    names = (Cell((Stretch((Run(column),), 0),)) for column in citation.columns)
    marks = Marks(highlights=citation.highlights)
    parts, at = [Part("row", cells=tuple(names), names_columns=True)], 0
    for line in re.finditer(r"\S.*", citation.text):
        row = Block(line.start(), line.end(), "row")
        cells = tuple(_cells(citation.text, row, citation.start, marks, None))
        parts.append(Part("row", citation.text[at : row.start], cells=cells))
        at = row.end
    return tuple(parts)


def row_said(said: AnswerSentence, cited: Citation) -> tuple[Part, ...]:
    """A sentence of an answer as a row below the names of its columns; nothing if it is none."""
    if len(_SEPARATOR.split(said.text)) != len(cited.columns):
        return ()
    return rows(replace(cited, text=said.text, start=said.start, highlights=()))


def _part(
    text: str,
    at: int,
    block: Block,
    kind: PartKind,
    level: int,
    start: int,
    marks: Marks,
    lead: int | None,
) -> Part:
    begin = block.start
    if kind == "row":
        cells = tuple(_cells(text, block, start, marks, lead))
        return Part("row", text[at:begin], cells=cells, names_columns=not block.columns)
    bullet = BULLET.match(text, begin, block.end) if kind == "item" else None
    begin = bullet.end() if bullet else begin
    shown = stretches(text[begin : block.end], start + begin, marks, lead, code=kind == "code")
    shown_level = level if kind == "heading" else 0
    return Part(kind, text[at:begin], shown, shown_level, bullet=bullet is not None)


def _kind(text: str, at: int, block: Block, before: Part | None) -> PartKind:
    """Code stands behind a fence that does not close the code before it."""
    gap = text[at : block.start]
    closes = before is not None and before.kind == "code"
    opened = _OPENED.search(gap) and len(_FENCE.findall(gap)) > closes
    return "code" if block.kind == "paragraph" and opened else block.kind


def _cells(text: str, row: Block, start: int, marks: Marks, lead: int | None) -> Iterator[Cell]:
    at = row.start
    for sign in [*_SEPARATOR.finditer(text, row.start, row.end), None]:
        end = sign.start() if sign else row.end
        if at < end:
            yield Cell(stretches(text[at:end], start + at, marks, lead))
        if sign:
            yield Cell((), sign.group())
            at = sign.end()


def _with_headers(text: str, blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks, and before the first row of a table the line that names its columns."""
    at = 0
    for block in blocks:
        if block.kind == "row" and block.columns:
            lines = text[at : block.start].rstrip().split("\n")
            if len(lines) > 1 and "|" in lines[-2] and _DELIMITER.fullmatch(lines[-1]):
                header = lines[-2].strip()
                begin = text.rindex(header, at, block.start)
                yield Block(begin, begin + len(header), "row")
        yield block
        at = block.end


def _shown_gap(text: str, at: int, block: Block) -> list[Block]:
    """What stands between two blocks and is no mere sign: shown as it is written."""
    gap = text[at : block.start]
    lines = [
        line
        for line in _LINE.finditer(gap)
        if _WORD.search(line[0]) and not _FENCE.fullmatch(line[0])
    ]
    if not lines:
        return []
    return [Block(at + lines[0].start(), at + lines[-1].end(), "paragraph")]


def _lead(blocks: list[Block], start: int, marks: Marks) -> int | None:
    """Where the first mark begins, and if a sign stands there, where the text behind it does."""
    spans: list[Span] = [*marks.highlights[:1], *([marks.passage] if marks.passage else [])]
    if not spans:
        return None
    begin = spans[0][0] - start
    later = (max(block.start, begin) for block in blocks if block.end > begin)
    return start + next(later, begin)

"""From the lines of a region of a PDF page to its paragraphs, items, headings and tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from indexer.reading.pdf_style import Style
from indexer.reading.pdf_tables import Table, unruled_table
from indexer.reading.pdf_words import Run, joined, rows_of
from indexer.types import BlockKind

PARAGRAPH_STEP = 1.25  # of the usual step; a wider one begins a paragraph
MAX_HEADING_CHARACTERS = 200
_BULLET = re.compile(r"[•◦▪▫‣●○■□►➢\uf0b7\uf0a7·]\s*(?=\S)|[-–—*\ufffd]\s+(?=\S)")
# A sign that no font table explains is a bullet of a symbol font when a line begins with it.
_BULLET_SIGN = re.compile(r"[•◦▪▫‣●○■□►➢\uf0b7\uf0a7]|\ufffd\s")
_NUMBERED = re.compile(r"(\d{1,3})[.)]\s+\S|([a-z])[.)]\s+\S|\((\d{1,2}|[a-z]{1,2})\)\s+\S")
_MONTH = re.compile(
    r"\d{1,2}\.\s+(?:jan|feb|mär|mar|apr|mai|may|jun|jul|aug|sep|okt|oct|nov|dez|dec)",
    re.IGNORECASE,
)
_SECTION = re.compile(r"(?:§|Art\.|Artikel)\s*\d+\s?[a-z]?\b(?:[^.;,]{0,80})")
_OUTLINE = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*\.?|[IVX]{1,5}\.|[A-Z]\.|§\s*\d+)\s")
_LEADERS = re.compile(r"(?:\.\s?){5,}\s*\d{1,4}$")  # a line of a table of contents
_ENDS = re.compile(r"[.!?:;…][\"“”‘’'»«)\]]*$")


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together on one page, or a table."""

    page: int  # from 0
    kind: BlockKind
    lines: list[Run] = field(default_factory=list)
    table: Table | None = None
    starts_region: bool = False

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)


def region_paragraphs(
    runs: Sequence[Run], tables: dict[Run, Table], page: int, style: Style
) -> list[Paragraph]:
    """Return the paragraphs of one region; a run that stands for a table is looked up."""
    builder = _Builder(page, style, runs)
    rows = rows_of(run for run in runs if run not in tables)
    rows += [[run] for run in runs if run in tables]
    rows.sort(key=lambda row: min(run.top for run in row))
    number = 0
    while number < len(rows):
        table = tables.get(rows[number][0])
        taken = 1
        if table is None and len(rows[number]) > 1:
            until = next((n for n in range(number, len(rows)) if rows[n][0] in tables), len(rows))
            found = unruled_table(rows[number:until])
            if found:
                taken, table = found
        if table is not None:
            builder.add_table(table)
        else:
            builder.add_line(joined(rows[number]))
        number += taken
    if builder.found:
        builder.found[0].starts_region = True
    return builder.found


def ends_sentence(text: str) -> bool:
    """Tell whether a text ends with a sign that may end a sentence or announce a list."""
    return _ENDS.search(text.rstrip()) is not None


def bullet_end(text: str) -> int:
    """Return where the text behind a bullet begins, 0 where there is no bullet."""
    match = _BULLET.match(text)
    return match.end() if match else 0


def heading_style(paragraph: Paragraph, style: Style) -> tuple[float, int] | None:
    """Return a rank that grows with a heading's weight, None for what is no heading."""
    text = paragraph.text
    if not paragraph.lines or len(text) > MAX_HEADING_CHARACTERS or not re.search(r"\w", text):
        return None
    size = round(paragraph.lines[0].size * 2) / 2
    bold = all(line.bold for line in paragraph.lines)
    if _BULLET_SIGN.match(text) or _LEADERS.search(text):
        return None
    if style.is_large(size):
        return size, int(bold)
    if bold and not style.body_bold and size >= 0.95 * style.body_size:
        return None if text.rstrip()[-1] in ".,;" else (size, 1)
    if paragraph.kind == "paragraph" and _SECTION.fullmatch(text):
        return size, -1
    return None


class _Builder:
    def __init__(self, page: int, style: Style, runs: Sequence[Run]) -> None:
        self.page = page
        self.style = style
        self.found: list[Paragraph] = []
        self.right = max((run.x1 for run in runs), default=0.0)
        self.width = self.right - min((run.x0 for run in runs), default=0.0)

    def add_table(self, table: Table) -> None:
        self.found.append(Paragraph(self.page, "row", table=table))

    def add_line(self, line: Run) -> None:
        last = self.found[-1] if self.found else None
        if last is not None and last.lines and not self._begins(line, last):
            last.lines.append(line)
            return
        kind: BlockKind = "item" if self._is_item(line, last) else "paragraph"
        self.found.append(Paragraph(self.page, kind, [line]))

    def _begins(self, line: Run, last: Paragraph) -> bool:
        before = last.lines[-1]
        step = line.bottom - before.bottom
        usual = self.style.step(line.size)
        if abs(line.size - before.size) > 0.6 or not 0 < step <= PARAGRAPH_STEP * usual + 0.5:
            return True
        spare = self._spare(before, line)
        ended = ends_sentence(before.text)
        return (
            _LEADERS.search(before.text) is not None
            or (line.bold != before.bold and (ended or spare > 0))
            or self._is_item(line, last)
            or self._is_outline(line, last)
            or (last.kind == "item" and line.x0 < last.lines[0].x0 - 2)
            or (ended and (spare > 0 or self._is_indented(line, last)))
            # Lines set wide apart of which the first had room for more are no running text.
            or (step > 1.5 * line.size and spare > 0.25 * self.width)
        )

    def _is_outline(self, line: Run, last: Paragraph) -> bool:
        before = last.lines[-1]
        if _SECTION.fullmatch(line.text):
            return True
        if _SECTION.fullmatch(before.text) and len(last.lines) == 1 and not before.bold:
            return True
        strong = line.bold or self.style.is_large(line.size)
        return strong and _OUTLINE.match(line.text) is not None

    def _is_indented(self, line: Run, last: Paragraph) -> bool:
        return last.kind != "item" and line.x0 - min(run.x0 for run in last.lines) > line.size

    def _spare(self, before: Run, line: Run) -> float:
        """Return how much room the line's first word would have left on the line before."""
        first = line.text.split()[0]
        letter = (line.x1 - line.x0) / max(1, len(line.text))
        return self.right - before.x1 - (len(first) + 1) * letter

    def _is_item(self, line: Run, last: Paragraph | None) -> bool:
        text = line.text
        if _BULLET_SIGN.match(text) or _LEADERS.search(text):
            return True
        before = last.lines[-1] if last is not None and last.lines else None
        free = before is None or line.bottom - before.bottom > PARAGRAPH_STEP * self.style.step(
            line.size
        )
        free = free or (before is not None and (ends_sentence(before.text) or before.bold))
        if _BULLET.match(text):
            aligned = last is not None and last.kind == "item" and _aligned(line, last)
            return free or aligned or (before is not None and before.text.endswith(","))
        if not _NUMBERED.match(text) or _MONTH.match(text):
            return False
        return free or (last is not None and last.kind == "item" and _follows(line, last))


def _follows(line: Run, item: Paragraph) -> bool:
    """Tell whether a line under an item has the next number, or the first one after bullets."""
    number, before = _number(line.text), _number(item.text)
    return _aligned(line, item) and number == (1 if before is None else before + 1)


def _number(text: str) -> int | None:
    match = _NUMBERED.match(text)
    if match is None:
        return None
    sign = next(group for group in match.groups() if group is not None)
    return int(sign) if sign.isdecimal() else ord(sign[0]) - ord("a") + 1


def _aligned(line: Run, item: Paragraph) -> bool:
    return abs(line.x0 - item.lines[0].x0) < 2

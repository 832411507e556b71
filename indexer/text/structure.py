"""Structure of plain text and Markdown: headings, paragraphs, list items and table rows.

One pass over the lines; a `.txt` is read like Markdown, but its line breaks may end a paragraph
(`_wraps` decides) and its headings may be bare lines (`headings.promote`).
"""

from __future__ import annotations

import re
from dataclasses import replace

from indexer.text.headings import promote
from indexer.text.lines import Line, lines
from indexer.text.markup import plain
from indexer.text.rules import rule_for
from indexer.types import Block

WRAP_COLUMNS = 110  # no editor wraps at more; a longer line is a paragraph of its own
WRAP_MIN_CHARS = 40  # shorter lines are lines of a list or an address, not of wrapped text
HEADING_MAX_CHARS = 200  # a longer paragraph above a line of dashes is no heading

_DELIMITER = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?$")
_PIPE = re.compile(r"(?<!\\)\|")
_SENTENCE_END = re.compile(r"[.!?:;…]['\"“”’)»«*_\]]*$")
# No line, heading or sentence ends with one of these words.
_OPEN_END = re.compile(
    r"\b(?:am|an der|als|auf|aus|bei|beim|bis|das|dem|den|der|des|die|durch|eine?[mnrs]?|für|im|in"
    r"|mit|oder|seit|sowie|und|unter|vom|von|vor|zum|zur|über|a|and|at|by|for|from|of|or|the|to)$"
)
_BROKEN = re.compile(r"[ \t]*\n[ \t]*\n[ \t]*")
_ADDRESS = re.compile(r"\S*(?:@|://|\w\.\w)")


def scan(text: str, markdown: bool) -> tuple[Block, ...]:
    """Find the structure of a canonical text.

    Args:
        markdown: False for `.txt`, where bare lines may be headings.
    """
    scanner = _Scanner(text, markdown)
    blocks = _join_broken(text, scanner.blocks())
    return tuple(blocks if markdown else promote(text, blocks, scanner.code_starts))


class _Scanner:
    def __init__(self, text: str, markdown: bool) -> None:
        self.text = text
        self.markdown = markdown
        self.code_starts: set[int] = set()
        self._lines = list(lines(text))
        self._done: list[Block] = []
        self._open: list[Line] = []  # lines of the paragraph or item that is not finished yet

    def blocks(self) -> list[Block]:
        at = 0
        while at < len(self._lines):
            rows = self._table_rows(at)
            if rows:
                self._close()
                at = self._read_table(at, rows)
                continue
            self._read(self._lines[at])
            at += 1
        self._close()
        return self._done

    def _read(self, line: Line) -> None:
        if self._open and line.quoted != self._open[-1].quoted:
            self._close()
        if line.kind == "underline":
            self._underline(line)
        elif line.kind == "text" or (line.kind == "item" and not self._is_item(line)):
            if self._open and self._open[0].kind == "item" and not self._continues_item(line):
                self._close()
            self._open.append(replace(line, kind="text"))
        else:
            self._close()
            if line.kind == "heading":
                self._done.append(Block(line.start, line.end, "heading", level=line.level))
            elif line.kind == "item":
                self._open = [line]
            elif line.kind == "code":
                self.code_starts.add(line.start)
                self._done.append(Block(line.start, line.end, "paragraph"))

    def _underline(self, line: Line) -> None:
        """End a heading, or, below anything but a short paragraph, only mark a break."""
        above = self._open
        self._open = []
        if above and above[0].kind == "text" and len(above) <= 2:
            start, end = above[0].start, above[-1].end
            if end - start <= HEADING_MAX_CHARS and (self.markdown or len(above) == 1):
                self._done.append(Block(start, end, "heading", level=line.level))
                return
        self._open = above
        self._close()

    def _is_item(self, line: Line) -> bool:
        """Tell an item from a wrapped line that happens to begin with a number or a dash."""
        if not self._open:
            return True
        first, last = self._open[0], self._open[-1]
        if first.kind == "item":
            # Counts on, or all items carry the same number, as Markdown allows.
            unnumbered = first.number is None or line.number is None
            return unnumbered or line.number in (first.number, (first.number or 0) + 1)
        ended = _SENTENCE_END.search(last.text) is not None
        if line.number is None:
            return self.markdown or ended or not self._wraps(last, line)
        return line.number == 1 and ended

    def _continues_item(self, line: Line) -> bool:
        last = self._open[-1]
        return self.markdown or line.indent > self._open[0].indent or self._wraps(last, line)

    def _close(self) -> None:
        """Turn the open lines into blocks."""
        group, self._open = self._open, []
        if not group:
            return
        if group[0].kind == "item":
            self._done.append(Block(group[0].start, group[-1].end, "item"))
            return
        ruled = [self._stands_alone(group, at) for at in range(len(group))]
        width = max(line.end - line.start for line in group)
        start = 0
        for at in range(1, len(group) + 1):
            joins = at < len(group) and not ruled[at - 1] and not ruled[at]
            if joins and (self.markdown or self._wraps(group[at - 1], group[at], width)):
                continue
            self._done.append(Block(group[start].start, group[at - 1].end, "paragraph"))
            start = at

    @staticmethod
    def _stands_alone(group: list[Line], at: int) -> bool:
        """Tell a line of the page's frame, which a rule names, from a line of a paragraph."""
        if rule_for(group[at].text) is None:
            return False
        if len(group) == 1:
            return True
        edge = at in (0, len(group) - 1) or bool(_SENTENCE_END.search(group[at - 1].text))
        after_frame = at > 0 and rule_for(group[at - 1].text) is not None
        return not group[at].text[:1].islower() and (edge or after_frame)

    @staticmethod
    def _wraps(line: Line, following: Line, width: int = 0) -> bool:
        """Tell whether a `.txt` line break lies inside a paragraph.

        It does in mid-sentence, and where the next word would not have fitted on the line.
        """
        length = line.end - line.start
        if _OPEN_END.search(line.text):
            return True
        if length < WRAP_MIN_CHARS:
            return False
        ended = _SENTENCE_END.search(line.text)
        if not ended and following.text[:1].islower() and not _ADDRESS.match(following.text):
            return True
        width = max(width, length, following.end - following.start)
        word = len(following.text.split(maxsplit=1)[0])
        return width <= WRAP_COLUMNS and length + 1 + word > width

    def _table_rows(self, at: int) -> int:
        """Return the number of lines of the table that begins here, 0 if none does."""
        if at + 1 >= len(self._lines) or self._lines[at].kind not in ("text", "item"):
            return 0
        header, delimiter = self._lines[at], self._lines[at + 1]
        if "|" not in header.text or "|" not in delimiter.text:
            return 0
        if not _DELIMITER.match(delimiter.text) or len(_cells(header.text)) != len(
            _cells(delimiter.text)
        ):
            return 0
        end = at + 2
        while end < len(self._lines) and self._lines[end].kind in ("text", "item"):
            if "|" not in self._lines[end].text:
                break
            end += 1
        return end - at

    def _read_table(self, at: int, rows: int) -> int:
        header = self._lines[at]
        body = self._lines[at + 2 : at + rows]
        if all(rule_for(line.text) for line in body):  # the header's cells are all it says
            self._done.append(Block(header.start, header.end, "row"))
        columns = tuple(plain(cell) for cell in _cells(header.text))
        for line in body:
            self._done.append(Block(line.start, line.end, "row", columns=columns))
        return at + rows


def _cells(row: str) -> list[str]:
    row = row.strip().removeprefix("|")
    if row.endswith("|") and not row.endswith("\\|"):
        row = row[:-1]
    return [cell.strip() for cell in _PIPE.split(row)]


def _join_broken(text: str, blocks: list[Block]) -> list[Block]:
    """Join paragraphs that an empty line breaks in mid-sentence."""
    joined: list[Block] = []
    for block in blocks:
        if joined and _goes_on(text, joined[-1], block):
            joined[-1] = joined[-1]._replace(end=block.end)
        else:
            joined.append(block)
    return joined


def _goes_on(text: str, block: Block, following: Block) -> bool:
    if block.kind != "paragraph" or following.kind != "paragraph":
        return False
    if block.end - block.start < WRAP_MIN_CHARS or not text[following.start].islower():
        return False
    tail = text[max(block.start, block.end - 20) : block.end]
    return (
        not _SENTENCE_END.search(tail)
        and _BROKEN.fullmatch(text, block.end, following.start) is not None
        and not _ADDRESS.match(text, following.start, following.end)
        and rule_for(text[following.start : min(following.end, following.start + 400)]) is None
    )

"""Bare headings of a `.txt`: a short line that stands alone and is followed by body text."""

from __future__ import annotations

import re

from indexer.text.markup import plain
from indexer.text.rules import rule_for
from indexer.types import Block, BlockKind

MAX_HEADING_CHARS = 100
MAX_HEADING_WORDS = 14
TOWER = 3  # so many short lines in a row are a list (a contact, an address), not headings

_NO_TITLE_END = re.compile(r"[.,;:]['\"“”’)»«]*$")
_SENTENCE_END = re.compile(r"[.,;]['\"“”’)»«]*$")
_EXCLAMATION = re.compile(r"!['\"“”’)»«]*$")
_TITLE_MARK = re.compile(r"[–—:„“\"»]|\d")  # what an exclamation has when it is a title
_FIRST = re.compile(r"[\"'„“‚‘»«(¿¡§\[]*[\w€]")
_DETAIL = re.compile(
    r"@|://|www\.|^(?:Tel|Telefon|Phone|Fax|Mobil|Mobile|E-?Mail|Mail|Web|Internet|Website|Adresse"
    r"|Address|Datum|Date|Stand|Autor|Author|Ort|Foto|Bild|Quelle|Source)\b[^:]{0,20}:",
    re.IGNORECASE,
)
_ORDERED = re.compile(r"\d{1,3}[.)][ \t]+")


def promote(text: str, blocks: list[Block], code_starts: set[int]) -> list[Block]:
    """Turn bare headings into headings, and the other lines of a tower of short lines into items.

    Levels: 1 for the first line of the document, else 2 (or one below the last marked heading);
    a heading directly below a bare heading is one deeper.
    """
    result: list[Block] = []
    marked_level = 0
    begun = False  # some text stands before
    at = 0
    while at < len(blocks):
        block = blocks[at]
        if block.kind == "heading":
            marked_level = block.level
            begun = True
        run = _run(text, blocks, at, code_starts)
        if run == 0:
            begun = begun or not _framed(text, block)
            result.append(block)
            at += 1
            continue
        level = min(marked_level + 1, 6) if marked_level else (2 if begun else 1)
        followed = at + run < len(blocks) and _is_body(text, blocks[at + run - 1], blocks[at + run])
        if followed and run > 1 and not _is_parted(text, blocks, at):
            # The last of a group of lines is no heading of what an empty line parts from them.
            followed = not _is_parted(text, blocks, at + run - 1)
        below = bool(result) and result[-1].kind == "heading" and result[-1].level > 1
        result += _read_run(text, blocks[at : at + run], level, followed, below)
        begun = True
        at += run
    return result


def _read_run(text: str, run: list[Block], level: int, followed: bool, below: bool) -> list[Block]:
    """Decide on neighbouring short lines.

    Args:
        followed: whether body text comes next.
        below: whether a heading other than the title stands directly above; it governs a tower.
    """
    last_is_heading = followed and _like_heading(text, run[-1])
    first_is_heading = _like_heading(text, run[0]) and (len(run) > 1 or followed)
    first_is_heading &= not (below and len(run) >= TOWER)
    middle: BlockKind = "item" if len(run) >= TOWER else "paragraph"
    decided = [block._replace(kind=middle) for block in run]
    if first_is_heading:
        decided[0] = run[0]._replace(kind="heading", level=level)
    if last_is_heading and len(run) > 1:
        # Below a list of short lines it begins something new, directly below a heading it is part.
        deeper = first_is_heading and (len(run) < TOWER or level == 1)
        decided[-1] = run[-1]._replace(kind="heading", level=min(level + deeper, 6))
    return decided


def _run(text: str, blocks: list[Block], at: int, code_starts: set[int]) -> int:
    """Count the short lines that follow each other from here."""
    end = at
    while (
        end < len(blocks)
        and blocks[end].start not in code_starts
        and _is_short(text, blocks, end)
        and (end == at or not _wide_gap(text, blocks[end - 1], blocks[end]))
    ):
        end += 1
    # Where some of the lines are parted by an empty line and some are not, it parts groups.
    empty = [_is_parted(text, blocks, place) for place in range(at, end - 1)]
    return end - at if all(empty) or not any(empty) else empty.index(True) + 1


def _is_parted(text: str, blocks: list[Block], at: int) -> bool:
    """Tell whether an empty line stands between a block and the next."""
    return text.count("\n", blocks[at].end, blocks[at + 1].start) > 1


def _is_short(text: str, blocks: list[Block], at: int) -> bool:
    block = blocks[at]
    if block.kind != "paragraph" and not _is_numbered_heading(text, blocks, at):
        return False
    if block.end - block.start > 3 * MAX_HEADING_CHARS:
        return False
    line = text[block.start : block.end]
    words = plain(line)
    if "\n" in line or len(words) > MAX_HEADING_CHARS or len(words.split()) > MAX_HEADING_WORDS:
        return False
    if _SENTENCE_END.search(words) and len(words.split()) > 2:
        return False
    rule = rule_for(line)
    # The first line of a document is its title even as a link that leads nowhere.
    return rule is None or (
        rule.name == "empty_link" and at < 20 and all(_framed(text, b) for b in blocks[:at])
    )


def _is_numbered_heading(text: str, blocks: list[Block], at: int) -> bool:
    """Tell "2. Gebühren" above a paragraph from an item of a list."""
    block = blocks[at]
    if block.kind != "item" or not _ORDERED.match(text, block.start, block.end):
        return False
    neighbours = [blocks[near] for near in (at - 1, at + 1) if 0 <= near < len(blocks)]
    alone = all(near.kind != "item" for near in neighbours)
    return alone and at + 1 < len(blocks) and _is_body(text, block, blocks[at + 1])


def _is_body(text: str, block: Block, following: Block) -> bool:
    return (
        following.kind != "heading"
        and not _framed(text, following)
        and not _wide_gap(text, block, following)
    )


def _like_heading(text: str, block: Block) -> bool:
    line = plain(text[block.start : block.end])
    first = _FIRST.match(line)
    if first is None or first[0][-1].islower() or _NO_TITLE_END.search(line):
        return False
    if _EXCLAMATION.search(line) and not _TITLE_MARK.search(line):
        return False
    letters = sum(map(str.isalpha, line))
    return letters > sum(map(str.isdigit, line)) and letters >= 2 and not _DETAIL.search(line)


def _framed(text: str, block: Block) -> bool:
    return block.kind != "heading" and rule_for(text[block.start : block.end]) is not None


def _wide_gap(text: str, block: Block, following: Block) -> bool:
    """Three or more empty lines part what stands above from what stands below."""
    return text.count("\n", block.end, following.start) > 3

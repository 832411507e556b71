"""Sections of a document: neighbouring blocks below the same path of headings."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from indexer.text.markup import plain
from indexer.text.rules import Kept
from indexer.types import Block


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks that may share passages."""

    headings: tuple[str, ...]  # path from the highest, without the document's title
    blocks: tuple[Block, ...]


def sections(text: str, kept: Kept, title: str) -> Iterator[Section]:
    """Yield sections in order.

    A heading governs what follows it up to the next of its level. One that governs nothing is a
    section of its own, so that its words can be found and quoted. The end of a teaser ends the
    section and its innermost heading.
    """
    path: list[tuple[Block, str]] = []
    body: list[Block] = []
    idle: Block | None = None  # the last heading, while nothing stands below it
    titled = False
    last_end = 0

    def headings() -> tuple[str, ...]:
        return tuple(words for _, words in path if words)

    for block in kept.blocks:
        teaser_ended = _between(kept.teaser_ends, last_end, block.start)
        last_end = block.end
        if teaser_ended or block.kind == "heading":
            if body:
                yield Section(headings(), tuple(body))
                body = []
            if idle and (teaser_ended or block.level <= idle.level):
                path.pop()
                yield Section(headings(), (idle._replace(kind="paragraph"),))
                idle = None
            elif teaser_ended and path and path[-1][0].level > 1:
                path.pop()
        if block.kind == "heading":
            while path and path[-1][0].level >= block.level:
                path.pop()
            words = plain(text[block.start : block.end])
            is_title = not titled and not path and words == title
            titled = titled or is_title
            path.append((block, "" if is_title else words))
            idle = block
        else:
            body.append(block)
            idle = None
    if body:
        yield Section(headings(), tuple(body))
    if idle:
        path.pop()
        yield Section(headings(), (idle._replace(kind="paragraph"),))


def _between(offsets: tuple[int, ...], start: int, end: int) -> bool:
    place = bisect_left(offsets, start)
    return place < len(offsets) and offsets[place] < end

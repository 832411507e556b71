"""Sentences packed into passages of a limited number of tokens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from indexer.text.tokens import count_tokens
from indexer.types import Block, Span

# Where a sentence that is too long may be cut, best first; a quotation has sentences inside.
_INNER_SENTENCE = re.compile(r"[.!?…]['\"“”’‘)»«]*\s+(?=['\"„“‚‘»«(]?[^\W\d_a-zäöüß])")
_CLAUSE = re.compile(r"[;:,](?=\s)|\s(?=[–—]\s)")
_WORD = re.compile(r"\S+\s*")
_CUTS = (_INNER_SENTENCE, _CLAUSE, _WORD)


@dataclass(frozen=True, slots=True)
class Unit:
    """One sentence, item or row, or a piece of a sentence that is too long for any passage."""

    start: int  # of what a passage may quote: for the first sentence of a block, the block's start
    end: int
    sentence: Span
    tokens: int
    whole: bool = True  # False for a piece of a sentence


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The units of one block."""

    block: Block
    units: tuple[Unit, ...]
    tokens: int
    introduces: bool  # ends with a colon: stays with what it announces where the budget allows


def paragraph(text: str, block: Block, sentences: list[Span], budget: int) -> Paragraph:
    """Make a block's sentences into units, cutting those that alone exceed the budget."""
    content = text[block.start : block.end]
    block_start = block.start + len(content) - len(content.lstrip())
    block_end = block.start + len(content.rstrip())
    units: list[Unit] = []
    for place, sentence in enumerate(sentences):
        start = block_start if place == 0 else sentence[0]
        end = block_end if place == len(sentences) - 1 else sentence[1]
        # White space before a sentence is counted with it, so that counts add up in a passage.
        tokens = count_tokens(text[units[-1].end if units else start : end])
        if tokens <= budget:
            units.append(Unit(start, end, sentence, tokens))
        else:
            units += pieces(text, Unit(start, end, sentence, tokens), budget)
    introduces = content.rstrip("*_ \t\n").endswith(":")
    return Paragraph(block, tuple(units), sum(unit.tokens for unit in units), introduces)


def pieces(text: str, unit: Unit, budget: int) -> Iterator[Unit]:
    """Cut a sentence at clause boundaries, else between words, else between characters."""
    before = unit.start
    for span in _packed(text, list(_atoms(text, unit.start, unit.end, budget)), budget):
        content = text[slice(*span)]
        start = span[0] + len(content) - len(content.lstrip())
        end = start + len(content.strip())
        if start >= end:
            continue
        low, high = max(start, unit.sentence[0]), min(end, unit.sentence[1])
        sentence = (low, high) if low < high else (start, end)
        yield Unit(start, end, sentence, count_tokens(text[before:end]), whole=False)
        before = end


def _atoms(text: str, start: int, end: int, budget: int, depth: int = 0) -> Iterator[Span]:
    """Split at the best kind of place, and what is still over the budget at the next best."""
    if count_tokens(text[start:end]) <= budget:
        yield start, end
    elif depth == len(_CUTS):
        yield from _halves(text, start, end, budget)
    else:
        for part in _between(
            start, end, (cut.end() for cut in _CUTS[depth].finditer(text, start, end))
        ):
            yield from _atoms(text, *part, budget, depth + 1)


def _between(start: int, end: int, marks: Iterator[int]) -> Iterator[Span]:
    for mark in marks:
        if start < mark < end:
            yield start, mark
            start = mark
    if start < end:
        yield start, end


def _halves(text: str, start: int, end: int, budget: int) -> Iterator[Span]:
    if end - start <= 1 or count_tokens(text[start:end].strip()) <= budget:
        yield start, end
        return
    middle = (start + end) // 2
    yield from _halves(text, start, middle, budget)
    yield from _halves(text, middle, end, budget)


def _packed(text: str, atoms: list[Span], budget: int) -> Iterator[Span]:
    """Join neighbouring atoms while they keep the budget."""
    start, end, tokens = 0, 0, 0
    for low, high in atoms:
        more = count_tokens(text[low:high])
        if end and tokens + more <= budget:
            end, tokens = high, tokens + more
            continue
        if end:
            yield start, end
        start, end, tokens = low, high, more
    if end:
        yield start, end


class Packer:
    """Collects paragraphs of one section into groups of units that keep the budget."""

    def __init__(self, budget: int, may_join: Callable[[Block, Block], bool]) -> None:
        self._budget = budget
        self._may_join = may_join  # whether two neighbouring blocks may share a passage
        self._open: list[tuple[Block, Unit]] = []
        self._tokens = 0
        self._introduced = 0  # units at the end that announce what comes next
        self.groups: list[list[tuple[Block, Unit]]] = []

    def add(self, paragraph: Paragraph) -> None:
        """Add a paragraph: whole if it fits, on its own if it fits there, else sentence-wise."""
        if self._open and not self._may_join(self._open[-1][0], paragraph.block):
            self.close()
        over = self._tokens + paragraph.tokens > self._budget
        worth_its_own = paragraph.tokens <= self._budget or self._tokens * 3 > self._budget
        if self._open and over and worth_its_own:
            self._close_before(paragraph)
        # A paragraph over the budget is cut into parts of about the same length.
        parts = -(-(self._tokens + paragraph.tokens) // self._budget)
        target = (self._tokens + paragraph.tokens) / max(parts, 1)
        for unit in paragraph.units:
            full = self._tokens + unit.tokens > self._budget
            even = parts > 1 and self._tokens >= target
            if self._open and (full or even):
                self.close()
            self._open.append((paragraph.block, unit))
            self._tokens += unit.tokens
        self._introduced = 0
        if paragraph.introduces and paragraph.units and paragraph.units[-1].whole:
            self._introduced = 1

    def _close_before(self, paragraph: Paragraph) -> None:
        """Start a new group, taking along the line that announces the paragraph."""
        announced = self._open[len(self._open) - self._introduced :] if self._introduced else []
        tokens = sum(unit.tokens for _, unit in announced)
        first = paragraph.units[0].tokens if paragraph.units else 0
        if len(announced) == len(self._open) or tokens + first > self._budget:
            announced = []
        if announced:
            del self._open[-len(announced) :]
        self.close()
        self._open = announced
        self._tokens = sum(unit.tokens for _, unit in announced)

    def close(self) -> None:
        """End the group that is being filled."""
        if self._open:
            self.groups.append(self._open)
        self._open, self._tokens, self._introduced = [], 0, 0

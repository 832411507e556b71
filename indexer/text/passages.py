"""A `Reading` becomes title, language and passages: structure first, then sentences.

blocks -> sections (heading path) -> sentences -> passages of at most PASSAGE_TOKENS
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version

from indexer.settings import PASSAGE_TOKENS
from indexer.text import rules
from indexer.text.language import clear_language, document_language
from indexer.text.packing import Packer, Unit, paragraph, pieces
from indexer.text.sections import Section, sections
from indexer.text.sentences import unit_spans
from indexer.text.structure import scan
from indexer.text.title import find_published, find_title
from indexer.text.tokens import count_tokens, ranks_sha256
from indexer.types import Block, Language, Passage, Reading

# Changes whenever the same document could become other passages.
SEGMENTER_VERSION = (
    f"1 sentencex-{version('sentencex')} py3langid-{version('py3langid')} {ranks_sha256()}"
)

_WORDS_BETWEEN = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Segmentation:
    """What the text of a document says about itself, and its passages in order."""

    title: str
    language: Language
    published: date | None
    passages: tuple[Passage, ...]
    dropped_lines: dict[str, int]  # rule name -> lines left out


def segment(
    reading: Reading,
    doc_id: str,
    name: str,
    fits: Callable[[Passage], bool],
    budget: int = PASSAGE_TOKENS,
) -> Segmentation:
    """Cut a reading into passages.

    Args:
        name: the file's name; `.md` and `.markdown` are read as Markdown if nothing is scanned yet.
        fits: whether the encoder's window holds a passage with its title, headings and columns.
        budget: tokens per passage; only a character that has more exceeds it.

    Raises:
        ValueError: if budget is not positive.
    """
    if budget < 1:
        raise ValueError(f"budget is {budget} tokens, but a passage needs at least 1")
    text = reading.text
    markdown = name.lower().endswith((".md", ".markdown"))
    blocks = scan(text, markdown) if reading.blocks is None else reading.blocks
    kept = rules.apply(text, blocks)
    said = reading.metadata
    title = said.title or find_title(text, kept.blocks)
    language = said.language or document_language(
        "\n\n".join(text[block.start : block.end] for block in kept.blocks)
    )
    segmenter = _Segmenter(reading, doc_id, language, fits, budget)
    passages = tuple(
        passage
        for section in sections(text, kept, title)
        for passage in segmenter.passages(section)
    )
    published = said.published or find_published(text, kept.blocks)
    return Segmentation(title, language, published, passages, kept.dropped_lines)


class _Segmenter:
    def __init__(
        self,
        reading: Reading,
        doc_id: str,
        language: Language,
        fits: Callable[[Passage], bool],
        budget: int,
    ) -> None:
        self._text = reading.text
        self._page_starts = reading.page_starts
        self._doc_id = doc_id
        self._document_language = language
        self._fits = fits
        self._budget = budget
        self._languages: dict[int, Language] = {}  # block start -> its language

    def passages(self, section: Section) -> Iterator[Passage]:
        """Pack the blocks of one section."""
        packer = Packer(self._budget, self._may_join)
        language = self._document_language
        for block in section.blocks:
            # A short block is in the language of its neighbours.
            language = clear_language(self._text[block.start : block.end]) or language
            self._languages[block.start] = language
            spans = unit_spans(self._text, block.start, block.end, block.kind, language)
            if spans:
                packer.add(paragraph(self._text, block, spans, self._budget))
        packer.close()
        for group in packer.groups:
            yield from self._fitted([unit for _, unit in group], group[0][0], section.headings)

    def _may_join(self, block: Block, following: Block) -> bool:
        """Nothing that is left out, no other table and no other language inside a passage."""
        return (
            (block.kind == "row") == (following.kind == "row")
            and block.columns == following.columns
            and self._languages[block.start] == self._languages[following.start]
            and self._text.count("\n", block.end, following.start) <= 3
            and _WORDS_BETWEEN.search(self._text, block.end, following.start) is None
        )

    def _fitted(
        self, units: list[Unit], block: Block, headings: tuple[str, ...]
    ) -> Iterator[Passage]:
        """Make units into one passage, or into several where one would be too long."""
        passage = self._passage(units, block, headings)
        if count_tokens(passage.text) <= self._budget and self._fits(passage):
            yield passage
        elif len(units) > 1:
            middle = self._middle(units)
            yield from self._fitted(units[:middle], block, headings)
            yield from self._fitted(units[middle:], block, headings)
        else:
            tokens = min(self._budget, count_tokens(passage.text))
            smaller = list(pieces(self._text, units[0], max(tokens // 2, 1)))
            if len(smaller) < 2:
                yield passage
            else:
                yield from self._fitted(smaller, block, headings)

    @staticmethod
    def _middle(units: list[Unit]) -> int:
        """Return where to part units into halves of about the same number of tokens."""
        half = sum(unit.tokens for unit in units) / 2
        before = 0
        for place, unit in enumerate(units[:-1], start=1):
            before += unit.tokens
            if before >= half:
                return place
        return len(units) - 1

    def _passage(self, units: list[Unit], block: Block, headings: tuple[str, ...]) -> Passage:
        start, end = units[0].start, units[-1].end
        return Passage(
            doc_id=self._doc_id,
            start=start,
            end=end,
            text=self._text[start:end],
            language=self._languages[block.start],
            headings=headings,
            columns=block.columns,
            sentences=tuple(unit.sentence for unit in units),
            page=bisect_right(self._page_starts, start) or None,
        )

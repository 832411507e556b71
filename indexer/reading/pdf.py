"""PDF files: words and their places on pages become text in reading order."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.pdfparser import PDFSyntaxError
from pdfplumber.utils.exceptions import PdfminerException

from indexer.errors import ReadError
from indexer.reading.html_metadata import language_of_tag
from indexer.reading.pdf_blocks import pdf_blocks
from indexer.reading.pdf_layout import regions
from indexer.reading.pdf_margins import running_lines
from indexer.reading.pdf_paragraphs import Paragraph, region_paragraphs
from indexer.reading.pdf_style import Style, measure
from indexer.reading.pdf_tables import Grid, Table, fill_grid, find_grids, is_inside
from indexer.reading.pdf_words import Run, line_runs, page_words, rows_of
from indexer.reading.pieces import clean
from indexer.reading.titles import document_title
from indexer.reading.unwrap import vocabulary
from indexer.types import Metadata, Reading

HEADER_BYTES = 1_024
TAIL_BYTES = 4_096
MAX_UNKNOWN_SHARE = 0.3  # of a page's characters; with more, its font cannot be read
_NO_TEXT = "holds no text, only images: run text recognition first (for example ocrmypdf)"


@dataclass(slots=True)
class _Page:
    height: float
    words: list[Run]
    grids: list[Grid]
    has_images: bool


def read_pdf(data: bytes) -> Reading:
    """Read a PDF.

    Raises:
        ReadError: if it is none, encrypted, damaged, cut off, or holds no text at all.
    """
    if b"%PDF-" not in data[:HEADER_BYTES]:
        raise ReadError("is not a PDF although it is named .pdf")
    if b"%%EOF" not in data[-TAIL_BYTES:] and b"startxref" not in data[-TAIL_BYTES:]:
        raise ReadError("is a damaged PDF: its end is missing")
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            pages = [_page(page) for page in pdf.pages]
            metadata = _metadata(pdf)
    except (PdfminerException, PDFSyntaxError) as error:
        if _is_locked(error):
            raise ReadError("is encrypted: save it without a password") from error
        raise ReadError(f"is a damaged PDF: {_first_line(error)}") from error
    if not pages:
        raise ReadError("is a damaged PDF: it has no pages")
    return _reading(pages, metadata)


def _reading(pages: list[_Page], metadata: Metadata) -> Reading:
    _drop_margins(pages)
    lines = [rows_of(line_runs(page.words)) for page in pages]
    style = measure(lines)
    known = vocabulary(" ".join(run.text for run in row) for page in lines for row in page)
    paragraphs: list[Paragraph] = []
    for number, page in enumerate(pages):
        paragraphs += _page_paragraphs(page, number, style, known)
    text, blocks, starts, with_text = pdf_blocks(paragraphs, len(pages), style, known)
    if not text:
        raise ReadError(_NO_TEXT)
    lacking = tuple(
        number + 1
        for number, page in enumerate(pages)
        if number not in with_text and page.has_images
    )
    return Reading(text, metadata, blocks, page_starts=starts, pages_without_text=lacking)


def _page(page: Any) -> _Page:
    words = page_words(page)
    characters = sum(len(word.text) for word in words)
    unknown = sum(word.text.count("\N{REPLACEMENT CHARACTER}") for word in words)
    unreadable = unknown > MAX_UNKNOWN_SHARE * characters
    found = _Page(
        height=float(page.height),
        words=[] if unreadable else words,
        grids=[] if unreadable or not words else find_grids(page),
        # A page of nothing is blank; one with pictures or drawn letters has something to read.
        has_images=unreadable or bool(page.images) or len(page.curves) > 20,
    )
    page.close()
    return found


def _drop_margins(pages: list[_Page]) -> None:
    placed = []
    for page in pages:
        # A table that goes on has its header again at the top; that is no running header.
        boxes = [grid.box for grid in page.grids if len(grid.cells) > 2]
        outside = [word for word in page.words if not any(is_inside(word, box) for box in boxes)]
        placed.append((page.height, line_runs(outside)))
    for page, gone in zip(pages, running_lines(placed), strict=True):
        boxes = [(run.x0, run.top, run.x1, run.bottom) for run in gone]
        page.words = [word for word in page.words if not any(is_inside(word, b) for b in boxes)]


def _page_paragraphs(
    page: _Page, number: int, style: Style, known: frozenset[str]
) -> list[Paragraph]:
    tables: dict[Run, Table] = {}
    words: Sequence[Run] = page.words
    size = median(word.size for word in words) if words else 10.0
    for grid in page.grids:
        table = fill_grid(grid, words, known)
        if table is None:
            continue
        words = [word for word in words if not is_inside(word, grid.box)]
        x0, top, x1, bottom = grid.box
        tables[Run("\N{OBJECT REPLACEMENT CHARACTER}" * 40, x0, x1, top, bottom, size, False)] = (
            table
        )
    found: list[Paragraph] = []
    for region in regions([*line_runs(words), *tables]):
        found += region_paragraphs(region, tables, number, style)
    return found


def _metadata(pdf: Any) -> Metadata:
    title = (pdf.metadata or {}).get("Title")
    language = pdf.doc.catalog.get("Lang")
    if isinstance(language, bytes):
        language = language.decode("latin-1")
    return Metadata(
        title=document_title(clean(title)) if isinstance(title, str) else None,
        language=language_of_tag(language if isinstance(language, str) else None),
    )


def _is_locked(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, PDFPasswordIncorrect) or any(
            isinstance(part, PDFPasswordIncorrect) for part in error.args
        ):
            return True
        error = error.__cause__ or error.__context__
    return False


def _first_line(error: Exception) -> str:
    text = re.sub(r"\s+", " ", str(error)).strip()
    return text[:200] or type(error).__name__

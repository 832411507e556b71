"""Presentations: slide by slide, the title first, then what stands on the slide."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from lxml import etree

from indexer.errors import ReadError
from indexer.reading.archive import checked_archive
from indexer.reading.html_metadata import language_of_tag
from indexer.reading.pieces import Piece, clean, compose
from indexer.reading.tables import looks_like_header, row_pieces
from indexer.reading.titles import document_title
from indexer.types import Metadata, Reading

_RUNNING = frozenset({"DATE", "FOOTER", "HEADER", "SLIDE_NUMBER"})


def read_pptx(data: bytes) -> Reading:
    """Read a .pptx file; hidden slides and speaker's notes are left out.

    Raises:
        ReadError: if it is none, damaged, encrypted, or dangerous to unpack.
    """
    archive = checked_archive(data, ".pptx")
    if "ppt/presentation.xml" not in archive.namelist():
        raise ReadError("is not a presentation although it is named .pptx")
    import pptx

    try:
        presentation = pptx.Presentation(io.BytesIO(data))
        slides = [slide for slide in presentation.slides if slide.element.get("show") != "0"]
        reader = _Reader()
        text, blocks = compose(piece for slide in slides for piece in reader.slide(slide))
        properties = presentation.core_properties
    except (KeyError, ValueError, AttributeError, etree.LxmlError) as error:
        raise ReadError(f"is a damaged .pptx file: {error}") from error
    metadata = Metadata(
        title=document_title(clean(properties.title or "")),
        language=language_of_tag(properties.language),
    )
    return Reading(text=text, metadata=metadata, blocks=blocks)


class _Reader:
    def __init__(self) -> None:
        self.tables = 0

    def slide(self, slide: Any) -> Iterator[Piece]:
        title = slide.shapes.title
        if title is not None:
            yield Piece("heading", title.text_frame.text, level=1)
        for shape in slide.shapes:
            if title is None or shape.shape_id != title.shape_id:
                yield from self.shape(shape)

    def shape(self, shape: Any) -> Iterator[Piece]:
        if hasattr(shape, "shapes"):  # a group
            for part in shape.shapes:
                yield from self.shape(part)
        elif getattr(shape, "has_table", False):
            rows = [[cell.text for cell in row.cells] for row in shape.table.rows]
            self.tables += 1
            headers = int(bool(shape.table.first_row) or looks_like_header(rows))
            yield from row_pieces(rows, headers, self.tables)
        elif shape.has_text_frame and not _is_running(shape):
            listed = shape.is_placeholder and len(shape.text_frame.paragraphs) > 1
            for paragraph in shape.text_frame.paragraphs:
                text = clean(paragraph.text.replace("\v", " "))
                yield Piece("item" if listed else "paragraph", text)


def _is_running(shape: Any) -> bool:
    kind = shape.placeholder_format.type if shape.is_placeholder else None
    return getattr(kind, "name", "") in _RUNNING

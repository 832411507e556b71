"""One way in for every format: bytes and a name become a `Reading`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from importlib.metadata import version
from pathlib import PurePosixPath
from typing import cast
from unicodedata import unidata_version

from indexer.errors import ReadError
from indexer.reading.metadata import merge, parse_sidecar
from indexer.reading.walk import MEDIA_TYPES
from indexer.types import Reading

_OWN_VERSION = 1  # counts up when the same bytes give another text, block or metadata
_LIBRARIES = (
    "charset-normalizer",
    "lxml",
    "pdfminer.six",
    "pdfplumber",
    "python-docx",
    "python-pptx",
    "striprtf",
    "trafilatura",
)
# What a Reading depends on besides the file: part of the index's fingerprint.
READER_VERSION = ";".join(
    [
        f"reader {_OWN_VERSION}",
        f"unicode {unidata_version}",
        *(f"{name} {version(name)}" for name in _LIBRARIES),
    ]
)
# Modules load when their first file comes, so that text files need no PDF library.
_READERS = {
    ".txt": ("indexer.reading.plain", "read_plain"),
    ".md": ("indexer.reading.plain", "read_plain"),
    ".html": ("indexer.reading.html", "read_html"),
    ".htm": ("indexer.reading.html", "read_html"),
    ".pdf": ("indexer.reading.pdf", "read_pdf"),
    ".docx": ("indexer.reading.docx", "read_docx"),
    ".odt": ("indexer.reading.odt", "read_odt"),
    ".rtf": ("indexer.reading.rtf", "read_rtf"),
    ".pptx": ("indexer.reading.pptx", "read_pptx"),
    ".eml": ("indexer.reading.mail", "read_mail"),
}


def media_type(name: str) -> str:
    """Return the media type that a file name's ending stands for.

    Raises:
        ValueError: if files with that ending are not read.
    """
    ending = PurePosixPath(name).suffix.lower()
    if ending not in MEDIA_TYPES:
        raise ValueError(f"{name}: known endings are {', '.join(MEDIA_TYPES)}")
    return MEDIA_TYPES[ending]


def read_bytes(data: bytes, name: str, sidecar: bytes | None = None) -> Reading:
    """Read a file; metadata is its front matter's, else its sidecar's, else its own.

    Call it through a `ReadingProcess`: the parsers behind it may hang or explode.

    Args:
        name: the file's name or path, of which only the ending counts.

    Raises:
        ReadError: if the content does not fit the ending, cannot be read or holds no text, or
            if front matter or sidecar are wrong.
        ValueError: if files with that ending are not read.
    """
    media_type(name)
    ending = PurePosixPath(name).suffix.lower()
    module, function = _READERS[ending]
    beside = parse_sidecar(sidecar) if sidecar is not None else None
    if not data:
        raise ReadError("is empty")
    reader = cast(Callable[[bytes], Reading], getattr(import_module(module), function))
    reading = reader(data)
    if not reading.text.strip():
        raise ReadError("holds no text")
    if beside is None:
        return reading
    # Only texts have front matter, and they say nothing else about themselves.
    has_front_matter = ending in (".txt", ".md")
    order = (reading.metadata, beside) if has_front_matter else (beside, reading.metadata)
    return replace(reading, metadata=merge(*order))

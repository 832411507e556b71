"""Plain text and Markdown: the characters as they stand, behind their front matter."""

from __future__ import annotations

from indexer.errors import ReadError
from indexer.reading.canonical import canonicalise
from indexer.reading.decode import decode, other_format
from indexer.reading.metadata import split_front_matter
from indexer.types import Reading


def read_plain(data: bytes) -> Reading:
    """Read a .txt or .md file; its structure is left to be scanned.

    Raises:
        ReadError: if the bytes are no text, or the front matter is wrong.
    """
    found = other_format(data)
    if found:
        raise ReadError(f"is {found}, not text")
    metadata, text = split_front_matter(canonicalise(decode(data)))
    return Reading(text=text, metadata=metadata)

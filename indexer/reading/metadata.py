"""What is said about a document: in its front matter, in a sidecar, or by the file itself.

A text opens with front matter when its first line is `---`, a later line `---` closes it, and
what stands between looks like fields: the first line that is not blank begins like `word:`, or
any line begins with the name of a known field. Otherwise that first line is a
thematic break and belongs to the text. A known field under an opening line that is never closed
is an error, because passing over it could publish a document before its `visible_from`.
"""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

from indexer.errors import ReadError
from indexer.reading.canonical import canonicalise
from indexer.reading.fields import KNOWN_FIELDS, metadata_from_mapping
from indexer.reading.files import MAX_SIDECAR_BYTES
from indexer.reading.yamlmap import load_mapping
from indexer.types import Metadata

MAX_FRONT_MATTER_BYTES = 65_536
_RULE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_FIELD = re.compile(r"""["']?[A-Za-z_][\w-]*["']?[ \t]*:(?=\s|$)|\{""")
_KNOWN = re.compile(rf"""(?mi)^[ \t]*["']?(?:{"|".join(KNOWN_FIELDS)})["']?[ \t]*:(?=\s|$)""")


def split_front_matter(text: str) -> tuple[Metadata, str]:
    """Split canonical text into what its front matter says and the text that follows.

    >>> split_front_matter("---\\ntitle: Gebühren\\n---\\nText")[1]
    'Text'

    Raises:
        ReadError: if the front matter is longer than 64 KB, is not closed, is no mapping or
            holds a wrong or unknown field.
    """
    opening = _RULE.match(text)
    if opening is None:
        return Metadata(), text
    closing = _RULE.search(text, opening.end())
    inside = text[opening.end() + 1 : closing.start() if closing else None]
    if not _looks_like_fields(inside, closed=closing is not None):
        return Metadata(), text
    if closing is None:
        raise ReadError("front matter: is opened by a line --- but never closed by another")
    if len(inside.encode()) > MAX_FRONT_MATTER_BYTES:
        raise ReadError("front matter: is longer than 64 KB")
    values = load_mapping(inside, "front matter", first_line=2)
    return metadata_from_mapping(values, "front matter"), text[closing.end() + 1 :]


def parse_sidecar(data: bytes) -> Metadata:
    """Return what a sidecar file says.

    Raises:
        ReadError: if it is longer than 64 KB, not UTF-8, no mapping or holds a wrong or
            unknown field.
    """
    if len(data) > MAX_SIDECAR_BYTES:
        raise ReadError("sidecar: is longer than 64 KB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReadError("sidecar: is not written in UTF-8") from error
    return metadata_from_mapping(load_mapping(canonicalise(text), "sidecar"), "sidecar")


def merge(*sources: Metadata) -> Metadata:
    """Return, field by field, what the first source that says anything says.

    >>> merge(Metadata(title="Satzung"), Metadata(title="x", language="de")).language
    'de'
    """
    chosen: dict[str, Any] = {}
    for field in fields(Metadata):
        values = (getattr(source, field.name) for source in sources)
        chosen[field.name] = next((value for value in values if value not in (None, ())), None)
    chosen["tags"] = chosen["tags"] or ()
    return Metadata(**chosen)


def _looks_like_fields(inside: str, *, closed: bool) -> bool:
    # Only so much: without a closing line `inside` is the whole text.
    head = inside[:MAX_FRONT_MATTER_BYTES]
    if not closed:
        first = head.lstrip().split("\n", 1)[0]
        return _KNOWN.match(first) is not None
    if not head.strip():
        return True
    return _FIELD.match(head.lstrip()) is not None or _KNOWN.search(head) is not None

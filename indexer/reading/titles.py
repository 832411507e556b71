"""Titles in document properties that say nothing: file names and what programs fill in."""

from __future__ import annotations

import re

MAX_TITLE_CHARACTERS = 500
_FILE_NAME = re.compile(
    r"(?i)(?:^microsoft (?:word|powerpoint|excel) - .*)"
    r"|(?:.*\.(?:docx?|odt|pdf|rtf|txt|xlsx?|pptx?|odp|indd|qxd|qxp|tmp|dotx?|wpd|cdr))$"
)
_FILLED_IN = re.compile(
    r"(?i)\(?(?:untitled|unbenannt|ohne titel|anonymous|unspecified|none|title|titel|"
    r"powerpoint[- ]?(?:presentation|präsentation)|präsentation|presentation|"
    r"(?:dokument|document|slide|folie) ?\d*)\)?\d*"
)


def document_title(title: str) -> str | None:
    """Return a title property, None where it is a file name or a program's own word.

    >>> document_title("Microsoft Word - satzung_neu.docx") is None
    True
    """
    title = title.strip()
    if not title or len(title) > MAX_TITLE_CHARACTERS or "\N{REPLACEMENT CHARACTER}" in title:
        return None
    if _FILE_NAME.fullmatch(title) or _FILLED_IN.fullmatch(title):
        return None
    return title

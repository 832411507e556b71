"""The one form in which every text is stored, so that offsets mean the same everywhere."""

from __future__ import annotations

import re
import unicodedata

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # neither UTF-8 nor SQL text can hold these


def canonicalise(text: str) -> str:
    """Return the canonical text: newlines as LF, no NUL, no lone surrogates, NFC.

    Applying it twice changes nothing.

    >>> canonicalise("Gebu\\u0308hr\\r\\n")
    'Gebühr\\n'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text))

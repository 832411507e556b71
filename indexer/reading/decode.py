"""From bytes to characters, for files that do not say reliably how they are written."""

from __future__ import annotations

import codecs
import re

from indexer.errors import ReadError

_MARKS = (  # UTF-32 first: its little-endian mark begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What German and English texts hold beyond ASCII when they are written in Windows-1252.
_WESTERN = frozenset("äöüÄÖÜß§€„“”‚‘’–—…°²³µ·•×½¼¾«»©®™ \u00ad´àâçéèêëîïñôûœÉÀÇ")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SAMPLE_BYTES = 262_144
_OTHER_FORMATS = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip or office file"),
    (b"\xd0\xcf\x11\xe0", "an old office file"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "an image"),
    (b"GIF8", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"\x1f\x8b", "a compressed file"),
)


def decode(data: bytes, declared: str | None = None) -> str:
    """Return the characters of a text file, without its byte-order mark.

    Tried in turn: the byte-order mark, UTF-8, what the file declares, Windows-1252 where it
    gives German or English text, and what charset-normalizer finds.

    Raises:
        ReadError: if the bytes are no text in any encoding that could be told.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                shown = encoding.removesuffix("-sig").upper()
                raise ReadError(f"begins like {shown} but cannot be decoded as such") from error
    if b"\x00" in data:
        raise ReadError("is not text: it holds binary data")
    for name in ("utf-8", declared):
        text = _decoded(data, name) if name else None
        if text is not None:
            return _checked(text)
    western = _decoded(data, "cp1252")
    if western is not None and all(char < "\x80" or char in _WESTERN for char in set(western)):
        return _checked(western)
    return _checked(_guessed(data))


def other_format(data: bytes) -> str | None:
    """Name the format that bytes begin like, where it is one that is not plain text."""
    return next((name for magic, name in _OTHER_FORMATS if data.startswith(magic)), None)


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (LookupError, ValueError):  # an encoding nobody knows, or not this one
        return None


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE_BYTES]).best()
    text = _decoded(data, best.encoding) if best else None
    if text is None:
        raise ReadError("its character encoding could not be told: save it as UTF-8")
    return text


def _checked(text: str) -> str:
    if len(_CONTROL.findall(text)) > max(4, len(text) // 200):
        raise ReadError("is not text: it holds binary data")
    return text

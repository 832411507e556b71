"""Markdown and HTML markup stripped for embedding and matching; a quote always keeps it."""

from __future__ import annotations

import html
import re

# Bullets only: the number of an ordered item may be a date ("15. Oktober") and stays text.
BULLET = re.compile(r"[ \t]*[-*+•◦▪‣·●■][ \t]+")

_HIDDEN = re.compile(r"<!--.*?-->", re.DOTALL)
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()\n]*(?:\([^()\n]*\)[^()\n]*)?\)|\[[^\[\]\n]*\])")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]*)>")
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9-]*(?:\s[^<>]*)?/?>")
_LINE_START = re.compile(
    r"^[ \t]*(?:>[ \t]?)*(?:#{1,6}(?=[ \t])|[-*+•◦▪‣·●■][ \t]+)?", re.MULTILINE
)
_LINE_END = re.compile(r"[ \t]#+[ \t]*$", re.MULTILINE)
_RULED = re.compile(r"^[ \t|:=*_~`-]{2,}$", re.MULTILINE)
_OPENING = re.compile(r"(?<![\w\\])(?:\*{1,3}|_{1,3}|~~)(?=\S)")
_CLOSING = re.compile(r"(?<=[^\s\\])(?:\*{1,3}|_{1,3}|~~)(?!\w)")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~<])")
_SPACE = re.compile(r"\s+")


def without_marker(line: str) -> str:
    """Return a list item's line without its bullet."""
    bullet = BULLET.match(line)
    return line[bullet.end() :] if bullet else line


def plain(text: str) -> str:
    """Return the words of marked-up text on one line.

    >>> plain("- **Gebühr**: [37 €](https://example.org)")
    'Gebühr: 37 €'
    """
    text = _HIDDEN.sub(" ", text) if "<!--" in text else text
    text = _RULED.sub(" ", text)
    text = _LINE_START.sub("", text)
    text = _LINE_END.sub("", text)
    text = _LINK.sub(r"\1", text)
    text = _AUTOLINK.sub(r"\1", text)
    text = _TAG.sub(" ", text)
    text = text.replace("\\|", " ").replace("|", " ").replace("`", "")
    text = _OPENING.sub("", text)
    text = _CLOSING.sub("", text)
    text = _ESCAPE.sub(r"\1", text)
    return _SPACE.sub(" ", html.unescape(text)).strip()

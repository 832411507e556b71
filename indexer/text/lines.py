"""The lines of a text and what each one is by itself: the first step from text to structure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from indexer.types import Span

LineKind = Literal["blank", "text", "heading", "underline", "item", "code", "frame"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line, or the whole content of a fenced code block, without quote marks and margins."""

    start: int
    end: int
    text: str
    kind: LineKind
    indent: int = 0  # characters before the content, quote marks not counted
    quoted: bool = False
    level: int = 0  # headings: 1 to 6; underlines: 1 or 2
    number: int | None = None  # of an ordered item


_QUOTE = re.compile(r"(?:[ \t]{0,3}>(?![ \t]?\d)[ \t]?)+")  # "> 50 Prozent" is no quotation
_HEADING = re.compile(r"(#{1,6})(?:[ \t]+(.*?))??(?:[ \t]+#+)?$")
_UNDERLINE = re.compile(r"={2,}$|-{2,}$")
_FRAME = re.compile(r"([-=_*~])(?:[ \t]*\1){2,}$")
_ITEM = re.compile(r"(?:[-*+•◦▪‣·●■]|(\d{1,9})[.)]|[a-zA-Z]\))[ \t]+(?=\S)")
_TAGS = re.compile(r"(?:</?[a-zA-Z][a-zA-Z0-9-]*(?:\s[^<>]*)?/?>\s*)+$")
_REFERENCE = re.compile(
    r"\[[^\[\]^][^\[\]]*\]:[ \t]*<?(?:https?:|mailto:|[./#])\S*(?:[ \t]+[\"'(].*)?$"
)
_OPENING = re.compile(
    r"^[ \t>]*(`{3,}|~{3,})([^`\n]*)$|<!--|<(script|style)\b", re.MULTILINE | re.I
)


def lines(text: str) -> Iterator[Line]:
    """Read a text line by line; comments, scripts, and fence lines are no text."""
    codes, hidden = _regions(text)
    masked = _mask(text, hidden)
    at, code = 0, 0
    while at < len(text):
        if code < len(codes) and at >= codes[code][0]:
            _, start, end, after = codes[code]
            code += 1
            content = text[start:end]
            start += len(content) - len(content.lstrip())
            kind: LineKind = "code" if content.strip() else "blank"
            yield Line(start, max(start, start + len(content.strip())), content.strip(), kind)
            at = after
            continue
        end = masked.find("\n", at)
        end = len(text) if end < 0 else end
        yield _line(masked, at, end)
        at = end + 1


def _line(text: str, start: int, end: int) -> Line:
    quote = _QUOTE.match(text, start, end)
    if quote:
        start = quote.end()
    raw = text[start:end]
    content = raw.strip()
    indent = len(raw) - len(raw.lstrip())
    start += indent
    end = start + len(content)
    quoted = quote is not None
    if not content:
        return Line(start, end, "", "blank", quoted=quoted)
    if indent < 4:
        heading = _HEADING.match(content)
        if heading:
            low, high = heading.span(2) if heading[2] else (0, 0)
            kind: LineKind = "heading" if heading[2] else "frame"
            level = len(heading[1])
            return Line(start + low, start + high, content[low:high], kind, level=level)
        if _UNDERLINE.match(content):
            level = 1 if content[0] == "=" else 2
            return Line(start, end, content, "underline", quoted=quoted, level=level)
    if _FRAME.match(content) or _TAGS.match(content) or _REFERENCE.match(content):
        return Line(start, end, content, "frame", quoted=quoted)
    item = _ITEM.match(content)
    if item:
        number = int(item[1]) if item[1] else None
        return Line(start, end, content, "item", indent, quoted, number=number)
    return Line(start, end, content, "text", indent, quoted)


def _regions(text: str) -> tuple[list[tuple[int, int, int, int]], list[Span]]:
    """Find fenced code (fence, content, content end, after) and what is hidden from readers.

    What is opened and never closed is ordinary text; each kind of search that fails is not
    tried again, so that this stays linear.
    """
    codes: list[tuple[int, int, int, int]] = []
    hidden: list[Span] = []
    unclosed: dict[str, int] = {}  # fence character -> shortest fence that nothing closes
    at = 0
    while opening := _OPENING.search(text, at):
        at = opening.end()
        if opening[1]:
            character, length = opening[1][0], len(opening[1])
            if length >= unclosed.get(character, length + 1):
                continue
            closing = re.compile(rf"^[ \t>]*{character}{{{length},}}[ \t]*$", re.MULTILINE).search(
                text, min(opening.end() + 1, len(text))
            )
            if closing is None or closing.start() <= opening.end():
                unclosed[character] = length
                continue
            at = min(closing.end() + 1, len(text))
            codes.append((opening.start(), opening.end() + 1, closing.start(), at))
            continue
        name = (opening[3] or "comment").lower()
        if name in unclosed:
            continue
        end = re.compile("-->" if name == "comment" else f"</{name}[^<>]*>", re.I).search(text, at)
        if end is None:
            unclosed[name] = 0
            continue
        at = end.end()
        hidden.append((opening.start(), at))
    return codes, hidden


def _mask(text: str, hidden: list[Span]) -> str:
    """Blank out spans, keeping every offset and line break."""
    if not hidden:
        return text
    parts = []
    at = 0
    for start, end in hidden:
        parts += [text[at:start], re.sub(r"[^\n]", " ", text[start:end])]
        at = end
    return "".join([*parts, text[at:]])

"""Links that open a source at the quote.

Text fragments follow the WICG draft: https://wicg.github.io/scroll-to-text-fragment/
"""

from __future__ import annotations

import re
from urllib.parse import quote as percent_encode
from urllib.parse import urlencode, urlsplit

from indexer.types import BasedOn

WHOLE_QUOTE_WORDS = 12  # up to here the fragment holds the quote itself, else its two ends
END_WORDS = 5
MAX_WORD_CHARS = 80  # a fragment matches whole words only, so a monster cannot be cut short

_PDF = "application/pdf"
_DIRECTIVE = ":~:"
_NOT_IN_A_URL = re.compile(r"[\s\x00-\x1f\x7f\ud800-\udfff]")
# What Markdown writes and a browser does not show; a text fragment must match what is shown.
_LINE_START = re.compile(r"^\s*(?:>\s*)*(?:#{1,6}\s+|[-*+]\s+(?:\[[ xX]\]\s+)?|\d{1,9}[.)]\s+)?")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_EMPHASIS = re.compile(r"\*{1,3}|(?<!\w)_{1,3}|_{1,3}(?!\w)|`+|~~")


def is_web_link(url: str | None) -> bool:
    """Whether the URL may become a link: http or https, with a host, in one piece."""
    if not url or _NOT_IN_A_URL.search(url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:  # an IPv6 address that is none
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def text_fragment(url: str, quote: str) -> str:
    """Point the URL at the quote; a quote without usable words leaves the URL as it is.

    >>> text_fragment("https://example.org/news", "Das Budget beträgt 1,5 Mio. Euro.")
    'https://example.org/news#:~:text=Das%20Budget%20betr%C3%A4gt%201%2C5%20Mio.%20Euro.'
    """
    base = url.partition(_DIRECTIVE)[0]
    lines = [words for line in quote.splitlines() if (words := _words(line))]
    # A line of one or two words (a heading, a name) is found in too many other places.
    telling = [words for words in lines if len(words) >= 3] or lines
    if not telling:
        return base
    first, last = telling[0], telling[-1]
    if len(telling) == 1 and len(first) <= WHOLE_QUOTE_WORDS:
        terms = [first]
    else:
        terms = [first[:END_WORDS], last[-END_WORDS:]]
    text = ",".join(_encode(" ".join(term)) for term in terms)
    return f"{base.removesuffix('#')}{'' if '#' in base.removesuffix('#') else '#'}:~:text={text}"


def view_path(doc_id: str, start: int, end: int) -> str:
    """Our own document page, opened at the passage; without the root path."""
    return f"/documents/{doc_id}?{urlencode({'start': start, 'end': end})}"


def file_path(doc_id: str) -> str:
    """Our copy of the original file; without the root path."""
    return f"/v1/documents/{doc_id}/file"


def citation_link(
    source: str | None,
    based_on: BasedOn | None,
    doc_id: str,
    media_type: str,
    page: int | None,
    quote: str,
) -> str | None:
    """Open the source at the quote, else our copy of the file.

    Returns:
        None where the document is a summary (`based_on`): the quote does not stand in the
        original, and so no link may suggest it. A path on this server begins with `/`.
    """
    if source and is_web_link(source):
        if media_type == _PDF or urlsplit(source).path.lower().endswith(".pdf"):
            return _at_page(source.partition("#")[0], page)
        return text_fragment(source, quote)
    if based_on is not None and not source:
        return None
    return _at_page(file_path(doc_id), page if media_type == _PDF else None)


def _at_page(url: str, page: int | None) -> str:
    return url if page is None else f"{url}#page={page}"


def _words(line: str) -> list[str]:
    """The words that a browser shows of a line, up to the first one that is too long."""
    shown = _EMPHASIS.sub("", _LINK.sub(r"\1", _LINE_START.sub("", line)))
    words = [word for word in shown.split() if word.strip("|-:")]
    for number, word in enumerate(words):
        if len(word) > MAX_WORD_CHARS:
            return words[:number]
    return words


def _encode(text: str) -> str:
    # A hyphen would mark a term as prefix or suffix; `quote` leaves it alone.
    return percent_encode(text, safe="", errors="replace").replace("-", "%2D")

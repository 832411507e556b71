"""Web pages: what the main part says, block by block, and what the page says about itself.

The walk goes over `main`, else the articles, else the body without its navigation; in a body,
trafilatura tells where the main text begins and ends, and outside of that only blocks that are
nothing but links are left out.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from indexer.errors import ReadError
from indexer.reading.canonical import canonicalise
from indexer.reading.decode import decode, other_format
from indexer.reading.html_blocks import HtmlPiece, element_pieces
from indexer.reading.html_metadata import html_metadata
from indexer.reading.pieces import compose
from indexer.reading.visible import drop_invisible, drop_page_frame
from indexer.types import Reading

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]{1,40})""", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w:.-]{1,40})""")
_TAG = re.compile(r"<[A-Za-z!/]")
_MIN_ARTICLE_SHARE = 0.5  # of the body's text; with less, the articles are teasers
_MIN_TRAFILATURA_CHARACTERS = 200
MAX_TRAFILATURA_CHARACTERS = 500_000  # it needs much time and memory for more


def read_html(data: bytes) -> Reading:
    """Read a web page.

    Raises:
        ReadError: if the bytes are no HTML.
    """
    found = other_format(data)
    if found:
        raise ReadError(f"is {found}, not HTML")
    text = canonicalise(decode(data, _declared(data)))
    if not _TAG.search(text):
        raise ReadError("is not HTML although it is named so: it holds no element")
    return read_markup(text)


def read_markup(text: str) -> Reading:
    """Read a web page that is already decoded."""
    tree = _parse(text)
    metadata = html_metadata(tree)
    drop_invisible(tree)
    canonical, blocks = compose(found.piece for found in _main_pieces(tree))
    return Reading(text=canonical, metadata=metadata, blocks=blocks)


def _declared(data: bytes) -> str | None:
    match = _CHARSET.search(data[:4096]) or _XML_CHARSET.search(data[:4096])
    if match is None:
        return None
    name = match.group(1).decode("ascii", "replace").lower()
    # The web's rule: pages that declare Latin-1 or ASCII are written in Windows-1252.
    western = {"iso-8859-1", "iso8859-1", "latin1", "latin-1", "us-ascii", "ascii"}
    return "cp1252" if name in western else name


def _parse(text: str) -> Any:
    parser = lxml_html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, no_network=True
    )
    try:
        tree = lxml_html.document_fromstring(text.encode("utf-8"), parser=parser)
    except etree.ParserError as error:  # a document without any element
        raise ReadError("holds no text") from error
    # The parser goes on after most mistakes, but drops what lies deeper than 2,048 elements.
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise ReadError("is nested too deeply to be read")
    return tree


def _main_pieces(tree: Any) -> list[HtmlPiece]:
    mains = _outermost(tree.xpath("//main | //*[@role='main']"))
    if mains:
        found = [piece for main in mains for piece in element_pieces(main)]
        if found:
            return found
    body = tree.find("body")
    body = tree if body is None else body
    articles = _outermost(body.xpath(".//article"))
    whole = sum(len(piece.piece.text) for piece in element_pieces(body))
    found = [piece for article in articles for piece in element_pieces(article)]
    if whole and sum(len(piece.piece.text) for piece in found) >= _MIN_ARTICLE_SHARE * whole:
        return found
    extracted = _trafilatura_text(tree) if whole <= MAX_TRAFILATURA_CHARACTERS else ""
    drop_page_frame(body)
    return _without_outer_links(element_pieces(body), extracted)


def _outermost(elements: list[Any]) -> list[Any]:
    chosen: set[Any] = set(elements)
    return [found for found in elements if not any(up in chosen for up in found.iterancestors())]


def _trafilatura_text(tree: Any) -> str:
    import trafilatura

    try:
        text = trafilatura.extract(copy.deepcopy(tree), favor_recall=True, include_comments=False)
    except Exception:
        return ""
    return _letters(text or "")


def _without_outer_links(pieces: list[HtmlPiece], extracted: str) -> list[HtmlPiece]:
    inside = [
        number
        for number, found in enumerate(pieces)
        if len(letters := _letters(found.piece.text)) >= 10 and letters in extracted
    ]
    if len(extracted) < _MIN_TRAFILATURA_CHARACTERS or not inside:
        return pieces
    return [
        found
        for number, found in enumerate(pieces)
        if inside[0] <= number <= inside[-1] or not found.only_links
    ]


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())

"""Which elements of a web page a reader of the page does not see as its text."""

from __future__ import annotations

import re
from typing import Any

_NEVER_TEXT = frozenset(
    "audio button canvas datalist embed head iframe input map meta nav noembed noframes "
    "noscript object option optgroup param progress script select style svg template textarea "
    "title video".split()
)
_HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HIDDEN_ROLES = frozenset({"navigation", "search", "menu", "menubar", "toolbar"})
_FRAME_ROLES = frozenset({"banner", "contentinfo", "complementary"})
_FRAME_WORDS = frozenset(
    "nav navi navbar navigation menu menue mainmenu breadcrumb breadcrumbs cookie cookies "
    "cookiebanner footer pagination pager skiplink skiplinks".split()
)
_MAX_FRAME_SHARE = 0.3  # of the page's text; a class named so that holds more is the page itself


def drop_invisible(tree: Any) -> None:
    """Remove, in place, what is hidden, run, filled in or navigated with; its tail stays."""
    for element in list(tree.iter()):
        if not isinstance(element.tag, str):
            if element.getparent() is not None:
                element.drop_tree()
        elif _is_invisible(element) and element.getparent() is not None:
            element.drop_tree()


def drop_page_frame(body: Any) -> None:
    """Remove, in place, a page's header, footer and side parts; a header's h1 stays."""
    whole = max(1, len(_squeezed(body)))
    for element in list(body.iterdescendants()):
        if element.getparent() is None or not isinstance(element.tag, str):
            continue
        if any(up.tag in ("main", "article") for up in element.iterancestors()):
            continue
        if element.tag in ("header", "footer", "aside") or element.get("role") in _FRAME_ROLES:
            _drop_but_headline(element)
        elif _names(element) & _FRAME_WORDS and len(_squeezed(element)) < _MAX_FRAME_SHARE * whole:
            element.drop_tree()


def _is_invisible(element: Any) -> bool:
    if element.tag in _NEVER_TEXT or (element.tag == "dialog" and element.get("open") is None):
        return True
    if element.tag in ("html", "body"):  # hidden only until a script has run
        return False
    hidden = element.get("hidden")
    if hidden is not None and hidden.lower() != "until-found":
        return True
    if (element.get("aria-hidden") or "").strip().lower() == "true":
        return True
    if (element.get("role") or "").strip().lower() in _HIDDEN_ROLES:
        return True
    return _HIDING_STYLE.search(element.get("style") or "") is not None


def _drop_but_headline(element: Any) -> None:
    headlines = element.xpath(".//h1") if element.tag == "header" else []
    for headline in reversed(headlines):
        headline.tail = None
        element.addnext(headline)
    # lxml moves a tail along with addnext's neighbour, so the element's own stays in place.
    element.drop_tree()


def _names(element: Any) -> set[str]:
    given = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
    return set(re.split(r"[^a-z]+", given))


def _squeezed(element: Any) -> str:
    return "".join("".join(element.itertext()).split())

"""HTML from templates: everything from a document or a question stays text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.answers import Citation
from api.links import is_web_link
from api.page.texts import TEXTS, Interface, choose_interface
from api.routes.needs import root_path
from indexer.types import Language, Span

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text that is highlighted or not."""

    text: str
    marked: bool


def pieces(text: str, start: int, highlights: Sequence[Span]) -> list[Piece]:
    """Split a passage that begins at `start` of its document at its highlights.

    >>> pieces("Ja. Nein.", 100, [(104, 109)])
    [Piece(text='Ja. ', marked=False), Piece(text='Nein.', marked=True)]
    """
    found, at = [], 0
    for begin, end in sorted(highlights):
        found += [Piece(text[at : begin - start], False)]
        at = max(at, begin - start)
        found += [Piece(text[at : end - start], True)]
        at = max(at, end - start)
    found.append(Piece(text[at:], False))
    return [piece for piece in found if piece.text]


def quote(citation: Citation) -> list[Piece]:
    """A citation's text with its highlights."""
    return pieces(citation.text, citation.start, citation.highlights)


def lang(language: Language) -> str:
    """The value of a `lang` attribute; an empty one says that the language is unknown."""
    return "" if language == "other" else language


def day(value: date, interface: Interface) -> str:
    """A date as its readers write it; the machine-readable one stands beside it."""
    return f"{value.day}.{value.month}.{value.year}" if interface == "de" else value.isoformat()


_environment = Environment(
    loader=PackageLoader("api.page"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
_environment.filters.update(quote=quote, lang=lang, day=day)
_environment.tests["web_link"] = is_web_link


def interface_of(request: Request) -> Interface:
    """The language in which the page speaks to this reader."""
    return choose_interface(
        request.query_params.get("lang"), request.headers.get("accept-language", "")
    )


def render(
    request: Request, template: str, given: Mapping[str, Any], status: int = 200
) -> HTMLResponse:
    """Render a page in the reader's language."""
    interface = interface_of(request)
    other = "en" if interface == "de" else "de"
    query = [pair for pair in request.query_params.multi_items() if pair[0] != "lang"]
    chosen = request.query_params.get("lang") == interface

    def keep(url: str) -> str:
        # Addresses stay clean where the browser's own language decides.
        return f"{url}{'&' if '?' in url else '?'}lang={interface}" if chosen else url

    html = _environment.get_template(template).render(
        t=TEXTS[interface],
        interface=interface,
        other=other,
        keep=keep,
        switch="?" + urlencode([*query, ("lang", other)]),
        root=root_path(request),
        **given,
    )
    headers = {"Content-Security-Policy": POLICY, "Vary": "Accept-Language"}
    if status == 503:
        headers["Retry-After"] = "5"
    # A lone surrogate cannot be sent; text from the index never holds one.
    return HTMLResponse(html.encode("utf-8", "replace"), status, headers=headers)


def say(request: Request, text: str, status: int) -> HTMLResponse:
    """Render a page that only says why there is nothing to see."""
    return render(request, "message.html", {"message": text}, status)

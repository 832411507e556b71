"""HTML from templates: everything from a document or a question stays text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.links import is_web_link
from api.page.assets import asset_path
from api.page.layout import row_said, rows
from api.page.marking import Marks, Stretch, stretches
from api.page.owner import owner
from api.page.quoting import cited_place, proof, reference, shown_at
from api.page.texts import TEXTS, Interface, choose_interface
from api.routes.access import NotAllowed
from api.routes.needs import root_path
from indexer.settings import Settings
from indexer.types import Language, Span

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
)


def prose(text: str, start: int, highlights: tuple[Span, ...] = ()) -> tuple[Stretch, ...]:
    """A passage that begins at `start` of its document, with its highlights."""
    return stretches(text, start, Marks(highlights=highlights))


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
_environment.filters.update(
    prose=prose,
    rows=rows,
    row_said=row_said,
    lang=lang,
    day=day,
    shown_at=shown_at,
    cited_place=cited_place,
    reference=reference,
    proof=proof,
)
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
    root = root_path(request)
    settings: Settings = request.app.state.host.settings
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
        root=root,
        asset=lambda name: root + asset_path(name),
        owner=owner(settings, interface),
        **given,
    )
    headers = {
        "Content-Security-Policy": _POLICY + (" ".join(settings.frame_ancestors) or "'none'"),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Vary": "Accept-Language, Authorization",
    }
    if status == 503:
        headers["Retry-After"] = "5"
    # A lone surrogate cannot be sent; text from the index never holds one.
    return HTMLResponse(html.encode("utf-8", "replace"), status, headers=headers)


def refused(request: Request, error: NotAllowed) -> HTMLResponse:
    """The page that a reader gets who may not ask here: it takes a key, or says why not."""
    texts = TEXTS[interface_of(request)]
    message = {401: texts["key_needed"], 429: texts["busy"]}.get(error.status_code)
    page = say(request, message or texts["not_allowed"], error.status_code)
    page.headers.update(error.headers or {})
    return page


def say(request: Request, text: str, status: int) -> HTMLResponse:
    """Render a page that only says why there is nothing to see; on 401 it takes a key."""
    wants_key = status == 401
    if wants_key and "authorization" in request.headers:
        text = TEXTS[interface_of(request)]["key_refused"]
    return render(request, "message.html", {"message": text, "wants_key": wants_key}, status)

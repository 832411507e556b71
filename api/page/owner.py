"""What the page says of its owner, as the settings have it: name, logo, legal links, contact."""

from __future__ import annotations

import re
from dataclasses import dataclass

from api.links import is_web_link
from api.page.assets import logo_path
from api.page.texts import Interface
from indexer.settings import Settings

_MAIL = re.compile(r"[^\s@<>\"?&]+@[^\s@<>\"?&]+\Z")


@dataclass(frozen=True, slots=True)
class Link:
    """Something with an address; `url` is empty where it may not become a link."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Owner:
    """In one language; what is not set is empty or None."""

    name: str
    logo: str
    intro: str
    imprint: str
    privacy: str
    accessibility: str
    contact: Link | None
    logged_days: int  # how long questions are kept; 0: they are not


def owner(settings: Settings, interface: Interface) -> Owner:
    """Read the settings of one language; what has no address there is taken from the other."""

    def said(name: str) -> str:
        other = "en" if interface == "de" else "de"
        own: str = getattr(settings, f"{name}_{interface}")
        return own or str(getattr(settings, f"{name}_{other}"))

    return Owner(
        name=settings.service_name,
        logo=logo_path(settings),
        intro=str(getattr(settings, f"intro_{interface}")),
        imprint=_address(said("imprint")),
        privacy=_address(said("privacy")),
        accessibility=_address(said("accessibility")),
        contact=_contact(said("contact")),
        logged_days=settings.question_days if settings.log_questions else 0,
    )


def _address(text: str) -> str:
    """A page elsewhere or on this host; anything else becomes no link."""
    local = text.startswith("/") and not text.startswith(("//", "/\\"))
    return text if is_web_link(text) or local else ""


def _contact(text: str) -> Link | None:
    if not text:
        return None
    return Link(text, f"mailto:{text}" if _MAIL.match(text) else _address(text))

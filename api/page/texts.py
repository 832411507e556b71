"""The two languages that the page speaks, and which of them a reader gets."""

from __future__ import annotations

from typing import Literal

from api.page.english import ENGLISH
from api.page.german import GERMAN

Interface = Literal["de", "en"]

TEXTS: dict[Interface, dict[str, str]] = {"de": GERMAN, "en": ENGLISH}


def choose_interface(wanted: str | None, accept_language: str) -> Interface:
    """The language asked for, else the browser's first choice of the two, else English.

    >>> choose_interface(None, "fr, en;q=0.5, de-AT;q=0.8")
    'de'
    """
    if wanted in {"de", "en"}:
        return "de" if wanted == "de" else "en"
    best, best_weight = "en", 0.0
    for part in accept_language.split(","):
        tag, _, parameter = part.strip().partition(";")
        language = tag.partition("-")[0].lower()
        try:
            weight = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if language in {"de", "en"} and weight > best_weight:
            best, best_weight = language, weight
    return "de" if best == "de" else "en"

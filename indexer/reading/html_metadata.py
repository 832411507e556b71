"""What a web page says about itself in its head; nothing is inferred from its text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from indexer.reading.fields import is_web_url
from indexer.reading.pieces import clean
from indexer.types import Language, Metadata

MAX_TITLE_CHARACTERS = 500
_TITLES = ("citation_title", "dc.title", "dcterms.title", "og:title")
_DATES = (
    "article:published_time",
    "datepublished",
    "dcterms.issued",
    "dc.date.issued",
    "dcterms.created",
    "dc.date.created",
    "dcterms.date",
    "dc.date",
    "citation_publication_date",
    "date",
)
_PUBLISHERS = ("dcterms.publisher", "dc.publisher", "publisher", "citation_publisher")
_PUBLISHERS_ELSE = ("og:site_name", "author", "dc.creator", "dcterms.creator")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?=$|[T ])", re.ASCII)
_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)


def html_metadata(tree: Any) -> Metadata:
    """Return what a page's head says; a value that cannot be right is left out."""
    meta = _meta(tree)
    linked = list(_linked_data(tree))
    dates = [meta.get(name) for name in _DATES] + [data.get("datePublished") for data in linked]
    dates += tree.xpath("//*[@itemprop='datePublished']/@datetime")
    dates += tree.xpath("//*[@itemprop='datePublished']/@content")
    publishers = [meta.get(name) for name in _PUBLISHERS]
    publishers += [_name(data.get("publisher")) for data in linked]
    publishers += [meta.get(name) for name in _PUBLISHERS_ELSE]
    titles = [meta.get(name) for name in _TITLES]
    titles += ["".join(found.itertext()) for found in tree.xpath("//head/title")]
    titles += ["".join(found.itertext()) for found in tree.xpath("//h1")]
    urls = [*tree.xpath("//link[@rel='canonical']/@href"), meta.get("og:url")]
    return Metadata(
        title=next(_usable(titles), None),
        language=language_of_tag(tree.get("lang") or tree.get("xml:lang")),
        published=next((found for found in map(date_from_text, dates) if found), None),
        publisher=next((name for name in _usable(publishers) if not is_web_url(name)), None),
        source=next((url.strip() for url in urls if url and is_web_url(url.strip())), None),
    )


def language_of_tag(tag: str | None) -> Language | None:
    """Return the language that a tag like `de-DE` names, None where it names none.

    >>> language_of_tag("fr")
    'other'
    """
    primary = re.split("[-_]", (tag or "").strip().lower())[0]
    if primary in {"de", "en"}:
        return "de" if primary == "de" else "en"
    known = re.fullmatch("[a-z]{2,3}", primary) and primary not in ("und", "zxx", "mul", "mis")
    return "other" if known else None


def date_from_text(value: object) -> date | None:
    """Return the day that an ISO time or a date like 9.11.2023 names, else None."""
    if not isinstance(value, str):
        return None
    iso, german = _ISO.match(value.strip()), _GERMAN.fullmatch(value.strip())
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        return date(int(german[3]), int(german[2]), int(german[1])) if german else None
    except ValueError:
        return None


def _meta(tree: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("name") or element.get("property") or element.get("itemprop")
        content = (element.get("content") or "").strip()
        if name and content:
            found.setdefault(name.strip().lower(), content)
    return found


def _linked_data(tree: Any) -> Iterator[dict[str, object]]:
    for text in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            continue
        graph = data.get("@graph") if isinstance(data, dict) else data
        for entry in graph if isinstance(graph, list) else [data]:
            if isinstance(entry, dict):
                yield entry


def _name(value: object) -> str | None:
    if isinstance(value, dict):
        value = value.get("name")
    return value if isinstance(value, str) else None


def _usable(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str) and 0 < len(clean(value)) <= MAX_TITLE_CHARACTERS:
            yield clean(value)

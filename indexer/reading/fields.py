"""The fields of metadata: each is checked, and a wrong one says what it must be."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import date, datetime
from urllib.parse import urlsplit

from indexer.errors import ReadError
from indexer.reading.ids import is_doc_id
from indexer.types import BasedOn, Metadata

KNOWN_FIELDS = tuple(field.name for field in fields(Metadata))
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s?(Z|z|[+-]\d{2}:?\d{2})", re.ASCII
)
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\\]|\s")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def metadata_from_mapping(values: dict[str, object], where: str) -> Metadata:
    """Return the metadata that a mapping of YAML values states; null counts as not stated.

    Raises:
        ReadError: beginning with `where`, naming field, expected form and value.
    """
    unknown = sorted(set(values) - set(KNOWN_FIELDS))
    if unknown:
        known = ", ".join(KNOWN_FIELDS)
        raise ReadError(f"{where}: unknown field {', '.join(unknown)}; known are {known}")
    stated: dict[str, object] = {}
    for name, value in values.items():
        if value is None:
            continue
        expected, parse = _FIELDS[name]
        try:
            stated[name] = parse(value)
        except ValueError as error:
            shown = repr(value)
            shown = shown if len(shown) <= 200 else shown[:200] + "..."
            raise ReadError(f"{where}: {name} must be {expected}, not {shown}") from error
    return Metadata(**stated)  # type: ignore[arg-type]  # each parser returns its field's type


def is_web_url(value: str) -> bool:
    """Tell whether a value is an absolute http or https URL."""
    if _CONTROL.search(value):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a broken IPv6 address or port
        return False


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(value)
    return " ".join(value.split())


def _doc_id(value: object) -> str:
    if not isinstance(value, str) or not is_doc_id(value):
        raise ValueError(value)
    return value


def _language(value: object) -> str:
    if value not in ("de", "en", "other"):
        raise ValueError(value)
    return str(value)


def _date(value: object) -> date:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError(value)
    return date.fromisoformat(value)


def _time(value: object) -> datetime:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise ValueError(value)
    return datetime.fromisoformat(re.sub(r"\s(?=[Z+-])", "", value.upper()))


def _source(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if is_web_url(text):
        return text
    if not text or _SCHEME.match(text) or "\\" in text or not text.isprintable():
        raise ValueError(value)
    if any(part in ("", ".", "..") for part in text.split("/")):
        raise ValueError(value)
    return text


def _url(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not is_web_url(text):
        raise ValueError(value)
    return text


def _based_on(value: object) -> BasedOn:
    if isinstance(value, str):
        return BasedOn(_text(value))
    if not isinstance(value, dict) or not set(value) <= {"title", "url"}:
        raise ValueError(value)
    url = value.get("url")
    return BasedOn(_text(value.get("title")), None if url is None else _url(url))


def _tags(value: object) -> tuple[str, ...]:
    tags = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(_text(tag) for tag in tags))


_FIELDS: dict[str, tuple[str, Callable[[object], object]]] = {
    "doc_id": ("an id of the form [a-z0-9][a-z0-9._-]{0,127} without ..", _doc_id),
    "title": ("a text", _text),
    "language": ("de, en or other", _language),
    "published": ("a date like 2023-11-09", _date),
    "publisher": ("a text", _text),
    "source": ("an http(s) URL or a path below the corpus", _source),
    "based_on": ("a title, or a title and an http(s) url", _based_on),
    "tags": ("a text or a list of texts", _tags),
    "translation_key": ("a text", _text),
    "visible_from": ("a time with zone like 2023-11-09T08:00:00+01:00", _time),
    "valid_until": ("a date like 2023-11-09", _date),
}

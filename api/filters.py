"""What a request restricts itself to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from indexer.types import Language


@dataclass(frozen=True, slots=True)
class Filters:
    """None means no restriction; values of one field are alternatives, fields must all hold."""

    language: Language | None = None  # the passage's
    doc_ids: Collection[str] | None = None
    published_from: date | None = None  # inclusive; a document without a date fails it
    published_to: date | None = None  # inclusive
    tags: Collection[str] | None = None
    include_expired: bool = False


NO_FILTERS = Filters()

"""Whether a quote still stands where it was cited, and where it went if it does not."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from api.answering import search
from api.answers import IndexState
from api.filters import Filters
from api.links import view_path
from api.nearest import folded_span, nearest, similarity
from api.snapshot import Snapshot
from indexer.encoder import Encoder
from indexer.records import DocumentRecord
from indexer.settings import MAX_QUESTION_CHARS
from indexer.text.language import question_language
from indexer.types import Span

# Where fewer words stayed, the document no longer says it, and another one may.
STILL_THERE = 0.5
_ELSEWHERE = 10  # passages that are looked at in other documents
# Characters before and behind a quote among which it is looked for where it was reworded or read
# otherwise: comparing words takes seconds for the longest texts. Unchanged, it is found anywhere.
NEARBY = 500_000
Status = Literal["unchanged", "moved", "re-extracted", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class Quote:
    """What a citation said."""

    doc_id: str
    start: int
    end: int
    text: str
    sha256: str  # of the document's canonical text then


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a quote; where it was removed, only `index` says something."""

    status: Status
    doc_id: str | None  # of the document that holds it now
    title: str | None
    start: int | None  # of `text` in that document's canonical text
    end: int | None
    text: str | None  # what stands there; `changed`: the nearest to the quote
    page: int | None
    similarity: float | None  # share of the words that stayed, in [0, 1]
    sha256: str | None  # of the canonical text now
    same_text: bool  # whether that is the whole text which was cited
    view: str | None
    index: IndexState


def verify(snapshot: Snapshot, encoder: Encoder, quote: Quote) -> Verdict:
    """Look the quote up in its document, then in those that are found by it.

    A document that the request may not know of is as good as removed.
    """
    try:
        found = _in_its_document(snapshot, snapshot.record(quote.doc_id), quote)
    except KeyError:
        found = None
    if found and (found.status != "changed" or (found.similarity or 0) >= STILL_THERE):
        return found
    return _elsewhere(snapshot, encoder, quote) or found or _removed(snapshot)


def _in_its_document(snapshot: Snapshot, record: DocumentRecord, quote: Quote) -> Verdict:
    text = snapshot.store.text(record.doc_id)
    if text[quote.start : quote.end] == quote.text:
        span = (quote.start, quote.start + len(quote.text))
        return _verdict(snapshot, record, "unchanged", span, text, quote)
    if copy := _nearest_copy(text, quote):
        return _verdict(snapshot, record, "moved", copy, text, quote)
    # The file, not what it says, may have been read otherwise by a newer version of a reader.
    begin = max(0, min(quote.start, len(text)) - NEARBY)
    nearby = text[begin : begin + 2 * NEARBY + len(quote.text)]
    if same := folded_span(quote.text, nearby, quote.start - begin):
        return _verdict(snapshot, record, "re-extracted", _behind(begin, same), text, quote)
    span = _in_whole_sentences(snapshot, record, _behind(begin, nearest(quote.text, nearby)))
    return _verdict(snapshot, record, "changed", span, text, quote)


def _elsewhere(snapshot: Snapshot, encoder: Encoder, quote: Quote) -> Verdict | None:
    """The quote, to the letter, in another document."""
    for doc_id in _others(snapshot, encoder, quote):
        text = snapshot.store.text(doc_id)
        if span := _nearest_copy(text, quote):
            return _verdict(snapshot, snapshot.by_id[doc_id], "moved", span, text, quote)
    return None


def _others(snapshot: Snapshot, encoder: Encoder, quote: Quote) -> Iterator[str]:
    """Other documents with passages that are found by the quote's words, best first."""
    query = quote.text[:MAX_QUESTION_CHARS].strip()
    if not query:
        return
    hits = search(
        snapshot,
        encoder,
        query,
        language=question_language(query),
        k=_ELSEWHERE,
        offset=0,
        filters=Filters(include_expired=True),
    ).hits
    seen = {quote.doc_id}
    for hit in hits:
        for doc_id in (hit.doc_id, *(other.doc_id for other in hit.also)):
            if doc_id not in seen:
                seen.add(doc_id)
                yield doc_id


def _nearest_copy(text: str, quote: Quote) -> Span | None:
    """The copy of the quote that begins nearest to where it was; of two the first."""
    before = text.rfind(quote.text, 0, quote.start + len(quote.text))
    behind = text.find(quote.text, quote.start)
    copies = [at for at in (before, behind) if at >= 0]
    if not copies:
        return None
    at = min(copies, key=lambda at: (abs(at - quote.start), at))
    return at, at + len(quote.text)


def _behind(begin: int, span: Span) -> Span:
    return begin + span[0], begin + span[1]


def _in_whole_sentences(snapshot: Snapshot, record: DocumentRecord, span: Span) -> Span:
    """The sentences that lie in the span by more than half; the span itself where none does."""
    start, end = span
    inside = [
        (first, last)
        for passage, _ in snapshot.store.passages_of(record.doc_id)
        for first, last in passage.sentences
        if 2 * (min(last, end) - max(first, start)) > last - first
    ]
    return (min(inside)[0], max(last for _, last in inside)) if inside else span


def _verdict(
    snapshot: Snapshot, record: DocumentRecord, status: Status, span: Span, text: str, quote: Quote
) -> Verdict:
    start, end = span
    alike = similarity(quote.text, text[start:end]) if status == "changed" else 1.0
    return Verdict(
        status=status,
        doc_id=record.doc_id,
        title=record.title,
        start=start,
        end=end,
        text=text[start:end],
        page=bisect_right(record.page_starts, start) or None,
        similarity=round(alike, 4),
        sha256=record.sha256,
        same_text=record.sha256 == quote.sha256,
        view=view_path(record.doc_id, start, end),
        index=snapshot.state,
    )


def _removed(snapshot: Snapshot) -> Verdict:
    return Verdict(
        status="removed",
        doc_id=None,
        title=None,
        start=None,
        end=None,
        text=None,
        page=None,
        similarity=None,
        sha256=None,
        same_text=False,
        view=None,
        index=snapshot.state,
    )

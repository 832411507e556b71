"""The reader's word on the sentences of the best passages: read until somebody answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.retrieval import Ranking
from api.snapshot import Snapshot
from indexer.reader import Reader, Window
from indexer.text.markup import plain
from indexer.types import Passage, Span

# Reading is what an answer's time is spent on, and its price is by length: so many characters are
# read at first, in the order of the ranking, and so many in all.
READ_FIRST, READ_MOST = 1_300, 3_900
RANKS = 16  # passages further down are never read
# Passages so near to the best one's ranking score are read with it: they may say the same, or not.
READ_NEAR = 0.03
# One so far behind the best holds the answer too rarely to be read.
READ_WITHIN = 0.35
# A window whose logit is above this has been found; then only its documents are read on.
FOUND = 0.0
WINDOW_CHARS = 1_200  # of neighbouring passages that are read as one
MAX_GAP = 120  # characters between two passages that follow each other: a heading


@dataclass(frozen=True, slots=True)
class Read:
    """One passage as the reader found it; logits, above 0 rather yes than no."""

    sentences: Mapping[Span, float]  # absolute span -> that the sentence answers
    window: float  # that anything read together with the passage answers


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage and its place among those that were found."""

    rank: int
    passage: Passage
    score: float


def read(
    snapshot: Snapshot, reader: Reader, question: str, ranking: Ranking, *, everything: bool
) -> dict[int, Read]:
    """Read the best passages; returns rank -> what was found, for those that were read.

    Args:
        everything: read on when an answer has been found: another one may be newer.
    """
    rows = ranking.rows[:RANKS].tolist()
    passages = snapshot.store.passages(rows)
    scores = ranking.scores[:RANKS].tolist()
    left = [Ranked(rank, *one) for rank, one in enumerate(zip(passages, scores, strict=True))]
    found: dict[int, Read] = {}
    budget = READ_MOST
    while left and budget > 0:
        sure = {passages[rank].doc_id for rank, one in found.items() if one.window > FOUND}
        batch = _next(left, scores[0], budget, None if everything or not sure else sure)
        if not batch:
            break
        left = [one for one in left if one not in batch]
        budget -= sum(len(one.passage.text) for one in batch)
        found |= _read(snapshot, reader, question, batch)
    return found


def _next(
    left: Sequence[Ranked], best: float, budget: int, documents: set[str] | None
) -> list[Ranked]:
    """The passages to be read next, one at least; where answers stand already only these."""
    batch: list[Ranked] = []
    size = 0
    for one in left:
        if documents is not None and one.passage.doc_id not in documents:
            continue
        if documents is None and one.score < best - READ_WITHIN:
            continue
        size += len(one.passage.text)
        near = one.score >= best - READ_NEAR
        if batch and size > (budget if near else min(READ_FIRST, budget)):
            break
        batch.append(one)
    return batch


def _read(
    snapshot: Snapshot, reader: Reader, question: str, batch: Sequence[Ranked]
) -> dict[int, Read]:
    groups = list(neighbours(batch))
    windows = [window_of(snapshot, group) for group in groups]
    found: dict[int, Read] = {}
    scored = reader.read(question, [window for window, _ in windows])
    for group, (_, spans), scores in zip(groups, windows, scored, strict=True):
        logits = {
            span: logit
            for span, logit in zip(spans, scores.sentences, strict=True)
            if span is not None
        }
        for one in group:
            own = {span: logits[span] for span in one.passage.sentences}
            found[one.rank] = Read(own, scores.window)
    return found


def neighbours(batch: Sequence[Ranked]) -> Iterator[list[Ranked]]:
    """Passages of one document that follow each other, together as far as a window reaches."""
    group: list[Ranked] = []
    size = 0
    for one in sorted(batch, key=lambda one: (one.passage.doc_id, one.passage.start)):
        last = group[-1].passage if group else None
        size += len(one.passage.text)
        follows = (
            last is not None
            and last.doc_id == one.passage.doc_id
            and one.passage.start - last.end <= MAX_GAP
        )
        if group and not (follows and size <= WINDOW_CHARS):
            yield group
            group, size = [], len(one.passage.text)
        group.append(one)
    if group:
        yield group


def window_of(snapshot: Snapshot, group: Sequence[Ranked]) -> tuple[Window, list[Span | None]]:
    """The passages' sentences without markup, under title and headings.

    Returns:
        the window, and per sentence of it its place in the document; None for a heading.
    """
    first = group[0].passage
    title = plain(snapshot.by_id[first.doc_id].title)
    heading = _heading(first)
    above = title if not heading or heading == title else f"{title} › {heading}"
    texts: list[str] = []
    spans: list[Span | None] = []
    for one in group:
        passage = one.passage
        if _heading(passage) != heading:
            heading = _heading(passage)
            texts.append(heading)
            spans.append(None)
        for start, end in passage.sentences:
            texts.append(plain(passage.text[start - passage.start : end - passage.start]))
            spans.append((start, end))
    return Window(above, tuple(texts)), spans


def _heading(passage: Passage) -> str:
    return plain(passage.headings[-1]) if passage.headings else ""

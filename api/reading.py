"""The reader's word on the sentences of the best passages: read until somebody answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from api.sentences import Candidate
from api.snapshot import Snapshot
from indexer.reader import Reader, Window
from indexer.text.markup import plain
from indexer.types import Passage

# Passages are read in the order of the ranking, a few at a time: most questions need no more than
# the first ones, and reading is what an answer's time is spent on.
READ_FIRST, READ_MORE, READ_MOST = 2, 2, 6
# A window whose logit is above this has been found; further passages are not read for it.
FOUND = 0.0
# A passage whose ranking score is so far behind the best holds the answer too rarely to be read.
READ_WITHIN = 0.35


def read(
    snapshot: Snapshot,
    reader: Reader,
    question: str,
    candidates: Sequence[Candidate],
    scores: Sequence[float],
) -> list[Candidate]:
    """Return the candidates of the passages that were read, each with its logits.

    Args:
        candidates: sentences of the best passages, in any order.
        scores: of the passages, by rank.
    """
    passages = {candidate.rank: candidate.passage for candidate in candidates}
    ranks = [rank for rank in sorted(passages) if scores[rank] >= scores[0] - READ_WITHIN]
    logits: dict[int, tuple[dict[tuple[int, int], float], float]] = {}
    first, count = 0, READ_FIRST
    while first < min(len(ranks), READ_MOST):
        batch = ranks[first : first + count]
        windows = [_window(snapshot, passages[rank]) for rank in batch]
        for rank, found in zip(batch, reader.read(question, windows), strict=True):
            by_span = dict(zip(passages[rank].sentences, found.sentences, strict=True))
            logits[rank] = by_span, found.window
        if max(window for _, window in logits.values()) > FOUND:
            break
        first, count = first + len(batch), READ_MORE
    return [
        replace(
            candidate,
            logit=logits[candidate.rank][0][candidate.span],
            window=logits[candidate.rank][1],
        )
        for candidate in candidates
        if candidate.rank in logits
    ]


def _window(snapshot: Snapshot, passage: Passage) -> Window:
    """The passage's sentences without markup, under its document's title and last heading."""
    title = plain(snapshot.by_id[passage.doc_id].title)
    headings = [plain(heading) for heading in passage.headings[-1:]]
    above = [title, *(heading for heading in headings if heading != title)]
    sentences = tuple(
        plain(passage.text[start - passage.start : end - passage.start])
        for start, end in passage.sentences
    )
    return Window(" › ".join(above), sentences)

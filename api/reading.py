"""The reader's word on the sentences of the best passages: read until somebody answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from api.retrieval import Ranking
from api.snapshot import Snapshot
from indexer.reader import Reader, Window
from indexer.text.markup import plain
from indexer.types import Passage, Span

# Passages are read in the order of the ranking, a few at a time: most questions need no more than
# the first ones, and reading is what an answer's time is spent on.
READ_MORE, READ_MOST = 2, 6
# Those so near to the best one's ranking score are read with it: they may say the same, or not.
READ_NEAR = 0.1
# A window whose logit is above this has been found; further passages are not read for it.
FOUND = 0.0
# A passage whose ranking score is so far behind the best holds the answer too rarely to be read.
READ_WITHIN = 0.35


@dataclass(frozen=True, slots=True)
class Read:
    """One passage as the reader found it; logits, above 0 rather yes than no."""

    sentences: Mapping[Span, float]  # absolute span -> that the sentence answers
    window: float  # that anything in the passage answers


def read(
    snapshot: Snapshot, reader: Reader, question: str, ranking: Ranking, *, everything: bool
) -> dict[int, Read]:
    """Read the best passages; returns rank -> what was found, for those that were read.

    Args:
        everything: read on when an answer has been found: another one may be newer.
    """
    scores = ranking.scores[:READ_MOST]
    ranks = np.flatnonzero(scores >= scores[:1] - READ_WITHIN).tolist()
    passages = snapshot.store.passages(ranking.rows[ranks].tolist())
    found: dict[int, Read] = {}
    first, count = 0, int((scores[ranks] >= scores[0] - READ_NEAR).sum()) if ranks else 0
    while first < len(ranks):
        batch = passages[first : first + count]
        windows = [_window(snapshot, passage) for passage in batch]
        for passage, scored in zip(batch, reader.read(question, windows), strict=True):
            logits = dict(zip(passage.sentences, scored.sentences, strict=True))
            found[ranks[len(found)]] = Read(logits, scored.window)
        if not everything and max(one.window for one in found.values()) > FOUND:
            break
        first, count = first + len(batch), READ_MORE
    return found


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

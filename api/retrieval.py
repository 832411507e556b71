"""Hybrid ranking: cosine plus lexical coverage, in one list for both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from api.answers import PassagePlace
from api.filters import Filters
from api.repeats import LOOKED_AT, without_repeats
from api.snapshot import Snapshot
from api.stopwatch import Stopwatch
from indexer.concepts import FAR, Reach, concepts
from indexer.encoder import Encoder
from indexer.settings import MAX_K, MAX_OFFSET
from indexer.text.language import question_language
from indexer.types import Language
from indexer.wanted import Wanted

# Each engine hands over more than is asked for: a passage that both find may stand low in each.
CANDIDATES = 200 + LOOKED_AT  # what is taken out as a repeat must not be missing at the end
DEEP = MAX_OFFSET + MAX_K + LOOKED_AT
# Added to the cosine. Lexical search always finds something in the wrong language; as a coverage
# of the question it is near 0 there, where the rank alone (reciprocal rank fusion) would not show
# how weak the match is.
COSINE_WEIGHT = 1.0
COVERAGE_WEIGHT = 0.4
# The passage's best sentence: a long passage is about more than what is asked.
SENTENCE_WEIGHT = 0.4


@dataclass(frozen=True, slots=True)
class Method:
    """How passages are ranked; the defaults are what ships, others are for measuring."""

    cosine: float = COSINE_WEIGHT
    coverage: float = COVERAGE_WEIGHT
    sentence: float = SENTENCE_WEIGHT
    reach: Reach = FAR


SHIPPED = Method()


@dataclass(frozen=True, slots=True)
class Ranking:
    """Passages, best first, nothing twice; ties in the order of (doc_id, start)."""

    rows: np.ndarray  # (R,) int64
    scores: np.ndarray  # (R,) float32, cosine + 0.4 * coverage + 0.4 * best sentence's cosine
    cosines: np.ndarray  # (R,) float32
    coverages: np.ndarray  # (R,) float32, see LexicalIndex.search
    total: int  # passages that may be found at all, none twice
    hidden: Mapping[int, tuple[int, ...]]  # row -> rows of the same thing that it stands for


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the engines take it."""

    asked: str  # slips put right
    wanted: list[Wanted]
    vector: np.ndarray  # (D,) float32


def read_words() -> None:
    """Read what every question is taken in by: the first one need not wait for it."""
    concepts("Bereit?", question_language("Bereit?"))


def only(allowed: np.ndarray) -> np.ndarray | None:
    """The rows that may be found as the engines take them: None where all may."""
    return None if allowed.all() else allowed


def taken_in(
    snapshot: Snapshot,
    encoder: Encoder,
    query: str,
    language: Language,
    allowed: np.ndarray,
    watch: Stopwatch,
    reach: Reach = FAR,
) -> Query:
    """Put slips right, by what the allowed passages hold; say what is asked for; encode it."""
    with watch.stage("question"):
        asked = query
        if reach.slips:
            asked = snapshot.terms.corrected(query, language, only(allowed))
        wanted = snapshot.terms.wanted(asked, language, reach, visible=snapshot.visible)
    with watch.stage("encoding"):
        return Query(asked, wanted, encoder.encode_query(asked))


def ranked(
    snapshot: Snapshot,
    encoder: Encoder,
    query: str,
    depth: int,
    language: Language | None,
    filters: Filters,
    method: Method,
    watch: Stopwatch,
) -> list[PassagePlace]:
    """Where the best passages stand, see `Engine.rank`."""
    with watch.stage("filters"):
        allowed = snapshot.passages(filters)
    if not allowed.any():
        return []
    with watch.stage("question"):
        language = language or question_language(query)
    taken = taken_in(snapshot, encoder, query, language, allowed, watch, method.reach)
    ranking = rank(snapshot, taken.wanted, language, taken.vector, allowed, depth, method, watch)
    rows = ranking.rows[:depth]
    return [
        replace(place, repeats=tuple(snapshot.places(np.array(hidden, np.int64))))
        if (hidden := ranking.hidden.get(row))
        else place
        for row, place in zip(rows.tolist(), snapshot.places(rows), strict=True)
    ]


def rank(
    snapshot: Snapshot,
    wanted: Sequence[Wanted],
    language: Language,
    vector: np.ndarray,
    allowed: np.ndarray,
    depth: int,
    method: Method = SHIPPED,
    watch: Stopwatch | None = None,
) -> Ranking:
    """Rank the allowed passages for a query.

    Args:
        wanted: what the query asks for, see LexicalIndex.wanted.
        language: the query's; of two language versions this one is shown.
        vector: (D,) float32, the encoded query.
        allowed: (N,) bool.
        depth: how many to rank, at least; MAX_OFFSET + MAX_K is the most.
        watch: is told how long each stage takes.
    """
    # Beyond the usual depth one fixed one, so that every further page is of the same ranking.
    candidates = CANDIDATES
    if depth > CANDIDATES - LOOKED_AT:
        candidates = max(DEEP, depth + LOOKED_AT)
    nearest, coverage = (np.empty(0, np.float32), np.empty(0, np.int64)), dict[int, float]()
    watch = watch or Stopwatch()
    if method.cosine:
        with watch.stage("dense"):
            nearest = snapshot.vectors.search(vector, candidates, only(allowed))
    if method.coverage:
        with watch.stage("lexical"):
            coverage = snapshot.terms.search(wanted, candidates, allowed=only(allowed))
    with watch.stage("fusion and second stage"):
        return _fused(snapshot, language, vector, allowed, nearest, coverage, method)


def _fused(
    snapshot: Snapshot,
    language: Language,
    vector: np.ndarray,
    allowed: np.ndarray,
    nearest: tuple[np.ndarray, np.ndarray],
    coverage: Mapping[int, float],
    method: Method,
) -> Ranking:
    """Score what either engine found, and take out what stands twice."""
    known, near = nearest
    rows = np.union1d(near, np.fromiter(coverage, np.int64, len(coverage)))
    cosines = np.full(len(rows), np.nan, np.float32)
    cosines[np.searchsorted(rows, near)] = known
    unknown = np.flatnonzero(np.isnan(cosines))
    cosines[unknown] = snapshot.vectors.vectors(rows[unknown]) @ vector
    coverages = np.array([coverage.get(int(row), 0.0) for row in rows], np.float32)
    best = snapshot.sentences.best(rows, vector)
    scores = method.cosine * cosines + method.coverage * coverages + method.sentence * best
    order = np.lexsort((snapshot.order[rows], -scores))
    once = without_repeats(snapshot, rows[order], language)
    hidden = {
        int(rows[order[place]]): tuple(int(rows[order[other]]) for other in others)
        for place, others in once.hidden.items()
    }
    # A version in the asker's language stands where the better one stood, with its score.
    first = [min((place, *once.hidden.get(place, ()))) for place in once.places.tolist()]
    shown = scores[order[first]]
    total = int(allowed.sum()) - (len(order) - len(once.places))
    order = order[once.places]
    return Ranking(rows[order], shown, cosines[order], coverages[order], total, hidden)

"""BM25 of a question's concepts for all passages, over all segments at once.

What all segments say of a term is scored together: however many there are, numpy's calls are few.
Skipping long lists that can bring nothing among the best (MaxScore, Turtle & Flood 1995) was tried
and saved a fiftieth: a concept's bound is twice what it usually adds (eval/README.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import local

import numpy as np

from indexer.analysis import LANGUAGES
from indexer.postings import FIELDS, Postings
from indexer.wanted import Match

K1, B = 1.2, 0.75


@dataclass(slots=True)
class _Term:
    """A match, and where it stands: segment, and from where to where in its postings."""

    match: Match
    held: list[tuple[int, int, int]] = field(default_factory=list)


class Scorer:
    """Rows are numbered through all segments."""

    def __init__(self, parts: Sequence[Postings]) -> None:
        self._parts = parts
        self._firsts = np.cumsum([0, *(len(part) for part in parts)])
        self._norms = _length_norms(parts)
        self._own = local()  # of each thread: fresh memory would cost as much as the sums

    def best(
        self, wanted: Sequence[tuple[float, Sequence[Match]]], k: int, allowed: np.ndarray | None
    ) -> dict[int, float]:
        """Score the k best passages of each language.

        Args:
            wanted: share of the question, and what counts as it, per concept. It counts once, by
                whichever match scores highest.
            allowed: (N,) bool, True for rows that may be found; None allows all.

        Returns:
            row -> score > 0; of equal ones the first rows.
        """
        concepts = self._looked_up(wanted)
        scores, scratch = self._zeros()
        best: dict[int, float] = {}
        for language in LANGUAGES:
            own = [
                (weight, [term for term in terms if term.match.language == language])
                for weight, terms in concepts
            ]
            if any(terms for _, terms in own):
                best |= self._best(own, k, allowed, scores, scratch)
        return best

    def _looked_up(
        self, wanted: Sequence[tuple[float, Sequence[Match]]]
    ) -> list[tuple[float, list[_Term]]]:
        """The terms of each concept that any segment holds."""
        terms = [_Term(match) for _, matches in wanted for match in matches]
        keys = np.array([term.match.key for term in terms], np.uint64)
        for segment, part in enumerate(self._parts):
            places = part.find(keys)
            numbers = np.flatnonzero(places >= 0)
            starts, ends = part.spans(places[numbers])
            for number, start, end in zip(
                numbers.tolist(), starts.tolist(), ends.tolist(), strict=True
            ):
                terms[number].held.append((segment, start, end))
        own = iter(terms)
        return [
            (weight, [term for _, term in zip(matches, own, strict=False) if term.held])
            for weight, matches in wanted
        ]

    def _best(
        self,
        concepts: Sequence[tuple[float, Sequence[_Term]]],
        k: int,
        allowed: np.ndarray | None,
        scores: np.ndarray,
        scratch: np.ndarray,
    ) -> dict[int, float]:
        """The k best of one language, whose terms these are; leaves zeros in the last two."""
        for weight, terms in concepts:
            scored = [self._scored(term, weight) for term in terms]
            if len(scored) == 1:
                ((rows, values),) = scored
                scores[rows] += values
                continue
            for rows, values in scored:
                scratch[rows] = np.maximum(scratch[rows], values)
            for rows, _ in scored:
                scores[rows] += scratch[rows]
                scratch[rows] = 0.0  # once, however often a row stands there
        touched = np.flatnonzero(scores > 0)  # ten times as fast as of the floats themselves
        rows = touched if allowed is None else touched[allowed[touched]]
        rows = first_best(rows, scores, k)
        best = dict(zip(rows.tolist(), scores[rows].tolist(), strict=True))
        scores[touched] = 0.0
        return best

    def _zeros(self) -> np.ndarray:
        """(2, N) float32, until this thread asks again; an error may have left something there."""
        if not hasattr(self._own, "zeros"):
            self._own.zeros = np.empty((2, int(self._firsts[-1])), np.float32)
        zeros: np.ndarray = self._own.zeros
        zeros.fill(0.0)
        return zeros

    def _scored(self, term: _Term, weight: float) -> tuple[np.ndarray, np.ndarray]:
        """All rows that hold a term, ascending, and its value in each."""
        count = sum(end - start for _, start, end in term.held)
        rows, counts = np.empty(count, np.int64), np.empty(count, np.float32)
        first = 0
        for segment, start, end in term.held:
            own = slice(first, first + end - start)
            of_part, counts[own] = self._parts[segment].between(start, end)
            np.add(of_part, self._firsts[segment], out=rows[own])
            first = own.stop
        share = np.float32(weight * term.match.share)
        if term.match.fuzzy:
            return rows, np.full(count, share)
        norms = self._norms[term.match.field, rows]
        return rows, share * (K1 + 1) * counts / (counts + norms)


def first_best(rows: np.ndarray, scores: np.ndarray, k: int) -> np.ndarray:
    """The k rows with the highest scores, best first; of equal ones the first."""
    own = scores[rows]
    if len(rows) > k:
        rows = rows[own >= np.partition(own, -k)[-k]]  # and those with the last one's score
    return np.asarray(rows[np.argsort(-scores[rows], kind="stable")[:k]])


def _length_norms(parts: Sequence[Postings]) -> np.ndarray:
    """(FIELDS, N) float32: what BM25 adds to a term's count, by the length of the row's field."""
    codes = range(len(LANGUAGES))
    passages = sum(np.bincount(part.languages, minlength=len(codes)) for part in parts)
    averages = np.ones((len(FIELDS), len(codes)))
    for number in FIELDS:
        together = sum(np.bincount(p.languages, p.lengths[number], len(codes)) for p in parts)
        averages[number] = np.maximum(together / np.maximum(passages, 1), 1e-9)
    norms = [K1 * (1 - B + B * p.lengths / averages[:, p.languages]) for p in parts]
    none = np.empty((len(FIELDS), 0))
    return np.concatenate([none, *norms], axis=1).astype(np.float32)

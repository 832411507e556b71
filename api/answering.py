"""From ranked passages to the contract's answer: verbatim sentences with checkable citations."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from api.answers import Answer, AnswerSentence, Citation, Hits, Refusal
from api.candidates import Candidate
from api.choosing import Choice, Chooser
from api.citing import cite
from api.confidence import Features, confidence, features
from api.filters import Filters
from api.reading import read
from api.retrieval import Ranking, rank, taken_in
from api.sentences import best_span, score_sentences
from api.snapshot import Snapshot
from api.stopwatch import running
from api.timeliness import asks_now
from indexer.analysis import content_words
from indexer.encoder import Encoder
from indexer.reader import Reader
from indexer.settings import MAX_K, MAX_OFFSET
from indexer.types import Language, Passage, Span
from indexer.wanted import Wanted


@dataclass(frozen=True, slots=True)
class Considered:
    """All that an answer is decided from."""

    asked: str  # the question, slips put right
    wanted: Sequence[Wanted]  # what it asks for
    ranking: Ranking
    sentences: list[Candidate]  # best first
    features: Features | None  # of the best sentence; None where there is no sentence
    chooser: Chooser


def consider(
    snapshot: Snapshot,
    encoder: Encoder,
    reader: Reader | None,
    question: str,
    language: Language,
    allowed: np.ndarray,
    depth: int,
) -> Considered:
    """Rank the allowed passages, score the sentences of the best, describe the best sentence."""
    watch = running()
    taken = taken_in(snapshot, encoder, question, language, allowed, watch)
    asked, wanted, vector = taken.asked, taken.wanted, taken.vector
    ranking = rank(snapshot, wanted, language, vector, allowed, depth, watch=watch)
    found = None
    if reader is not None:
        with watch.stage("reader"):
            found = read(snapshot, reader, asked, ranking, everything=asks_now(question))
    with watch.stage("sentences"):
        sentences = score_sentences(snapshot, encoder, wanted, vector, ranking, found)
    chooser = Chooser(snapshot, encoder, question, language)
    if not sentences:
        return Considered(asked, wanted, ranking, sentences, None, chooser)
    sentences = chooser.newest_first(sentences)
    record = snapshot.by_id[sentences[0].passage.doc_id]
    text = partial(snapshot.store.text, record.doc_id)
    described = features(question, wanted, ranking, sentences[0], record, text)
    return Considered(asked, wanted, ranking, sentences, described, chooser)


def answer(
    snapshot: Snapshot,
    encoder: Encoder,
    reader: Reader | None,
    question: str,
    *,
    language: Language,
    k: int,
    max_sentences: int,
    filters: Filters,
    threshold: float,
) -> Answer:
    """Answer a question from one generation, or say that its documents do not answer it.

    Args:
        threshold: the confidence from which an answer is shown, in [0, 1].
    """
    started = time.perf_counter()
    allowed = snapshot.passages(filters)
    refusal: Refusal | None = None
    sure, choice, cited = 0.0, Choice(), list[Citation]()
    outdated: list[bool] = []
    corrected: str | None = None
    if not content_words(question):
        refusal = "question_unclear"
    elif not allowed.any():
        refusal = "nothing_matches_filters"
    else:
        considered = consider(snapshot, encoder, reader, question, language, allowed, k)
        corrected = considered.asked if considered.asked != question else None
        if considered.features:
            sure = confidence(considered.features, read=reader is not None)
        if sure < threshold or language == "other":
            refusal = "not_in_documents"
        else:
            choice = considered.chooser.choose(considered.sentences, max_sentences, k)
            outdated = [considered.chooser.is_outdated(one) for one in choice.sentences]
        cited = _cite(snapshot, considered, choice, k)
    numbers = {(c.doc_id, c.start): c.number for c in cited}
    return Answer(
        id=uuid.uuid4().hex,
        question=question,
        language=language,
        answered=refusal is None,
        refusal=refusal,
        confidence=round(sure, 4),
        conflict=choice.conflict,
        answer=tuple(
            _sentence(
                snapshot,
                candidate,
                numbers,
                outdated=passed,
                conflicting=place < choice.conflicting,
            )
            for place, (candidate, passed) in enumerate(
                zip(choice.sentences, outdated, strict=True)
            )
        ),
        citations=() if refusal else tuple(cited),
        related=tuple(cited) if refusal else (),
        index=snapshot.state,
        took_ms=_milliseconds_since(started),
        corrected=corrected,
    )


def search(
    snapshot: Snapshot,
    encoder: Encoder,
    query: str,
    *,
    language: Language,
    k: int,
    offset: int,
    filters: Filters,
) -> Hits:
    """Rank the passages for a query; each hit highlights its sentence that covers most of it."""
    started = time.perf_counter()
    allowed = snapshot.passages(filters)
    hits: tuple[Citation, ...] = ()
    total, asked = 0, query
    if allowed.any():
        watch = running()
        taken = taken_in(snapshot, encoder, query, language, allowed, watch)
        asked, wanted, vector = taken.asked, taken.wanted, taken.vector
        # A first page is all that most people look at; the others are of one deep ranking.
        depth = k if offset == 0 else MAX_OFFSET + MAX_K
        ranking = rank(snapshot, wanted, language, vector, allowed, depth, watch=watch)
        total = ranking.total
        rows = ranking.rows[offset : offset + k].tolist()
        scores = ranking.scores[offset : offset + k].tolist()
        hits = tuple(
            cite(
                snapshot,
                passage,
                number=offset + place,
                score=score,
                highlights=_highlight(wanted, passage),
                repeats=ranking.hidden.get(row, ()),
            )
            for place, (row, passage, score) in enumerate(
                zip(rows, snapshot.store.passages(rows), scores, strict=True), start=1
            )
        )
    return Hits(
        query=query,
        language=language,
        hits=hits,
        total=total,
        index=snapshot.state,
        took_ms=_milliseconds_since(started),
        corrected=asked if asked != query else None,
    )


def _cite(snapshot: Snapshot, considered: Considered, choice: Choice, k: int) -> list[Citation]:
    """First the passages that hold answer sentences, in order of first use, then the others."""
    ranking = considered.ranking
    highlights: dict[int, list[Span]] = {}
    for candidate in choice.sentences:
        highlights.setdefault(candidate.rank, []).append(candidate.span)
    cited = {*highlights, *choice.hidden_ranks}
    others = [place for place in range(len(ranking.rows)) if place not in cited]
    places = [*highlights, *others][:k]
    passages = snapshot.store.passages([int(ranking.rows[place]) for place in places])
    return [
        cite(
            snapshot,
            passage,
            number=number,
            score=float(ranking.scores[place]),
            highlights=highlights.get(place) or _highlight(considered.wanted, passage),
            repeats=(
                *ranking.hidden.get(int(ranking.rows[place]), ()),
                *(int(ranking.rows[other]) for other in choice.also(place)),
            ),
        )
        for number, (place, passage) in enumerate(zip(places, passages, strict=True), start=1)
    ]


def _highlight(wanted: Sequence[Wanted], passage: Passage) -> list[Span]:
    span = best_span(wanted, passage)
    return [span] if span else []


def _sentence(
    snapshot: Snapshot,
    candidate: Candidate,
    numbers: dict[tuple[str, int], int],
    *,
    outdated: bool,
    conflicting: bool,
) -> AnswerSentence:
    passage, (start, end) = candidate.passage, candidate.span
    return AnswerSentence(
        text=passage.text[start - passage.start : end - passage.start],
        citation=numbers[passage.doc_id, passage.start],
        start=start,
        end=end,
        published=snapshot.by_id[passage.doc_id].published,
        outdated=outdated,
        conflicting=conflicting,
    )


def _milliseconds_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)

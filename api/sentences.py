"""Which sentences of the best passages answer: scored one by one, against the question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from api.candidates import Candidate, answers, sentence_features
from api.reading import Read
from api.retrieval import Ranking
from api.snapshot import Snapshot
from indexer.coverage import coverage as coverage_of
from indexer.embedding_input import sentence_inputs
from indexer.encoder import Encoder
from indexer.text.markup import plain
from indexer.types import Passage, Span
from indexer.wanted import Wanted

# Without the reader so many passages are looked at: the answer stands in the first or nowhere.
PASSAGES = 4
# Without it, too, a sentence is scored by what it says and by the passage that it stands in.
SENTENCE_COVERAGE_WEIGHT = 0.6
PASSAGE_WEIGHT = 0.3
_ANSWERS_NOTHING = (":", "?")  # a list's introduction, a question


def score_sentences(
    snapshot: Snapshot,
    encoder: Encoder,
    wanted: Sequence[Wanted],
    vector: np.ndarray,
    ranking: Ranking,
    found: Mapping[int, Read] | None,
) -> list[Candidate]:
    """Score every sentence of the passages that were read, or of the best ones; best first.

    Args:
        vector: (D,) float32, the encoded question.
        found: what the reader found, by rank; None where it is turned off.
    """
    ranks = list(range(min(PASSAGES, len(ranking.rows)))) if found is None else sorted(found)
    rows = ranking.rows[ranks].tolist()
    candidates = []
    for rank, row, passage in zip(ranks, rows, snapshot.store.passages(rows), strict=True):
        cosines = _cosines(snapshot, encoder, vector, row, passage)
        for span, cosine in zip(passage.sentences, cosines, strict=True):
            if _text(passage, span).endswith(_ANSWERS_NOTHING):
                continue
            coverage = coverage_of(wanted, _in_context(passage, span), passage.language)
            plain_one = Candidate(passage, rank, span, cosine, coverage, 0.0)
            candidates.append(
                _by_evidence(plain_one, ranking)
                if found is None
                else _by_reader(plain_one, ranking, found[rank])
            )
    return sorted(candidates, key=lambda candidate: (-candidate.score, candidate.rank))


def _by_evidence(candidate: Candidate, ranking: Ranking) -> Candidate:
    """What the sentence says, and the passage that it stands in."""
    score = (
        candidate.cosine
        + SENTENCE_COVERAGE_WEIGHT * candidate.coverage
        + PASSAGE_WEIGHT * float(ranking.scores[candidate.rank])
    )
    return replace(candidate, score=score)


def _by_reader(candidate: Candidate, ranking: Ranking, found: Read) -> Candidate:
    read = replace(candidate, logit=found.sentences[candidate.span], window=found.window)
    return replace(read, score=answers(sentence_features(read, ranking.scores.tolist())))


def _cosines(
    snapshot: Snapshot, encoder: Encoder, vector: np.ndarray, row: int, passage: Passage
) -> list[float]:
    """The question's cosine to each sentence of a passage.

    Where neighbouring sentences share a stored vector, each is encoded now.
    """
    stored = snapshot.sentences.cosines(row, vector)
    if len(stored) == len(passage.sentences):
        return [float(cosine) for cosine in stored]
    each = [replace(passage, sentences=(span,)) for span in passage.sentences]
    texts = [text for one in each for text in sentence_inputs(one, encoder.fits)]
    return [float(cosine) for cosine in encoder.encode(texts) @ vector]


def best_span(wanted: Sequence[Wanted], passage: Passage, *, at_least: float = 0.0) -> Span | None:
    """The sentence of a passage that covers most of the query; None where none covers any."""
    best, most = None, at_least
    for start, end in passage.sentences:
        text = plain(_text(passage, (start, end)))
        coverage = coverage_of(wanted, text, passage.language)
        if coverage > most:
            best, most = (start, end), coverage
    return best


def _text(passage: Passage, span: Span) -> str:
    return passage.text[span[0] - passage.start : span[1] - passage.start]


def _in_context(passage: Passage, span: Span) -> str:
    """The sentence under its nearest heading and column headers, as it is embedded."""
    heading = passage.headings[-1] if passage.headings else ""
    parts = (heading, *passage.columns, _text(passage, span))
    return plain("\n".join(part for part in parts if part))

"""How likely the best sentence answers: logistic regression over a few named features."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields

from api.candidates import Candidate
from api.fitted import probability
from api.retrieval import Ranking
from indexer.coverage import rarest_missing
from indexer.records import DocumentRecord
from indexer.text.kinds import asked_kind, holds
from indexer.wanted import Wanted

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NUMBER = re.compile(r"(?<!\d)\d{2,9}(?!\d)")
_THOUSANDS = re.compile(r"(?<=\d)[.,\u00a0\u202f](?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class Features:
    """What the confidence in the best sentence is computed from."""

    passage_cosine: float  # of its passage
    passage_coverage: float
    passage_gap: float  # score of the best passage over that of the tenth
    passage_behind: float  # score of the best passage over that of its own
    sentence_cosine: float
    sentence_coverage: float
    year_missing: float  # 1 if the question names a year that the document does not, else 0
    number_missing: float  # the same for other numbers of two and more digits
    year_elsewhere: float  # 1 if it names a year that neither passage, title nor date do, else 0
    rarest_missing: float  # in [0, 1]: how rare the rarest word is that the passage lacks
    kind_missing: float  # 1 if a date, an amount, a name or a place is asked for and not there
    logit: float = 0.0  # the reader's, of the sentence; 0 where it is turned off
    window: float = 0.0  # the reader's, of its passage


FEATURES = tuple(field.name for field in fields(Features))


def features(
    question: str,
    wanted: Sequence[Wanted],
    ranking: Ranking,
    best: Candidate,
    record: DocumentRecord,
    text: Callable[[], str],
) -> Features:
    """Describe how well the best candidate fits the question.

    Args:
        text: gives the canonical text of the best candidate's document; asked for only where the
            question names a year or a number.
    """
    row, passage = best.rank, best.passage
    tenth = min(9, len(ranking.scores) - 1)
    around = "\n".join((record.title, *passage.headings, *passage.columns, passage.text))
    start, end = (place - passage.start for place in best.span)
    kind = asked_kind(question)
    return Features(
        passage_cosine=float(ranking.cosines[row]),
        passage_coverage=float(ranking.coverages[row]),
        passage_gap=float(ranking.scores[0] - ranking.scores[tenth]),
        sentence_cosine=best.cosine,
        sentence_coverage=best.coverage,
        passage_behind=float(ranking.scores[0] - ranking.scores[row]),
        year_missing=float(_misses(_YEAR, question, record, text)),
        number_missing=float(_misses(_NUMBER, _YEAR.sub("", question), record, text)),
        year_elsewhere=float(not _years(question) <= _years(f"{around} {record.published}")),
        rarest_missing=rarest_missing(wanted, around, passage.language),
        kind_missing=float(kind is not None and not holds(kind, passage.text[start:end])),
        logit=best.logit or 0.0,
        window=best.window or 0.0,
    )


def confidence(values: Features, *, read: bool) -> float:
    """Return the probability, in [0, 1], that the best candidate answers.

    Args:
        read: whether the reader was on; without it other weights count.
    """
    return probability("answer" if read else "answer_without_reader", asdict(values))


def _years(text: str) -> set[str]:
    return set(_YEAR.findall(text))


def _misses(
    pattern: re.Pattern[str], question: str, record: DocumentRecord, text: Callable[[], str]
) -> bool:
    """Whether the question names something of which the document says nothing."""
    asked = set(pattern.findall(_THOUSANDS.sub("", question)))
    if not asked:
        return False
    year = str(record.published.year) if record.published else ""
    told = set(pattern.findall(_THOUSANDS.sub("", f"{record.title} {year} {text()}")))
    return not asked <= told

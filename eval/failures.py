"""The questions that went wrong, with what came instead."""

from __future__ import annotations

from collections.abc import Iterable

from eval.asking import Outcome


def describe_failures(outcomes: Iterable[Outcome]) -> str:
    """One block per question that was answered wrongly, refused wrongly or ranked low."""
    return "\n".join(filter(None, (_describe(outcome) for outcome in outcomes)))


def first_relevant(outcome: Outcome) -> int | None:
    """Return the rank, from 1, of the first relevant hit; None where none was ranked."""
    for rank, name in enumerate(outcome.ranking, start=1):
        if name in outcome.relevant:
            return rank
    return None


def _describe(outcome: Outcome) -> str:
    answer, question = outcome.answer, outcome.question
    rank = first_relevant(outcome)
    right = outcome.answer_is_right if question.answers else bool(answer and not answer.answered)
    if (right or answer is None) and (not question.answers or rank == 1):
        return ""
    where = f"first relevant hit at rank {rank or 'none'}; " if question.answers else ""
    said = f"instead {outcome.ranking[0] if outcome.ranking else 'nothing'}"
    if answer is not None:
        text = answer.answer[0].text if answer.answer else f"refused: {answer.refusal}"
        said = f"confidence {answer.confidence:.2f}; {text}"
    return f"\n{question.id} {outcome.pair} {question.kind}: {question.question}\n  {where}{said}"

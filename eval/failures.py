"""The questions that went wrong, with what came instead."""

from __future__ import annotations

from collections.abc import Iterable

from eval.suite import Outcome


def describe_failures(outcomes: Iterable[Outcome]) -> str:
    """One block per question that was answered wrongly, refused wrongly or ranked low."""
    return "\n".join(filter(None, (_describe(outcome) for outcome in outcomes)))


def _describe(outcome: Outcome) -> str:
    answer, question = outcome.answer, outcome.question
    names = [name for name, _ in outcome.ranking]
    ranks = sorted(names.index(name) + 1 for name in outcome.relevant if name in names)
    said = answer.answer[0].text if answer.answer else f"refused: {answer.refusal}"
    right = outcome.answer_is_right if question.answers else not answer.answered
    if right and (not question.answers or ranks[:1] == [1]):
        return ""
    where = f"first relevant passage at rank {ranks[0] if ranks else 'none'}; "
    return (
        f"\n{question.id} {outcome.pair} {question.kind}: {question.question}\n"
        f"  {where if question.answers else ''}confidence {answer.confidence:.2f}; {said}"
    )

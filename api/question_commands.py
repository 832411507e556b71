"""`fundstelle questions`: what people ask, and what the documents do not answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer.commands import index_option
from indexer.settings import Settings

if TYPE_CHECKING:
    from api.question_log import QuestionList

LIMIT = 50


@click.command()
@index_option
@click.option("--unanswered", is_flag=True, help="Only what the documents do not answer.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=LIMIT,
    show_default=True,
    help="The newest so many, and as many of the most frequent.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what HTTP replies.")
@click.option("--delete", "answer_id", metavar="ID", help="Delete one entry instead.")
def questions(
    index_folder: Path | None, unanswered: bool, limit: int, as_json: bool, answer_id: str | None
) -> None:
    """Show what was asked; FUNDSTELLE_LOG_QUESTIONS=1 has `fundstelle serve` keep it."""
    from pydantic_core import to_json

    from api.question_log import QuestionLog
    from api.shared_state import SharedState

    settings = Settings.load(index=index_folder)
    state = SharedState(settings.service)
    log = QuestionLog(state, settings.question_days)
    try:
        if answer_id is not None:
            try:
                log.delete(answer_id)
            except KeyError:
                raise ValueError(f"no question is kept that has the id {answer_id}") from None
            return
        found = log.listed(
            unanswered=unanswered, limit=limit, offset=0, logging=settings.log_questions
        )
    finally:
        state.close()
    click.echo(to_json(found).decode() if as_json else "\n".join(_lines(found)))


def _lines(found: QuestionList) -> Iterator[str]:
    if not found.logging:
        # What the service was started with is not known here.
        yield (
            "FUNDSTELLE_LOG_QUESTIONS is not 1 here; "
            "only a service started with it keeps questions."
        )
    yield f"in the last {found.days} days: {found.total} asked, {found.total_groups} different"
    if found.groups:
        yield "\n  times  unanswered  question"
    for group in found.groups:
        yield f"  {group.count:5}  {group.unanswered:10}  {_in_one_line(group.question)}"
    if found.questions:
        yield f"\n  {'id':32}  asked (UTC)       answered  thumb  question"
    for one in found.questions:
        asked = one.asked.strftime("%Y-%m-%d %H:%M")
        answered = "yes" if one.answered else "no"
        yield (
            f"  {one.id}  {asked}  {answered:8}  {one.thumb or '':5}  {_in_one_line(one.question)}"
        )


def _in_one_line(question: str) -> str:
    from api.terminal import safe

    return safe(" ".join(question.split()))

"""The question log: what people say of answers, what they asked, and how it is deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query
from pydantic import Field, StrictInt, StringConstraints
from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api.problems import documented
from api.question_log import QuestionList, Thumb
from api.routes import examples
from api.routes.access import GatedRoute, may_administer, may_ask, record
from api.routes.needs import Questions, json_only, reply
from api.schemas import DEFAULT_LIMIT, MAX_LIMIT
from api.wire import Request
from indexer.settings import MAX_K

OFF = "The question log is turned off: nothing is kept of questions and of what is said of answers."
_UNKNOWN = "No question is kept that has this answer."
_MAX_OFFSET = 1 << 31

router = APIRouter(prefix="/v1", tags=["questions"], route_class=GatedRoute)
AnswerId = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{32}$"),
    Field(description="The answer's `id`.", examples=[examples.ANSWER_ID]),
]


class FeedbackRequest(Request):
    """What somebody thinks of an answer; what is absent or null stays as it was said before."""

    id: AnswerId
    thumb: Thumb | None = None
    citation: StrictInt | None = Field(
        default=None, ge=1, le=MAX_K, description="Number of the citation that was opened."
    )


@dataclass(frozen=True, slots=True)
class Feedback:
    """What is known now."""

    id: str
    thumb: Thumb | None
    citation: int | None


class QuestionParameters(Request):
    """`GET /v1/questions`."""

    unanswered: bool = Field(default=False, description="Only those that were refused.")
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    offset: int = Field(default=0, ge=0, le=_MAX_OFFSET)


@router.post(
    "/feedback",
    response_model=Feedback,
    responses={
        **examples.shown(examples.FEEDBACK),
        **documented(400, 404, 409, 413, 415, 422, 503),
    },
    dependencies=[Depends(may_ask), Depends(json_only)],
)
async def feedback(
    given: Annotated[FeedbackRequest, Body(openapi_examples=examples.RATE)], asked: Questions
) -> Response:
    """Say whether an answer helped, or which of its citations was opened."""
    if not asked.on:
        raise HTTPException(409, OFF)
    try:
        entry = await asked.rate(given.id, given.thumb, given.citation)
    except KeyError:
        raise HTTPException(404, _UNKNOWN) from None
    return reply(Feedback(entry.id, entry.thumb, entry.citation))


@router.get(
    "/questions",
    response_model=QuestionList,
    responses={**examples.shown(examples.QUESTIONS), **documented(422, 503)},
    dependencies=[Depends(may_administer)],
)
async def questions(given: Annotated[QuestionParameters, Query()], asked: Questions) -> Response:
    """List what was asked, newest first, and which questions are asked most often."""
    listed = await asked.listed(unanswered=given.unanswered, limit=given.limit, offset=given.offset)
    return reply(listed)


@router.delete(
    "/questions/{answer_id}",
    status_code=204,
    response_class=Response,
    responses={204: {"description": "The entry is deleted."}, **documented(404, 422, 503)},
    dependencies=[Depends(may_administer)],
)
async def delete(
    request: HttpRequest, answer_id: Annotated[AnswerId, Path()], asked: Questions
) -> Response:
    """Delete what was kept of one question."""
    await record(request, "question deleted", answer_id=answer_id)
    try:
        await asked.delete(answer_id)
    except KeyError:
        raise HTTPException(404, _UNKNOWN) from None
    return Response(status_code=204)

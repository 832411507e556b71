"""Asking: one question, many questions, ranked passages."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from api import problems
from api.answers import Answer, Hits
from api.filters import Filters
from api.routes import examples
from api.routes.access import GatedRoute, count_more, may_ask
from api.routes.host import EngineHost
from api.routes.needs import Host, Root, json_only, reply
from api.schemas import (
    AskRequest,
    BatchReply,
    BatchRequest,
    Problem,
    SearchParameters,
    SearchRequest,
    under,
)
from indexer.errors import FundstelleError

router = APIRouter(
    prefix="/v1", tags=["asking"], dependencies=[Depends(may_ask)], route_class=GatedRoute
)
_BODY_ERRORS = problems.documented(400, 413, 415, 422, 503)


@router.post(
    "/ask",
    response_model=Answer,
    responses={**examples.shown(examples.ANSWER), **_BODY_ERRORS},
    dependencies=[Depends(json_only)],
)
async def ask(
    request: Annotated[AskRequest, Body(openapi_examples=examples.ASK)], host: Host, root: Root
) -> Response:
    """Answer a question with sentences of the documents, or say that they do not answer it."""
    return reply(under(root, await _ask(host, request)))


@router.post(
    "/ask/batch",
    response_model=BatchReply,
    responses={**examples.shown(examples.ANSWERS), **_BODY_ERRORS},
    dependencies=[Depends(json_only)],
)
async def ask_batch(
    request: Request,
    batch: Annotated[BatchRequest, Body(openapi_examples=examples.BATCH)],
    host: Host,
    root: Root,
) -> Response:
    """Answer 1 to 100 questions in order; a bad one gets a problem in its place."""
    await count_more(request, len(batch.questions) - 1)
    _ = host.engine  # without an index the whole batch fails, once
    checked = [_check(item, request.scope) for item in batch.questions]
    answers = await asyncio.gather(*(_try(host, item, request.scope) for item in checked))
    # All answers of one request come from one generation, also where one is published meanwhile.
    while len({one.index.generation for one in answers if isinstance(one, Answer)}) > 1:
        newest = max(one.index.generation for one in answers if isinstance(one, Answer))
        answers = await asyncio.gather(
            *(
                _try(host, item, request.scope) if _older(one, newest) else _as_it_is(one)
                for item, one in zip(checked, answers, strict=True)
            )
        )
    return reply(
        {
            "answers": [
                under(root, one) if isinstance(one, Answer) else problems.as_plain(one)
                for one in answers
            ]
        }
    )


@router.get(
    "/search",
    response_model=Hits,
    responses={**examples.shown(examples.HITS), **problems.documented(422, 503)},
)
async def search(given: Annotated[SearchParameters, Query()], host: Host, root: Root) -> Response:
    """Rank the passages for a query."""
    return await _search(host, root, given.q, given.k, given.offset, given.filters())


@router.post(
    "/search",
    response_model=Hits,
    responses={**examples.shown(examples.HITS), **_BODY_ERRORS},
    dependencies=[Depends(json_only)],
)
async def search_with_body(
    given: Annotated[SearchRequest, Body(openapi_examples=examples.SEARCH)], host: Host, root: Root
) -> Response:
    """Rank the passages for a query that is sent as JSON."""
    return await _search(host, root, given.q, given.k, given.offset, given.filters.filters())


async def _ask(host: EngineHost, request: AskRequest) -> Answer:
    return await host.call(
        lambda engine: engine.ask(
            request.question,
            k=request.k,
            max_sentences=request.max_sentences,
            language=request.language,
            filters=request.filters.filters(),
        )
    )


async def _search(
    host: EngineHost, root: str, query: str, k: int, offset: int, filters: Filters
) -> Response:
    hits = await host.call(lambda engine: engine.search(query, k=k, offset=offset, filters=filters))
    return reply(under(root, hits))


def _check(item: Any, scope: Scope) -> AskRequest | Problem:
    try:
        return AskRequest.model_validate(item)
    except ValidationError as error:
        fields = problems.field_errors(error.errors(include_url=False))
        return problems.problem(422, scope, fields=fields)


async def _try(host: EngineHost, item: AskRequest | Problem, scope: Scope) -> Answer | Problem:
    if isinstance(item, Problem):
        return item
    try:
        return await _ask(host, item)
    except FundstelleError as error:
        return problems.foreseen(error, scope)
    except Exception as error:  # one bad question never fails the rest
        return problems.unforeseen(error, scope)


def _older(one: Answer | Problem, generation: int) -> bool:
    return isinstance(one, Answer) and one.index.generation < generation


async def _as_it_is(one: Answer | Problem) -> Answer | Problem:
    return one

"""Checking later whether a quote still stands."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Body, Depends
from pydantic import Field, StrictInt, StringConstraints
from starlette.responses import Response

from api import problems
from api.routes import examples
from api.routes.access import GatedRoute, may_ask
from api.routes.needs import Host, Root, json_only, reply
from api.schemas import DocId
from api.verifying import Quote, Verdict
from api.wire import Request

MAX_QUOTE_CHARS = 20_000
_MAX_OFFSET = 1 << 31  # of a text in memory

router = APIRouter(
    prefix="/v1", tags=["asking"], dependencies=[Depends(may_ask)], route_class=GatedRoute
)
Offset = Annotated[StrictInt, Field(ge=0, le=_MAX_OFFSET)]


class VerifyRequest(Request):
    """What a citation said: its fields of the same names."""

    doc_id: DocId
    start: Offset = Field(description="Code points from the beginning of the canonical text.")
    end: Offset
    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_QUOTE_CHARS)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


@router.post(
    "/verify",
    response_model=Verdict,
    responses={
        **examples.shown(examples.VERDICT),
        **problems.documented(400, 413, 415, 422, 503),
    },
    dependencies=[Depends(json_only)],
)
async def verify(
    given: Annotated[VerifyRequest, Body(openapi_examples=examples.VERIFY)], host: Host, root: Root
) -> Response:
    """Say whether a quote still stands, where it went, or what stands there now.

    `unchanged`: it stands where it was. `moved`: it stands elsewhere in the document, or in another
    one. `re-extracted`: it differs in white space, hyphens or ligatures only, as when the file was
    read again by a newer version. `changed`: `text` is the nearest to it. `removed`: no document
    that may be seen holds it.
    """
    quote = Quote(**given.model_dump())
    found = await host.call(lambda engine: engine.verify(quote))
    return reply(replace(found, view=root + found.view) if found.view else found)

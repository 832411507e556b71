"""The start page: a question in, the documents' own words out."""

from __future__ import annotations

from urllib.parse import parse_qs

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.answers import Answer
from api.engine import Engine
from api.filters import Filters
from api.page.examples import EXAMPLES, Example
from api.page.rendering import interface_of, render
from api.page.texts import TEXTS
from api.routes.access import may_ask, scope_of
from api.routes.host import EngineHost
from api.routes.needs import Host, Root
from api.schemas import tidy, under
from indexer.errors import FundstelleError
from indexer.settings import MAX_QUESTION_CHARS

router = APIRouter(include_in_schema=False)
_FORM = "application/x-www-form-urlencoded"


@router.head("/")
@router.get("/")
async def home(request: Request, host: Host) -> HTMLResponse:
    """Show the form and what could be asked here."""
    return await _page(request, host)


@router.post("/", dependencies=[Depends(may_ask)])
async def answer(request: Request, host: Host, root: Root) -> HTMLResponse:
    """Answer the question of the form."""
    texts = TEXTS[interface_of(request)]
    question = await _question(request)
    if not question:
        return await _page(request, host, message=texts["empty"], status=422)
    if len(question) > MAX_QUESTION_CHARS:
        cut = question[:MAX_QUESTION_CHARS]
        return await _page(request, host, question=cut, message=texts["too_long"], status=422)
    try:
        found = await host.call(lambda engine: engine.ask(question))
    except FundstelleError:
        return await _page(
            request, host, question=question, message=texts["unavailable"], status=503
        )
    request.app.state.asked.note(found)
    return await _page(request, host, question=question, found=under(root, found))


async def _page(
    request: Request,
    host: EngineHost,
    *,
    question: str = "",
    message: str = "",
    found: Answer | None = None,
    status: int = 200,
) -> HTMLResponse:
    shown = found is None and await scope_of(request) is not None
    examples = await _examples(host) if shown else []
    given = {"question": question, "message": message, "found": found, "examples": examples}
    return render(request, "home.html", given, status)


async def _question(request: Request) -> str:
    """Read the form's one field; browsers send it as UTF-8, since the page is."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise HTTPException(415, "The form must be sent as application/x-www-form-urlencoded.")
    body = (await request.body()).decode("utf-8", "replace")
    try:
        fields = parse_qs(body, keep_blank_values=True, errors="replace", max_num_fields=10)
    except ValueError:  # more fields than the form has
        return ""
    return str(tidy(fields.get("q", [""])[0]))


async def _examples(host: EngineHost) -> list[Example]:
    """The questions that the index can answer, because it holds the documents they are about."""
    wanted = tuple(example.doc_id for example in EXAMPLES)

    def held(engine: Engine) -> set[str]:
        found = engine.documents(limit=len(wanted), filters=Filters(doc_ids=wanted))
        return {document.doc_id for document in found.documents}

    try:
        there = await host.call(held)
    except FundstelleError:
        return []
    return [example for example in EXAMPLES if example.doc_id in there]

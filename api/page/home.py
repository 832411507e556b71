"""The start page: a question in, the documents' own words out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.answers import Answer, DocumentInfo
from api.engine import Engine
from api.filters import Filters
from api.page.examples import EXAMPLES, Example
from api.page.rendering import interface_of, refused, render
from api.page.texts import TEXTS
from api.routes.access import NotAllowed, may_ask
from api.routes.host import EngineHost
from api.routes.needs import Host, Root
from api.schemas import FilterBody, tidy, under
from indexer.errors import FundstelleError
from indexer.settings import MAX_QUESTION_CHARS

router = APIRouter(include_in_schema=False)
_FORM = "application/x-www-form-urlencoded"
_MAX_CHOICES = 200  # documents to choose from in a list; of more, one is named by its id


@dataclass(frozen=True, slots=True)
class Asked:
    """The form's fields, as they were written."""

    question: str = ""
    language: str = ""
    published_from: str = ""
    published_to: str = ""
    document: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether the question is put to some of the documents only."""
        return bool(self.language or self.published_from or self.published_to or self.document)

    def filters(self) -> Filters:
        """Raises ValidationError where a field holds nonsense."""
        given = {
            "language": self.language or None,
            "published_from": self.published_from or None,
            "published_to": self.published_to or None,
            "doc_ids": [self.document] if self.document else None,
        }
        return FilterBody.model_validate(given).filters()


@router.head("/")
@router.get("/")
async def home(request: Request, host: Host) -> HTMLResponse:
    """Show the form and what could be asked here; `?document=` narrows it to one document."""
    document = str(tidy(request.query_params.get("document", "")))[:128]
    try:
        await may_ask(request)
    except NotAllowed as error:
        page = refused(request, error)
        if page.status_code == 401 and "authorization" not in request.headers:
            page.status_code = 200  # nothing was asked yet: this is the door
        return page
    return await _page(request, host, Asked(document=document))


@router.post("/", dependencies=[Depends(may_ask)])
async def answer(request: Request, host: Host, root: Root) -> HTMLResponse:
    """Answer the question of the form."""
    texts = TEXTS[interface_of(request)]
    asked = await _asked(request)
    message = ""
    if not asked.question:
        message = texts["empty"]
    elif len(asked.question) > MAX_QUESTION_CHARS:
        message = texts["too_long"]
        asked = replace(asked, question=asked.question[:MAX_QUESTION_CHARS])
    try:
        filters = asked.filters()
    except ValidationError:
        message = message or texts["bad_filter"]
    if message:
        return await _page(request, host, asked, message=message, status=422)
    try:
        found = await host.call(lambda engine: engine.ask(asked.question, filters=filters))
    except FundstelleError:
        return await _page(request, host, asked, message=texts["unavailable"], status=503)
    request.app.state.asked.note(found)
    return await _page(request, host, asked, found=under(root, found))


async def _page(
    request: Request,
    host: EngineHost,
    asked: Asked,
    *,
    message: str = "",
    found: Answer | None = None,
    status: int = 200,
) -> HTMLResponse:
    try:
        choices, examples = await host.call(partial(_offered, asked_already=bool(found)))
    except FundstelleError:
        choices, examples = (), ()
    given = {
        "asked": asked,
        "message": message,
        "found": found,
        "choices": choices,
        "examples": examples,
    }
    return render(request, "home.html", given, status)


def _offered(
    engine: Engine, *, asked_already: bool
) -> tuple[tuple[DocumentInfo, ...], tuple[Example, ...]]:
    """What can be chosen, and what could be asked by who has asked nothing yet."""
    return _choices(engine), () if asked_already else _examples(engine)


def _choices(engine: Engine) -> tuple[DocumentInfo, ...]:
    """The documents of a small index; of a large one nobody would choose from a list."""
    if engine.documents(limit=1).total > _MAX_CHOICES:
        return ()
    found = engine.documents(limit=_MAX_CHOICES).documents
    return tuple(sorted(found, key=lambda one: one.title.casefold()))


def _examples(engine: Engine) -> tuple[Example, ...]:
    """The questions that the documents of an index answer."""
    wanted = tuple(example.doc_id for example in EXAMPLES)
    there = engine.documents(limit=len(wanted), filters=Filters(doc_ids=wanted))
    held = {document.doc_id for document in there.documents}
    return tuple(example for example in EXAMPLES if example.doc_id in held)


async def _asked(request: Request) -> Asked:
    """Read the form; browsers send it as UTF-8, since the page is."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise HTTPException(415, "The form must be sent as application/x-www-form-urlencoded.")
    body = (await request.body()).decode("utf-8", "replace")
    try:
        fields = parse_qs(body, keep_blank_values=True, errors="replace", max_num_fields=10)
    except ValueError:  # more fields than the form has
        return Asked()

    def field(name: str) -> str:
        return str(tidy(fields.get(name, [""])[0]))

    return Asked(
        question=field("q"),
        language=field("language"),
        published_from=field("from"),
        published_to=field("to"),
        document=field("document"),
    )

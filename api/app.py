"""The HTTP application: routes, one list of middleware, and what runs beside them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from anyio.to_thread import run_sync
from fastapi import FastAPI

from api import problems
from api.engine import Engine
from api.gate import Gate
from api.jobs import Jobs
from api.limits import Streams
from api.page import assets, document, documents, evaluation, home, reference, refusing
from api.routes import asking, indexing, operation, status, writing
from api.routes import documents as documents_api
from api.routes.host import EngineHost
from api.routes.middleware import middleware
from api.shared_state import SharedState
from indexer.settings import Settings

_DESCRIPTION = "Answers in German or English, quoted word for word and cited to the character."
# Fields that replies always carry, although the dataclasses have a default for them.
_ALWAYS = ("AnswerSentence", "BasedOn", "Citation", "Job")


class App(FastAPI):
    """FastAPI, with replies described as complete as they are."""

    def openapi(self) -> dict[str, Any]:
        """Describe all routes of version 1."""
        described = super().openapi()
        for name in _ALWAYS:
            schema = described["components"]["schemas"][name]
            schema["required"] = list(schema["properties"])
        problems.add_refusals(described)
        return described


def create_app(settings: Settings, engine: Engine | None = None) -> FastAPI:
    """Make the app; without an engine it loads the published index beside the event loop.

    Until one is loaded, and also while none is published, it answers 503.
    """
    app = App(
        title="Fundstelle",
        version="1",
        description=_DESCRIPTION,
        docs_url=None,  # the framework's own pages load scripts from elsewhere
        redoc_url=None,
        middleware=middleware(settings, mounted_at(settings)),
        lifespan=_lifespan,
    )
    app.state.host = EngineHost(settings, engine)
    app.state.shared = SharedState(settings.service)
    app.state.gate = Gate(settings, app.state.shared)
    app.state.streams = Streams()
    app.state.jobs = Jobs(settings, app.state.shared, app.state.host.bring_current)
    problems.install(app)
    refusing.install(app)
    api = (asking, documents_api, writing, indexing, status, operation)
    page = (home, documents, document, evaluation, reference, assets)
    for part in (*api, *page):
        app.include_router(part.router)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    beside = [
        asyncio.create_task(app.state.host.watch(), name="watch the index"),
        asyncio.create_task(app.state.jobs.work(), name="run jobs"),
        asyncio.create_task(app.state.jobs.watch(), name="watch jobs"),
    ]
    try:
        yield
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await run_sync(app.state.shared.close)


def mounted_at(settings: Settings) -> str:
    """The root path as addresses need it: empty, or with a slash in front only."""
    path = settings.root_path.strip("/")
    return f"/{path}" if path else ""

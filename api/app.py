"""The HTTP application: routes, one list of middleware, and what runs beside them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from anyio.to_thread import run_sync
from fastapi import FastAPI

from api import openapi, problems
from api.asked import Asked
from api.engine import Engine
from api.gate import Gate
from api.jobs import Jobs
from api.limits import Streams
from api.metrics import Metrics
from api.mounting import mounted_at
from api.page import assets, document, documents, evaluation, home, reference, refusing
from api.routes import (
    asking,
    assistants,
    indexing,
    operation,
    questions,
    status,
    verifying,
    writing,
)
from api.routes import documents as documents_api
from api.routes.host import EngineHost
from api.routes.middleware import middleware
from api.shared_state import SharedState
from api.stopping import told_to_stop
from api.tracing import provider_from_environment, traced
from indexer.settings import Settings

_DESCRIPTION = "Answers in German or English, quoted word for word and cited to the character."
# The framework's own telemetry is off: its spans hold query strings, its logs what was sent.
_SILENT: Any = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}


class App(FastAPI):
    """FastAPI, with replies described as complete as they are."""

    def openapi(self) -> dict[str, Any]:
        """Describe all routes of version 1; made once, since everybody may ask for it."""
        if self.openapi_schema is None:
            self.openapi_schema = openapi.completed(super().openapi())
        return self.openapi_schema


def create_app(settings: Settings, engine: Engine | None = None) -> FastAPI:
    """Make the app; without an engine it loads the published index beside the event loop.

    Until one is loaded, and also while none is published, it answers 503.
    """
    provider = provider_from_environment()
    app = App(
        title="Fundstelle",
        version="1",
        description=_DESCRIPTION,
        docs_url=None,  # the framework's own pages load scripts from elsewhere
        redoc_url=None,
        # No redirects: behind a proxy they could lead a key or a question away from https.
        redirect_slashes=False,
        telemetry=_SILENT,
        middleware=traced(middleware(settings, mounted_at(settings)), provider),
        lifespan=_lifespan,
    )
    app.state.tracing = provider
    app.state.shared = SharedState(settings.service)
    app.state.gate = Gate(settings, app.state.shared)
    app.state.streams = Streams()
    app.state.asked = Asked(settings, app.state.shared)
    app.state.assistants = assistants.Assistants()
    app.state.metrics = Metrics(app.state.shared)
    app.state.host = EngineHost(settings, engine, app.state.metrics.worked)
    app.state.jobs = Jobs(settings, app.state.shared, app.state.host.bring_current)
    problems.install(app)
    refusing.install(app)
    api = (
        *(asking, verifying, assistants, documents_api, writing),
        *(indexing, status, questions, operation),
    )
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
        asyncio.create_task(app.state.asked.work(), name="log questions"),
        asyncio.create_task(app.state.asked.forget(), name="forget questions"),
        asyncio.create_task(app.state.assistants.serve(), name="serve assistants"),
        asyncio.create_task(app.state.metrics.keep_writing(), name="write metrics"),
    ]
    try:
        with told_to_stop(app.state.jobs.leave):
            yield
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await app.state.asked.close()
        await run_sync(app.state.shared.close)
        if app.state.tracing is not None:
            await run_sync(app.state.tracing.shutdown)  # sends what is left

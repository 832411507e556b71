"""Who may do what: the dependencies by which a route names the scope that it needs."""

from __future__ import annotations

from starlette.requests import Request

from api.routes.needs import this_machine_only


async def may_ask(request: Request) -> None:
    """Asking and reading."""


async def may_write(request: Request) -> None:
    """Adding, replacing and removing documents, and indexing."""
    this_machine_only(request)


async def may_administer(request: Request) -> None:
    """Seeing what others did: jobs, questions, metrics."""
    this_machine_only(request)

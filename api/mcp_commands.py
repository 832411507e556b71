"""`fundstelle mcp`: the documents for an assistant that starts this program."""

from __future__ import annotations

import asyncio
import sys
from contextlib import redirect_stdout, suppress
from pathlib import Path

import click

from indexer.commands import index_option
from indexer.settings import Settings


@click.command()
@index_option
def mcp(index_folder: Path | None) -> None:
    """Let an assistant ask the documents: Model Context Protocol on stdin and stdout.

    Over HTTP the same tools stand at /mcp of `fundstelle serve`.
    """
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(Settings.load(index=index_folder)))


async def _serve(settings: Settings) -> None:
    from mcp.server.stdio import stdio_server

    from api.asked import Asked
    from api.engine import Engine
    from api.mcp_server import mcp_server
    from api.mcp_tools import Desk
    from api.routes.host import EngineHost
    from api.shared_state import SharedState

    with redirect_stdout(sys.stderr):  # stdout is the protocol's; the server sees to it later
        host = EngineHost(settings, await asyncio.to_thread(Engine.open, settings))
    state = SharedState(settings.service)
    asked = Asked(settings, state)
    desk = Desk(host, asked, root="")
    server = mcp_server(lambda _: desk)
    beside = [asyncio.create_task(work) for work in (host.watch(), asked.work(), asked.forget())]
    try:
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await asked.close()
        state.close()

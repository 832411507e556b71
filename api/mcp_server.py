"""The Model Context Protocol: what assistants list and call, however they are connected."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)
from pydantic import ValidationError

from api import problems
from api.mcp_tools import TOOLS, Desk, NoDocument
from indexer.errors import FundstelleError

INSTRUCTIONS = (
    "These tools quote from one collection of German and English documents, word for word. Cite "
    "each quote with title, date and link. Say so where the documents do not answer."
)
_NO_DOCUMENT = "No document has this id."
DeskOf = Callable[[Any], Desk]  # a tool's HTTP request, None over stdio -> what it may work with


def mcp_server(desk_of: DeskOf) -> Server[Any]:
    """Make a server; it keeps nothing of one call for the next."""

    async def list_tools(
        context: ServerRequestContext[Any], params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(tools=_LISTED)

    async def call_tool(
        context: ServerRequestContext[Any], params: CallToolRequestParams
    ) -> CallToolResult:
        scope = {} if context.request is None else context.request.scope
        try:
            return await _call(desk_of(context.request), params)
        except ValidationError as error:
            found = problems.field_errors(error.errors(include_url=False))
            return _failed("; ".join(f"{one.field}: {one.message}" for one in found))
        except NoDocument:
            return _failed(_NO_DOCUMENT)
        except FundstelleError as error:
            return _failed(problems.foreseen(error, scope).detail)
        except Exception as error:
            return _failed(problems.unforeseen(error, scope).detail)

    return Server(
        "fundstelle",
        title="Fundstelle",
        version=version("fundstelle"),
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


async def _call(desk: Desk, params: CallToolRequestParams) -> CallToolResult:
    tool = TOOLS.get(params.name)
    if tool is None:
        return _failed(f"There is no tool {params.name!r}, but {', '.join(TOOLS)}.")
    result = await tool.use(desk, tool.takes.model_validate(params.arguments or {}))
    return CallToolResult(
        content=[TextContent(type="text", text=result.readable)],
        structured_content=result.plain,
    )


def _failed(why: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=why)], is_error=True)


_LISTED = [
    Tool(
        name=tool.name,
        title=tool.title,
        description=tool.about,
        input_schema=tool.input_schema,
        output_schema=tool.output_schema,
        annotations=ToolAnnotations(
            read_only_hint=True, destructive_hint=False, open_world_hint=False
        ),
    )
    for tool in TOOLS.values()
]

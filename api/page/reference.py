"""`/docs`: the routes of version 1 as a plain page, made from the OpenAPI description."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.page.rendering import render

router = APIRouter(include_in_schema=False)


@router.head("/docs")
@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """List every route with its parameters, examples and errors."""
    described: dict[str, Any] = request.app.openapi()
    operations = [
        _operation(path, method, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    given = {"about": described["info"]["description"], "operations": operations}
    return render(request, "reference.html", given)


def _operation(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return {
        "path": path,
        "method": method.upper(),
        "about": operation.get("description", ""),
        "parameters": [
            {
                "name": parameter["name"],
                "place": parameter["in"],
                "required": parameter.get("required", False),
                "about": parameter.get("description", ""),
            }
            for parameter in operation.get("parameters", [])
        ],
        "requests": _examples(body),
        "replies": [
            {
                "status": status,
                "about": reply.get("description", ""),
                "examples": [
                    example
                    for media in reply.get("content", {}).values()
                    for example in _examples(media)
                ],
            }
            for status, reply in operation["responses"].items()
        ],
    }


def _examples(media: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {
            "about": example.get("summary", name),
            "json": json.dumps(example["value"], ensure_ascii=False, indent=2),
        }
        for name, example in media.get("examples", {}).items()
    ]

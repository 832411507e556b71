"""The page's few files; nothing is loaded from elsewhere."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse

router = APIRouter(include_in_schema=False)
_FOLDER = Path(__file__).parent / "static"
_FILES = {"page.css": "text/css", "icon.svg": "image/svg+xml"}


@router.head("/static/{name}")
@router.get("/static/{name}")
async def asset(name: str) -> FileResponse:
    """Send one of them; a browser may keep it for an hour."""
    if name not in _FILES:
        raise HTTPException(404)
    headers = {"Cache-Control": "max-age=3600"}
    return FileResponse(_FOLDER / name, media_type=_FILES[name], headers=headers)

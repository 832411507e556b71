"""The page's few files and its owner's logo; nothing is loaded from elsewhere."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse

from api.routes.needs import Host
from indexer.settings import Settings

router = APIRouter(include_in_schema=False)
_FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FILES = {file.name: file for file in sorted(_FOLDER.iterdir()) if file.suffix in _TYPES}
_LOGO_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}

# Stands in each address, so that a browser keeps the files and yet never mixes two releases.
VERSION = hashlib.sha256(b"".join(file.read_bytes() for file in _FILES.values())).hexdigest()[:12]


def asset_path(name: str) -> str:
    """Where the page finds a file, without the root path; raises KeyError for one that is not."""
    return f"/static/{VERSION}/{_FILES[name].name}"


def logo_path(settings: Settings) -> str:
    """Where the page finds its owner's logo, without the root path; empty where there is none."""
    return "/logo" if settings.logo.suffix.lower() in _LOGO_TYPES else ""


@router.head("/static/{version}/{name}")
@router.get("/static/{version}/{name}")
async def asset(version: str, name: str) -> FileResponse:
    """Send a file; what another release asks for is sent as it is now, and not kept."""
    if name not in _FILES:
        raise HTTPException(404)
    lasting = "public, max-age=31536000, immutable"
    headers = {"Cache-Control": lasting if version == VERSION else "no-store"}
    file = _FILES[name]
    return FileResponse(file, media_type=_TYPES[file.suffix], headers=headers)


@router.head("/logo")
@router.get("/logo")
async def logo(host: Host) -> FileResponse:
    """Send the owner's logo; an SVG opened by itself can run nothing."""
    settings: Settings = host.settings
    if not logo_path(settings) or not settings.logo.is_file():
        raise HTTPException(404)
    headers = {
        "Cache-Control": "max-age=3600",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    media_type = _LOGO_TYPES[settings.logo.suffix.lower()]
    return FileResponse(settings.logo, media_type=media_type, headers=headers)

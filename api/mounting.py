"""Where the service is mounted."""

from __future__ import annotations

from indexer.settings import Settings


def mounted_at(settings: Settings) -> str:
    """The root path as addresses need it: empty, or with a slash in front only."""
    path = settings.root_path.strip("/")
    return f"/{path}" if path else ""

"""Examples of what those who may write are told."""

from __future__ import annotations

from typing import Any

from api.routes.examples import example

_RUN: dict[str, Any] = {
    "published": True,
    "added": 1,
    "changed": 0,
    "moved": 0,
    "unchanged": 47,
    "removed": 0,
    "passages": 312,
    "seconds": 2.4,
    "skipped": [],
    "failed": [
        {"path": "satzung/document.pdf", "reason": "is encrypted: save it without a password"}
    ],
    "notes": [],
    "refused": "",
    "finished_at": "2026-11-20T22:40:03Z",
}
_INDEX = {"generation": 12, "published_at": "2026-11-20T22:40:03Z"}
STATUS = {
    "deutsch": example("Eine Datei war nicht zu lesen", {"index": _INDEX, "last_run": _RUN}),
    "english": example("No run is known of", {"index": _INDEX, "last_run": None}),
}
_DE, _EN = "Gebührensatzung 2023.pdf", "Press/Town fair.md"
NAMES = {
    "deutsch": example("Eine Datei", {"names": [_DE]}),
    "english": example("A file of a folder", {"names": [_EN]}),
}
PROPOSALS = {
    "deutsch": example(
        "Die Kennung ist frei",
        {"proposals": [{"name": _DE, "doc_id": "gebuehrensatzung-2023.pdf", "taken": None}]},
    ),
    "english": example(
        "An upload has the id",
        {"proposals": [{"name": _EN, "doc_id": "press.town-fair.md", "taken": "upload"}]},
    ),
}

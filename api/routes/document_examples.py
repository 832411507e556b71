"""Examples of documents and jobs for the documentation: what `corpus/` really holds."""

from __future__ import annotations

from typing import Any

from api.routes.examples import CITATIONS, INDEX, example

JOB_ID = "0f3c9a51e2b84d67"


def _document(language: str, other: str, characters: int) -> dict[str, Any]:
    citation, translation = CITATIONS[language], CITATIONS[other]
    return {
        **{name: citation[name] for name in ("doc_id", "title", "language", "published")},
        **{name: citation[name] for name in ("publisher", "source", "based_on", "sha256")},
        "tags": ["sccon-2023", "international"],
        "translation_key": "sccon-2023-partner-country",
        "visible_from": None,
        "valid_until": None,
        "media_type": "text/markdown",
        "characters": characters,
        "pages": None,
        "pages_without_text": [],
        "passages": 4,
        "translations": [{name: translation[name] for name in ("doc_id", "title", "language")}],
        "file": f"/v1/documents/{citation['doc_id']}/file",
        "view": f"/documents/{citation['doc_id']}",
    }


def _listed(document: dict[str, Any]) -> dict[str, Any]:
    return {"documents": [document], "total": 48, "index": INDEX}


_JOB: dict[str, Any] = {
    "id": JOB_ID,
    "kind": "index",
    "state": "queued",
    "stage": None,
    "done": 0,
    "total": 0,
    "errors": [],
    "generation": None,
}
_DE, _EN = _document("de", "en", 967), _document("en", "de", 871)
_FAILED = [{"path": "berichte/2019.pdf", "reason": "is encrypted"}]

DOCUMENT = {"deutsch": example("Auf Deutsch", _DE), "english": example("In English", _EN)}
DOCUMENTS = {
    "deutsch": example("Auf Deutsch", _listed(_DE)),
    "english": example("In English", _listed(_EN)),
}
QUEUED = {
    "deutsch": example("Eingereiht", _JOB),
    "english": example("Queued", _JOB),
}
JOB = {
    "deutsch": example(
        "Läuft", {**_JOB, "state": "running", "stage": "embed", "done": 312, "total": 1250}
    ),
    "english": example(
        "Done, but for one file", {**_JOB, "state": "done", "errors": _FAILED, "generation": 13}
    ),
}
_RUN = {
    "published": True,
    "added": 1,
    "changed": 0,
    "moved": 0,
    "unchanged": 47,
    "removed": 0,
    "passages": 263,
    "seconds": 1.4,
    "skipped": [],
    "failed": [],
    "notes": [],
    "refused": "",
    "finished_at": "2026-11-20T22:40:03Z",
}
STATUS = {
    "deutsch": example("Alles gelesen", {"index": INDEX, "last_run": _RUN}),
    "english": example(
        "One file failed", {"index": INDEX, "last_run": {**_RUN, "failed": _FAILED}}
    ),
}
NAMES = {
    "deutsch": example("Auf Deutsch", {"names": ["Presse/Gebührensatzung 2023.pdf"]}),
    "english": example("In English", {"names": ["press/fees 2023.pdf"]}),
}
PROPOSALS = {
    "deutsch": example(
        "Auf Deutsch",
        {
            "proposals": [
                {
                    "name": "Presse/Gebührensatzung 2023.pdf",
                    "doc_id": "presse.gebuehrensatzung-2023.pdf",
                    "taken": None,
                }
            ]
        },
    ),
    "english": example(
        "In English",
        {
            "proposals": [
                {"name": "press/fees 2023.pdf", "doc_id": "press.fees-2023.pdf", "taken": None}
            ]
        },
    ),
}

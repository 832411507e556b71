"""Documents, and how a byte of their index is flipped."""

from __future__ import annotations

from pathlib import Path

from api.engine import Engine
from api.in_force import InForce
from indexer.building import bring_up_to_date
from indexer.encoder import Encoder, fingerprint, locate
from indexer.manifest import current
from indexer.settings import Settings

TEXTS = {
    "messe.txt": "Die Messe zählte 15.000 Besucher. Sie heißt Smart Country Convention (SCCON).",
    "award.en.txt": "The award of the year went to the city of Munich. It was the third time.",
    "rathaus.txt": "Das Rathaus öffnet montags um acht Uhr. Dienstags bleibt es geschlossen.",
}
CHANGED = {"rathaus.txt": "Das Rathaus öffnet montags um neun Uhr."}
QUESTIONS = ("Wann öffnet das Rathaus?", "Who won the award?", "Wie heißt die SCCON?")


def write(settings: Settings, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        (settings.corpus[0] / name).write_text(text + "\n", encoding="utf-8")


def flip(file: Path, where: str | int) -> None:
    data = bytearray(file.read_bytes())
    place = {"first": 0, "middle": len(data) // 2, "last": len(data) - 1}.get(str(where), where)
    assert isinstance(place, int)
    data[place] ^= 1
    with file.open("r+b") as stream:  # the same file: whoever has mapped it sees the change
        stream.write(data)


def opened(settings: Settings, encoder: Encoder) -> Engine:
    """As `Engine.open`, with an encoder that is there already, and without the reader."""
    made_by = fingerprint(locate(settings.encoder, allow_download=False))
    return Engine(settings, encoder, None, InForce(settings, made_by))


def published(settings: Settings, inside: str) -> Path:
    """A file of the first segment of the published generation."""
    return current(settings.index).segments[0] / inside


def indexed(folder: Path) -> Settings:
    """An index of the documents, in one segment."""
    (folder / "corpus").mkdir()
    settings = Settings(corpus=(folder / "corpus",), index=folder / "index")
    write(settings, TEXTS)
    bring_up_to_date(settings)
    return settings

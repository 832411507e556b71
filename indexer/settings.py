"""Every setting and its default, in one place.

A command-line option wins over the environment, the environment over the default.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

ENVIRONMENT_PREFIX = "FUNDSTELLE_"

# Limits that the contract fixes; both the HTTP and the command-line edge check against them.
MAX_QUESTION_CHARS = 1_000
MAX_K = 50
MAX_SENTENCES = 20
MAX_OFFSET = 1_000
MAX_BATCH = 100
DEFAULT_K = 5
PASSAGE_TOKENS = 160  # of our own encoding; about six sentences
DEFAULT_SENTENCES = 5


@dataclass(frozen=True, slots=True)
class Settings:
    """Raises ValueError, naming variable and value, where the environment holds nonsense."""

    corpus: tuple[Path, ...] = (Path("corpus"),)  # environment: joined like PATH
    index: Path = Path(".fundstelle/index")
    encoder: str = "fundstelle"  # the one that ships, a folder, a bundled or a hub's name
    allow_download: bool = False  # may a hub's name be fetched?
    threads: int = 0  # for encoding; 0: as many as there are cores
    passage_tokens: int = PASSAGE_TOKENS  # budget of one passage
    reader: bool = True  # reads the best passages with the question; off: quicker, less sure
    answer_threshold: float = 0.22  # confidence from which an answer is shown
    clock: str = ""  # an ISO day to answer as of, for tests; empty: today
    host: str = "127.0.0.1"
    port: int = 8000
    root_path: str = ""  # where a reverse proxy mounts the service, for example /suche
    keep_generations: int = 1  # kept beside the published one

    def __post_init__(self) -> None:
        """Refuse values out of range, whoever gave them."""
        if self.clock:
            try:
                date.fromisoformat(self.clock)
            except ValueError:
                raise ValueError(
                    f"clock must be a day such as 2026-11-21, not {self.clock!r}"
                ) from None
        ranges = {
            "threads": (0, 1024),
            "passage_tokens": (1, 100_000),
            "answer_threshold": (0, 1),
            "port": (0, 65_535),
            "keep_generations": (0, 1_000),
        }
        for name, (lowest, highest) in ranges.items():
            value = getattr(self, name)
            if not lowest <= value <= highest:
                raise ValueError(f"{name} must be from {lowest} to {highest}, not {value}")

    @property
    def data(self) -> Path:
        """Uploads, keys and logs: beside the index, never inside it."""
        index = self.index if self.index.name else self.index.absolute()
        return index.with_name(index.name + ".data")

    @property
    def service(self) -> Path:
        """What the processes of a service share; of this machine, so that no backup holds it."""
        return self.data / "service.sqlite"

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
        """Read the environment; `given` values that are not None win over it."""
        environment = os.environ if environment is None else environment
        read = {}
        for field in fields(cls):
            variable = ENVIRONMENT_PREFIX + field.name.upper()
            if environment.get(variable):
                read[field.name] = _parse(variable, environment[variable], field.default)
        chosen = {name: value for name, value in given.items() if value is not None}
        return replace(cls(), **{**read, **chosen})


def _parse(variable: str, text: str, default: object) -> object:
    """Give the text the type that the default has."""
    if isinstance(default, bool):
        if text.lower() in {"1", "true", "yes"}:
            return True
        if text.lower() in {"0", "false", "no"}:
            return False
        raise ValueError(f"{variable} must be 1 or 0, not {text!r}")
    if isinstance(default, tuple):
        return tuple(Path(part) for part in text.split(os.pathsep) if part)
    if isinstance(default, int | float):
        try:
            return type(default)(text)
        except ValueError:
            raise ValueError(f"{variable} must be a number, not {text!r}") from None
    return Path(text) if isinstance(default, Path) else text

"""Every setting and its default, in one place.

A command-line option wins over the environment, the environment over the default.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from ipaddress import ip_network
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

_FRAMES = re.compile(r"'self'|https?://[^\s;,'\"]+")


@dataclass(frozen=True, slots=True)
class Settings:
    """Raises ValueError, naming variable and value, where the environment holds nonsense."""

    # The comments below are the documentation: `python -m api.deploy.settings_table` makes the
    # table of them. A field without one belongs to the field above it.

    # Documents, index and answers.
    corpus: tuple[Path, ...] = (Path("corpus"),)  # folders with documents, joined like PATH
    index: Path = Path(".fundstelle/index")  # where generations are published
    encoder: str = "fundstelle"  # the one that ships, or a folder or name; safetensors only
    allow_download: bool = False  # may a model hub's name be fetched?
    threads: int = 0  # for encoding; 0: as many as there are cores
    passage_tokens: int = PASSAGE_TOKENS  # budget of one passage, in tokens of our own encoding
    reader: bool = True  # reads the best passages with the question; off: quicker, less sure
    answer_threshold: float = 0.35  # confidence from which an answer is shown
    clock: str = ""  # a day such as 2026-11-21 to answer as of, for tests; empty: today
    keep_generations: int = 1  # older ones kept beside the published one

    # The service. Lists are joined by commas.
    host: str = "127.0.0.1"  # where it listens; beyond this machine: with keys or public_ask
    port: int = 8000
    root_path: str = ""  # where a reverse proxy mounts the service, for example /suche
    workers: int = 1  # processes that answer
    public_ask: bool = False  # may everybody ask and read without a key?
    allowed_hosts: tuple[str, ...] = ()  # names the service is asked by; none: any
    allowed_origins: tuple[str, ...] = ()  # pages elsewhere that may ask, https://example.org
    frame_ancestors: tuple[str, ...] = ()  # pages elsewhere that may show the page in a frame
    trusted_proxies: tuple[str, ...] = ()  # addresses whose X-Forwarded-* headers are believed
    asks_per_minute: int = 120  # for each key, or each address without one; 0: no limit
    writes_per_minute: int = 30
    request_timeout_s: float = 30.0  # of one request; uploads and events are not counted
    max_upload_mb: int = 50  # of one file
    max_uploads: int = 10_000  # documents that were uploaded, together
    json_logs: bool = False  # one JSON object a line, for machines
    log_questions: bool = False  # keep what is asked, without who asked
    question_days: int = 30  # and for how long

    # What the page says of its owner, in each language; empty: left out.
    service_name: str = "Fundstelle"  # the page's title
    logo: Path = Path()  # an SVG or PNG file
    intro_de: str = ""  # one text above the question
    intro_en: str = ""
    imprint_de: str = ""  # addresses of pages
    imprint_en: str = ""
    privacy_de: str = ""
    privacy_en: str = ""
    accessibility_de: str = ""
    accessibility_en: str = ""
    contact_de: str = ""  # an e-mail address, or the address of a page
    contact_en: str = ""

    def __post_init__(self) -> None:
        """Refuse values out of range, whoever gave them."""
        if self.clock:
            try:
                date.fromisoformat(self.clock)
            except ValueError:
                raise ValueError(
                    f"clock must be a day such as 2026-11-21, not {self.clock!r}"
                ) from None
        for proxy in self.trusted_proxies:
            try:
                ip_network(proxy, strict=False)
            except ValueError:
                raise ValueError(
                    f"trusted_proxies must be addresses or networks such as 10.0.0.0/24, "
                    f"not {proxy!r}"
                ) from None
        for page in self.frame_ancestors:
            if not _FRAMES.fullmatch(page):  # it stands in a header among others
                raise ValueError(
                    f"frame_ancestors must be origins such as https://example.org, not {page!r}"
                )
        ranges = {
            "threads": (0, 1024),
            "passage_tokens": (1, 100_000),
            "answer_threshold": (0, 1),
            "port": (0, 65_535),
            "keep_generations": (0, 1_000),
            "workers": (1, 64),
            "asks_per_minute": (0, 1_000_000),
            "writes_per_minute": (0, 1_000_000),
            "request_timeout_s": (0.1, 3_600),
            "max_upload_mb": (1, 50),  # no larger file is indexed from a folder either
            "max_uploads": (0, 10_000_000),
            "question_days": (1, 3_650),
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
        if any(isinstance(one, Path) for one in default):
            return tuple(Path(part) for part in text.split(os.pathsep) if part)
        return tuple(stripped for part in text.split(",") if (stripped := part.strip()))
    if isinstance(default, int | float):
        try:
            return type(default)(text)
        except ValueError:
            raise ValueError(f"{variable} must be a number, not {text!r}") from None
    return Path(text) if isinstance(default, Path) else text

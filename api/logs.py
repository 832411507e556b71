"""How the service logs: lines of text, or of JSON for machines; never what was asked."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from indexer.settings import Settings

_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class TextLines(logging.Formatter):
    """Level and message."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s: %(message)s")

    def formatException(self, ei: _Raised) -> str:  # noqa: N802  the library's name
        """Tell where it happened, without what it happened to."""
        return where(ei[1])


class JsonLines(JsonFormatter):
    """One object a line."""

    def __init__(self) -> None:
        super().__init__(
            "%(levelname)s %(name)s %(process)d %(message)s",
            rename_fields={"levelname": "level", "name": "logger"},
            reserved_attrs=[*RESERVED_ATTRS, "color_message"],
            timestamp=True,
            json_ensure_ascii=False,
        )

    def formatException(self, ei: _Raised) -> str:  # noqa: N802  the library's name
        """Tell where it happened, without what it happened to."""
        return where(ei[1])


def where(error: BaseException | None) -> str:
    """The frames and types of an error and its causes; a message may quote a question."""
    lines: list[str] = []
    while error is not None:
        lines += [*traceback.format_tb(error.__traceback__), f"{type(error).__qualname__}\n"]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "".join(lines).rstrip()


def configuration(settings: Settings) -> dict[str, Any]:
    """For `logging.config`: the service's own lines, the server's, and whoever else warns.

    The server's own lines for requests stay off: they would hold query strings.
    """
    quiet = "INFO" if settings.json_logs else "WARNING"
    lines = JsonLines if settings.json_logs else TextLines
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": f"{lines.__module__}.{lines.__qualname__}"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {
            "fundstelle.requests": {"level": quiet},
            "uvicorn": {"level": quiet},
            "uvicorn.error": {"level": quiet},
        },
    }

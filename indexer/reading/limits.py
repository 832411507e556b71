"""What the reading process may not do: grow, write, fork, or reach the network."""

from __future__ import annotations

import os
import resource
import sys
from typing import Any

MAX_OPEN_FILES = 64
_REFUSED_EVENTS = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.system",
        "os.startfile",
        "pty.spawn",
        "subprocess.Popen",
        "os.remove",
        "os.rename",
        "os.mkdir",
        "os.rmdir",
        "os.link",
        "os.symlink",
        "os.truncate",
        "os.chmod",
        "os.chown",
        "os.kill",
    }
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def limit_resources(memory_bytes: int) -> None:
    """Bound memory and open files; forbid core dumps and files that grow."""
    for kind, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, MAX_OPEN_FILES),
    ):
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)  # noqa: PLW2901  an outer limit may be lower
        resource.setrlimit(kind, (value, value))


def refuse_side_effects() -> None:
    """Refuse, from now on and for good, sockets, other programs and writing files."""
    sys.addaudithook(_refuse)


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    if event in _REFUSED_EVENTS or event.startswith("socket."):
        raise PermissionError(f"the reading process may not use {event}")
    if event == "open" and isinstance(args[2], int) and args[2] & _WRITING:
        raise PermissionError("the reading process may not write files")

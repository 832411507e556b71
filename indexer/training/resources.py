"""What training leaves for the index: small files that ship with the package."""

from __future__ import annotations

import lzma
from collections.abc import Iterable
from pathlib import Path


def write_compressed(file: Path, lines: Iterable[str]) -> None:
    """Write lines, xz; the same lines make the same bytes, and a stop leaves the former file."""
    unfinished = file.with_suffix(".part")
    unfinished.write_bytes(lzma.compress("".join(f"{line}\n" for line in lines).encode(), preset=9))
    unfinished.replace(file)

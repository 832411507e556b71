"""A training run's folder: its log, and the checkpoint that a later start goes on from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

CHECKPOINT_S = 240  # at most so much is lost by a stop


class Run:
    """Where one run keeps what it must not lose."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self._checkpoint = folder / "checkpoint.pt"

    def log(self, line: str) -> None:
        """Print a line and keep it."""
        print(line, flush=True)
        with (self.folder / "log.txt").open("a", encoding="utf-8") as log:
            log.write(line + "\n")

    def save(self, state: dict[str, Any]) -> None:
        """Write a checkpoint; a stop meanwhile leaves the one before."""
        unfinished = self._checkpoint.with_suffix(".part")
        torch.save(state, unfinished)
        unfinished.replace(self._checkpoint)

    def saved(self, device: str) -> dict[str, Any] | None:
        """The last checkpoint; None where there is none yet."""
        if not self._checkpoint.exists():
            return None
        state: dict[str, Any] = torch.load(self._checkpoint, map_location=device)
        return state

    def finished(self, device: str) -> dict[str, Any]:
        """The last checkpoint.

        Raises:
            FileNotFoundError: if nothing was trained here.
        """
        state = self.saved(device)
        if state is None:
            raise FileNotFoundError(f"{self.folder} holds no checkpoint; train this run first")
        return state

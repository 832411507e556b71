"""Everything that can go wrong for reasons outside the code, as one small family.

FundstelleError
├── ReadError          a file could not become a document
├── EncoderError       the sentence encoder could not be loaded or used
├── IndexUnavailable   nothing is published yet
├── IndexDamaged       what is published cannot be read
├── IndexLocked        another process is writing
├── EncoderMismatch    the index belongs to another encoder
├── DataUnavailable    the data folder beside the index cannot be used
└── NothingPublished   a run ended without a new generation, to keep what was there

A wrong argument raises `ValueError`; only the edges (command line, HTTP) translate either.
"""

from __future__ import annotations

from pathlib import Path


class FundstelleError(Exception):
    """The work failed for a foreseeable reason; the message names the value and the remedy."""


class ReadError(FundstelleError):
    """A file could not be read into a document; the message is the reason, without the path."""


class EncoderError(FundstelleError):
    """The encoder that the setting names could not be loaded or used."""


class IndexUnavailable(FundstelleError):
    """No generation is published at the index's place yet."""


class IndexDamaged(FundstelleError):
    """The published generation lacks files or holds files that cannot be read."""

    def __init__(self, message: str, generation: Path | None = None, path: str = "") -> None:
        """Where one file is to blame: its generation's folder, and its path below that."""
        super().__init__(message)
        self.generation = generation
        self.path = path


class EncoderMismatch(FundstelleError):
    """The index was built with another encoder than the one that the setting names."""


class DataUnavailable(FundstelleError):
    """The data folder beside the index, or the service's file in it, cannot be read or written."""


class IndexLocked(FundstelleError):
    """Another process is writing the index."""


class NothingPublished(FundstelleError):
    """A run ended without publishing a generation, to keep what was there."""

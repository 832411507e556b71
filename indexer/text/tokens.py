"""How long a text is, in tokens of our own encoding; the one module that knows tiktoken.

The encoding is trained on German and English (`indexer.training.encoding`) and ships as ranks in
tiktoken's own format: one line per token, its bytes in base64 and its rank.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path

import tiktoken

RANKS_FILE = Path(__file__).with_name("fundstelle.tiktoken")

# Words with the character before them, numbers in groups of three, punctuation, white space. Every
# character belongs to one alternative, so encoding loses nothing; no token holds white space after
# another character, so token counts of texts cut before white space add up. Pieces are bounded:
# merging is quadratic in a piece's length.
PATTERN = (
    r"[^\r\n\p{L}\p{M}\p{N}]?[\p{L}\p{M}]{1,64}"
    r"|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{M}\p{N}]{1,64}"
    r"|\s{1,64}"
)


def read_ranks(path: Path) -> dict[bytes, int]:
    """Read a ranks file.

    Raises:
        ValueError: if a line is no base64 and rank, naming file and line.
    """
    ranks: dict[bytes, int] = {}
    for number, line in enumerate(path.read_text("ascii").splitlines(), start=1):
        try:
            token, rank = line.split()
            ranks[base64.b64decode(token, validate=True)] = int(rank)
        except ValueError as error:
            raise ValueError(f"{path.name}, line {number}: not a token and its rank") from error
    return ranks


def encoding(ranks: Mapping[bytes, int], name: str = "fundstelle") -> tiktoken.Encoding:
    """Return the encoding of these ranks; it has no special tokens."""
    return tiktoken.Encoding(name, pat_str=PATTERN, mergeable_ranks=dict(ranks), special_tokens={})


@functools.cache
def shipped_encoding() -> tiktoken.Encoding:
    """Return the encoding of the ranks file that ships with the package."""
    return encoding(read_ranks(RANKS_FILE))


def count_tokens(text: str) -> int:
    """Return the number of tokens; what looks like a special token is ordinary text."""
    return len(shipped_encoding().encode_ordinary(text))


@functools.cache
def ranks_sha256() -> str:
    """Return the checksum of the ranks file, for the index's fingerprint."""
    return hashlib.sha256(RANKS_FILE.read_bytes()).hexdigest()

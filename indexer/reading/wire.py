"""How parent and reading process talk: frames of bytes, and a `Reading` as JSON.

The process parses files from anywhere, so nothing it says is believed before it is checked.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict
from typing import IO, Any, get_args

from indexer.reading.canonical import canonicalise
from indexer.reading.fields import metadata_from_mapping
from indexer.types import Block, BlockKind, Metadata, Reading

_LENGTH = struct.Struct(">Q")


def write_frame(stream: IO[bytes], payload: bytes) -> None:
    """Write one frame: its length in 8 bytes, and its bytes."""
    stream.write(_LENGTH.pack(len(payload)))
    stream.write(payload)
    stream.flush()


def read_frame(stream: IO[bytes], limit: int) -> bytes:
    """Read one frame of at most `limit` bytes.

    Raises:
        EOFError: if the stream ends first.
        ValueError: if the frame is longer.
    """
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if length > limit:
        raise ValueError(f"a frame of {length:,} bytes, more than {limit:,}")
    return _exactly(stream, length)


def encode_reading(reading: Reading) -> dict[str, Any]:
    """Return a reading as what JSON can hold."""
    said = asdict(reading.metadata)
    for name in ("published", "visible_from", "valid_until"):
        said[name] = said[name].isoformat() if said[name] is not None else None
    said["tags"] = list(said["tags"]) or None
    blocks = reading.blocks
    return {
        "text": reading.text,
        "metadata": {name: value for name, value in said.items() if value is not None},
        "blocks": None
        if blocks is None
        else [[b.start, b.end, b.kind, b.level, list(b.columns)] for b in blocks],
        "page_starts": list(reading.page_starts),
        "pages_without_text": list(reading.pages_without_text),
    }


def decode_reading(payload: dict[str, Any]) -> Reading:
    """Return the reading that `encode_reading` described.

    Raises:
        ReadError: if its metadata is not in form.
        ValueError, TypeError, KeyError: if it is no reading, its text is not canonical, or its
            blocks or pages lie outside of the text or out of order.
    """
    text = payload["text"]
    if not isinstance(text, str) or canonicalise(text) != text:
        raise ValueError("the text is not canonical")
    blocks = payload["blocks"]
    return Reading(
        text=text,
        metadata=_metadata(payload["metadata"]),
        blocks=None if blocks is None else _blocks(blocks, len(text)),
        page_starts=_ascending(payload["page_starts"], 0, len(text)),
        pages_without_text=_ascending(
            payload["pages_without_text"], 1, len(payload["page_starts"])
        ),
    )


def loads(payload: bytes) -> dict[str, Any]:
    """Return a frame's JSON object.

    Raises:
        ValueError: if it is none.
    """
    try:
        value = json.loads(payload)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value


def dumps(value: dict[str, Any]) -> bytes:
    """Return a frame for a JSON object."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def _metadata(said: object) -> Metadata:
    if not isinstance(said, dict):
        raise TypeError("metadata is no object")
    return metadata_from_mapping(said, "metadata")


def _blocks(values: list[Any], length: int) -> tuple[Block, ...]:
    blocks = []
    reached = 0
    for start, end, kind, level, columns in values:
        if not (_is_int(start) and _is_int(end) and reached <= start < end <= length):
            raise ValueError("a block lies outside of the text or out of order")
        if kind not in get_args(BlockKind) or not (_is_int(level) and 0 <= level <= 6):
            raise ValueError(f"no kind of block: {str(kind)[:40]}")
        if not all(isinstance(column, str) for column in columns):
            raise TypeError("a column without name")
        blocks.append(Block(start, end, kind, level, tuple(columns)))
        reached = end
    return tuple(blocks)


def _ascending(values: list[Any], lowest: int, highest: int) -> tuple[int, ...]:
    for value in values:
        if not _is_int(value) or not lowest <= value <= highest:
            raise ValueError("a page lies outside of the text or out of order")
        lowest = value
    return tuple(values)


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    parts = []
    while size:
        part = stream.read(min(size, 1 << 20))
        if not part:
            raise EOFError("the stream ended inside a frame")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)

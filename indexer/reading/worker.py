"""The process in which files are read: `python -m indexer.reading.worker SECONDS BYTES`.

It takes frames from its standard input (a JSON header, the file, its sidecar) and answers each
file with one frame. `indexer.reading.pool` starts it and ends it.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import warnings
from typing import IO, Any

from indexer.errors import ReadError
from indexer.reading.files import MAX_FILE_BYTES, MAX_SIDECAR_BYTES
from indexer.reading.formats import read_bytes
from indexer.reading.limits import limit_resources, refuse_side_effects
from indexer.reading.wire import dumps, encode_reading, loads, read_frame, write_frame

MAX_HEADER_BYTES = 65_536
GRACE_S = 5  # the parent is to end an overlong reading; this is for when it is gone
MAX_MESSAGE_CHARACTERS = 200
_NO_MEMORY = 2  # libxml2's XML_ERR_NO_MEMORY


def main(seconds: float, memory_bytes: int) -> None:
    """Answer until the input ends."""
    source, sink = _private_pipes()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    limit_resources(memory_bytes)
    refuse_side_effects()
    while True:
        try:
            header = loads(read_frame(source, MAX_HEADER_BYTES))
        except EOFError:
            return
        data = read_frame(source, MAX_FILE_BYTES)
        sidecar = read_frame(source, MAX_SIDECAR_BYTES) if header["sidecar"] else None
        signal.setitimer(signal.ITIMER_REAL, seconds + GRACE_S)
        try:
            answer = dumps(_answer(data, header["name"], sidecar))
        except MemoryError:
            answer = dumps({"memory": True})
        signal.setitimer(signal.ITIMER_REAL, 0)
        write_frame(sink, answer)


def _answer(data: bytes, name: str, sidecar: bytes | None) -> dict[str, Any]:
    try:
        return {"reading": encode_reading(read_bytes(data, name, sidecar))}
    except ReadError as error:
        return {"error": str(error)}
    except RecursionError:
        return {"error": "is nested too deeply to be read"}
    except MemoryError:
        return {"memory": True}
    except Exception as error:  # a parser stumbled over the file
        if type(error).__name__ == "XMLSyntaxError" and getattr(error, "code", 0) == _NO_MEMORY:
            return {"memory": True}
        message = " ".join(str(error).split())[:MAX_MESSAGE_CHARACTERS]
        return {"error": f"could not be read: {type(error).__name__}: {message}".rstrip(": ")}


def _private_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Take the pipes away from everything else: prints of libraries go to standard error."""
    source = os.fdopen(os.dup(0), "rb")
    sink = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return source, sink


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))

"""Reading files in a process of their own, because parsers hang, explode and crash."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import deque
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Self

import indexer
from indexer.errors import ReadError
from indexer.reading.files import MAX_FILE_BYTES, MAX_SIDECAR_BYTES
from indexer.reading.formats import media_type
from indexer.reading.wire import decode_reading, dumps, loads, read_frame, write_frame
from indexer.types import Reading

TIME_LIMIT_S = 60.0
MEMORY_LIMIT_BYTES = 2 * 1024**3
MAX_ANSWER_BYTES = 512_000_000
# All the environment that the process gets: what Python itself needs, and no secrets.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "SYSTEMROOT")


class ReadingProcess:
    """A process that reads one file after the other, and is replaced when a file breaks it.

    It starts with the first file. Use it as a context manager; not from two threads at once.

    Args:
        time_limit_s: wall-clock seconds for one file.
        memory_limit_bytes: address space of the process, its libraries included.
    """

    def __init__(
        self,
        time_limit_s: float = TIME_LIMIT_S,
        memory_limit_bytes: int = MEMORY_LIMIT_BYTES,
    ) -> None:
        self.time_limit_s = time_limit_s
        self.memory_limit_bytes = memory_limit_bytes
        self._process: subprocess.Popen[bytes] | None = None
        self._drain: threading.Thread | None = None
        self._last_lines: deque[str] = deque(maxlen=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def read(self, data: bytes, name: str, sidecar: bytes | None = None) -> Reading:
        """Read a file's bytes; `name` is its name or path, of which only the ending counts.

        Raises:
            ReadError: with the reason, without the path: wrong content, time limit, memory,
                or a crash of the parser.
            ValueError: if files with that ending are not read.
        """
        media_type(name)
        if len(data) > MAX_FILE_BYTES:
            raise ReadError(f"is larger than {MAX_FILE_BYTES // 1_000_000} MB")
        if sidecar is not None and len(sidecar) > MAX_SIDECAR_BYTES:
            raise ReadError("sidecar: is longer than 64 KB")
        process = self._running()
        overdue = threading.Event()

        def stop() -> None:
            overdue.set()
            process.kill()

        watchdog = threading.Timer(self.time_limit_s, stop)
        watchdog.daemon = True
        watchdog.start()
        try:
            answer = loads(_exchange(process, data, name, sidecar))
        except (EOFError, OSError, ValueError) as error:
            reason = self._ended(process)
            if overdue.is_set():
                reason = f"took longer than {self.time_limit_s:g} s to read"
            raise ReadError(reason) from error
        except BaseException:  # an interrupt leaves half an answer in the pipe
            self.close()
            raise
        finally:
            watchdog.cancel()
        if answer.get("memory"):
            self.close()  # what it holds is not known to be whole
            raise ReadError(self._memory_reason())
        if "error" in answer:
            raise ReadError(str(answer["error"]))
        try:
            return decode_reading(answer["reading"])
        except (ReadError, ValueError, TypeError, KeyError, AttributeError) as error:
            self.close()
            raise ReadError(f"the reading process gave no proper answer: {error}") from error

    def close(self) -> None:
        """End the process, if it runs; another `read` starts a new one."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        if self._drain is not None:
            self._drain.join()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # bytes that nobody will take any more
                    continue

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        # -P: a module in the working directory, the corpus perhaps, must not be imported.
        environment["PYTHONPATH"] = str(Path(indexer.__file__).resolve().parent.parent)
        limits = [str(self.time_limit_s), str(self.memory_limit_bytes)]
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter and module
            [sys.executable, "-P", "-B", "-m", "indexer.reading.worker", *limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # an interrupt in the terminal is the parent's to handle
        )
        self._last_lines.clear()
        self._drain = threading.Thread(
            target=_keep_last_line, args=(self._process.stderr, self._last_lines), daemon=True
        )
        self._drain.start()
        return self._process

    def _ended(self, process: subprocess.Popen[bytes]) -> str:
        """Say why the process ended, and clear it away."""
        try:
            process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            process.kill()
        self.close()
        last = self._last_lines[-1] if self._last_lines else ""
        code = process.returncode
        if "MemoryError" in last or "out of memory" in last.lower():
            return self._memory_reason()
        if code == -signal.SIGALRM:
            return f"took longer than {self.time_limit_s:g} s to read"
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
        return f"its parser crashed ({how}{': ' if last else ''}{last})"

    def _memory_reason(self) -> str:
        return f"needs more than {self.memory_limit_bytes / 1024**3:.3g} GB of memory to be read"


def _exchange(
    process: subprocess.Popen[bytes], data: bytes, name: str, sidecar: bytes | None
) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise EOFError("the process has no pipes")
    header = dumps({"name": f"file{PurePosixPath(name).suffix}", "sidecar": sidecar is not None})
    for frame in (header, data) if sidecar is None else (header, data, sidecar):
        write_frame(process.stdin, frame)
    return read_frame(process.stdout, MAX_ANSWER_BYTES)


def _keep_last_line(stream: IO[bytes], lines: deque[str]) -> None:
    while line := stream.readline(65_536):
        text = line.decode("utf-8", "replace").strip()
        if text:
            lines.append(text[-200:])

"""A real browser before a real server: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI

if TYPE_CHECKING:
    from playwright.sync_api import Browser

INSTALL = "sudo apt-get install -y chromium"
_STARTS_WITHIN_S = 30


def chromium_path() -> str | None:
    """Where Debian's Chromium is; None where it is not installed (`INSTALL`)."""
    return shutil.which("chromium")


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium without a window.

    Raises:
        FileNotFoundError: where it is not installed.
    """
    from playwright.sync_api import sync_playwright

    path = chromium_path()
    if path is None:
        raise FileNotFoundError(f"Chromium is not installed; {INSTALL}")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path)
        try:
            yield started
        finally:
            started.close()


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve the app on a free port of this machine; gives its address, without a slash."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            ends = time.monotonic() + _STARTS_WITHIN_S
            while not server.started:
                if time.monotonic() > ends or not thread.is_alive():
                    raise RuntimeError("the server did not start")
                time.sleep(0.02)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join()

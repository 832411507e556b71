"""Whatever is sent to whichever route: no 5xx, and nothing that OpenAPI does not say.

`make test` sends a bounded number of requests, the same each time; `make test-long` more, by chance.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from starlette.types import Message, Receive, Scope, Send

from api.app import create_app
from api.engine import Engine
from api.key_store import KeyStore
from api.key_store import Scope as KeyScope
from api.shared_state import SharedState
from indexer.building import bring_up_to_date
from indexer.settings import Settings

ROOT = Path(__file__).parents[1]
FEW, MANY = 10, 200
DOCUMENTS = ("kiezbox.de.md", "kiezbox.en.md")


class Service:
    """The app of the fixture, when there is one, with what it was sent and said counted."""

    def __init__(self) -> None:
        self.app: Any = None
        self.replies: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.replies[f"{message['status']}"] += 1
            await send(message)

        await self.app(scope, receive, counting)


SERVICE = Service()
DESCRIBED = schemathesis.openapi.from_dict(create_app(Settings()).openapi())
DESCRIBED.app = SERVICE


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Documents, an index and a data folder to throw away: what is written here is real."""
    folder = tmp_path_factory.mktemp("fuzz")
    shutil.copytree(ROOT / "corpus" / "sccon-2023", folder / "corpus")
    given = Settings(
        corpus=(folder / "corpus",),
        index=folder / "index",
        log_questions=True,
        reader=False,
        asks_per_minute=0,
        writes_per_minute=0,
        max_uploads=20,
        max_upload_mb=1,
    )
    bring_up_to_date(given, strict=True)
    return given


@pytest.fixture(scope="module")
def key(small: Settings) -> Iterator[str]:
    """What opens every route; schemathesis also asks without it."""
    state = SharedState(small.service)
    yield KeyStore(state).create("fuzz", KeyScope.ADMIN, None)
    state.close()


@pytest.fixture(scope="module", autouse=True)
def service(small: Settings, key: str) -> Iterator[None]:
    SERVICE.app = create_app(small, Engine.open(small))
    yield
    replies = ", ".join(f"{count} × {status}" for status, count in sorted(SERVICE.replies.items()))
    print(f"\n{SERVICE.replies.total()} requests: {replies}")


@DESCRIBED.parametrize()
@settings(
    max_examples=FEW, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
def test_a_bounded_number_of_requests(case: Any, key: str) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {key}"})

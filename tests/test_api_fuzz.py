"""Whatever is sent to whichever route: no 5xx, and nothing that OpenAPI does not say.

`make test` sends about 1,300 requests, the same each time, `make test-long` ten times as many, by
chance. They are those which the description calls right, and those which it calls wrong.
"""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from starlette.types import Message, Receive, Scope, Send

from api.app import create_app
from api.engine import Engine
from api.key_store import KeyStore
from api.key_store import Scope as KeyScope
from api.routes.document_examples import JOB_ID
from api.routes.examples import ANSWER_ID
from api.shared_state import SharedState
from indexer.building import bring_up_to_date
from indexer.settings import Settings

ROOT = Path(__file__).parents[1]
FEW, MANY = 10, 200


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
    shutil.copytree(ROOT / "corpus" / "sccon-2023", folder / "corpus" / "sccon-2023")
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
    """What opens every route; beside it what the examples name, so that they lead somewhere."""
    state = SharedState(small.service)
    key = KeyStore(state).create("fuzz", KeyScope.ADMIN, None)
    with state.writing() as execute:
        execute("INSERT INTO jobs (id, kind, state) VALUES (?, 'index', 'done')", (JOB_ID,))
        execute(
            "INSERT INTO questions (id, asked, question, alike, language, generation) "
            "VALUES (?, ?, 'Was?', 'was', 'de', 1)",
            (ANSWER_ID, int(time.time())),
        )
    yield key
    state.close()


@pytest.fixture(scope="module", autouse=True)
def service(small: Settings, key: str) -> Iterator[None]:
    SERVICE.app = create_app(small, Engine.open(small))
    yield
    replies = ", ".join(f"{count} × {status}" for status, count in sorted(SERVICE.replies.items()))
    print(f"\n{SERVICE.replies.total()} requests: {replies}")


WITHIN_S = 60.0
# What OpenAPI cannot say: in an address `true` is text, too; one bad question of a batch is
# answered by a problem in its place; a span must lie in the text; whether a file is one depends on
# what it holds.
SAYS_MORE = {
    "GET /v1/documents": [negative_data_rejection],
    "GET /v1/search": [negative_data_rejection],
    "POST /v1/ask/batch": [negative_data_rejection],
    "GET /v1/documents/{doc_id}/text": [positive_data_acceptance],
    "PUT /v1/documents/{doc_id}": [positive_data_acceptance],
}


def check(case: Any, key: str) -> None:
    case.call_and_validate(
        headers={"Authorization": f"Bearer {key}"},
        timeout=WITHIN_S,
        excluded_checks=SAYS_MORE.get(case.operation.label, []),
    )


GIVEN = settings(deadline=None, suppress_health_check=list(HealthCheck))


@DESCRIBED.parametrize()
@settings(GIVEN, max_examples=FEW, derandomize=True)
def test_some_requests_the_same_each_time(case: Any, key: str) -> None:
    check(case, key)


@pytest.mark.long
@DESCRIBED.parametrize()
@settings(GIVEN, max_examples=MANY)
def test_many_requests_by_chance(case: Any, key: str) -> None:
    check(case, key)

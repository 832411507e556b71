"""Several real servers on one index: what clients see of jobs, and what a killed server leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from real_servers import Server

from indexer.building import bring_up_to_date
from indexer.settings import Settings

AS_BEFORE = (
    "the service was stopped while it ran; "
    "the index is as before, and the next run does what it left undone"
)


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def serve(harbour: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[], Server]]:
    """Each server has one worker or two: nothing is to depend on which of them is asked."""
    bring_up_to_date(Settings(corpus=(harbour / "corpus",), index=harbour / "index"))
    servers: list[Server] = []

    def start() -> Server:
        servers.append(Server(harbour, request.param))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def test_a_job_is_followed_and_in_force_at_every_server_and_does_not_mind_who_leaves(
    serve: Callable[[], Server], harbour: Path
) -> None:
    one, other = serve(), serve()
    for number, (asked, watching) in enumerate([(one, other), (other, one)], start=2):
        (harbour / "corpus" / f"kai-{number}.txt").write_text(f"Kai {number} ist 300 Meter lang.")
        last = watching.until(asked.submit(), "done", "failed")
        assert (last["state"], last["generation"]) == ("done", number)
        kais = [f"kai-{one}.txt" for one in range(2, number + 1)]
        assert watching.found() == (number, {"hafen.txt", *kais})
        assert asked.client.get(f"/v1/jobs/{last['id']}").json() == last
    job_id = one.submit()
    leaving = one.events(job_id)
    assert next(leaving)["state"] in {"queued", "running"}
    leaving.close()  # ends the connection; the job does not mind
    assert other.until(job_id, "done", "failed")["state"] == "done"


def test_where_the_server_that_runs_a_job_is_killed_another_goes_on(
    serve: Callable[[], Server], harbour: Path
) -> None:
    first = serve()
    first.until(first.submit(), "done")  # the queue is its own now
    second = serve()
    (harbour / "corpus" / "kai.txt").write_text("Der Kai ist 300 Meter lang.")
    cut_off = second.submit()
    second.until(cut_off, "running")
    waiting = second.submit()
    first.kill()
    last = second.until(cut_off, "done", "failed")
    assert (last["state"], last["generation"]) == ("failed", None)
    assert last["errors"] == [{"path": None, "reason": AS_BEFORE}]
    assert second.until(waiting, "done", "failed")["state"] == "done"
    assert second.found() == (2, {"hafen.txt", "kai.txt"})


def test_a_restart_marks_a_job_that_was_cut_off_and_the_index_answers_as_before(
    serve: Callable[[], Server], harbour: Path
) -> None:
    server = serve()
    query = {"q": "Liegeplätze"}
    before = server.client.get("/v1/search", params=query).json()["hits"]
    reply = server.client.put("/v1/documents/kai", files={"file": ("kai.txt", b"Kai 3, 300 m.")})
    job_id = reply.json()["id"]
    server.until(job_id, "running")
    server.kill()
    again = serve()
    assert again.until(job_id, "failed")["errors"] == [{"path": None, "reason": AS_BEFORE}]
    assert again.found() == (1, {"hafen.txt"})
    assert again.client.get("/v1/search", params=query).json()["hits"] == before
    assert again.until(again.submit(), "done", "failed")["state"] == "done"
    assert again.found() == (2, {"hafen.txt", "kai"})  # what was left is not lost

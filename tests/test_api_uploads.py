"""Uploads: nothing that strangers send becomes a path, fills the disk or harms the service."""

from __future__ import annotations

import io
import json
import resource
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from indexer.reading.content import contradiction
from indexer.settings import Settings

HTML = b"<!DOCTYPE html><html><body>404 not found</body></html>"
PDF = b"%PDF-1.4 broken"
TEXT = "Der Wochenmarkt fällt am 3. Mai aus.".encode()
Upload = Callable[..., Any]


@pytest.fixture
def client(harbour: Path) -> TestClient:
    """Nothing runs beside it: what is left for the next run stays where it was left."""
    settings = Settings(
        corpus=(harbour / "corpus",), index=harbour / "index", max_upload_mb=1, max_uploads=3
    )
    return TestClient(create_app(settings))


def left(harbour: Path) -> list[str]:
    """All files in the data folder but the service's own."""
    data = harbour / "index.data"
    files = [path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()]
    return [name for name in files if not name.startswith(("service.", "audit.jsonl"))]


def put(client: TestClient, doc_id: str, name: str, content: bytes, **given: Any) -> Any:
    return client.put(f"/v1/documents/{doc_id}", files={"file": (name, content)}, **given)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("plan.pdf", HTML, "is not a PDF although it is named .pdf: it is HTML"),
        ("plan.PDF", b"", "is not a PDF although it is named .pdf"),
        ("plan.docx", PDF, "is not a Word document although it is named .docx: it is a PDF"),
        ("plan.pptx", HTML, "is not a presentation although it is named .pptx: it is HTML"),
        ("plan.odt", b"PK", "is not an OpenDocument text although it is named .odt"),
        ("plan.rtf", TEXT, "is not RTF although it is named .rtf"),
        ("plan.txt", b"PK\x03\x04", "is not text although it is named .txt: it is a zip or office"),
        ("plan.html", PDF, "is not text although it is named .html: it is a PDF"),
        ("plan.eml", b"\x89PNG\r\n", "is not text although it is named .eml: it is an image"),
    ],
)
def test_content_that_is_not_what_the_name_says_is_refused_in_words(
    client: TestClient, harbour: Path, name: str, content: bytes, said: str
) -> None:
    reply = put(client, "plan", name, content)
    assert reply.status_code == 415
    assert reply.json()["detail"].startswith(f"The file {said}")
    assert left(harbour) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"\xef\xbb\xbf\r\n" + PDF),  # some programs write something before it
        ("a.rtf", b"\r\n{\\rtf1 }"),
        ("a.txt", "Ä".encode("utf-16")),
        ("a.md", HTML),
        ("a.html", TEXT),
        ("a.eml", b"From: a@example.org\r\n\r\n"),
    ],
)
def test_content_that_may_be_what_the_name_says_is_left_to_the_reader(
    name: str, content: bytes
) -> None:
    assert contradiction(content, name) is None


def test_a_declared_type_that_contradicts_the_name_is_refused(client: TestClient) -> None:
    for declared, status in (
        ("application/rtf", 415),
        ("application/octet-stream", 202),
        ("application/pdf", 202),
        ("text/plain", 202),  # what some browsers say of anything
    ):
        file = ("plan.pdf", PDF, declared)
        reply = client.put("/v1/documents/plan", files={"file": file})
        assert reply.status_code == status, declared
    reply = client.put("/v1/documents/plan", files={"file": ("plan.txt", TEXT, "application/pdf")})
    assert reply.json()["detail"] == (
        "The file is declared as application/pdf, its name says text/plain."
    )


@pytest.mark.parametrize(
    "name",
    ["../../../etc/cron.d/x.txt", "/etc/x.txt", "C:\\x.txt", "..\\..\\x.txt", "a\0b.txt",
     ".txt.txt", "x" * 1_000 + ".txt", "-rf .txt", "a\r\nb.txt"],
)  # fmt: skip
def test_a_name_never_becomes_a_path(client: TestClient, harbour: Path, name: str) -> None:
    before = {path for path in harbour.rglob("*") if "index.data" not in path.parts}
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n%s\r\n--x--\r\n'
        % (name.replace("\r\n", "%0D%0A").encode("utf-8"), TEXT)
    )
    reply = client.put(
        "/v1/documents/markt",
        content=body,
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    assert reply.status_code == 202, reply.text
    files = [Path(one).name for one in left(harbour)]
    assert sorted(files) == ["change.json", "document.txt"]
    assert {path for path in harbour.rglob("*") if "index.data" not in path.parts} == before


@pytest.mark.parametrize("doc_id", ["..%2f..%2fx", "a%2fb", "a%5cb", "%2e%2e", "a..b", "A", "ä"])
def test_an_id_never_becomes_a_path(client: TestClient, harbour: Path, doc_id: str) -> None:
    assert put(client, doc_id, "a.txt", TEXT).status_code in {404, 405, 422}
    assert left(harbour) == []


def test_a_file_at_the_limit_is_taken_and_a_larger_one_is_not(
    client: TestClient, harbour: Path
) -> None:
    assert put(client, "a", "a.txt", b"x" * 1_000_000).status_code == 202
    for size in (1_000_001, 1_000_000 + 2 * (1 << 20)):
        reply = put(client, "b", "b.txt", b"x" * size)
        assert reply.status_code == 413
        assert reply.json()["detail"] == "The file is larger than 1 MB."
    assert len(left(harbour)) == 2


def test_a_body_that_comes_in_pieces_is_cut_off_at_the_limit(
    client: TestClient, harbour: Path
) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        for _ in range(100):
            sent += 65_536
            yield b"x" * 65_536

    headers = {"content-type": "multipart/form-data; boundary=x"}
    reply = client.put("/v1/documents/a", content=endless(), headers=headers)
    assert reply.status_code == 413
    assert left(harbour) == []


def test_more_documents_than_allowed_are_refused_until_one_is_removed(
    client: TestClient, harbour: Path
) -> None:
    for doc_id in ("a", "b", "c", "a"):  # to replace one adds none
        assert put(client, doc_id, "a.txt", TEXT).status_code == 202
    reply = put(client, "d", "a.txt", TEXT)
    assert reply.status_code == 409
    assert reply.json()["detail"] == "3 documents were uploaded, as many as allowed; remove one."
    assert client.delete("/v1/documents/a").status_code == 202


@pytest.mark.parametrize("size", [900_000, 2_000_000])  # the latter already waits on the disk
def test_a_full_disk_is_503_and_leaves_nothing(harbour: Path, size: int) -> None:
    client = TestClient(create_app(Settings(index=harbour / "index", max_upload_mb=5)))
    assert put(client, "a", "a.txt", TEXT).status_code == 202
    before = left(harbour)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # No file may grow beyond this: writing fails as it does on a full disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (800_000, hard))
    try:
        reply = put(client, "b", "b.txt", b"x" * size)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert reply.status_code == 503
    assert reply.headers["retry-after"] == "5"
    assert left(harbour) == before
    assert put(client, "b", "b.txt", b"x" * size).status_code == 202


def test_a_form_that_is_none_is_malformed(client: TestClient) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    reply = client.put("/v1/documents/a", content=b"no form", headers=headers)
    assert reply.status_code in {400, 422}
    assert client.put("/v1/documents/a", content=b"{}").status_code == 422


def bomb(path: str) -> bytes:
    """An office file of a few kilobytes that unpacks to 400 MB."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(path, "w", force_zip64=True) as part,
    ):
        for _ in range(400):
            part.write(bytes(1_000_000))
    return written.getvalue()


def test_a_bomb_ends_in_its_job_and_the_service_goes_on(harbour: Path) -> None:
    settings = Settings(corpus=(harbour / "corpus",), index=harbour / "index")
    with TestClient(create_app(settings)) as client:
        accepted = put(client, "bombe", "bombe.docx", bomb("word/document.xml"))
        assert accepted.status_code == 202
        events = client.get(accepted.headers["location"] + "/events").text.strip()
        job = json.loads(events.split("\n\n")[-1].removeprefix("data: "))
        assert job["state"] == "done"
        [error] = job["errors"]
        assert error["path"] == "bombe/document.docx"
        assert "would unpack to 400,000,000 bytes, more than 200 MB" in error["reason"]
        assert [one["doc_id"] for one in client.get("/v1/documents").json()["documents"]] == [
            "hafen.txt"
        ]

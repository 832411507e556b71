"""Documents over HTTP: the list, the canonical text, the original file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.engine import Engine
from api.page.assets import asset_path
from indexer.building import bring_up_to_date
from indexer.settings import Settings

FUNDING = "berlin-strategy.funding.de.txt"
DOCUMENT = [
    "doc_id", "title", "language", "published", "publisher", "source", "based_on", "tags",
    "translation_key", "visible_from", "valid_until", "sha256", "media_type", "characters",
    "pages", "pages_without_text", "passages", "translations", "file", "view",
]  # fmt: skip


def pdf(*pages: str) -> bytes:
    """Write the smallest PDF with one line of text on each page."""
    numbers = range(len(pages))
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in numbers)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for n, text in enumerate(pages):
        drawn = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET"
        objects += [
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * n} 0 R >>",
            f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    trailer = f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + f"xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode()


@pytest.fixture(scope="module")
def client(corpus_settings: Settings, engine: Engine) -> Iterator[TestClient]:
    with TestClient(create_app(corpus_settings, engine)) as client:
        yield client


@pytest.fixture(scope="module")
def odd_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odd-corpus")
    (folder / "Gebühren übersicht.txt").write_text("Die Gebühr für 😀 beträgt 12 Euro im Jahr.")
    (folder / "bericht.pdf").write_bytes(
        pdf("The first page tells of the budget.", "The second page tells of the harbour.")
    )
    (folder / "quelle.md").write_text(
        "---\nsource: https://example.org/a#x\n---\nDer Hafen liegt in Kiel.\n"
    )
    (folder / "geheim.md").write_text("---\nvisible_from: 2999-01-01T00:00:00Z\n---\nGeheim.")
    return folder


@pytest.fixture(scope="module")
def odd(odd_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    index = tmp_path_factory.mktemp("odd-index") / "index"
    settings = Settings(corpus=(odd_folder,), index=index, root_path="/suche/")
    bring_up_to_date(settings, strict=True)
    with TestClient(create_app(settings, Engine.open(settings))) as client:
        yield client


def test_the_list_is_paged_in_the_order_of_ids(client: TestClient) -> None:
    everything = client.get("/v1/documents", params={"limit": 200}).json()
    assert list(everything) == ["documents", "total", "index"]
    ids = [document["doc_id"] for document in everything["documents"]]
    assert ids == sorted(ids)
    assert len(ids) == everything["total"]
    page = client.get("/v1/documents", params={"limit": 2, "offset": 3}).json()
    assert [document["doc_id"] for document in page["documents"]] == ids[3:5]
    assert page["total"] == everything["total"]


def test_the_list_takes_the_filters(client: TestClient) -> None:
    found = client.get("/v1/documents?language=en&tags=sccon-2019&tags=funding").json()
    assert found["total"] == len(found["documents"]) > 1
    assert {document["language"] for document in found["documents"]} == {"en"}
    assert client.get("/v1/documents?published_to=1999-12-31").json()["documents"] == []


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "offset=-1", "offset=x", "k=5"])
def test_the_list_refuses_what_is_beyond_its_limits(client: TestClient, query: str) -> None:
    reply = client.get(f"/v1/documents?{query}")
    assert reply.status_code == 422
    assert [error["field"] for error in reply.json()["errors"]] == [query.partition("=")[0]]


def test_a_document_has_the_contracts_shape(client: TestClient) -> None:
    document = client.get(f"/v1/documents/{FUNDING}").json()
    text = client.get(f"/v1/documents/{FUNDING}/text")
    assert list(document) == DOCUMENT
    assert document["sha256"] == hashlib.sha256(text.content).hexdigest()
    assert document["characters"] == len(text.text)
    assert document["published"] == "2026-11-21"
    assert document["tags"] == ["berlin", "strategy", "funding"]
    assert document["file"] == f"/v1/documents/{FUNDING}/file"
    assert document["view"] == f"/documents/{FUNDING}"
    assert [place["doc_id"] for place in document["translations"]] == [
        "berlin-strategy.funding.en.md"
    ]


def test_the_text_is_plain_and_whole(client: TestClient, engine: Engine) -> None:
    reply = client.get(f"/v1/documents/{FUNDING}/text")
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert reply.text == engine.text(FUNDING)


def test_offsets_count_code_points(odd: TestClient) -> None:
    url = "/v1/documents/gebuehren-uebersicht.txt/text"
    whole = odd.get(url).text
    at = whole.index("😀")
    assert odd.get(url, params={"start": at, "end": at + 1}).text == "😀"
    assert odd.get(url, params={"start": at + 2}).text == "beträgt 12 Euro im Jahr."
    assert odd.get(url, params={"end": 3}).text == "Die"
    assert odd.get(url, params={"start": len(whole), "end": len(whole)}).text == ""


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("end=42", "end", "Input should be at most 41, the length of the text"),
        ("start=42", "start", "Input should be at most 41, the end of the span"),
        ("start=9&end=8", "start", "Input should be at most 8, the end of the span"),
        ("start=-1", "start", "Input should be greater than or equal to 0"),
        ("end=a", "end", "Input should be a valid integer, unable to parse string as an integer"),
    ],
)
def test_a_span_outside_the_text_is_refused(
    odd: TestClient, query: str, field: str, message: str
) -> None:
    reply = odd.get(f"/v1/documents/gebuehren-uebersicht.txt/text?{query}")
    assert reply.status_code == 422
    assert reply.json()["errors"] == [{"field": field, "message": message}]


@pytest.mark.parametrize("rest", ["", "/text", "/file"])
def test_an_unknown_document_is_not_found(client: TestClient, rest: str) -> None:
    reply = client.get(f"/v1/documents/none.txt{rest}")
    assert reply.status_code == 404
    assert reply.json()["detail"] == "No document has this id."


@pytest.mark.parametrize("rest", ["", "/text", "/file"])
def test_a_document_under_embargo_is_not_found(odd: TestClient, rest: str) -> None:
    assert odd.get(f"/v1/documents/geheim.md{rest}").status_code == 404
    assert "geheim" not in odd.get("/v1/documents").text


@pytest.mark.parametrize(
    "doc_id", ["A.txt", "a..b", "-a", "a" * 129, "ä.txt", "%00", "a%0a", "a b"]
)
def test_an_id_that_none_can_have_is_refused(client: TestClient, doc_id: str) -> None:
    reply = client.get(f"/v1/documents/{doc_id}")
    assert reply.status_code == 422
    assert [error["field"] for error in reply.json()["errors"]] == ["doc_id"]


@pytest.mark.parametrize("doc_id", ["..%2f..%2fetc%2fpasswd", "a%2f..%2fb", "%2e%2e/x/y"])
def test_an_id_never_becomes_a_path(client: TestClient, doc_id: str) -> None:
    assert client.get(f"/v1/documents/{doc_id}/file").status_code in {404, 422}


def test_the_file_is_the_original_and_kept_from_harm(odd: TestClient, odd_folder: Path) -> None:
    reply = odd.get("/v1/documents/gebuehren-uebersicht.txt/file")
    assert reply.content == (odd_folder / "Gebühren übersicht.txt").read_bytes()
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert reply.headers["content-disposition"] == (
        "attachment; filename*=utf-8''Geb%C3%BChren%20%C3%BCbersicht.txt"
    )


def test_a_pdf_opens_in_the_browser(odd: TestClient) -> None:
    reply = odd.get("/v1/documents/bericht.pdf/file")
    assert reply.headers["content-type"] == "application/pdf"
    assert reply.headers["content-disposition"] == 'inline; filename="bericht.pdf"'


def test_a_part_of_the_file_can_be_asked_for(odd: TestClient, odd_folder: Path) -> None:
    url, whole = "/v1/documents/bericht.pdf/file", (odd_folder / "bericht.pdf").read_bytes()
    part = odd.get(url, headers={"range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, whole[2:6])
    assert part.headers["content-range"] == f"bytes 2-5/{len(whole)}"
    assert odd.get(url, headers={"range": "bytes=-4"}).content == whole[-4:]


def test_a_range_outside_the_file_is_a_problem(odd: TestClient, odd_folder: Path) -> None:
    size = (odd_folder / "bericht.pdf").stat().st_size
    reply = odd.get("/v1/documents/bericht.pdf/file", headers={"range": "bytes=99999-"})
    assert reply.status_code == 416
    assert reply.headers["content-range"] == f"bytes */{size}"
    assert reply.json() == {
        "type": "about:blank",
        "title": "Range Not Satisfiable",
        "status": 416,
        "detail": "The range lies outside the file.",
        "request_id": reply.headers["x-request-id"],
    }


def test_the_head_of_text_and_file_can_be_asked_for(odd: TestClient) -> None:
    for rest in ("text", "file"):
        assert odd.head(f"/v1/documents/bericht.pdf/{rest}").status_code == 200


def test_a_pdf_is_cited_with_its_page_and_opened_there(odd: TestClient) -> None:
    hits = odd.get("/v1/search", params={"q": "harbour", "k": 1}).json()["hits"]
    assert hits[0]["page"] == 2
    assert hits[0]["link"] == "/suche/v1/documents/bericht.pdf/file#page=2"
    assert odd.get("/v1/documents/bericht.pdf").json()["pages"] == 2


def test_local_links_begin_with_the_path_of_the_service_and_others_do_not(odd: TestClient) -> None:
    document = odd.get("/v1/documents/quelle.md").json()
    assert document["file"] == "/suche/v1/documents/quelle.md/file"
    assert document["view"] == "/suche/documents/quelle.md"
    listed = odd.get("/v1/documents").json()["documents"]
    assert all(one["view"].startswith("/suche/documents/") for one in listed)
    answer = odd.post("/v1/ask", json={"question": "Wo liegt der Hafen?"}).json()
    cited = answer["citations"] + answer["related"]
    [citation] = [one for one in cited if one["doc_id"] == "quelle.md"]
    assert citation["link"].startswith("https://example.org/a#x:~:text=Der%20Hafen%20liegt")
    assert all(one["view"].startswith("/suche/documents/") for one in cited)


@pytest.mark.parametrize("before", ["", "/suche"])
def test_the_service_answers_whether_or_not_a_proxy_strips_its_path(
    odd: TestClient, before: str
) -> None:
    for path in ("/v1/documents", asset_path("page.css"), "/documents/quelle.md", "/"):
        assert odd.get(before + path).status_code == 200
    assert odd.get("/suche").status_code == 200

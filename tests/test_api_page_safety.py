"""The page: whatever stands in documents and questions is shown as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from test_api_page import Page

from api.app import create_app
from api.engine import Engine
from api.page.examples import EXAMPLES
from indexer.building import bring_up_to_date
from indexer.settings import Settings

EVIL = "<script>alert('x')</script> & \"quoted\" \u202egnp.exe\u202c"
MONSTER = "W" * 10_000
HOSTILE = f"""---
title: "<img src=x onerror=alert(1)> & Co"
publisher: "\\"><b>fett</b>"
language: de
---

# Überschrift <u>mit</u> Tücken

Der Zauberstab 😀 der Königin heißt {EVIL.replace("'", "’")} und liegt im Turm.

Ein langes Wort lautet {MONSTER} und steht im Turm.

| Zauberwort | Wirkung |
| --- | --- |
| Simsalabim | öffnet die Pforte |
| Abrakadabra | schließt die Pforte |
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("hostile")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "turm.md").write_text(HOSTILE)
    settings = Settings(corpus=(folder / "corpus",), index=folder / "index", root_path="suche")
    bring_up_to_date(settings, strict=True)
    with TestClient(create_app(settings, Engine.open(settings))) as client:
        yield client


def test_no_question_is_offered_that_the_index_cannot_answer(hostile: TestClient) -> None:
    assert EXAMPLES[0].question not in hostile.get("/").text


def test_html_in_documents_and_questions_stays_text(hostile: TestClient) -> None:
    question = f"Wie heißt der Zauberstab der Königin? {EVIL}"
    document = "/documents/turm.md?start=10&end=60"
    for reply in (
        hostile.post("/?lang=de", data={"q": question}),
        hostile.post("/", data={"q": MONSTER[:1_000]}),
        hostile.get(document),
        hostile.get("/documents"),
    ):
        assert reply.status_code == 200
        page = Page(reply.text)
        assert not {"b", "u", "style"} & {tag for tag, _ in page.tags}
        loaded = [attributes["src"] for _, attributes in page.tags if "src" in attributes]
        assert all(str(path).startswith("/suche/static/") for path in loaded)
        for _, attributes in page.tags:
            assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert not [link for link in page.links() if link.startswith("javascript:")]
    assert EVIL.replace("'", "’") in Page(hostile.get(document).text).text
    assert MONSTER in Page(hostile.get(document).text).text


def test_the_mark_is_counted_in_code_points(hostile: TestClient) -> None:
    text = hostile.get("/v1/documents/turm.md/text").text
    at = text.index("😀")
    html = hostile.get(f"/documents/turm.md?start={at}&end={at + 1}").text
    assert re.search(r'<mark id="passage"[^>]*>😀</mark> der Königin', html)


def test_column_headers_stand_above_the_rows_of_a_table(hostile: TestClient) -> None:
    html = hostile.post("/?lang=de", data={"q": "Was macht Simsalabim?"}).text
    shown = re.findall(r'<span role="(\w+)">(.*?)</span>', re.sub("</?mark>", "", html))
    assert ("columnheader", "Wirkung") in shown
    assert ("cell", "öffnet die Pforte") in shown


def test_links_of_the_page_stay_below_the_path_of_the_service(hostile: TestClient) -> None:
    for url in ("/", "/documents", "/documents/turm.md", "/docs"):
        links = Page(hostile.get(url).text).links()
        assert links
        assert all(link.startswith(("/suche/", "?", "#")) for link in links)

"""What the page says of its owner: name, logo, legal links, contact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from test_api_page import Page

from api.app import create_app
from api.engine import Engine
from api.page.owner import Link, owner
from indexer.settings import Settings

GERMAN, ENGLISH = {"accept-language": "de"}, {"accept-language": "en"}
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def client(corpus_settings: Settings, engine: Engine, tmp_path: Path) -> Iterator[TestClient]:
    logo = tmp_path / "logo.svg"
    logo.write_text(SVG)
    settings = replace(
        corpus_settings,
        service_name="Fragen & Antworten",
        logo=logo,
        intro_de="Fragen Sie die Stadt Lindenau.",
        imprint_de="https://lindenau.example/impressum",
        privacy_de="/datenschutz",
        accessibility_de="javascript:alert(1)",
        contact_de="presse@lindenau.example",
        frame_ancestors=("https://lindenau.example",),
        log_questions=True,
        question_days=14,
    )
    with TestClient(create_app(settings, engine)) as client:
        yield client


def test_the_page_bears_its_owners_name_logo_and_links(client: TestClient) -> None:
    reply = client.get("/", headers=GERMAN)
    page = Page(reply.text)
    assert "Fragen & Antworten" in page.text
    assert "Fragen Sie die Stadt Lindenau." in page.text
    assert {"https://lindenau.example/impressum", "/datenschutz"} <= set(page.links())
    assert "mailto:presse@lindenau.example" in page.links()
    assert not [link for link in page.links() if link.startswith("javascript:")]
    assert ("img", {"src": "/logo", "alt": "", "height": "36"}) in page.tags
    assert "automatisch ausgewählt" in page.text
    assert "14 Tage" in page.text


def test_without_settings_the_page_promises_nothing(engine: Engine, tmp_path: Path) -> None:
    with TestClient(create_app(Settings(index=tmp_path / "index"), engine)) as client:
        page = Page(client.get("/", headers=ENGLISH).text)
        assert not {"Imprint", "Privacy", "Contact"} & set(page.text.split("\n"))
        assert "kept for" not in page.text
        assert client.get("/logo").status_code == 404


def test_a_logo_can_run_nothing_where_it_is_opened_by_itself(client: TestClient) -> None:
    reply = client.get("/logo")
    assert reply.text == SVG
    assert reply.headers["content-type"] == "image/svg+xml"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["content-security-policy"] == "default-src 'none'; sandbox"


def test_only_listed_pages_may_frame_this_one(
    client: TestClient, corpus_settings: Settings, engine: Engine
) -> None:
    listed = client.get("/").headers["content-security-policy"]
    assert listed.endswith("frame-ancestors https://lindenau.example")
    with TestClient(create_app(corpus_settings, engine)) as other:
        assert other.get("/").headers["content-security-policy"].endswith("frame-ancestors 'none'")


def test_what_is_said_in_one_language_only_is_linked_in_both() -> None:
    settings = Settings(imprint_de="https://a.example/", contact_de="Rathaus, Zimmer 3")
    assert owner(settings, "en").imprint == "https://a.example/"
    assert owner(settings, "en").contact == Link("Rathaus, Zimmer 3", "")
    assert owner(Settings(intro_de="Willkommen"), "en").intro == ""


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("a@b.example", "mailto:a@b.example"),
        ("a@b.example?bcc=x@y.example", ""),
        ("https://b.example/kontakt", "https://b.example/kontakt"),
        ("//b.example", ""),
        ("/\\b.example", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_a_contact_is_a_link_only_where_it_is_an_address(written: str, url: str) -> None:
    contact = owner(Settings(contact_de=written), "de").contact
    assert contact is not None
    assert contact.url == url

"""The page: German or English, without scripts, and whatever is shown stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.engine import Engine
from api.page.assets import VERSION
from api.page.examples import EXAMPLES
from api.page.texts import TEXTS, choose_interface
from indexer.settings import Settings

GERMAN, ENGLISH = {"accept-language": "de-DE,de;q=0.9"}, {"accept-language": "en-GB"}
PARTNER = "Wer war 2023 Partnerland der SCCON?"


class Page(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.marked = ""
        self._marking = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._marking = self._marking or tag == "mark"

    def handle_endtag(self, tag: str) -> None:
        self._marking = self._marking and tag != "mark"

    def handle_data(self, data: str) -> None:
        self.text += data
        self.marked += data if self._marking else ""

    def links(self) -> list[str]:
        return [str(attributes["href"]) for tag, attributes in self.tags if "href" in attributes]


@pytest.fixture(scope="module")
def client(corpus_settings: Settings, engine: Engine) -> Iterator[TestClient]:
    with TestClient(create_app(corpus_settings, engine)) as client:
        yield client


def test_the_start_page_offers_questions_that_the_corpus_answers(client: TestClient) -> None:
    page = Page(client.get("/", headers=GERMAN).text)
    buttons = [attributes for tag, attributes in page.tags if tag == "button"]
    offered = [attributes["value"] for attributes in buttons if "value" in attributes]
    assert offered == [example.question for example in EXAMPLES]
    for example in EXAMPLES:
        answer = client.post("/v1/ask", json={"question": example.question}).json()
        assert answer["answered"], example.question
        assert example.doc_id in {citation["doc_id"] for citation in answer["citations"]}


@pytest.mark.parametrize(
    ("wanted", "accept", "interface"),
    [
        (None, "de", "de"),
        (None, "en-US,en;q=0.9,de;q=0.8", "en"),
        (None, "fr,de-AT;q=0.8,en;q=0.3", "de"),
        (None, "fr", "en"),
        (None, "", "en"),
        (None, "de;q=x, ;;,", "en"),
        (None, "de;q=0", "en"),
        ("de", "en", "de"),
        ("en", "de", "en"),
        ("xx", "de", "de"),
    ],
)
def test_the_page_speaks_the_readers_language(
    wanted: str | None, accept: str, interface: str
) -> None:
    assert choose_interface(wanted, accept) == interface


def test_both_languages_say_the_same_things() -> None:
    assert list(TEXTS["de"]) == list(TEXTS["en"])
    assert not set(TEXTS["de"]) & set(dir(dict))  # a template would get the method


def test_a_chosen_language_stays_chosen(client: TestClient) -> None:
    page = Page(client.get("/?lang=de", headers=ENGLISH).text)
    assert page.tags[0] == ("html", {"lang": "de"})
    assert "/documents?lang=de" in page.links()
    assert "?lang=en" in page.links()


def test_an_answer_shows_sentence_mark_and_citation(client: TestClient) -> None:
    reply = client.post("/", data={"q": PARTNER}, headers=GERMAN)
    assert reply.status_code == 200
    html = reply.text
    sentence = "Als Partnerland der SCCON 2023 war die Ukraine ausgewählt worden."
    assert f'<q lang="de" dir="auto">{sentence}</q> <a class="ref" href="#citation-1"' in html
    assert '<article class="card citation" id="citation-1"' in html
    assert f'<blockquote lang="de" dir="auto"><mark>{sentence}</mark>' in html
    assert "Zusammenfassung nach" in html
    assert '<time datetime="2026-11-21">21.11.2026</time>' in html
    links = Page(html).links()
    document = "/documents/sccon-2023.partner-country-ukraine.de.md"
    assert f"{document}?start=44&end=172&highlight=44-109#passage" in links


def test_a_row_of_a_table_that_answers_stands_below_the_names_of_its_columns(
    client: TestClient,
) -> None:
    page = client.post("/", data={"q": "Wer hat den Smart City Index 2023 gewonnen?"}).text
    answer = page.partition('<h2 id="sources"')[0]
    names = '<span role="columnheader">Platz</span><span role="columnheader">Stadt</span>'
    sign = '<span class="sign"> | </span>'
    row = f'<span role="cell">1</span>{sign}<span role="cell">München</span>'
    assert names in answer
    assert row in answer


def test_a_refusal_is_plain_and_its_passages_are_no_answer(client: TestClient) -> None:
    for headers, words in ((GERMAN, TEXTS["de"]), (ENGLISH, TEXTS["en"])):
        question = "Wie kocht man Nudeln al dente?"
        html = client.post("/", data={"q": question}, headers=headers).text
        assert words["not_in_documents"] in html
        assert words["nearest_note"] in html
        assert words["sources"] not in html


@pytest.mark.parametrize(
    ("question", "message"),
    [("", "empty"), (" \n ", "empty"), ("W" * 1_001, "too_long"), ("ü" * 100_000, "too_long")],
)
def test_a_bad_question_gets_a_friendly_message(
    client: TestClient, question: str, message: str
) -> None:
    reply = client.post("/", data={"q": question}, headers=GERMAN)
    assert reply.status_code == 422
    assert TEXTS["de"][message] in reply.text
    assert '<textarea id="q" name="q"' in reply.text


@pytest.mark.parametrize("body", [b"", b"x=1", b"q", b"q=%ff%00", b"&" * 50, b"q=a&" * 50])
def test_no_form_makes_the_page_fail(client: TestClient, body: bytes) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/", content=body, headers=headers).status_code in {200, 422}


def test_a_form_of_another_type_is_not_taken(client: TestClient) -> None:
    assert client.post("/", json={"q": "Was?"}).status_code == 415


def test_the_list_of_documents_has_pages(client: TestClient) -> None:
    total = client.get("/v1/documents").json()["total"]
    for url in ("/documents", "/documents/", "/documents?offset=0"):
        page = Page(client.get(url, headers=ENGLISH).text)
        shown = [link for link in page.links() if link.startswith("/documents/")]
        assert len(shown) == min(50, total)
    later = client.get("/documents?offset=7", headers=ENGLISH)
    assert "/documents?offset=0" in Page(later.text).links()
    assert client.get("/documents?offset=-1").status_code == 422


def test_every_cited_place_opens_with_exactly_its_passage_marked(client: TestClient) -> None:
    answer = client.post("/v1/ask", json={"question": PARTNER, "k": 10}).json()
    for citation in answer["citations"]:
        text = Page(client.get(citation["view"], headers=GERMAN).text)
        assert text.marked == citation["text"]
        assert len([1 for _, attributes in text.tags if attributes.get("id") == "passage"]) == 1


def test_a_document_is_shown_whole_and_with_what_is_known_of_it(client: TestClient) -> None:
    doc_id = "berlin-strategy.funding.de.txt"
    html = client.get(f"/documents/{doc_id}", headers=GERMAN).text
    [shown] = re.findall(r'<div class="text" lang="de" dir="auto">(.*?)</div>', html, re.S)
    assert Page(shown).text == client.get(f"/v1/documents/{doc_id}/text").text
    assert "Fundstelle example corpus" in html
    assert "/documents/berlin-strategy.funding.en.md" in Page(html).links()
    assert 'id="passage"' not in html


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("none.txt", 404, "no_such_document"),
        ("NO..id", 404, "no_such_document"),
        ("{}?start=5&end=4", 422, "no_such_place"),
        ("{}?start=0&end=99999", 422, "no_such_place"),
        ("{}?start=-1&end=5", 422, "no_such_place"),
        ("{}?start=x&end=5", 422, "no_such_place"),
        ("{}?start=²&end=5", 422, "no_such_place"),
        ("{}?start=0&end=" + "9" * 5_000, 422, "no_such_place"),
    ],
)
def test_a_place_that_is_not_there_gets_a_friendly_message(
    client: TestClient, path: str, status: int, message: str
) -> None:
    reply = client.get("/documents/" + path.format("berlin-strategy.funding.de.txt"))
    assert reply.status_code == status
    assert TEXTS["en"][message] in reply.text


def test_the_page_loads_only_its_own_files(client: TestClient) -> None:
    for url in ("/", "/documents", "/docs"):
        page = Page(client.get(url).text)
        loaded = [attributes.get("src") for tag, attributes in page.tags if tag == "script"]
        loaded += [attributes.get("href") for tag, attributes in page.tags if tag == "link"]
        assert loaded
        for path in map(str, loaded):
            assert path.startswith(f"/static/{VERSION}/")
            reply = client.get(path)
            assert reply.status_code == 200
            assert reply.headers["cache-control"].endswith("immutable")
            assert "url(" not in reply.text
    assert "set-cookie" not in client.get("/").headers


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("page.css", "text/css; charset=utf-8"),
        ("views.js", "text/javascript; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ],
)
def test_a_file_of_another_release_is_sent_but_not_kept(
    client: TestClient, name: str, media_type: str
) -> None:
    reply = client.get(f"/static/000000000000/{name}")
    assert reply.headers["content-type"] == media_type
    assert reply.headers["cache-control"] == "no-store"
    assert client.get(f"/static/{VERSION}/../rendering.py").status_code == 404
    assert client.get(f"/static/{VERSION}/none.js").status_code == 404


def test_no_page_lets_a_script_or_style_in_that_is_not_its_own(client: TestClient) -> None:
    replies = [
        client.get("/"),
        client.get("/documents"),
        client.get("/documents/berlin-strategy.funding.de.txt"),
        client.get("/documents/none"),
        client.get("/docs"),
        client.post("/", data={"q": PARTNER}),
    ]
    for reply in replies:
        policy = reply.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe" not in policy
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert reply.headers["cache-control"] == "no-store"
        page = Page(reply.text)
        assert not [tag for tag, _ in page.tags if tag == "style"]
        assert all("src" in attributes for tag, attributes in page.tags if tag == "script")
        names = {name for _, attributes in page.tags for name in attributes}
        assert not {name for name in names if name.startswith("on") or name == "style"}


def test_a_slip_that_was_put_right_is_said(client: TestClient) -> None:
    page = client.post("/?lang=de", data={"q": "Besucherinen der Messe"}).text
    assert "Verstanden als" in page
    assert "besucherinnen der Messe" in page
    assert "Verstanden als" not in client.post("/?lang=de", data={"q": "Messe"}).text

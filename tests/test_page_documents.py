"""The page of the documents as the server renders it: for everybody, and for who may write."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from html_samples import ENGLISH, GERMAN, Seen
from starlette.testclient import TestClient
from test_api_writing import LOCAL

from api.app import create_app
from api.engine import Engine
from api.page.corpus_texts import CORPUS_TEXTS, SCRIPT_TEXTS
from api.page.documents import moment
from indexer.building import bring_up_to_date
from indexer.settings import Settings

EVIL = "<img src=x onerror=alert(1)>"
HERE, ELSEWHERE = ("127.0.0.1", 50_000), ("192.0.2.7", 50_000)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder: Path = tmp_path_factory.mktemp("corpus-page")
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "hafen.txt").write_text(
        f"---\ntitle: 'Hafen {EVIL}'\npublished: 2026-04-20\npublisher: Stadt Kiel\n---\n"
        "Der Hafen von Kiel hat 40 Liegeplätze."
    )
    (corpus / "harbour.en.txt").write_text("The harbour of Kiel has 40 berths for ships.")
    (corpus / f"{EVIL}.txt").touch()
    (corpus / "vorbei.txt").write_text(
        "---\nvalid_until: 2020-01-01\n---\nDer Markt ist am 3. Mai."
    )
    (corpus / "geheim.txt").write_text(
        "---\nvisible_from: 2999-01-01T00:00:00+01:00\n---\nDer neue Hafen heißt Nordkai."
    )
    (corpus / "tabelle.xls").write_text("?")
    settings = Settings(corpus=(corpus,), index=folder / "index")
    bring_up_to_date(settings)
    return settings


@pytest.fixture(scope="module")
def engine(settings: Settings) -> Engine:
    return Engine.open(settings)


@pytest.fixture
def public(settings: Settings, engine: Engine) -> Iterator[TestClient]:
    app = create_app(replace(settings, public_ask=True), engine)
    with TestClient(app, base_url=LOCAL, client=ELSEWHERE) as client:
        yield client


@pytest.fixture
def writer(settings: Settings, engine: Engine) -> Iterator[TestClient]:
    with TestClient(create_app(settings, engine), base_url=LOCAL, client=HERE) as client:
        yield client


def cells(html: str) -> dict[str, list[str]]:
    """doc_id -> what the row of a document says, cell by cell."""
    rows = html.split('<tr role="row" id="row-')[1:]
    return {
        row.partition('"')[0]: [
            " ".join(Seen(cell.partition(">")[2]).text.split()) for cell in row.split("<td")[1:]
        ]
        for row in (row.partition("</tr>")[0] for row in rows)
    }


def test_the_list_says_language_date_passages_and_publisher(public: TestClient) -> None:
    shown = cells(public.get("/documents", headers=GERMAN).text)
    assert shown == {
        "hafen.txt": ["Deutsch", "20.4.2026", "1", "Stadt Kiel"],
        "harbour.en.txt": ["Englisch", "ohne Angabe", "1", "ohne Angabe"],
    }
    english = cells(public.get("/documents", headers=ENGLISH).text)
    assert english["harbour.en.txt"] == ["English", "not stated", "1", "not stated"]


def test_the_public_learns_nothing_of_runs_and_files(public: TestClient) -> None:
    reply = public.get("/documents", headers=ENGLISH)
    for said in (
        "Last run",
        "onerror=alert(1)&gt;.txt",
        "tabelle",
        "geheim",
        "vorbei",
        'id="manage"',
    ):
        assert said not in reply.text
    assert "2 documents, as of" in reply.text


def test_who_may_write_sees_what_the_last_run_did(writer: TestClient) -> None:
    text = writer.get("/documents", headers=GERMAN).text
    said = " ".join(Seen(text).text.split())
    assert "neu 4" in said
    assert "fehlgeschlagen 1" in said
    assert f"{EVIL}.txt ist leer" in said
    assert "Dateien mit der Endung .xls werden nicht gelesen" in said
    assert "abgelaufen" in said  # can still be deleted
    english = " ".join(Seen(writer.get("/documents", headers=ENGLISH).text).text.split())
    assert f"{EVIL}.txt is empty" in english


def test_names_and_titles_with_html_in_them_stay_text(writer: TestClient) -> None:
    page = Seen(writer.get("/documents").text)
    assert f"Hafen {EVIL}" in page.text
    assert not [given for _, given in page.tags if given.get("src") == "x"]
    [button] = [given for _, given in page.tags if given.get("data-delete") == "hafen.txt"]
    assert button["data-title"] == f"Hafen {EVIL}"
    for _, given in page.tags:
        assert not [name for name in given if name.startswith("on") or name == "style"]


def test_what_the_script_says_comes_in_the_language_of_the_page(writer: TestClient) -> None:
    for headers, words in ((GERMAN, SCRIPT_TEXTS["de"]), (ENGLISH, SCRIPT_TEXTS["en"])):
        page = Seen(writer.get("/documents", headers=headers).text)
        [manage] = [given for _, given in page.tags if given.get("id") == "manage"]
        assert json.loads(html.unescape(str(manage["data-words"]))) == words


def test_both_languages_say_the_same_things() -> None:
    for texts in (CORPUS_TEXTS, SCRIPT_TEXTS):
        assert list(texts["de"]) == list(texts["en"])
        for german, english in zip(texts["de"].values(), texts["en"].values(), strict=True):
            gaps = [set(_gaps(german)), set(_gaps(english))]
            assert gaps[0] == gaps[1], german


def _gaps(text: str) -> list[str]:
    return [part.partition("}")[0] for part in text.split("{")[1:]]


def test_without_scripts_nothing_is_offered_that_would_not_work(writer: TestClient) -> None:
    page = Seen(writer.get("/documents").text)
    offered = [
        given for tag, given in page.tags if given.get("id") == "manage" or given.get("data-delete")
    ]
    assert len(offered) == 4  # the section, and a button for each document
    assert all("hidden" in given for given in offered)


def test_a_time_is_said_by_the_clock_of_the_server() -> None:
    at = datetime(2026, 11, 20, 8, 5, tzinfo=UTC)
    local = at.astimezone()
    assert moment(at, "en") == f"{local:%Y-%m-%d, %H:%M}"
    assert moment(at, "de").endswith(f"{local:%H:%M} Uhr")

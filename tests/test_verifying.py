"""Whether a quote still stands: cited from one generation, looked up in the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.engine import Engine
from api.verifying import Quote, Verdict
from indexer.building import bring_up_to_date
from indexer.settings import Settings

ZOO = "Der Zoo hat am Montag zwei neue Tiger bekommen."
HARBOUR = "Der Hafen von Kiel hat vierzig Liegeplätze für Segler."
LIBRARY = "Die Bibliothek am Markt öffnet dienstags um neun Uhr."
BATHS = "Das Schwimmbad kostet für Kinder zwei Euro Eintritt."
MUSEUM = "Das Museum zeigt bis Oktober Bilder aus der Ver- waltung der Stadt."
THEATRE = "Das Theater spielt im Winter jeden Abend eine Oper."
SCHOOL = "Die Schule am Park bekommt im Herbst ein neues Dach."
SECRET = "Das Rathaus wird im Frühjahr heimlich blau gestrichen."
OTHER = "Die Feuerwehr sucht junge Leute für ihre Kapelle."
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()
BEFORE = {
    "zoo": ZOO,
    "harbour": HARBOUR,
    "library": LIBRARY,
    "baths": BATHS,
    "museum": MUSEUM,
    "theatre": THEATRE,
    "school": SCHOOL,
    "secret": SECRET,
}
AFTER = {
    "zoo": f"{ZOO}\n\nSeitdem kommen mehr Leute.",
    "harbour": f"{OTHER}\n\n{HARBOUR}",
    "library": f"{OTHER}\n\n{LIBRARY.replace('neun', 'zehn')}\n\n{OTHER}",
    # "baths" is gone, and so is "theatre"; but another document holds that.
    "museum": MUSEUM.replace("Ver- waltung", "Verwaltung"),
    "stage": f"{OTHER}\n\n{THEATRE}",
    "school": OTHER,
    "roof": SCHOOL,
    "secret": SECRET,
}


@dataclass(frozen=True)
class Town:
    engine: Engine
    settings: Settings
    quotes: dict[str, Quote]

    def verify(self, name: str) -> Verdict:
        verdict = self.engine.verify(self.quotes[name])
        if verdict.doc_id is not None:  # whatever it says can be read at its place
            text = self.engine.text(verdict.doc_id)
            assert text[verdict.start : verdict.end] == verdict.text
            assert verdict.view == (
                f"/documents/{verdict.doc_id}?start={verdict.start}&end={verdict.end}"
            )
            assert verdict.sha256 == self.engine.document(verdict.doc_id).sha256
        assert verdict.index == self.engine.state
        return verdict


def write(folder: Path, documents: dict[str, str], embargo: str = "") -> None:
    for file in folder.iterdir():
        file.unlink()
    for name, text in documents.items():
        front = f"doc_id: {name}\nlanguage: de\n"
        if name == "secret" and embargo:
            front += f"visible_from: {embargo}\n"
        (folder / f"{name}.txt").write_text(f"---\n{front}---\n{text}\n", encoding="utf-8")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    folder = tmp_path_factory.mktemp("town")
    (folder / "corpus").mkdir()
    settings = Settings(corpus=(folder / "corpus",), index=folder / "index", reader=False)
    write(folder / "corpus", BEFORE)
    bring_up_to_date(settings, strict=True)
    engine = Engine.open(settings)
    quotes = {}
    for name, text in BEFORE.items():
        start = engine.text(name).index(text)
        quotes[name] = Quote(name, start, start + len(text), text, engine.document(name).sha256)
    for quote in quotes.values():
        assert engine.verify(quote).status == "unchanged"
    write(folder / "corpus", AFTER, embargo=TOMORROW)
    bring_up_to_date(settings, strict=True, allow_removals=True)
    assert engine.refresh()
    return Town(engine, settings, quotes)


def test_a_quote_stands_although_the_document_grew(town: Town) -> None:
    verdict = town.verify("zoo")
    assert (verdict.status, verdict.text, verdict.similarity) == ("unchanged", ZOO, 1.0)
    assert verdict.same_text is False
    assert verdict.title is not None
    now = replace(town.quotes["zoo"], sha256=str(verdict.sha256))
    assert town.engine.verify(now).same_text is True


def test_a_quote_that_moved_is_found_at_its_new_place(town: Town) -> None:
    verdict = town.verify("harbour")
    assert (verdict.status, verdict.doc_id, verdict.text) == ("moved", "harbour", HARBOUR)
    assert verdict.start == len(OTHER) + 2


def test_of_a_quote_that_changed_the_nearest_sentence_is_shown(town: Town) -> None:
    verdict = town.verify("library")
    assert (verdict.status, verdict.doc_id) == ("changed", "library")
    assert verdict.text == LIBRARY.replace("neun", "zehn")
    assert verdict.similarity == 0.9  # nine of ten words and the full stop: 2 · 9 / 20


def test_a_text_that_was_only_read_otherwise_was_not_changed(town: Town) -> None:
    verdict = town.verify("museum")
    assert (verdict.status, verdict.similarity) == ("re-extracted", 1.0)
    assert verdict.text == MUSEUM.replace("Ver- waltung", "Verwaltung")


def test_a_quote_that_no_document_holds_was_removed(town: Town) -> None:
    verdict = town.verify("baths")
    assert verdict == Verdict(
        "removed", None, None, None, None, None, None, None, None,
        same_text=False, view=None, index=town.engine.state,
    )  # fmt: skip


def test_a_quote_that_another_document_holds_now_moved_there(town: Town) -> None:
    verdict = town.verify("theatre")
    assert (verdict.status, verdict.doc_id, verdict.text) == ("moved", "stage", THEATRE)


def test_a_document_that_says_something_else_now_does_not_hide_where_the_quote_went(
    town: Town,
) -> None:
    verdict = town.verify("school")
    assert (verdict.status, verdict.doc_id, verdict.text) == ("moved", "roof", SCHOOL)


def test_a_document_under_embargo_cannot_be_told_from_a_removed_one(town: Town) -> None:
    assert town.verify("secret") == town.verify("baths")
    seeing = town.engine.seeing_embargoed()
    assert seeing.verify(town.quotes["secret"]).status == "unchanged"


def test_of_two_copies_the_one_nearer_to_the_old_place_is_meant(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    text = f"{ZOO}\n\n{OTHER}\n\n{HARBOUR}\n\n{ZOO}"
    write(tmp_path / "corpus", {"twice": text})
    settings = Settings(corpus=(tmp_path / "corpus",), index=tmp_path / "index", reader=False)
    bring_up_to_date(settings, strict=True)
    engine = Engine.open(settings)
    last = text.rindex(ZOO)
    for start, expected in ((0, 0), (1, 0), (last // 2 - 1, 0), (last - 1, last), (9_999, last)):
        verdict = engine.verify(Quote("twice", start, start + len(ZOO), ZOO, "0" * 64))
        assert (verdict.status == "unchanged") == (start == expected)
        assert verdict.start == expected


def test_in_a_long_text_rewording_is_looked_for_near_the_old_place_only(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shortened here: the text has 157 characters, the changed sentence begins at the 52nd."""
    whole = town.verify("library")
    text = town.engine.text("library")
    behind = replace(town.quotes["library"], start=len(text), end=len(text))
    hyphen = replace(behind, text=OTHER.replace("Feuerwehr", "Feuer-\nwehr"))

    monkeypatch.setattr("api.verifying.NEARBY", 120)
    assert town.engine.verify(behind) == whole
    read_otherwise = town.engine.verify(hyphen)
    assert (read_otherwise.status, read_otherwise.text) == ("re-extracted", OTHER)
    assert read_otherwise.start == text.rindex(OTHER)

    monkeypatch.setattr("api.verifying.NEARBY", 10)
    assert town.engine.verify(behind).text != whole.text
    moved = town.engine.verify(replace(behind, text=text[40:60]))
    assert (moved.status, moved.start) == ("moved", 40)


@pytest.fixture(scope="module")
def client(town: Town) -> Iterator[TestClient]:
    with TestClient(create_app(replace(town.settings, root_path="/suche"), town.engine)) as client:
        yield client


def test_over_http_the_citation_of_an_answer_is_what_is_sent(client: TestClient) -> None:
    [hit] = client.get("/v1/search", params={"q": "Tiger im Zoo", "k": 1}).json()["hits"]
    quote = {name: hit[name] for name in ("doc_id", "start", "end", "text", "sha256")}
    reply = client.post("/v1/verify", json=quote)
    assert reply.status_code == 200
    verdict = reply.json()
    assert (verdict["status"], verdict["same_text"]) == ("unchanged", True)
    assert {name: verdict[name] for name in ("title", "view", "page")} == {
        name: hit[name] for name in ("title", "view", "page")
    }
    assert verdict["view"].startswith("/suche/documents/")
    again = client.post("/v1/verify", json={**quote, "doc_id": "baths", "text": BATHS})
    assert (again.status_code, again.json()["status"]) == (200, "removed")
    assert again.json()["view"] is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("doc_id", "../etc"),
        ("start", -1),
        ("end", "5"),
        ("text", ""),
        ("text", "W" * 20_001),
        ("sha256", "abc"),
        ("sha256", None),
    ],
)
def test_what_is_no_citation_is_refused_and_the_field_named(
    client: TestClient, field: str, value: object
) -> None:
    quote = {"doc_id": "zoo", "start": 0, "end": 1, "text": "D", "sha256": "0" * 64}
    reply = client.post("/v1/verify", json={**quote, field: value})
    assert reply.status_code == 422
    assert [error["field"] for error in reply.json()["errors"]] == [field]

"""Embargo, expiry and dates hold on every way in, at the time of the request."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from api.engine import Engine
from api.filters import Filters
from indexer.building import bring_up_to_date
from indexer.settings import Settings
from indexer.spelling import in_all

TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).isoformat()
LAST_WEEK = (datetime.now(UTC) - timedelta(days=7)).date().isoformat()
TODAY = datetime.now(UTC).date().isoformat()
DOCUMENTS = {
    "embargo": (f"visible_from: {TOMORROW}", "Der Zoo bekommt einen neuen Elefanten."),
    "open": (f"visible_from: {YESTERDAY}", "Der Zoo bekommt einen neuen Tiger."),
    "expired": (f"valid_until: {LAST_WEEK}", "Der Zoo bekommt einen neuen Löwen."),
    "lasting": (f"valid_until: {TODAY}\ntags: [zoo]", "Der Zoo bekommt einen neuen Bären."),
    "old": ("published: 2020-05-01", "Der Zoo bekommt einen neuen Affen."),
    "new": ("published: 2024-05-01\ntags: [zoo, new]", "Der Zoo bekommt einen neuen Pinguin."),
}


@pytest.fixture(scope="module")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("zoo")
    (folder / "corpus").mkdir()
    for name, (fields, text) in DOCUMENTS.items():
        front = f"---\ndoc_id: {name}\nlanguage: de\n{fields}\n---\n{text}\n"
        (folder / "corpus" / f"{name}.txt").write_text(front, encoding="utf-8")
    settings = Settings(corpus=(Path(folder / "corpus"),), index=folder / "index")
    bring_up_to_date(settings, strict=True)
    return Engine.open(replace(settings, clock=TODAY))  # a test run may last beyond midnight


def found(engine: Engine, filters: Filters) -> set[str]:
    hits = engine.search("Was bekommt der Zoo?", k=50, filters=filters)
    assert hits.total == len(hits.hits)
    listed = engine.documents(filters=filters)
    assert {document.doc_id for document in listed.documents} == {hit.doc_id for hit in hits.hits}
    return {hit.doc_id for hit in hits.hits}


def test_before_its_embargo_ends_a_document_does_not_exist(zoo: Engine) -> None:
    assert "embargo" not in found(zoo, Filters(include_expired=True))
    for lookup in (zoo.text, zoo.document, zoo.original, zoo.passages):
        with pytest.raises(KeyError):
            lookup("embargo")


def test_an_expired_document_answers_only_when_asked_for(zoo: Engine) -> None:
    assert "expired" not in found(zoo, Filters())
    assert "expired" in found(zoo, Filters(include_expired=True))
    assert "Löwen" in zoo.text("expired")


def test_the_last_valid_day_still_counts(zoo: Engine) -> None:
    assert "lasting" in found(zoo, Filters())


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(published_from=date(2020, 5, 1)), {"old", "new"}),
        (Filters(published_from=date(2020, 5, 2)), {"new"}),
        (Filters(published_to=date(2024, 5, 1)), {"old", "new"}),
        (Filters(published_to=date(2024, 4, 30)), {"old"}),
        (Filters(tags=("zoo",)), {"lasting", "new"}),
        (Filters(tags=("zoo", "new")), {"lasting", "new"}),
        (Filters(tags=("new",), published_to=date(2023, 1, 1)), set()),
        (Filters(doc_ids=("open", "old")), {"open", "old"}),
        (Filters(language="en"), set()),
    ],
)
def test_filters_are_alternatives_within_and_conditions_between(
    zoo: Engine, filters: Filters, expected: set[str]
) -> None:
    assert found(zoo, filters) == expected


def test_a_slip_tells_nobody_of_an_embargoed_document(zoo: Engine) -> None:
    """Only the embargoed document has the elephant; its slip is not put right by that."""
    assert zoo.search("Elefannten").corrected != "elefanten" or _in_dictionary("elefanten")
    terms = zoo._in_force.snapshot.terms
    visible = terms._counts.among(zoo._in_force.snapshot.passages(Filters()))
    assert terms._held(in_all(["elefanten"]), visible) == [0]
    assert terms._held(in_all(["elefanten"]), None) == [1]


def _in_dictionary(word: str) -> bool:
    from indexer.spelling import is_word

    return is_word(word)


TWIN = "Der Tierpark zeigt im Sommer seltene Okapis aus dem Kongo."


@pytest.fixture
def twins(tmp_path: Path) -> Settings:
    """One text under three names, with metadata of its own each."""
    (tmp_path / "corpus").mkdir()
    fields = {"a": f"visible_from: {TOMORROW}", "b": "tags: [press]", "c": "published: 2024-05-01"}
    for name, own in fields.items():
        front = f"---\ndoc_id: {name}\nlanguage: de\n{own}\n---\n{TWIN}\n"
        (tmp_path / "corpus" / f"{name}.txt").write_text(front, encoding="utf-8")
    return Settings(corpus=(tmp_path / "corpus",), index=tmp_path / "index")


def test_the_same_text_under_two_ids_is_found_once_and_names_the_other(twins: Settings) -> None:
    bring_up_to_date(twins)
    engine = Engine.open(twins)
    hits = engine.search("Was zeigt der Tierpark?")
    assert [hit.doc_id for hit in hits.hits] == ["c"]  # it has a date
    assert hits.total == 1
    assert [other.doc_id for other in hits.hits[0].also] == ["b"]  # "a" is under embargo
    assert [document.doc_id for document in engine.documents().documents] == ["b", "c"]
    assert engine.text("b") == engine.text("c") == f"{TWIN}\n"


def test_each_of_two_ids_of_the_same_text_passes_its_own_filters(twins: Settings) -> None:
    bring_up_to_date(twins)
    engine = Engine.open(twins)
    for filters, doc_id in (
        (Filters(doc_ids=["c"]), "c"),
        (Filters(tags=["press"]), "b"),
        (Filters(published_from=date(2024, 1, 1)), "c"),
    ):
        hits = engine.search("Was zeigt der Tierpark?", filters=filters)
        assert [hit.doc_id for hit in hits.hits] == [doc_id]


def test_a_text_is_found_as_long_as_one_of_its_documents_is_there(twins: Settings) -> None:
    bring_up_to_date(twins)
    (twins.corpus[0] / "b.txt").unlink()
    assert bring_up_to_date(twins).embedded == 0
    engine = Engine.open(twins)
    assert [hit.doc_id for hit in engine.search("Was zeigt der Tierpark?").hits] == ["c"]


def engine_over(tmp_path: Path, documents: dict[str, tuple[str, str]]) -> Engine:
    """Index documents: doc_id -> front matter and text."""
    (tmp_path / "corpus").mkdir()
    for name, (fields, text) in documents.items():
        front = f"---\ndoc_id: {name}\n{fields}\n---\n{text}\n"
        (tmp_path / "corpus" / f"{name}.txt").write_text(front, encoding="utf-8")
    settings = Settings(corpus=(tmp_path / "corpus",), index=tmp_path / "index")
    bring_up_to_date(settings, strict=True)
    return Engine.open(settings)


def test_the_same_text_in_two_stated_languages_is_found_in_both(tmp_path: Path) -> None:
    text = "Okapi, Koala, Panda, Gorilla"  # of either language
    engine = engine_over(tmp_path, {"a": ("language: de", text), "b": ("language: en", text)})
    for filters, doc_id in ((Filters(language="de"), "a"), (Filters(language="en"), "b")):
        assert [hit.doc_id for hit in engine.search("Okapi", filters=filters).hits] == [doc_id]


def test_the_same_text_under_two_titles_is_found_by_each(tmp_path: Path) -> None:
    hours = "Geöffnet ist montags bis freitags von acht bis zwölf Uhr."
    engine = engine_over(
        tmp_path,
        {
            "mitte": ("title: Bürgeramt Mitte\npublished: 2019-01-01", hours),
            "nord": ("title: Bürgeramt Nord\npublished: 2025-01-01", hours),
        },
    )
    for name in ("Mitte", "Nord"):
        hits = engine.search(f"Wann hat das Bürgeramt {name} geöffnet?").hits
        assert hits[0].title == f"Bürgeramt {name}"


def test_of_a_text_that_was_published_again_the_newest_document_is_found(tmp_path: Path) -> None:
    engine = engine_over(
        tmp_path,
        {
            "a": ("language: de\npublished: 2019-01-01", TWIN),
            "b": ("language: de\npublished: 2025-01-01", TWIN),
        },
    )
    [hit] = engine.search("Was zeigt der Tierpark?").hits
    assert hit.doc_id == "b"
    assert [other.doc_id for other in hit.also] == ["a"]
    # Whoever judges a place by the text's hash means the document that is found.
    assert engine.by_sha256()[engine.document("a").sha256] == "b"

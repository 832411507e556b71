"""The same thing stands once in a list: in the asker's language where there is a version of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.engine import Engine
from api.filters import Filters
from indexer.building import bring_up_to_date
from indexer.settings import Settings

GERMAN = "Die Stadtbibliothek öffnet um neun Uhr am Morgen."
ENGLISH = "The city library opens at nine o'clock in the morning."
OTHERS = {
    "umzug.txt": "Die Stadtbücherei zieht im nächsten Jahr in ein neues Haus um.",
    "fee.txt": "Borrowing a book from the library is free of charge for children.",
}


def front(key: str | None, language: str) -> str:
    tied = f"translation_key: {key}\n" if key else ""
    return f"---\nlanguage: {language}\n{tied}---\n"


def engine_over(folder: Path, documents: dict[str, str]) -> Engine:
    corpus = folder / "corpus"
    corpus.mkdir()
    for name, text in {**OTHERS, **documents}.items():
        (corpus / name).write_text(text + "\n", "utf-8")
    settings = Settings(corpus=(corpus,), index=folder / "index")
    bring_up_to_date(settings)
    return Engine.open(settings)


@pytest.fixture(scope="module")
def tied(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    documents = {
        "hours.de.txt": front("hours", "de") + GERMAN,
        "hours.en.txt": front("hours", "en") + ENGLISH,
    }
    return engine_over(tmp_path_factory.mktemp("tied"), documents)


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("Wann öffnet die Bibliothek?", "hours.de.txt", "hours.en.txt"),
        ("When does the library open?", "hours.en.txt", "hours.de.txt"),
    ],
)
def test_of_two_versions_the_askers_is_shown_and_names_the_other(
    tied: Engine, query: str, shown: str, hidden: str
) -> None:
    hits = tied.search(query, k=10).hits
    found = [hit.doc_id for hit in hits]
    assert found[0] == shown
    assert hidden not in found
    assert [other.doc_id for other in hits[0].also] == [hidden]
    assert tied.search(query, k=10).total == 3
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_filter_shows_the_other_version(tied: Engine) -> None:
    found = tied.search("Wann öffnet die Bibliothek?", filters=Filters(language="en"))
    assert found.hits[0].doc_id == "hours.en.txt"


def test_untied_translations_stay_separate_hits(tmp_path: Path) -> None:
    documents = {"a.txt": front(None, "de") + GERMAN, "b.txt": front(None, "en") + ENGLISH}
    hits = engine_over(tmp_path, documents).search("Wann öffnet die Bibliothek?", k=2).hits
    assert {hit.doc_id for hit in hits} == {"a.txt", "b.txt"}


def test_tied_documents_that_say_other_things_stay_separate_hits(tmp_path: Path) -> None:
    documents = {
        "a.txt": front("key", "de") + GERMAN,
        "b.txt": front("key", "en") + "The swimming pool costs four euros admission.",
    }
    found = engine_over(tmp_path, documents).search("Wann öffnet die Bibliothek?", k=4).hits
    assert {"a.txt", "b.txt"} <= {hit.doc_id for hit in found}


def test_the_same_words_in_one_language_stand_once(tmp_path: Path) -> None:
    documents = {"a.txt": GERMAN, "b.txt": GERMAN.replace("um neun Uhr", "um  neun Uhr")}
    found = engine_over(tmp_path, documents).search("Wann öffnet die Bibliothek?", k=4).hits
    assert sum(hit.doc_id in documents for hit in found) == 1


def test_another_number_or_a_not_is_another_thing(tmp_path: Path) -> None:
    text = "Der Ausweis kostet für alle über 24 Jahre 37 Euro und gilt zehn Jahre."
    documents = {
        "a.txt": text,
        "b.txt": text.replace("37", "52"),
        "c.txt": text.replace("gilt", "gilt nicht"),
    }
    found = engine_over(tmp_path, documents).search("Was kostet der Ausweis?", k=4).hits
    assert {"a.txt", "b.txt", "c.txt"} <= {hit.doc_id for hit in found}


def test_what_repeats_any_version_stands_with_it_and_every_place_is_named(tmp_path: Path) -> None:
    documents = {
        "a.txt": front("hours", "de") + GERMAN,
        "b.txt": front("hours", "en") + ENGLISH,
        "c.txt": front(None, "en") + ENGLISH,
    }
    hits = engine_over(tmp_path, documents).search("Wann öffnet die Bibliothek?", k=5).hits
    assert hits[0].doc_id == "a.txt"
    assert not {"b.txt", "c.txt"} & {hit.doc_id for hit in hits}
    assert {other.doc_id for other in hits[0].also} == {"b.txt", "c.txt"}

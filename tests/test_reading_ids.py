"""Canonical text and document ids."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from indexer.reading.canonical import canonicalise
from indexer.reading.ids import doc_id_from_path, is_doc_id, with_path_suffix

anything = st.text(st.characters(codec=None), max_size=60)


@given(anything)
def test_canonical_text_is_stable_and_can_be_stored(text: str) -> None:
    canonical = canonicalise(text)
    assert canonicalise(canonical) == canonical
    assert unicodedata.is_normalized("NFC", canonical)
    assert "\r" not in canonical
    assert "\x00" not in canonical
    assert canonical.encode("utf-8").decode("utf-8") == canonical


def test_newlines_unstorable_characters_and_marks_take_one_form() -> None:
    assert canonicalise("a\r\nb\rc\n") == "a\nb\nc\n"
    assert canonicalise("a\x00b\ud800c") == "a\ufffdb\ufffdc"
    assert canonicalise("Gebu\u0308hr") == "Gebühr"


@given(anything)
def test_every_path_has_an_id(path: str) -> None:
    doc_id = doc_id_from_path(path)
    assert is_doc_id(doc_id)
    assert is_doc_id(with_path_suffix(doc_id, path))
    assert doc_id_from_path(unicodedata.normalize("NFD", path)) == doc_id_from_path(
        unicodedata.normalize("NFC", path)
    )


def test_ids_are_made_from_paths_as_the_contract_says() -> None:
    expected = {
        "Presse/Gebührensatzung 2023.pdf": "presse.gebuehrensatzung-2023.pdf",
        "Straße/ÄÖÜ.md": "strasse.aeoeue.md",
        "é/Çà – œuvre_1.txt": "e.ca-oeuvre_1.txt",
        "a..b/..c.md": "a.b.c.md",
        "(neu) a.md": "neu-a.md",
        "Łódź.html": "lodz.html",
    }
    assert {path: doc_id_from_path(path) for path in expected} == expected


def test_a_path_of_nothing_but_foreign_signs_gets_an_id_from_its_hash() -> None:
    ids = {doc_id_from_path(path) for path in ("😀.md", "日本.md", "日本/中国.md", "…")}
    assert len(ids) == 4
    assert all(doc_id.startswith("document-") and len(doc_id) == 17 for doc_id in ids)


def test_a_long_path_is_cut_and_keeps_its_hash() -> None:
    long = doc_id_from_path("a" * 130 + ".md")
    assert len(long) == 128
    assert long[:116] == "a" * 115 + "-"
    assert long != doc_id_from_path("a" * 131 + ".md")
    assert len(with_path_suffix(long, "x")) == 128


def test_other_values_are_no_ids() -> None:
    for value in ("", ".a", "-a", "a..b", "A", "ä", "a/b", "a" * 129, "a\n", "a b"):
        assert not is_doc_id(value)

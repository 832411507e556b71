"""Front matter and sidecars."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import ReadError
from indexer.reading.canonical import canonicalise
from indexer.reading.metadata import merge, parse_sidecar, split_front_matter
from indexer.types import BasedOn, Metadata


def sidecar(text: str) -> Metadata:
    return parse_sidecar(text.encode())


def refusal(text: str) -> str:
    with pytest.raises(ReadError) as caught:
        sidecar(text)
    return str(caught.value)


def test_all_fields_are_read() -> None:
    metadata, body = split_front_matter(
        "---\n"
        "doc_id: satzung-2023\ntitle: 2023\nlanguage: de\npublished: 2023-11-09\n"
        "publisher: Stadt Musterhausen\nsource: https://example.org/a?b=1#c\n"
        "based_on:\n  title: Original\n  url: https://example.org\n"
        "tags: [no, Gebühren, no]\ntranslation_key: satzung\n"
        "visible_from: 2023-11-09T08:00:00Z\nvalid_until: 2024-12-31\n"
        "---\n\n# Text\n"
    )
    assert body == "\n# Text\n"
    assert metadata == Metadata(
        doc_id="satzung-2023",
        title="2023",
        language="de",
        published=date(2023, 11, 9),
        publisher="Stadt Musterhausen",
        source="https://example.org/a?b=1#c",
        based_on=BasedOn("Original", "https://example.org"),
        tags=("no", "Gebühren"),
        translation_key="satzung",
        visible_from=datetime(2023, 11, 9, 8, tzinfo=UTC),
        valid_until=date(2024, 12, 31),
    )


def test_short_forms_and_nulls() -> None:
    assert sidecar(
        "tags: Gebühren\nbased_on: Original\ntitle:\nsource: presse/a b.pdf"
    ) == Metadata(tags=("Gebühren",), based_on=BasedOn("Original"), source="presse/a b.pdf")
    assert sidecar("") == sidecar("# nothing\n") == Metadata()
    assert sidecar("visible_from: 2023-11-09 08:00 +01:00").visible_from == datetime(
        2023, 11, 9, 7, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("published: gestern", "published must be a date like 2023-11-09, not 'gestern'"),
        ("published: 2023-02-30", "published must be a date like 2023-11-09, not '2023-02-30'"),
        ("valid_until: 20231109", "valid_until must be a date like 2023-11-09, not '20231109'"),
        (
            "visible_from: 2023-11-09T08:00:00",
            "visible_from must be a time with zone like 2023-11-09T08:00:00+01:00, "
            "not '2023-11-09T08:00:00'",
        ),
        ("language: fr", "language must be de, en or other, not 'fr'"),
        (
            "doc_id: A/b",
            "doc_id must be an id of the form [a-z0-9][a-z0-9._-]{0,127} without .., not 'A/b'",
        ),
        ("title: [a]", "title must be a text, not ['a']"),
        ("tags: [a, {b: c}]", "tags must be a text or a list of texts, not ['a', {'b': 'c'}]"),
        (
            "source: javascript:alert(1)",
            "source must be an http(s) URL or a path below the corpus, not 'javascript:alert(1)'",
        ),
        (
            "based_on: {titel: x}",
            "based_on must be a title, or a title and an http(s) url, not {'titel': 'x'}",
        ),
        (
            "titel: x",
            "unknown field titel; known are doc_id, title, language, published, publisher, "
            "source, based_on, tags, translation_key, visible_from, valid_until",
        ),
        ("title: a\ntitle: b", "title stands there twice"),
        ("title: &a x", "anchors (&) and aliases (*) are not allowed"),
        ("- a", "must be fields like `title: ...`, not a list"),
        ("nur Text", "must be fields like `title: ...`, not 'nur Text'"),
        ("title: 'x", "is not valid YAML in line 1: found unexpected end of stream"),
    ],
)
def test_a_wrong_value_is_named_with_what_it_must_be(line: str, message: str) -> None:
    assert refusal(line) == f"sidecar: {message}"


@pytest.mark.parametrize(
    "source",
    [
        "../a.md",
        "/etc/passwd",
        "a/../b",
        "a\\b",
        "file:///etc/passwd",
        "//host/a",
        "http://",
        "a//b",
    ],
)
def test_sources_that_lead_elsewhere_are_refused(source: str) -> None:
    assert "source must be" in refusal(f"source: '{source}'")


def test_aliases_deep_nesting_and_python_objects_are_refused() -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\ntitle: *b"
    assert refusal(bomb) == "sidecar: anchors (&) and aliases (*) are not allowed"
    assert "nested too deeply" in refusal("title: " + "[" * 20_000)
    assert "not valid YAML" in refusal("title: !!python/object/apply:os.getcwd []")
    assert refusal("title: " + "x" * 70_000) == "sidecar: is longer than 64 KB"
    with pytest.raises(ReadError, match="sidecar: is not written in UTF-8"):
        parse_sidecar(b"title: Geb\xfchr")


@pytest.mark.parametrize(
    "text",
    [
        "---\nJust a line\n---\nText",
        "---\n- one\n- two\n---\nText",
        "---\n\n# Heading\n\nText: with a colon\n\n---\n",
        "---\nWichtiger Hinweis: heute zu\n---\n",
        "---\nHinweis: never closed",
        "----\ntitle: x\n----\n",
        "Text\n---\ntitle: x\n---\n",
        "---",
    ],
)
def test_a_thematic_break_belongs_to_the_text(text: str) -> None:
    assert split_front_matter(text) == (Metadata(), text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("---\ntitle: x\n", "is opened by a line --- but never closed by another"),
        ("---\nTitle: x\n---\n", "unknown field Title; known are"),
        ("---\n\n  - x\nvisible_from: 2030\n---\n", "is not valid YAML in line 4"),
        (
            "---\npublished: gestern\n---\n",
            "published must be a date like 2023-11-09, not 'gestern'",
        ),
        ("---\ntitle: " + "x" * 66_000 + "\n---\n", "is longer than 64 KB"),
    ],
)
def test_wrong_front_matter_is_refused(text: str, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        split_front_matter(text)
    assert str(caught.value).startswith(f"front matter: {message}")


def test_empty_front_matter_is_taken_off() -> None:
    assert split_front_matter("---\n---\nText") == (Metadata(), "Text")
    assert split_front_matter("---\ntitle: x\n---") == (Metadata(title="x"), "")


def test_merging_goes_field_by_field() -> None:
    first = Metadata(title="a", tags=())
    second = Metadata(title="b", language="de", tags=("x",))
    assert merge(first, second) == Metadata(title="a", language="de", tags=("x",))
    assert merge() == Metadata()


@given(st.text(max_size=200))
def test_text_behind_front_matter_is_never_changed(text: str) -> None:
    text = canonicalise(text)
    assert split_front_matter(f"---\ntitle: x\n---\n{text}") == (Metadata(title="x"), text)


@given(st.text(max_size=200))
def test_any_sidecar_is_read_or_refused(text: str) -> None:
    try:
        said: object = sidecar(text)
    except ReadError as error:
        said = str(error)
    assert isinstance(said, Metadata) or str(said).startswith("sidecar: ")

"""Plain text, Markdown, web pages and e-mails, and the way from pieces to text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_samples import mail_bytes

from indexer.errors import ReadError
from indexer.reading.canonical import canonicalise
from indexer.reading.formats import READER_VERSION, media_type, read_bytes
from indexer.reading.pieces import Piece, clean, compose
from indexer.reading.unwrap import join_lines
from indexer.types import Metadata, Reading


def parts(reading: Reading) -> list[tuple[str, str]]:
    """Return kind (with level) and text of each block."""
    return [
        (f"{block.kind}{block.level or ''}", reading.text[block.start : block.end])
        for block in reading.blocks or ()
    ]


def page(body: str, head: str = "") -> Reading:
    return read_bytes(f"<html><head>{head}</head><body>{body}</body></html>".encode(), "a.html")


def refusal(data: bytes, name: str) -> str:
    with pytest.raises(ReadError) as caught:
        read_bytes(data, name)
    return str(caught.value)


@given(st.lists(st.tuples(st.text(st.characters(codec=None), max_size=30), st.integers(0, 2))))
def test_blocks_are_exactly_their_text(found: list[tuple[str, int]]) -> None:
    pieces = [Piece("row" if table else "paragraph", text, table=table) for text, table in found]
    text, blocks = compose(pieces)
    assert canonicalise(text) == text
    kept = [clean(piece.text) for piece in pieces if clean(piece.text)]
    assert [text[block.start : block.end] for block in blocks] == kept
    assert all("\n" not in part for part in kept)


@pytest.mark.parametrize(
    "data",
    [
        "Gebühren – 5 €\r\n".encode(),
        "\ufeffGebühren – 5 €\r\n".encode(),
        "\ufeffGebühren – 5 €\r\n".encode("utf-16-le"),
        "\ufeffGebühren – 5 €\r\n".encode("utf-16-be"),
        "\ufeffGebühren – 5 €\r\n".encode("utf-32-le"),
        "Gebühren – 5 €\r\n".encode("cp1252"),
        "Gebu\u0308hren – 5 €\r".encode(),
    ],
)
def test_text_is_decoded_whatever_it_is_written_in(data: bytes) -> None:
    for name in ("a.txt", "B.MD"):
        assert read_bytes(data, name) == Reading("Gebühren – 5 €\n", Metadata())


def test_other_encodings_are_found_by_what_they_say() -> None:
    text = "Съешь же ещё этих мягких французских булок, да выпей чаю. " * 5
    assert read_bytes(text.encode("koi8-r"), "a.txt").text == text


def test_what_is_no_text_is_refused() -> None:
    assert refusal(b"", "a.txt") == "is empty"
    assert refusal(b" \r\n\t", "a.md") == "holds no text"
    assert refusal(b"\xef\xbb\xbf---\ntitle: x\n---\n\n", "a.md") == "holds no text"
    assert refusal(b"a\x00b", "a.txt") == "is not text: it holds binary data"
    assert refusal(bytes(range(256)) * 9, "a.txt").startswith("is not text")
    assert refusal(b"%PDF-1.7\n", "a.txt") == "is a PDF, not text"
    assert refusal(b"PK\x03\x04...", "a.md") == "is a zip or office file, not text"
    assert refusal(b"\xff\xfea\x00b", "a.txt") == (
        "begins like UTF-16 but cannot be decoded as such"
    )
    with pytest.raises(ValueError, match="known endings are .txt, .md"):
        read_bytes(b"x", "a.xlsx")


def test_front_matter_goes_before_sidecar_and_sidecar_before_the_file() -> None:
    sidecar = b"title: beside\nlanguage: en\n"
    reading = read_bytes(b"---\ntitle: front\n---\n\nText", "a.md", sidecar)
    assert reading == Reading("\nText", Metadata(title="front", language="en"))
    html = b"<html lang='de'><title>own</title><body><p>Text</p></body>"
    metadata = read_bytes(html, "a.html", b"title: beside\n").metadata
    assert metadata == Metadata(title="beside", language="de")
    assert read_bytes(mail_bytes("Text"), "a.eml", sidecar).metadata.title == "beside"


def test_media_types_and_version() -> None:
    assert media_type("a/B.HTM") == "text/html"
    assert "pdfplumber" in READER_VERSION


def test_divided_words_are_joined_and_hyphens_that_belong_stay() -> None:
    expected = {
        ("Digitali-", "sierung"): "Digitalisierung",
        ("Haupt-", "und Nebenamt"): "Haupt- und Nebenamt",
        ("Ein-", "bzw. Ausgang"): "Ein- bzw. Ausgang",
        ("Baden-", "Württemberg"): "Baden-Württemberg",
        ("E-", "Mail"): "E-Mail",
        ("E-", "mail"): "E-mail",
        ("18-", "jährig"): "18-jährig",
        ("EU-", "weit"): "EU-weit",
        ("VERWALTUNGS-", "GEBÜHREN"): "VERWALTUNGSGEBÜHREN",
        ("2023-", "2024"): "2023-2024",
        ("Ge\u00ad", "bühr"): "Gebühr",
        ("Montag -", "Freitag"): "Montag - Freitag",
        ("und/", "oder"): "und/oder",
        ("ein", "Satz"): "ein Satz",
    }
    assert {lines: join_lines(lines) for lines in expected} == expected
    assert join_lines(["well-", "known"], frozenset({"well-known"})) == "well-known"

"""PDF files, made on the spot."""

from __future__ import annotations

from typing import Any

import pytest
from reading_samples import (
    A4,
    draw_pdf,
    scan,
    use_unicode_font,
    write_lines,
)

from indexer.errors import ReadError
from indexer.reading.formats import read_bytes
from indexer.types import Reading

SENTENCES = (
    "Die Stadt erhebt für die Benutzung ihrer Einrichtungen Gebühren nach dieser Satzung",
    "und legt sie jährlich dem Rat zur Beratung vor, der über die Höhe entscheidet",
)


def read(data: bytes) -> Reading:
    reading = read_bytes(data, "a.pdf")
    assert all("\n" not in text for _, text in parts(reading))
    return reading


def parts(reading: Reading) -> list[tuple[str, str]]:
    return [
        (f"{block.kind}{block.level or ''}", reading.text[block.start : block.end])
        for block in reading.blocks or ()
    ]


def refusal(data: bytes) -> str:
    with pytest.raises(ReadError) as caught:
        read_bytes(data, "a.pdf")
    return str(caught.value)


def test_paragraphs_headings_and_items_are_told_apart() -> None:
    def draw(canvas: Any) -> None:
        y = write_lines(canvas, ["Gebührensatzung"], size=18, font="Helvetica-Bold")
        y = write_lines(canvas, ["§ 1 Allgemeines"], size=13, top=y + 10)
        y = write_lines(canvas, [*SENTENCES, "im Herbst.", "", "Neuer Absatz."], top=y + 6)
        y = write_lines(canvas, ["§ 2"], top=y + 10)
        y = write_lines(canvas, ["Es gibt:", "• Bäder, die offen sind", "• Museen"], top=y + 10)
        y = write_lines(canvas, ["1. Anmeldung", "2. Zahlung bis zum", "    31. Mai"], top=y + 10)
        write_lines(canvas, ["Hinweise"], font="Helvetica-Bold", top=y + 10)

    reading = read(draw_pdf(draw, title="Satzung 2023"))
    assert parts(reading) == [
        ("heading1", "Gebührensatzung"),
        ("heading2", "§ 1 Allgemeines"),
        ("paragraph", f"{SENTENCES[0]} {SENTENCES[1]} im Herbst."),
        ("paragraph", "Neuer Absatz."),
        ("heading4", "§ 2"),
        ("paragraph", "Es gibt:"),
        ("item", "Bäder, die offen sind"),
        ("item", "Museen"),
        ("item", "1. Anmeldung"),
        ("item", "2. Zahlung bis zum 31. Mai"),
        ("heading3", "Hinweise"),
    ]
    assert reading.page_starts == (0,)
    assert (reading.metadata.title, reading.metadata.language) == ("Satzung 2023", "de")
    assert reading.metadata.published is None


def test_line_end_hyphens_are_joined_but_not_those_that_belong() -> None:
    lines = [
        "Die Digitali-",
        "sierung betrifft Haupt-",
        "und Nebenamt in Baden-",
        "Württemberg, auch per E-",
        "Mail und für 18-",
        "jährige.",
    ]
    assert read(draw_pdf(lambda canvas: write_lines(canvas, lines))).text == (
        "Die Digitalisierung betrifft Haupt- und Nebenamt in Baden-Württemberg, "
        "auch per E-Mail und für 18-jährige."
    )


def test_ligatures_and_soft_hyphens_are_resolved() -> None:
    font = use_unicode_font()
    lines = ["Die ﬁnanzielle Pﬂicht der Verwal\u00ad", "tung und der Ge\u00adbühr."]
    reading = read(draw_pdf(lambda canvas: write_lines(canvas, lines, font=font)))
    assert reading.text == "Die finanzielle Pflicht der Verwaltung und der Gebühr."


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("shift", [0, 5])
def test_columns_are_read_one_after_the_other(count: int, shift: int) -> None:
    def draw(canvas: Any) -> None:
        heading = "Amtsblatt der Stadt mit allen Bekanntmachungen"
        write_lines(canvas, [heading], size=18, top=80)
        for column in range(count):
            lines = [f"{'ABC'[column]}{row} steht in der Spalte" for row in range(14)]
            x = 50 + column * (520 / count)
            write_lines(canvas, [*lines, "und endet."], x=x, top=120 + shift * column)
        write_lines(canvas, ["Über alle Spalten hinweg " * 4], top=520)
        for column in range(count):
            lines = [f"{'DEF'[column]}{row} steht darunter noch" for row in range(8)]
            write_lines(canvas, [*lines, "am Ende."], x=50 + column * (520 / count), top=560)

    found = [text for _, text in parts(read(draw_pdf(draw)))]
    assert found[0].startswith("Amtsblatt")
    starts = [text[:2] for text in found[1:]]
    assert starts == [
        *[f"{'ABC'[column]}0" for column in range(count)],
        "Üb",
        *[f"{'DEF'[column]}0" for column in range(count)],
    ]
    assert all(len({x for x in "ABCDEF" if f"{x}1 " in text}) <= 1 for text in found)


def test_a_paragraph_goes_on_over_a_column_break() -> None:
    def draw(canvas: Any) -> None:
        left = [f"Zeile {row} der linken Spalte hier" for row in range(10)]
        write_lines(canvas, [*left, "und der Satz geht weiter"], x=50)
        right = [f"in der rechten Spalte Nr. {row}" for row in range(10)]
        write_lines(canvas, [*right, "bis zum Ende."], x=310)

    ((kind, text),) = parts(read(draw_pdf(draw)))
    assert kind == "paragraph"
    assert "geht weiter in der rechten Spalte Nr. 0 in" in text


def test_running_headers_footers_and_page_numbers_are_left_out() -> None:
    def page(number: int) -> Any:
        def draw(canvas: Any) -> None:
            write_lines(canvas, ["Satzung der Stadt Musterhausen"], top=40, size=8)
            write_lines(canvas, ["§ 5 bleibt, Stand 2023"], x=400, top=40, size=8)
            write_lines(canvas, [f"Der Inhalt von Seite {'ABCD'[number - 1]} ist dies."])
            write_lines(canvas, [f"Seite {number} von 4"], top=A4[1] - 30, x=280)

        return draw

    reading = read(draw_pdf(*(page(number) for number in range(1, 5))))
    assert reading.text == "\n\n".join(f"Der Inhalt von Seite {x} ist dies." for x in "ABCD")
    assert [reading.text[start:].split()[4] for start in reading.page_starts] == list("ABCD")


@pytest.mark.parametrize("number", ["1", "- 1 -", "Seite 1 von 7", "Page 1", "1/7", "iv"])
def test_a_lone_page_number_is_left_out_of_a_short_document(number: str) -> None:
    def draw(canvas: Any) -> None:
        write_lines(canvas, ["Text."])
        write_lines(canvas, [number], top=A4[1] - 30, x=280)

    assert read(draw_pdf(draw)).text == "Text."


def test_what_differs_at_the_same_place_stays() -> None:
    def page(number: int) -> Any:
        return lambda canvas: write_lines(canvas, [f"§ {number * number}", "", "Text."], top=60)

    reading = read(draw_pdf(*(page(number) for number in (1, 2, 3))))
    assert [text for _, text in parts(reading)] == ["§ 1", "Text.", "§ 4", "Text.", "§ 9", "Text."]


def test_a_paragraph_goes_on_over_a_page_break() -> None:
    def first(canvas: Any) -> None:
        write_lines(canvas, ["Ein Absatz.", "", "Der Satz beginnt hier und die Verwal-"])
        write_lines(canvas, ["1 Eine Fußnote zum Text."], top=700, size=7)
        write_lines(canvas, ["1"], top=A4[1] - 30)

    def second(canvas: Any) -> None:
        write_lines(canvas, ["tung führt ihn fort.", "", "Ein neuer Absatz."])
        write_lines(canvas, ["2"], top=A4[1] - 30)

    reading = read(draw_pdf(first, second))
    assert [text for _, text in parts(reading)] == [
        "Ein Absatz.",
        "1 Eine Fußnote zum Text.",
        "Der Satz beginnt hier und die Verwaltung führt ihn fort.",
        "Ein neuer Absatz.",
    ]
    assert reading.text[reading.page_starts[1] :].startswith("tung führt ihn fort.")


def test_pages_without_text_are_named() -> None:
    def text(canvas: Any) -> None:
        write_lines(canvas, ["Eine Seite mit Text."], top=300)

    reading = read(draw_pdf(scan, text, scan, lambda canvas: None, text, scan))
    assert reading.pages_without_text == (1, 3, 6)
    assert reading.page_starts == (0, 0, 22, 22, 22, 42)
    assert len(reading.text) == 42


def test_a_scan_without_text_is_refused_with_the_remedy() -> None:
    assert refusal(draw_pdf(scan, scan)) == (
        "holds no text, only images: run text recognition first (for example ocrmypdf)"
    )


def test_encrypted_damaged_and_cut_files_are_refused() -> None:
    def text(canvas: Any) -> None:
        write_lines(canvas, ["Geheim."])

    data = draw_pdf(text, text)
    locked = draw_pdf(text, password="geheim")  # noqa: S106  a sample's
    assert refusal(locked) == "is encrypted: save it without a password"
    assert refusal(data[: len(data) // 2]) == "is a damaged PDF: its end is missing"
    assert refusal(b"%PDF-1.7\nkaputt\n%%EOF").startswith("is a damaged PDF: ")
    assert refusal(b"<html>") == "is not a PDF although it is named .pdf"
    assert read(b"\n" + data).text == "Geheim.\n\nGeheim."


@pytest.mark.parametrize(
    "title", ["Microsoft Word - satzung.docx", "satzung_neu.pdf", "untitled", "Dokument1", ""]
)
def test_titles_that_programs_fill_in_are_not_used(title: str) -> None:
    data = draw_pdf(lambda canvas: write_lines(canvas, ["Text."]), title=title)
    assert read(data).metadata.title is None

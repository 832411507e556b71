"""Word, OpenDocument, presentation and rich text files."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from reading_samples import docx_bytes, odt_bytes, pptx_bytes, with_part

from indexer.errors import ReadError
from indexer.reading.formats import read_bytes
from indexer.types import Metadata, Reading


def parts(reading: Reading) -> list[tuple[str, str]]:
    return [
        (f"{block.kind}{block.level or ''}", reading.text[block.start : block.end])
        for block in reading.blocks or ()
    ]


def refusal(data: bytes, name: str) -> str:
    with pytest.raises(ReadError) as caught:
        read_bytes(data, name)
    return str(caught.value)


def letter(document: Any) -> None:
    document.add_heading("Gebührensatzung", 0)
    document.add_heading("§ 1 Gebühren", 2)
    document.add_paragraph("Die Stadt\nerhebt Gebühren.")
    document.add_paragraph("Bad", style="List Bullet")
    table = document.add_table(rows=3, cols=2)
    for row, cells in zip(
        table.rows, (("Leistung", "Gebühr"), ("Bad", "5 €"), ("Sauna", "9 €")), strict=True
    ):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.add_paragraph("Ende.")


def test_a_word_document_becomes_its_blocks() -> None:
    reading = read_bytes(docx_bytes(letter, title="Satzung", language="de-DE"), "a.docx")
    assert parts(reading) == [
        ("heading1", "Gebührensatzung"),
        ("heading2", "§ 1 Gebühren"),
        ("paragraph", "Die Stadt erhebt Gebühren."),
        ("item", "Bad"),
        ("row", "Bad | 5 €"),
        ("row", "Sauna | 9 €"),
        ("paragraph", "Ende."),
    ]
    assert reading.text.endswith("Bad | 5 €\nSauna | 9 €\n\nEnde.")
    assert {block.columns for block in reading.blocks or () if block.kind == "row"} == {
        ("Leistung", "Gebühr")
    }
    assert reading.metadata == Metadata(title="Satzung", language="de")


def test_changes_text_boxes_and_controls_are_read_as_they_are_shown() -> None:
    inner = (
        b"<w:p><w:r><w:t>Es gilt </w:t></w:r><w:ins><w:r><w:t>neu</w:t></w:r></w:ins>"
        b"<w:del><w:r><w:delText>alt</w:delText></w:r></w:del>"
        b"<w:moveFrom><w:r><w:t>weg</w:t></w:r></w:moveFrom>"
        b"<w:r><w:rPr><w:vanish/></w:rPr><w:t>geheim</w:t></w:r>"
        b"<w:r><w:noBreakHyphen/><w:t>5</w:t><w:br/><w:t>Euro</w:t></w:r>"
        b"<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>Kasten</w:t></w:r></w:p>"
        b"</w:txbxContent></w:pict></w:r></w:p>"
        b"<w:sdt><w:sdtContent><w:p><w:r><w:t>Feld</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        b"<w:p><w:pPr><w:outlineLvl w:val='2'/></w:pPr><w:r><w:t>Titel</w:t></w:r></w:p>"
    )
    data = with_part(
        docx_bytes(lambda document: None),
        "word/document.xml",
        lambda xml: xml.replace(b"<w:body>", b"<w:body>" + inner),
    )
    assert parts(read_bytes(data, "a.docx")) == [
        ("paragraph", "Es gilt neu-5 Euro"),
        ("paragraph", "Kasten"),
        ("paragraph", "Feld"),
        ("heading3", "Titel"),
    ]


def test_merged_cells_and_layout_tables() -> None:
    def build(document: Any) -> None:
        table = document.add_table(rows=3, cols=2)
        for number, text in enumerate(("Ort", "Zeit", "Rathaus", "Mo 8–12", "", "Di 14–18")):
            table.cell(number // 2, number % 2).text = text
        table.cell(1, 0).merge(table.cell(2, 0))
        frame = document.add_table(rows=1, cols=2)
        frame.cell(0, 0).text = "Links"
        frame.cell(0, 1).add_table(rows=2, cols=1).cell(0, 0).text = "Rechts"

    assert parts(read_bytes(docx_bytes(build), "a.docx")) == [
        ("row", "Rathaus | Mo 8–12"),
        ("row", "Rathaus | Di 14–18"),
        ("paragraph", "Links"),
        ("paragraph", "Rechts"),
    ]


def test_bombs_are_refused_before_they_are_unpacked() -> None:
    docx = docx_bytes(letter)
    big = with_part(docx, "word/big.xml", lambda _: bytes(200_000_001))
    assert len(big) < 1_000_000
    assert refusal(big, "a.docx").startswith("would unpack to 200,")
    nested = with_part(docx, "word/inner.bin", lambda _: docx)
    assert refusal(nested, "a.docx") == "holds an archive inside the archive: word/inner.bin"
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(10_001):
            archive.writestr(str(number), b"")
    assert refusal(many.getvalue(), "a.odt") == "holds 10,001 parts, more than 10,000"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_are_refused(encoding: str) -> None:
    entity = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
    data = with_part(docx_bytes(letter), "word/document.xml", lambda _: entity.encode(encoding))
    assert refusal(data, "a.docx") == "holds a document type (DTD) in its part word/document.xml"


def test_damaged_and_wrong_files_are_refused() -> None:
    docx = docx_bytes(letter)
    assert refusal(docx[: len(docx) // 2], "a.docx").startswith("is a damaged .docx file")
    assert refusal(b"Text", "a.docx") == "is not an office file although it is named .docx"
    assert refusal(docx, "a.odt") == "is not an OpenDocument text although it is named .odt"
    assert refusal(docx, "a.pptx") == "is not a presentation although it is named .pptx"
    assert refusal(odt_bytes(""), "a.docx") == "is not a Word document although it is named .docx"
    assert refusal(docx_bytes(lambda document: None), "a.docx") == "holds no text"
    broken = with_part(docx, "word/document.xml", lambda xml: xml[:-30])
    assert "damaged" in refusal(broken, "a.docx") or "could not" in refusal(broken, "a.docx")


def test_an_open_document_becomes_its_blocks() -> None:
    body = (
        "<text:tracked-changes><text:p>alt</text:p></text:tracked-changes>"
        "<text:h text:outline-level='2'>Gebühren</text:h>"
        "<text:p>Die<text:s/>Stadt<text:line-break/>erhebt<text:note><text:note-citation>1"
        "</text:note-citation><text:note-body><text:p>Fußnote.</text:p></text:note-body>"
        "</text:note> sie.</text:p>"
        "<text:list><text:list-item><text:p>Bad</text:p></text:list-item></text:list>"
        "<table:table><table:table-header-rows><table:table-row>"
        "<table:table-cell><text:p>Was</text:p></table:table-cell>"
        "<table:table-cell><text:p>Wer</text:p></table:table-cell></table:table-row>"
        "</table:table-header-rows><table:table-row>"
        "<table:table-cell><text:p>Bad</text:p></table:table-cell>"
        "<table:table-cell><text:p>Amt</text:p></table:table-cell></table:table-row></table:table>"
    )
    reading = read_bytes(odt_bytes(body, title="Satzung", language="de-DE"), "a.odt")
    assert parts(reading) == [
        ("heading2", "Gebühren"),
        ("paragraph", "Die Stadt erhebt sie."),
        ("paragraph", "Fußnote."),
        ("item", "Bad"),
        ("row", "Bad | Amt"),
    ]
    assert (reading.blocks or ())[-1].columns == ("Was", "Wer")
    assert reading.metadata == Metadata(title="Satzung", language="de")


def test_a_presentation_is_read_slide_by_slide() -> None:
    slides = [("Haushalt", ["Einnahmen", "Ausgaben"]), ("Gebühren", ["Alt", "Neu"])]
    reading = read_bytes(pptx_bytes(slides), "a.pptx")
    assert parts(reading) == [
        ("heading1", "Haushalt"),
        ("item", "Einnahmen"),
        ("item", "Ausgaben"),
        ("heading1", "Gebühren"),
        ("item", "Alt"),
        ("item", "Neu"),
        ("row", "Ausweis | 37,00 €"),
    ]
    assert (reading.blocks or ())[-1].columns == ("Leistung", "Gebühr")


def test_rich_text_is_read_with_its_rows() -> None:
    rtf = (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\info{\title Geb\'fchren}}"
        rb"Die Stadt erhebt Geb\'fchren \u8211?\par \bullet  Bad\par"
        rb"\trowd\cellx1\cellx2 Leistung\cell Preis\cell\row"
        rb"\trowd\cellx1\cellx2 Bad\cell 5 Euro\cell\row\pard Ende\par}"
    )
    reading = read_bytes(rtf, "a.rtf")
    assert parts(reading) == [
        ("paragraph", "Die Stadt erhebt Gebühren –"),
        ("item", "Bad"),
        ("row", "Bad | 5 Euro"),
        ("paragraph", "Ende"),
    ]
    assert reading.metadata == Metadata(title="Gebühren")
    assert refusal(b"Text", "a.rtf") == "is not RTF although it is named .rtf"

"""Tables in PDF files."""

from __future__ import annotations

import pytest
from reading_samples import flow, grid, platypus_pdf

from indexer.reading.formats import read_bytes
from indexer.types import Reading


def read(data: bytes) -> Reading:
    reading = read_bytes(data, "a.pdf")
    assert all("\n" not in text for _, text in parts(reading))
    return reading


def parts(reading: Reading) -> list[tuple[str, str]]:
    return [
        (f"{block.kind}{block.level or ''}", reading.text[block.start : block.end])
        for block in reading.blocks or ()
    ]


FEES = [
    ["Leistung", "Gebühr", "Frist"],
    ["Personalausweis für\nErwachsene", "37,00 €", "3 Wochen"],
    ["Reisepass", "70,00 €", "4 Wochen"],
    ["Führerschein", "43,00 €", "6 Wochen"],
]


@pytest.mark.parametrize("bold", [True, False])
def test_ruled_tables_become_rows_below_their_columns(bold: bool) -> None:
    reading = read(
        platypus_pdf(flow("Vor der Tabelle."), grid(FEES, bold=bold), flow("Nach der Tabelle."))
    )
    assert reading.text == (
        "Vor der Tabelle.\n\nPersonalausweis für Erwachsene | 37,00 € | 3 Wochen\n"
        "Reisepass | 70,00 € | 4 Wochen\nFührerschein | 43,00 € | 6 Wochen\n\nNach der Tabelle."
    )
    rows = [block for block in reading.blocks or () if block.kind == "row"]
    assert {block.columns for block in rows} == {("Leistung", "Gebühr", "Frist")}


def test_tables_without_rules_are_found_by_their_alignment() -> None:
    rows = [[cell.replace("\n", " ") for cell in row] for row in FEES]
    reading = read(
        platypus_pdf(flow("Vor der Tabelle."), grid(rows, ruled=False), flow("Nach der Tabelle."))
    )
    assert [kind for kind, _ in parts(reading)] == ["paragraph", *["row"] * 3, "paragraph"]
    assert parts(reading)[2] == ("row", "Reisepass | 70,00 € | 4 Wochen")
    assert (reading.blocks or ())[1].columns == ("Leistung", "Gebühr", "Frist")


def test_a_table_over_three_pages_stays_one_table() -> None:
    rows = [FEES[0], *[[f"Leistung Nr. {n}", f"{n},00 €", "sofort"] for n in range(1, 101)]]
    reading = read(platypus_pdf(flow("Vorher."), grid(rows), flow("Nachher.")))
    assert len(reading.page_starts) == 3
    lines = reading.text.split("\n\n")[1].split("\n")
    assert lines == [" | ".join(row) for row in rows[1:]]
    assert all(
        block.columns == tuple(FEES[0]) for block in reading.blocks or () if block.kind == "row"
    )
    for start in reading.page_starts[1:]:
        assert reading.text[start:].startswith("Leistung Nr.")

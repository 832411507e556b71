"""Headings, paragraphs, items and rows of Markdown and plain text."""

from __future__ import annotations

from indexer.text.structure import scan
from indexer.types import Block

BODY = "Das Rathaus ist montags bis freitags von 8 bis 12 Uhr geöffnet."


def parts(text: str, markdown: bool = True) -> list[tuple[str, str]]:
    """Return (kind, or hN for a heading of level N; its text) per block."""
    return [
        (
            f"h{block.level}" if block.kind == "heading" else block.kind,
            text[block.start : block.end],
        )
        for block in scan(text, markdown)
    ]


def test_atx_and_setext_headings_are_found_without_their_marks() -> None:
    text = "# Eins #\n\nText.\n\nZwei\n----\n\nDrei\n===\n### Vier"
    assert parts(text) == [
        ("h1", "Eins"), ("paragraph", "Text."), ("h2", "Zwei"), ("h1", "Drei"), ("h3", "Vier"),
    ]  # fmt: skip


def test_a_hashtag_is_no_heading() -> None:
    assert parts("#SmartCity ist da.") == [("paragraph", "#SmartCity ist da.")]


def test_a_long_paragraph_above_dashes_is_no_heading() -> None:
    text = f"{BODY} {BODY}\n{BODY} {BODY}\n-----\n{BODY}"
    assert [kind for kind, _ in parts(text)] == ["paragraph", "paragraph"]


def test_lines_of_a_markdown_paragraph_are_one_block() -> None:
    assert parts("Eine Zeile\nund noch eine.\n\nNeu.") == [
        ("paragraph", "Eine Zeile\nund noch eine."),
        ("paragraph", "Neu."),
    ]


def test_nested_items_are_blocks_of_their_own() -> None:
    text = "Unterlagen:\n- Pass\n  - Kopie\n    der Seite 2\n- Foto\n\n1. Antrag\n2. Gebühr"
    assert parts(text) == [
        ("paragraph", "Unterlagen:"),
        ("item", "- Pass"),
        ("item", "- Kopie\n    der Seite 2"),
        ("item", "- Foto"),
        ("item", "1. Antrag"),
        ("item", "2. Gebühr"),
    ]


def test_a_wrapped_date_is_no_item() -> None:
    for markdown in (True, False):
        text = "Die nächste Messe beginnt in Berlin am\n15. Oktober 2024 und dauert drei Tage."
        assert parts(text, markdown) == [("paragraph", text)]


def test_table_rows_carry_their_columns_and_header_rows_are_no_blocks() -> None:
    text = "| Leistung | **Gebühr** |\n|---|--:|\n| Pass | 37 € |\n| Kopie | 1 € |\n\nEnde."
    columns = ("Leistung", "Gebühr")
    assert [block for block in scan(text, True) if block.kind == "row"] == [
        Block(text.index("| Pass"), text.index("| Pass") + 15, "row", columns=columns),
        Block(text.index("| Kopie"), text.index("| Kopie") + 15, "row", columns=columns),
    ]
    assert parts(text)[-1] == ("paragraph", "Ende.")


def test_a_table_of_nothing_but_a_header_keeps_its_words() -> None:
    assert parts("| Amt | Ort |\n|---|---|") == [("row", "| Amt | Ort |")]


def test_a_pipe_in_a_paragraph_makes_no_table() -> None:
    assert [kind for kind, _ in parts("A | B\nund C\n")] == ["paragraph"]


def test_block_quotes_lose_their_mark_at_the_start() -> None:
    assert parts("> Wir sind\n> stolz.\n\nSagte er.") == [
        ("paragraph", "Wir sind\n> stolz."),
        ("paragraph", "Sagte er."),
    ]


def test_a_comparison_at_the_start_of_a_line_is_no_quotation() -> None:
    assert parts("> 50 Prozent stimmten zu.") == [("paragraph", "> 50 Prozent stimmten zu.")]


def test_fenced_code_is_one_block_whatever_it_holds() -> None:
    code = "# kein Titel\n\n- kein Punkt <!-- bleibt -->"
    assert parts(f"Vorher.\n```sh\n{code}\n```\nNachher.") == [
        ("paragraph", "Vorher."), ("paragraph", code), ("paragraph", "Nachher."),
    ]  # fmt: skip


def test_a_fence_that_nothing_closes_hides_nothing() -> None:
    assert parts("```\n# Titel\n\nText.")[-2:] == [("h1", "Titel"), ("paragraph", "Text.")]


def test_comments_are_no_text() -> None:
    assert parts("Eins.\n<!-- intern:\n\n# geheim -->\nZwei.") == [
        ("paragraph", "Eins."),
        ("paragraph", "Zwei."),
    ]


def test_a_line_alone_above_body_text_is_a_heading_in_plain_text() -> None:
    text = f"Neues aus dem Rathaus\n\n{BODY}\n\nÖffnungszeiten im Sommer\n\n{BODY}"
    assert [kind for kind, _ in parts(text, False)] == ["h1", "paragraph", "h2", "paragraph"]
    assert [kind for kind, _ in parts(text, True)] == ["paragraph"] * 4


def test_a_short_sentence_is_no_heading() -> None:
    assert [kind for kind, _ in parts(f"{BODY}\n\nDas ist neu.\n\n{BODY}", False)] == [
        "paragraph"
    ] * 3


def test_a_question_alone_is_a_heading_above_its_answer() -> None:
    assert parts(f"{BODY}\n\nWas kostet ein Pass?\n\n{BODY}", False)[1][0] == "h2"


def test_an_exclamation_is_a_heading_only_if_it_looks_like_a_title() -> None:
    assert parts(f"{BODY}\n\nPreis 2023 – jetzt bewerben!\n\n{BODY}", False)[1][0] == "h2"
    assert parts(f"{BODY}\n\nKommen Sie vorbei!\n\n{BODY}", False)[1][0] == "paragraph"


def test_a_last_line_is_no_heading() -> None:
    assert parts(f"{BODY}\n\nBis bald im Rathaus", False)[1][0] == "paragraph"


def test_lines_are_paragraphs_where_they_are_long_and_short_ones_between_are_headings() -> None:
    long = f"{BODY} {BODY}"
    text = f"{long}\n{long}\nInput aus anderen Städten\n{long}"
    assert [kind for kind, _ in parts(text, False)] == ["paragraph", "paragraph", "h2", "paragraph"]


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    wrapped = (
        "Das Bürgerbüro der Stadt nimmt Anträge auf Ausweise, Pässe und\n"
        "Führungszeugnisse entgegen. Termine gibt es online oder unter der\n"
        "Behördennummer. Ohne Termin müssen Sie mit Wartezeit rechnen."
    )
    assert parts(f"Bürgerbüro\n\n{wrapped}\n\n{BODY}", False) == [
        ("h1", "Bürgerbüro"), ("paragraph", wrapped), ("paragraph", BODY),
    ]  # fmt: skip


def test_a_heading_may_stand_directly_above_wrapped_lines() -> None:
    wrapped = "Das Bürgerbüro nimmt Anträge auf Ausweise, Pässe und\nFührungszeugnisse entgegen."
    assert parts(f"Bürgerbüro\n{wrapped}", False) == [("h1", "Bürgerbüro"), ("paragraph", wrapped)]


def test_a_paragraph_broken_in_mid_sentence_is_one_block() -> None:
    text = "Den ersten Platz belegte dabei wieder einmal München, dicht\n\ngefolgt von Köln."
    assert parts(text, False) == [("paragraph", text)]


def test_an_address_after_a_gap_does_not_continue_a_sentence() -> None:
    text = "Weitere Hinweise zu allen Anträgen stehen auf der Webseite\n\nwww.example.org"
    assert len(parts(text, False)) == 2


def test_a_tower_of_short_lines_is_a_heading_and_items() -> None:
    text = f"{BODY}\n\nKontakt\n\nEva Beispiel\n\nPressestelle\n\nTelefon: 0721 1234"
    assert parts(text, False)[1:] == [
        ("h2", "Kontakt"), ("item", "Eva Beispiel"), ("item", "Pressestelle"),
        ("item", "Telefon: 0721 1234"),
    ]  # fmt: skip


def test_an_empty_line_parts_groups_of_short_lines() -> None:
    text = (
        f"{BODY}\n\nZeiten\n\nMo 8–12 Uhr\nDi 8–12 Uhr\nMi geschlossen\n\n2. Gebühren\n\n"
        "Nötig sind:\n- Pass\n- Foto"
    )
    assert [kind for kind, _ in parts(text, False)] == [
        *("paragraph", "h2", "item", "item", "item", "h2", "paragraph", "item", "item"),
    ]  # fmt: skip


def test_the_last_line_of_a_tower_is_a_heading_above_body_text() -> None:
    text = f"{BODY}\n\nKontakt\n\nEva Beispiel\n\nTelefon: 0721 1234\n\nAnfahrt\n\n{BODY}"
    assert [kind for kind, _ in parts(text, False)][1:] == ["h2", "item", "item", "h2", "paragraph"]


def test_a_numbered_line_above_a_paragraph_is_a_heading_in_plain_text() -> None:
    text = f"{BODY}\n\n2. Gebühren und Auslagen\n\n{BODY}"
    assert parts(text, False)[1] == ("h2", "2. Gebühren und Auslagen")


def test_blocks_of_windows_lines_and_odd_white_space_do_not_break_anything() -> None:
    assert parts("\u2028\x0b \x1c\n\x85Text.\x0c") == [("paragraph", "Text.")]

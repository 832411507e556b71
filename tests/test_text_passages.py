"""Passages: where they begin and end, and what stands with them."""

from __future__ import annotations

from datetime import date

import pytest

from indexer.settings import PASSAGE_TOKENS
from indexer.text.passages import SEGMENTER_VERSION, Segmentation, segment
from indexer.text.tokens import count_tokens, ranks_sha256
from indexer.types import Block, Metadata, Passage, Reading

SENTENCE = "Das Rathaus ist montags bis freitags von 8 bis 12 Uhr für alle geöffnet."


def fits(passage: Passage) -> bool:
    return True


def cut(text: str, name: str = "a.md", budget: int = PASSAGE_TOKENS) -> Segmentation:
    return segment(Reading(text, Metadata()), "a", name, fits, budget)


def test_short_paragraphs_of_a_section_share_a_passage() -> None:
    found = cut("# Amt\n\nEins ist da.\n\nZwei ist da.\n\n## Ort\n\nDrei ist da.")
    assert [(p.headings, p.text) for p in found.passages] == [
        ((), "Eins ist da.\n\nZwei ist da."),
        (("Ort",), "Drei ist da."),
    ]
    assert found.title == "Amt"


def test_headings_hold_the_path_without_the_title() -> None:
    found = cut("# Amt\n\n## Ort\n\n### Halle\n\nDrei.\n\n## Zeit\n\nVier.")
    assert [p.headings for p in found.passages] == [("Ort", "Halle"), ("Zeit",)]


def test_metadata_wins_over_what_the_text_says() -> None:
    said = Metadata(title="Anders", language="en", published=date(2020, 1, 2))
    found = segment(Reading("# Amt\n\nEins ist da.", said), "a", "a.md", fits)
    assert (found.title, found.language, found.published) == ("Anders", "en", date(2020, 1, 2))
    assert found.passages[0].headings == ("Amt",)


def test_passages_end_at_sentences_and_keep_the_budget() -> None:
    found = cut(" ".join([SENTENCE] * 40))
    assert all(p.text.startswith("Das Rathaus") and p.text.endswith(".") for p in found.passages)
    assert all(count_tokens(p.text) <= PASSAGE_TOKENS for p in found.passages)
    assert sum(len(p.sentences) for p in found.passages) == 40


def test_a_paragraph_over_the_budget_is_cut_evenly() -> None:
    tokens = count_tokens(SENTENCE)
    found = cut(" ".join([SENTENCE] * 6), budget=5 * tokens + 4)
    assert [len(p.sentences) for p in found.passages] == [3, 3]


def test_a_sentence_over_the_budget_is_cut_at_a_clause() -> None:
    text = "Wir sehen hier viele Dinge, die wir später lesen; danach gehen wir heim."
    found = cut(text, budget=count_tokens("Wir sehen hier viele Dinge, die wir später lesen;"))
    assert [p.text for p in found.passages] == [
        "Wir sehen hier viele Dinge, die wir später lesen;",
        "danach gehen wir heim.",
    ]


def test_a_quotation_over_the_budget_is_cut_between_its_sentences() -> None:
    text = "„Wir sind stolz auf alle, die kamen. Wir danken der Stadt, die half.“"
    found = cut(text, budget=count_tokens(text) - 2)
    assert [p.text for p in found.passages] == [
        "„Wir sind stolz auf alle, die kamen.",
        "Wir danken der Stadt, die half.“",
    ]


def test_a_word_of_ten_thousand_characters_is_cut() -> None:
    found = cut("x" * 10_000)
    assert "".join(p.text for p in found.passages) == "x" * 10_000
    assert all(count_tokens(p.text) <= PASSAGE_TOKENS for p in found.passages)


def test_what_does_not_fit_the_encoder_is_parted_between_sentences() -> None:
    text = " ".join([SENTENCE] * 4)
    found = segment(Reading(text, Metadata()), "a", "a.md", lambda p: len(p.text) < 160)
    assert [len(p.sentences) for p in found.passages] == [2, 2]


def test_an_encoder_that_nothing_fits_ends_with_single_tokens() -> None:
    found = segment(Reading("Ja so", Metadata()), "a", "a.md", lambda _: False)
    assert [p.text for p in found.passages] == ["Ja", "so"]


def test_rows_of_a_table_share_a_passage_with_its_columns() -> None:
    text = "Alle Gebühren:\n\n| Was | Euro |\n|---|---|\n| Pass | 37 |\n| Foto | 5 |\n\nEnde."
    assert [(p.columns, p.text) for p in cut(text).passages] == [
        ((), "Alle Gebühren:"),
        (("Was", "Euro"), "| Pass | 37 |\n| Foto | 5 |"),
        ((), "Ende."),
    ]


def test_rows_of_two_tables_do_not_mix() -> None:
    table = "| Was | Euro |\n|---|---|\n| Pass | 37 |\n\n"
    assert [p.text for p in cut(table * 2).passages] == ["| Pass | 37 |"] * 2


def test_an_introduction_stays_with_its_first_item() -> None:
    intro = "Bitte bringen Sie folgende Unterlagen in das Bürgerbüro mit:"
    item = "- Personalausweis oder Reisepass mit einer Kopie der Seite zwei"
    budget = count_tokens(SENTENCE + "\n\n" + intro) + 3
    found = cut(f"{SENTENCE}\n\n{intro}\n\n{item}", budget=budget)
    assert [p.text for p in found.passages] == [SENTENCE, f"{intro}\n\n{item}"]


def test_an_item_is_a_sentence_without_its_bullet() -> None:
    passage = cut("- Pass\n- Foto").passages[0]
    assert passage.text == "- Pass\n- Foto"
    assert passage.sentences == ((2, 6), (9, 13))


def test_a_teaser_does_not_glue_to_its_neighbours() -> None:
    text = (
        "Die Halle ist heute offen.\n\nNeue Regeln 2023\n\nDie Stadt hat neue Regeln.\n\nRead more"
        "\n\nDer Preis ist vergeben.\n\nRead more\n\nDie Brücke ist fertig."
    )
    found = cut(text, "a.txt")
    assert [(p.headings, p.text) for p in found.passages] == [
        ((), "Die Halle ist heute offen."),
        (("Neue Regeln 2023",), "Die Stadt hat neue Regeln."),
        ((), "Der Preis ist vergeben."),
        ((), "Die Brücke ist fertig."),
    ]
    assert found.dropped_lines == {"read_more": 2}


def test_a_passage_never_spans_what_is_left_out() -> None:
    found = cut("Eins ist da.\n\n© Eva Beispiel\n\nZwei ist da.\n\n<!-- geheim -->\n\nDrei ist da.")
    assert [p.text for p in found.passages] == ["Eins ist da.", "Zwei ist da.", "Drei ist da."]


def test_a_heading_that_governs_nothing_is_a_passage() -> None:
    found = cut("# Amt\n\nEins.\n\n## Leer\n\n## Ort\n\nZwei.\n\n## Schluss")
    assert [(p.headings, p.text) for p in found.passages] == [
        ((), "Eins."), ((), "Leer"), (("Ort",), "Zwei."), ((), "Schluss"),
    ]  # fmt: skip


def test_readers_blocks_are_used_as_they_come() -> None:
    text = "kein Titel\n\nAmt\n\n# Eins"
    blocks = (Block(0, 10, "paragraph"), Block(12, 15, "heading", 2), Block(17, 23, "paragraph"))
    found = segment(Reading(text, Metadata(), blocks), "a", "a.html", fits)
    assert [(p.headings, p.text) for p in found.passages] == [
        ((), "kein Titel"),
        (("Amt",), "# Eins"),
    ]


def test_white_space_at_a_blocks_edges_is_not_quoted() -> None:
    found = segment(
        Reading(" \u2028Eins. ", Metadata(), (Block(0, 8, "item"),)), "a", "a.html", fits
    )
    assert [(p.start, p.text) for p in found.passages] == [(2, "Eins.")]


def test_pages_count_from_one() -> None:
    text = f"{SENTENCE}\n\n{SENTENCE}"
    blocks = (Block(0, 72, "paragraph"), Block(74, 146, "paragraph"))
    reading = Reading(text, Metadata(), blocks, page_starts=(0, 40, 74))
    found = segment(reading, "a", "a.pdf", fits, count_tokens(SENTENCE))
    assert [p.page for p in found.passages] == [1, 3]
    assert cut(text).passages[0].page is None


def test_paragraphs_of_two_languages_do_not_share_a_passage() -> None:
    english = "The town hall is open from Monday to Friday, and it is closed on all holidays."
    found = cut(f"{SENTENCE}\n\n{english}\n\nInfo: 115\n\n{SENTENCE} {SENTENCE}")
    assert [p.language for p in found.passages] == ["de", "en", "de"]
    assert found.language == "de"


def test_an_empty_document_has_no_passages() -> None:
    found = cut("\n\n \n")
    assert (found.title, found.language, found.passages) == ("", "other", ())


def test_a_budget_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="budget is 0 tokens, but a passage needs at least 1"):
        cut("Eins.", budget=0)


def test_the_version_names_everything_that_decides_about_passages() -> None:
    assert "sentencex-" in SEGMENTER_VERSION
    assert "py3langid-" in SEGMENTER_VERSION
    assert SEGMENTER_VERSION.endswith(ranks_sha256())

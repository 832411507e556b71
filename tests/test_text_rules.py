"""What is left out, rule by rule, and what must stay."""

from __future__ import annotations

import pytest

from indexer.text.rules import RULES, apply, rule_for
from indexer.types import Block

LEFT_OUT = {
    "skip_link": ["Skip to main content", "Zum Hauptinhalt springen", "[Zum Inhalt](#main)"],
    "read_more": [
        "Read more",
        "Weiterlesen",
        "Mehr erfahren …",
        "» [Mehr lesen](/a)",
        "- Read more",
    ],
    "empty_link": ["[Nachricht senden](#)", "[Senden]()"],
    "empty_image": ["![](/bild.png)"],
    "image_credit": ["© Berlien Partner/", "Foto: © Eva Beispiel", "© aufsie/Larissa Hoff"],
    "media_placeholder": [
        "The external media source <strong></strong> is not supported. "
        "Please provide a valid YouTube or Vimeo URL."
    ],
    "translation_placeholder": ['[Translate to English:] Wimmelbild "Berlin"'],
    "breadcrumb": ["Sie sind hier: Start > Presse > 2023", "Home › News › Archive"],
    "cookie_button": ["Alle Cookies akzeptieren", "Cookie settings"],
    "share_button": ["Seite teilen", "Share on LinkedIn", "Auf Facebook teilen"],
    "print_button": ["Seite drucken", "Print this page"],
    "top_link": ["Nach oben", "Back to top"],
    "no_words": ["→", "…", "* * *"],
}
STAYS = [
    "Read more about the strategy in the annual report.",
    "Mehr erfahren Sie im Bürgerbüro.",
    "Zum Inhalt des Antrags gehört ein Foto.",
    "[Antrag](https://example.org/antrag)",
    "[Nachricht senden](#) oder anrufen",
    "![Stadtplan](/plan.png)",
    "© 2023 Stadt Ulm. Alle Rechte liegen bei der Stadt.",
    "Foto: Passfotos dürfen nicht älter als sechs Monate sein.",
    "The external media source is not supported by our browser.",
    "[Translate to English:] Der Senat hat die Strategie beschlossen.",
    "Sie sind hier: im Rathaus.",
    "Start > Ziel",
    "Drucken",
    "Teilen Sie uns Ihre Adresse mit",
    "Weitere Informationen",
    "37",
]


def test_every_rule_has_an_example_and_a_reason() -> None:
    assert set(LEFT_OUT) == {rule.name for rule in RULES}
    assert all(rule.reason for rule in RULES)


@pytest.mark.parametrize(
    ("name", "line"), [(n, line) for n, all_ in LEFT_OUT.items() for line in all_]
)
def test_a_line_of_the_frame_is_named_by_its_rule(name: str, line: str) -> None:
    rule = rule_for(line)
    assert rule is not None
    assert rule.name == name


@pytest.mark.parametrize("line", STAYS)
def test_no_rule_takes_real_text(line: str) -> None:
    assert rule_for(line) is None


def blocks_of(*lines: str) -> tuple[str, tuple[Block, ...]]:
    text, blocks = "", []
    for line in lines:
        blocks.append(Block(len(text), len(text) + len(line), "paragraph"))
        text += f"{line}\n\n"
    return text, tuple(blocks)


def test_dropped_lines_are_counted_by_rule() -> None:
    text, blocks = blocks_of("Eins.", "Read more", "Zwei.", "Read more", "© Eva")
    kept = apply(text, blocks)
    assert kept.blocks == (blocks[0], blocks[2])
    assert kept.dropped_lines == {"read_more": 2, "image_credit": 1}
    assert kept.teaser_ends == (blocks[1].start, blocks[3].start)


def test_the_first_line_of_content_stays_even_as_an_empty_link() -> None:
    text, blocks = blocks_of("Skip to main content", "[Titel](#)", "[Senden](#)")
    assert apply(text, blocks).blocks == (blocks[1],)


def test_a_heading_is_never_left_out() -> None:
    heading = Block(0, 13, "heading", level=2)
    assert apply("Mehr erfahren", (heading,)).blocks == (heading,)

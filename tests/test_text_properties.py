"""What holds for the passages of any text, however odd."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.text import rules
from indexer.text.markup import plain
from indexer.text.passages import Segmentation, segment
from indexer.text.structure import scan
from indexer.text.tokens import count_tokens
from indexer.types import Metadata, Passage, Reading

NAMES = st.sampled_from(["a.md", "a.txt"])
BUDGETS = st.sampled_from([1, 7, 40, 160])
ODD = [
    *(
        "Wort. ",
        "# ",
        "- ",
        "> ",
        "|",
        "|-|-|\n",
        "\n",
        "\n\n",
        "```",
        "<!--",
        "-->",
        "* * *",
        "ß ",
    ),
    *("1. ", "Read more\n", "[x](#)", "„Ja. Nein.“ ", "😀", "\u202e", "\x00", "e\u0301", "---\n"),
    *("\t", "http://a.b ", "z. B. ", "Ein Titel\n", "==\n", "\u2028", "\x1c", "<b>", "\\", ": "),
]
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(ODD) | st.text(max_size=5)).map("".join))


def cut(text: str, name: str, budget: int = 160) -> Segmentation:
    def fits(passage: Passage) -> bool:
        return len(passage.text) <= 4 * budget

    return segment(Reading(text, Metadata()), "a", name, fits, budget)


@settings(deadline=None, max_examples=300)
@given(TEXTS, NAMES, BUDGETS)
def test_passages_are_spans_of_the_text_in_order(text: str, name: str, budget: int) -> None:
    end = 0
    for passage in cut(text, name, budget).passages:
        assert end <= passage.start < passage.end <= len(text)
        assert text[passage.start : passage.end] == passage.text
        assert passage.text == passage.text.strip()
        end = passage.end
        at = passage.start
        assert passage.sentences
        for start, stop in passage.sentences:
            assert at <= start < stop <= passage.end
            at = stop


@settings(deadline=None, max_examples=300)
@given(TEXTS, NAMES, BUDGETS)
def test_the_budget_is_held(text: str, name: str, budget: int) -> None:
    for passage in cut(text, name, budget).passages:
        assert count_tokens(passage.text) <= budget or len(passage.text) == 1


@settings(deadline=None, max_examples=300)
@given(TEXTS, NAMES, st.sampled_from([7, 160]))
def test_every_letter_of_a_kept_block_can_be_quoted(text: str, name: str, budget: int) -> None:
    found = cut(text, name, budget)
    quoted = {at for passage in found.passages for at in range(passage.start, passage.end)}
    said = {heading for passage in found.passages for heading in passage.headings} | {found.title}
    for block in rules.apply(text, scan(text, name == "a.md")).blocks:
        if block.kind == "heading" and plain(text[block.start : block.end]) in said | {""}:
            continue
        comments = [match.span() for match in re.finditer(r"(?s)<!--.*?-->", text)]
        for at in range(block.start, block.end):
            hidden = any(start <= at < end for start, end in comments)
            assert at in quoted or hidden or not text[at].isalnum()


BUTTON = "[{}](#)\n"  # a link that leads nowhere; the rule for it names it
SHAPES = st.sampled_from(
    [
        *("{}\n", "{}\n\n", "{}. ", "# {}\n", "## {}\n\n", "{}\n---\n", "- {}\n", "  - {}\n"),
        *("1. {}\n", "> {}\n", "```\n{}\n```\n", "| {} | b |\n|---|---|\n", "| {} | c |\n"),
        *("**{}**\n", "<b>{}</b>\n", "{} ist da und bleibt auch hier.\n", "{}:\n\n", BUTTON),
        *("Read more\n\n{}\n\n", "{}\n\n\n\n\n"),
        "Ein langer Satz steht hier mit vielen Wörtern und dem Wort {} in der Zeile.\n",
    ]
)
HIDDEN = st.sampled_from(["<!-- {} -->\n", "<script>{}</script>\n", "[a]: https://b.c/{}\n"])


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.booleans(), SHAPES, HIDDEN), max_size=25), NAMES)
def test_no_word_of_a_document_gets_lost(parts: list[tuple[bool, str, str]], name: str) -> None:
    text = ""
    words = []
    for number, (visible, shape, hidden) in enumerate(parts):
        word = f"Wort{number}x"
        text += shape.format(word) if visible else "\n" + hidden.format(word)
        if visible and shape != BUTTON:
            words.append(word)
    found = cut(text, name)
    said = " ".join(
        [found.title]
        + [" ".join((*p.headings, *p.columns, plain(p.text))) for p in found.passages]
    )  # fmt: skip
    assert [word for word in words if word not in said] == []

"""A document's text on the page: structure and marks, and not a character lost or moved."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.page.layout import Group, Part, layout
from api.page.marking import NO_MARKS, Marks, Stretch, stretches

MARKDOWN = """# Stadtfest

Das **Stadtfest** war [gut](https://example.org/a_(b)) besucht,
*sehr* sogar. Bürger*innen und Besucher*innen kamen.

### Zahlen

| Jahr | Gäste |
|---|---|
| 2022 | 30.000 |
| 2023 | **45.000** |

- Musik
- Tanz

1. Erstens

```python
print("**kein** Markdown")
```

<!-- ein Kommentar -->
Ende.
"""


def said(pieces: tuple[Stretch, ...]) -> str:
    return "".join(run.text for one in pieces for run in one.runs)


def written(part: Part) -> str:
    cells = "".join(cell.sign or said(cell.stretches) for cell in part.cells)
    return part.before + said(part.stretches) + cells


def whole(laid_out: tuple[tuple[Group, ...], str]) -> str:
    groups, rest = laid_out
    return "".join(written(part) for group in groups for part in group.parts) + rest


def shown(part: Part) -> str:
    """What a reader sees: everything but the signs."""
    pieces = [*part.stretches, *(piece for cell in part.cells for piece in cell.stretches)]
    return "".join(run.text for one in pieces for run in one.runs if run.kind != "sign")


@pytest.mark.parametrize("media_type", ["text/markdown", "text/plain", "application/pdf"])
@given(
    text=st.text(alphabet="ab *_`#|-[]()>\n1.\\😀\u202e<!", max_size=200),
    begin=st.integers(0, 200),
    length=st.integers(0, 200),
)
def test_no_layout_loses_or_moves_a_character(
    media_type: str, text: str, begin: int, length: int
) -> None:
    begin = min(begin, len(text))
    end = min(begin + length, len(text))
    marks = Marks((100 + begin, 100 + end)) if begin < end else NO_MARKS
    assert whole(layout(text, 100, media_type, marks)) == text


@given(
    text=st.text(alphabet="ab *_`[](): /htps.😀", max_size=120),
    edges=st.lists(st.integers(0, 120), min_size=4, max_size=4),
)
def test_exactly_what_is_marked_is_marked(text: str, edges: list[int]) -> None:
    first, second, third, fourth = (min(edge, len(text)) for edge in sorted(edges))
    cut = stretches(text, 50, Marks((50 + first, 50 + fourth), ((50 + second, 50 + third),)))
    assert said(cut) == text
    levels = [one.level for one in cut for run in one.runs for _ in run.text]
    expected = [
        2 if second <= at < third else 1 if first <= at < fourth else 0 for at in range(len(text))
    ]
    assert levels == expected


def test_markdown_gets_its_structure() -> None:
    groups, rest = layout(MARKDOWN, 0, "text/markdown", NO_MARKS)
    kinds = [(group.kind, [shown(part) for part in group.parts]) for group in groups]
    assert kinds == [
        ("heading", ["Stadtfest"]),
        (
            "paragraph",
            ["Das Stadtfest war gut besucht,\nsehr sogar. Bürger*innen und Besucher*innen kamen."],
        ),
        ("heading", ["Zahlen"]),
        ("row", ["JahrGäste", "202230.000", "202345.000"]),
        ("item", ["Musik", "Tanz", "1. Erstens"]),
        ("code", ['print("**kein** Markdown")']),
        ("paragraph", ["<!-- ein Kommentar -->", "Ende."]),
    ]
    assert rest == "\n"
    # Below the page's own heading, and none is left out: ### after # is one below it.
    assert [part.level for group in groups for part in group.parts if part.level] == [2, 3]
    assert [part.names_columns for part in groups[3].parts] == [True, False, False]


def test_only_web_addresses_become_links() -> None:
    text = "[a](https://x.org/) [b](javascript:alert(1)) [c](data:text/html,x) [d](/v1/documents)"
    links = [
        (run.text, run.url) for one in stretches(text, 0) for run in one.runs if run.kind == "link"
    ]
    assert links == [("a", "https://x.org/")]


def test_a_reader_is_led_to_the_first_mark_that_can_be_seen() -> None:
    """A passage that begins with hidden signs leads to the words behind them."""
    at = MARKDOWN.index("### Zahlen")
    groups, _ = layout(MARKDOWN, 0, "text/markdown", Marks((at, len(MARKDOWN))))
    leading = [
        piece for group in groups for part in group.parts for piece in part.stretches if piece.first
    ]
    assert [said((piece,)) for piece in leading] == ["Zahlen"]


@pytest.mark.parametrize(
    "text",
    ["*" * 50_000, "[" * 50_000, "`" * 50_000, "_a " * 20_000, "[a](" * 20_000, "|" * 50_000],
)
def test_no_text_makes_the_cutting_slow(text: str) -> None:
    """Quadratic work on these would take minutes."""
    assert said(stretches(text, 0)) == text

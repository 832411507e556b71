"""Markup stripped for embedding and matching."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.text.markup import plain


@pytest.mark.parametrize(
    ("marked", "words"),
    [
        ("**Mehr** als _alle_ `Wege`", "Mehr als alle Wege"),
        ("[Antrag](https://example.org/a_(b))", "Antrag"),
        ("![Plan](/p.png) und [Text][1]", "Plan und Text"),
        ("<https://example.org>", "https://example.org"),
        ("## Gebühren ##", "Gebühren"),
        ("- Pass\n  * Foto\n• Kopie", "Pass Foto Kopie"),
        ("15. Oktober", "15. Oktober"),
        ("| A | **B** |\n|---|---|\n| 1 | 2 |", "A B 1 2"),
        ("> Wir\n> alle", "Wir alle"),
        ("Text <!-- intern --> hier<br>dort", "Text hier dort"),
        ("a < b und c > d", "a < b und c > d"),
        ("snake_case, Bürger*innen, 3 * 4", "snake_case, Bürger*innen, 3 * 4"),
        ("A &amp; B, 5 \\* 3", "A & B, 5 * 3"),
        ("#SmartCity", "#SmartCity"),
        ("", ""),
    ],
)
def test_only_the_words_are_left(marked: str, words: str) -> None:
    assert plain(marked) == words


@given(st.text())
def test_white_space_is_collapsed(text: str) -> None:
    assert plain(text) == " ".join(plain(text).split())

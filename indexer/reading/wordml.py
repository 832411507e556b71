"""The text that WordprocessingML elements show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
# Not shown (deleted, moved away), shown elsewhere (text boxes), or a copy for old programs.
_APART = frozenset({f"{W}del", f"{W}moveFrom", f"{W}txbxContent", f"{_MC}Fallback"})
_SIGNS = {f"{W}tab": " ", f"{W}br": " ", f"{W}cr": " ", f"{W}noBreakHyphen": "-"}


def paragraph_text(paragraph: Any) -> str:
    """Return the text that a paragraph shows, without that of text boxes anchored in it."""
    return "".join(_shown(paragraph))


def text_boxes(paragraph: Any) -> Iterator[Any]:
    """Yield the contents of the text boxes anchored in a paragraph."""
    for box in paragraph.iter(f"{W}txbxContent"):
        above = [up.tag for up in box.iterancestors()]
        inside = above[: above.index(f"{W}p")] if f"{W}p" in above else above
        if next(box.iterancestors(f"{W}p"), None) is paragraph and not _APART & set(inside):
            yield box


def own_paragraphs(table: Any) -> Iterator[Any]:
    """Yield the paragraphs of a table, those of nested tables included."""
    yield from table.iter(f"{W}p")


def is_bold(cell: Any) -> bool:
    """Tell whether every run with text in a cell is set in bold by itself."""
    runs = [run for run in cell.iter(f"{W}r") if "".join(_shown(run)).strip()]
    return bool(runs) and all(_is_on(run.find(f"{W}rPr/{W}b")) for run in runs)


def _shown(element: Any) -> Iterator[str]:
    for child in element:
        tag = child.tag
        if tag in _APART or not isinstance(tag, str):
            continue
        if tag == f"{W}t":
            yield child.text or ""
        elif tag in _SIGNS:
            yield _SIGNS[tag]
        elif tag == f"{W}r":
            if not _is_on(child.find(f"{W}rPr/{W}vanish")):
                yield from _shown(child)
        elif tag != f"{W}pPr":
            yield from _shown(child)


def _is_on(switch: Any | None) -> bool:
    return switch is not None and switch.get(f"{W}val") not in ("0", "false", "off")

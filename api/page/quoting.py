"""What a reader takes along: the words, whose they are, and how to check them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from api.answers import Citation
from api.links import view_path
from indexer.text.markup import plain
from indexer.types import Span


def shown_at(citation: Citation) -> str:
    """Our document page at the passage, with its highlights."""
    marks = [("highlight", f"{start}-{end}") for start, end in citation.highlights]
    return citation.view + ("&" + urlencode(marks) if marks else "")


def quoted(citation: Citation) -> Span:
    """From the first highlight to the last one; the whole passage where there is none."""
    if not citation.highlights:
        return citation.start, citation.end
    return citation.highlights[0][0], max(end for _, end in citation.highlights)


def cited_place(citation: Citation, root: str) -> str:
    """Our document page with exactly the quoted words marked."""
    return f"{root}{view_path(citation.doc_id, *quoted(citation))}#passage"


def reference(citation: Citation, texts: Mapping[str, str], day: str) -> str:
    """The words in quotation marks, then title, publisher, date and page."""
    start, end = quoted(citation)
    words = plain(citation.text[start - citation.start : end - citation.start])
    original = f"{texts['based_on']} {citation.based_on.title}" if citation.based_on else ""
    page = f"{texts['page']} {citation.page}" if citation.page else ""
    named = [plain(citation.title), citation.publisher, original, day, page]
    return f"{texts['quote'].format(words=words)} {', '.join(part for part in named if part)}."


def proof(citation: Citation, texts: Mapping[str, str]) -> str:
    """Where the words stand in which text: enough to check them later."""
    start, end = quoted(citation)
    span = texts["characters_span"].format(start=start, end=end)
    return f"({citation.doc_id}, {span}, SHA-256 {citation.sha256})"

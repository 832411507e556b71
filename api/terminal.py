"""Answers on the terminal: quotes highlighted, citations numbered."""

from __future__ import annotations

import re
from collections.abc import Sequence

from api.answers import Answer, Citation, Hits
from indexer.types import Span

_REFUSALS = {
    "de": {
        "not_in_documents": "Das steht nicht in diesen Dokumenten.",
        "nothing_matches_filters": "Kein Dokument entspricht der Auswahl.",
        "question_unclear": "Diese Frage ist so nicht zu verstehen.",
    },
    "en": {
        "not_in_documents": "These documents do not answer that.",
        "nothing_matches_filters": "No document matches the selection.",
        "question_unclear": "This question cannot be understood.",
    },
}
_WORDS = {
    "de": {
        "sources": "Fundstellen",
        "nearest": "Nächstliegende Stellen (keine Antwort)",
        "nothing": "Nichts gefunden.",
        "conflict": "Die Dokumente widersprechen einander.",
        "outdated": "überholt",
        "corrected": "Verstanden als",
        "page": "Seite",
        "based_on": "Zusammenfassung nach",
    },
    "en": {
        "sources": "Sources",
        "nearest": "Nearest passages (not an answer)",
        "nothing": "Nothing found.",
        "conflict": "The documents contradict each other.",
        "outdated": "outdated",
        "corrected": "Understood as",
        "page": "page",
        "based_on": "summary based on",
    },
}
# Escape sequences and other controls of a document must not reach the terminal, nor may it
# turn the direction of what follows.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_BOLD, _UNDERLINE, _PLAIN = "\x1b[1m", "\x1b[4m", "\x1b[0m"


def render_answer(answer: Answer, *, styled: bool) -> str:
    """Lay out an answer, or the refusal and the nearest passages."""
    language = "de" if answer.language == "de" else "en"
    words = _WORDS[language]
    understood = _understood(answer, words)
    if answer.refusal is not None:
        lines = [*understood, _REFUSALS[language][answer.refusal]]
        if answer.related:
            lines += ["", f"{words['nearest']}:"]
        return "\n".join([*lines, *_cards(answer.related, words, styled)])
    lines = [*understood, *([words["conflict"], ""] if answer.conflict else [])]
    for sentence in answer.answer:
        text = _styled(safe(sentence.text), _BOLD, styled)
        outdated = f" ({words['outdated']})" if sentence.outdated else ""
        lines.append(f"{text} [{sentence.citation}]{outdated}")
    lines += ["", f"{words['sources']}:", *_cards(answer.citations, words, styled)]
    return "\n".join(lines)


def render_hits(hits: Hits, *, styled: bool) -> str:
    """Lay out ranked passages."""
    words = _WORDS["de" if hits.language == "de" else "en"]
    cards = "\n".join(_cards(hits.hits, words, styled)).removeprefix("\n") or words["nothing"]
    return "\n".join([*_understood(hits, words), cards])


def _understood(reply: Answer | Hits, words: dict[str, str]) -> list[str]:
    """How the question was read, where a slip was put right."""
    return [f"{words['corrected']}: {safe(reply.corrected)}", ""] if reply.corrected else []


def _cards(citations: Sequence[Citation], words: dict[str, str], styled: bool) -> list[str]:
    lines = []
    for citation in citations:
        about = [safe(citation.title)]
        if citation.published:
            about.append(citation.published.isoformat())
        about.append(citation.language)
        if citation.page:
            about.append(f"{words['page']} {citation.page}")
        place = f"{citation.doc_id} {citation.start}–{citation.end}"
        lines += ["", f"[{citation.number}] {', '.join(about)}", f"    {place}"]
        if citation.based_on:
            lines.append(f"    {words['based_on']}: {safe(citation.based_on.title)}")
        if citation.columns:
            lines.append(f"    {safe(' | '.join(citation.columns))}")
        quote = _highlighted(citation.text, citation.start, citation.highlights, styled)
        lines += [f"    {line}".rstrip() for line in quote.split("\n")]
    return lines


def _highlighted(text: str, start: int, highlights: Sequence[Span], styled: bool) -> str:
    shown, at = "", 0
    for highlight in sorted(highlights):
        begin, end = (max(at, offset - start) for offset in highlight)
        marked = safe(text[begin:end]).split("\n")
        shown += safe(text[at:begin])
        # Each line on its own, so that the indentation is not underlined.
        shown += "\n".join(_styled(line, _UNDERLINE, styled) for line in marked)
        at = end
    return shown + safe(text[at:])


def _styled(text: str, style: str, styled: bool) -> str:
    return f"{style}{text}{_PLAIN}" if styled and text else text


def safe(text: str) -> str:
    """Without escape sequences and what turns the direction of letters."""
    return _CONTROLS.sub("\ufffd", text)

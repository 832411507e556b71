"""Questions to begin with, each shown only where the document that it is about is indexed."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.types import Language


@dataclass(frozen=True, slots=True)
class Example:
    """A question that one document of `corpus/` answers."""

    doc_id: str
    language: Language
    question: str


EXAMPLES = (
    Example(
        "sccon-2023.partner-country-ukraine.de.md",
        "de",
        "Wer war 2023 Partnerland der SCCON?",
    ),
    Example(
        "berlin-strategy.funding.de.txt",
        "de",
        "Wann erhielt Berlin den Zuschlag?",
    ),
    Example(
        "sccon-2023.partner-country-ukraine.en.md",
        "en",
        "Which country was the partner country of SCCON 2023?",
    ),
)

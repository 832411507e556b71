"""A suite: documents, questions with judged places, and the views in which they are asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from eval.questions import Question

Asked = Literal["de", "en"]
LANGUAGES: tuple[Asked, Asked] = ("de", "en")


@dataclass(frozen=True, slots=True)
class View:
    """Questions of one language, asked of one language's passages or of all.

    Without a view of its own (`OPEN`) a question is asked of all passages, and its pair is named
    by the languages that answer it.
    """

    asked: Asked | None = None  # None: questions of either language
    answered: Asked | None = None  # None: no filter; gold is in both languages
    pool: bool = False

    @property
    def name(self) -> str:
        """Such as de→en, or de→de+en for the pool of both."""
        return f"{self.asked}→{self.answered or 'de+en'}"


OPEN = View()
CROSSINGS = tuple(View(asked, answered) for asked in LANGUAGES for answered in LANGUAGES)
POOLS = tuple(View(asked, pool=True) for asked in LANGUAGES)


@dataclass(frozen=True, slots=True)
class Suite:
    """One table of the evaluation."""

    name: str
    write: Callable[[Path], object] | None  # puts the documents into an empty folder
    questions: Sequence[Question]
    views: Sequence[View] = (OPEN,)
    # What is ranked: passages, or documents by their first passage.
    unit: Literal["passage", "document"] = "passage"
    depth: int = 100  # passages ranked per question; AP needs all of them
    asks: bool = False  # whether answers and refusals are measured, too
    pages: Mapping[str, str] = field(default_factory=dict)  # doc_id -> page in any language
    folders: Sequence[Path] = ()  # corpus folders as they are, where there is no `write`

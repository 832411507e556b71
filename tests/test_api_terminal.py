"""Answers on the terminal, word for word."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from api.answers import Answer, AnswerSentence, Citation, Hits, IndexState, OtherPlace
from api.terminal import render_answer, render_hits
from indexer.types import BasedOn

STATE = IndexState(3, datetime(2026, 11, 20, 22, 40, 3, tzinfo=UTC))
CITATION = Citation(
    number=1,
    doc_id="hafen.pdf",
    title="Der Hafen\x1b[2J",
    publisher=None,
    source=None,
    based_on=BasedOn("Hafenbuch"),
    language="de",
    published=date(2026, 11, 9),
    page=2,
    start=100,
    end=136,
    text="Kiel liegt am Meer.\nDer Hafen\nauch.",
    headings=(),
    columns=("Ort", "Lage"),
    highlights=((120, 135),),
    score=1.0,
    link=None,
    view="/documents/hafen.pdf?start=100&end=136",
    sha256="",
    also=(OtherPlace("harbour.pdf", "The harbour", "en"),),
)
SENTENCE = AnswerSentence("Der Hafen\nauch.", 1, 120, 135, None, outdated=True)


def answer(**changes: object) -> Answer:
    given: dict[str, object] = {
        "id": "1",
        "question": "Wo liegt der Hafen?",
        "language": "de",
        "answered": True,
        "refusal": None,
        "confidence": 0.9,
        "conflict": True,
        "answer": (SENTENCE,),
        "citations": (CITATION,),
        "related": (),
        "index": STATE,
        "took_ms": 1.0,
        "corrected": None,
    }
    return Answer(**{**given, **changes})  # type: ignore[arg-type]


def test_an_answer_is_laid_out_with_its_citations() -> None:
    assert render_answer(answer(), styled=False) == (
        "Die Dokumente widersprechen einander.\n"
        "\n"
        "Der Hafen\nauch. [1] (überholt)\n"
        "\n"
        "Fundstellen:\n"
        "\n"
        "[1] Der Hafen\ufffd[2J, 2026-11-09, de, Seite 2\n"
        "    hafen.pdf 100–136\n"
        "    Zusammenfassung nach: Hafenbuch\n"
        "    Ort | Lage\n"
        "    Kiel liegt am Meer.\n"
        "    Der Hafen\n"
        "    auch."
    )


def test_quotes_are_highlighted_on_a_terminal() -> None:
    shown = render_answer(answer(conflict=False), styled=True)
    assert shown.startswith("\x1b[1mDer Hafen\nauch.\x1b[0m [1] (überholt)\n")
    assert shown.endswith(
        "    Kiel liegt am Meer.\n    \x1b[4mDer Hafen\x1b[0m\n    \x1b[4mauch.\x1b[0m"
    )
    assert "\x1b[2J" not in shown


@pytest.mark.parametrize(
    ("language", "refusal", "line"),
    [
        ("de", "not_in_documents", "Das steht nicht in diesen Dokumenten."),
        ("en", "not_in_documents", "These documents do not answer that."),
        ("de", "nothing_matches_filters", "Kein Dokument entspricht der Auswahl."),
        ("en", "question_unclear", "This question cannot be understood."),
    ],
)
def test_a_refusal_is_plain(language: str, refusal: str, line: str) -> None:
    refused = answer(language=language, answered=False, refusal=refusal, answer=(), citations=())
    assert render_answer(refused, styled=True) == line


def test_the_nearest_passages_of_a_refusal_are_marked_as_such() -> None:
    refused = answer(
        language="en", answered=False, refusal="not_in_documents", answer=(), citations=(),
        related=(CITATION,),
    )  # fmt: skip
    assert render_answer(refused, styled=False).startswith(
        "These documents do not answer that.\n"
        "\n"
        "Nearest passages (not an answer):\n"
        "\n"
        "[1] Der Hafen\ufffd[2J, 2026-11-09, de, page 2\n"
    )


def test_no_hits_are_said_in_a_line() -> None:
    nothing = Hits("x", "en", (), 0, STATE, 1.0, None)
    assert render_hits(nothing, styled=False) == "Nothing found."


def test_a_slip_that_was_put_right_is_said() -> None:
    nothing = Hits("bridgs", "en", (), 0, STATE, 1.0, "bridges")
    assert render_hits(nothing, styled=False).startswith("Understood as: bridges")

"""The first users' own documents, as they are; only where ../shared/seeds exists."""

from __future__ import annotations

import pytest

from api.engine import Engine


def test_an_english_question_is_answered_from_the_german_press_release(
    seeds_engine: Engine,
) -> None:
    answer = seeds_engine.ask("Which country was the partner country of SCCON 2023?")
    assert answer.answered
    cited = answer.citations[answer.answer[0].citation - 1]
    assert cited.title.startswith("Smart Country Convention zeigt, wie Städte")
    assert cited.language == "de"
    (start, end), *_ = cited.highlights
    quote = seeds_engine.text(cited.doc_id)[start:end]
    assert quote == answer.answer[0].text
    assert quote.startswith("Partnerland der Smart Country Convention war")
    assert "Ukraine" in quote


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Wann findet die Smart Country Convention 2024 statt?", "15. bis 17. Oktober 2024"),
        ("How many pitches were there at the stand?", "45 pitches"),
        ("Wer gewann den Smart Country Startup Award?", "SUMM AI"),
    ],
)
def test_questions_in_the_language_of_the_text_find_their_passage(
    seeds_engine: Engine, question: str, expected: str
) -> None:
    hits = seeds_engine.search(question, k=3).hits
    assert any(expected in hit.text for hit in hits)


def test_only_the_press_release_states_its_own_date(seeds_engine: Engine) -> None:
    dated = [d for d in seeds_engine.documents().documents if d.published is not None]
    assert [str(document.published) for document in dated] == ["2023-11-09"]

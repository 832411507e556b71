"""Answers over the shipped corpus, with the real encoder."""

from __future__ import annotations

import pytest

from api.answers import Answer, Citation
from api.engine import Engine
from api.filters import Filters

QUESTIONS = [
    "Wer war 2023 Partnerland der SCCON?",
    "How many visitors came to SCCON 2023?",
    "Welche Städte gehören zu den Modellprojekten?",
    "Who opened the Open Source Competence Centre?",
    "Wie backt man einen Käsekuchen?",
    "What is the capital of Australia?",
]


def citations(answer: Answer) -> tuple[Citation, ...]:
    return answer.citations + answer.related


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_quote_stands_in_its_document_at_its_offsets(engine: Engine, question: str) -> None:
    answer = engine.ask(question, k=10)
    assert citations(answer)
    for cited in citations(answer):
        text = engine.text(cited.doc_id)
        assert text[cited.start : cited.end] == cited.text
        for start, end in cited.highlights:
            assert cited.start <= start < end <= cited.end
    for sentence in answer.answer:
        cited = answer.citations[sentence.citation - 1]
        assert cited.number == sentence.citation
        assert engine.text(cited.doc_id)[sentence.start : sentence.end] == sentence.text
        assert (sentence.start, sentence.end) in cited.highlights


def test_the_partner_country_is_found_and_cited(engine: Engine) -> None:
    answer = engine.ask("Wer war 2023 Partnerland der SCCON?")
    assert answer.answered
    assert answer.language == "de"
    assert "Ukraine" in answer.answer[0].text
    assert answer.citations[0].doc_id == "sccon-2023.partner-country-ukraine.de.md"
    assert answer.citations[0].view.startswith(
        "/documents/sccon-2023.partner-country-ukraine.de.md?"
    )


@pytest.mark.parametrize(
    "question",
    [
        "Wie backt man einen Käsekuchen?",
        "How do I bake a cheesecake?",
        "What is the capital of Australia?",
    ],
)
def test_what_the_documents_do_not_say_is_refused(engine: Engine, question: str) -> None:
    answer = engine.ask(question)
    assert (answer.answered, answer.refusal) == (False, "not_in_documents")
    assert answer.answer == ()
    assert answer.citations == ()
    assert len(answer.related) == 5
    assert 0 <= answer.confidence < 0.5


@pytest.mark.parametrize("question", ["und?", "Why?", "Was ist das denn?", "???"])
def test_a_question_without_content_is_unclear(engine: Engine, question: str) -> None:
    answer = engine.ask(question)
    assert (answer.answered, answer.refusal) == (False, "question_unclear")


def test_the_introduction_of_a_list_is_no_answer(engine: Engine) -> None:
    answer = engine.ask("Who were the winners of the Smart Country Startup Award?")
    assert not any(sentence.text.endswith((":", "?")) for sentence in answer.answer)


def test_filters_that_nothing_passes_are_named_as_the_reason(engine: Engine) -> None:
    answer = engine.ask("Wer war Partnerland?", filters=Filters(tags=("no such tag",)))
    assert answer.refusal == "nothing_matches_filters"
    assert answer.related == ()


def test_a_language_filter_holds_for_every_citation(engine: Engine) -> None:
    answer = engine.ask("Wer war 2023 Partnerland der SCCON?", k=20, filters=Filters("en"))
    assert {cited.language for cited in citations(answer)} == {"en"}
    assert len(citations(answer)) == 20


def test_a_document_filter_holds_for_every_hit(engine: Engine) -> None:
    only = ("sccon-2019.overview.de.md", "sccon-2019.kaiserslauterer-delegation.de.md")
    hits = engine.search("Messe", k=50, filters=Filters(doc_ids=only))
    assert {hit.doc_id for hit in hits.hits} == set(only)
    assert hits.total == len(hits.hits)


def test_asking_the_other_version_is_offered_with_each_citation(engine: Engine) -> None:
    cited = engine.ask("Wer war 2023 Partnerland der SCCON?").citations[0]
    assert [place.doc_id for place in cited.also] == ["sccon-2023.partner-country-ukraine.en.md"]


def test_numbers_run_through_and_k_limits_the_citations(engine: Engine) -> None:
    for k in (1, 3, 50):
        for question in ("Wer war 2023 Partnerland der SCCON?", "What is the Kiezbox?"):
            cited = citations(engine.ask(question, k=k))
            assert [c.number for c in cited] == list(range(1, len(cited) + 1))
            assert len(cited) <= k


def test_max_sentences_limits_the_answer(engine: Engine) -> None:
    answer = engine.ask("Wer war 2023 Partnerland der SCCON?", max_sentences=1)
    assert len(answer.answer) == 1


def test_hits_are_ranked_and_an_offset_goes_on_where_the_page_ended(engine: Engine) -> None:
    first = engine.search("smart city strategy", k=10)
    scores = [hit.score for hit in first.hits]
    assert scores == sorted(scores, reverse=True)
    second = engine.search("smart city strategy", k=5, offset=5)
    assert [hit.number for hit in second.hits] == [6, 7, 8, 9, 10]
    assert [(h.doc_id, h.start) for h in second.hits] == [
        (h.doc_id, h.start) for h in first.hits[5:]
    ]
    assert second.total == first.total


def test_an_offset_behind_the_last_hit_gives_no_hits(engine: Engine) -> None:
    assert engine.search("Messe", k=5, offset=1000).hits == ()


def test_the_same_question_gives_the_same_answer(engine: Engine) -> None:
    one, other = (engine.ask("Who opened the Open Source Competence Centre?") for _ in range(2))
    assert one.citations == other.citations
    assert one.answer == other.answer
    assert one.id != other.id


def test_a_given_language_overrides_the_detected_one(engine: Engine) -> None:
    assert engine.ask("SCCON 2023?", language="de").language == "de"
    assert engine.ask("SCCON 2023?", language="en").language == "en"


def test_odd_questions_are_answered_or_refused_but_never_break(engine: Engine) -> None:
    for question in ("\x00", "😀", "\u202eevil", "a" * 1000, "wer " * 250, '"(AND OR *:', "\ud800"):
        assert engine.ask(question).refusal

"""Which sentences an answer shows: best first, each thing once, contradictions side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from api.candidates import Candidate
from api.choosing import READER_SHARE, Chooser
from api.engine import Engine
from indexer.building import bring_up_to_date
from indexer.settings import Settings
from indexer.types import Passage

Town = Callable[..., Engine]


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """An engine over documents given as name=(front matter, text), showing every answer."""

    def built(clock: str = "2026-11-21", **documents: tuple[str, str]) -> Engine:
        (tmp_path / "corpus").mkdir(exist_ok=True)
        for name, (front, text) in documents.items():
            file = tmp_path / "corpus" / f"{name}.md"
            file.write_text(f"---\ndoc_id: {name}\n{front}\n---\n\n{text}\n", encoding="utf-8")
        settings = Settings(
            corpus=(tmp_path / "corpus",),
            index=tmp_path / "index",
            answer_threshold=0.0,
            clock=clock,
        )
        bring_up_to_date(settings, strict=True)
        return Engine.open(settings)

    return built


POOL = "title: Mühlenbad {year}\nlanguage: de\npublished: {year}-03-01"


def test_for_a_question_about_now_the_newest_document_is_first(town: Town) -> None:
    engine = town(
        old=(POOL.format(year=2022), "Die Tageskarte im Mühlenbad kostet 4,50 Euro."),
        new=(POOL.format(year=2026), "Die Tageskarte im Mühlenbad kostet 6,20 Euro."),
    )
    answer = engine.ask("Was kostet die Tageskarte im Mühlenbad derzeit?")
    assert "6,20" in answer.answer[0].text


def test_an_announcement_that_has_passed_says_so_and_stands_behind_what_holds(town: Town) -> None:
    engine = town(
        old=(POOL.format(year=2024), "Das nächste Badfest findet am 14. Juni 2024 statt."),
        new=(POOL.format(year=2026), "Das nächste Badfest findet am 12. Juni 2027 statt."),
    )
    answer = engine.ask("Wann ist das nächste Badfest?")
    assert "2027" in answer.answer[0].text
    assert not answer.answer[0].outdated
    for sentence in answer.answer:
        assert sentence.outdated == ("2024" in sentence.text)


def test_before_its_day_the_same_announcement_is_not_outdated(town: Town) -> None:
    engine = town(
        clock="2024-05-01",
        old=(POOL.format(year=2024), "Das nächste Badfest findet am 14. Juni 2024 statt."),
    )
    answer = engine.ask("Wann ist das nächste Badfest?")
    assert not answer.answer[0].outdated


def test_contradicting_documents_stand_side_by_side_newest_first(town: Town) -> None:
    front = "title: Stadtfest 2023\nlanguage: de\npublished: {day}"
    engine = town(
        early=(front.format(day="2023-07-01"), "Das Stadtfest 2023 zählte 45.000 Besucher."),
        late=(front.format(day="2023-12-28"), "Das Stadtfest 2023 zählte 62.000 Besucher."),
    )
    answer = engine.ask("Wie viele Besucher hatte das Stadtfest 2023?")
    assert answer.conflict
    assert [sentence.text for sentence in answer.answer[:2]] == [
        "Das Stadtfest 2023 zählte 62.000 Besucher.",
        "Das Stadtfest 2023 zählte 45.000 Besucher.",
    ]
    conflicting = [sentence.conflicting for sentence in answer.answer]
    assert conflicting == sorted(conflicting, reverse=True)
    assert sum(conflicting) == 2


def test_visitors_of_two_years_do_not_contradict_each_other(town: Town) -> None:
    engine = town(
        one=("title: Messe 2019\nlanguage: de", "Die Messe 2019 zählte 9.000 Besucher."),
        two=("title: Messe 2023\nlanguage: de", "Die Messe 2023 zählte 15.000 Besucher."),
    )
    assert not engine.ask("Wie viele Besucher zählte die Messe?").conflict


def test_the_same_said_in_both_languages_is_said_in_the_askers(town: Town) -> None:
    engine = town(
        de=("title: Stadtfest 2023\nlanguage: de", "Das Stadtfest 2023 hatte 45.000 Besucher."),
        en=(
            "title: City festival 2023\nlanguage: en",
            "The 2023 city festival had 45,000 visitors.",
        ),
    )
    answer = engine.ask("Wie viele Besucher hatte das Stadtfest 2023?")
    assert len(answer.answer) == 1
    cited = answer.citations[answer.answer[0].citation - 1]
    assert cited.language == "de"
    assert [place.language for place in cited.also] == ["en"]
    assert not answer.conflict
    assert len(engine.ask("How many visitors did the city festival have?").answer) == 1


def test_at_most_so_many_sentences_are_shown(town: Town) -> None:
    text = "\n".join(f"- Für den Antrag brauchen Sie Unterlage {n}." for n in range(1, 9))
    engine = town(list=("title: Antrag\nlanguage: de", f"# Antrag\n\n{text}"))
    answer = engine.ask("Welche Unterlagen brauche ich für den Antrag?", max_sentences=3)
    assert len(answer.answer) == 3


def test_a_sentence_joins_the_answer_by_its_share_of_the_best_ones_probability() -> None:
    passage = Passage("a", 0, 23, "Erster Satz. Zweiter S.", "de")
    nothing = cast("Any", None)  # no other document, so nothing is looked up or encoded
    for share, shown in ((READER_SHARE + 0.01, 2), (READER_SHARE - 0.01, 1)):
        candidates = [
            Candidate(passage, 0, span, 0.5, 0.5, score, logit=0.0, window=0.0)
            for span, score in (((0, 12), 0.6), ((13, 23), share * 0.6))
        ]
        choice = Chooser(nothing, nothing, "Was gilt?", "de").choose(candidates, 5, 5)
        assert len(choice.shown) == shown


def test_a_question_in_a_third_language_is_refused(town: Town) -> None:
    engine = town(de=("title: Stadtfest\nlanguage: de", "Das Stadtfest hatte 45.000 Besucher."))
    answer = engine.ask("Combien de visiteurs a eu la fête de la ville cette année ?")
    assert answer.refusal == "not_in_documents"
    assert answer.related


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hunde sind im Park erlaubt.", "Dogs are not allowed in the park."),
        ("Die Messe hatte 300 Aussteller.", "The fair had 250 exhibitors."),
    ],
)
def test_what_differs_in_a_not_or_a_number_is_not_the_same(
    town: Town, one: str, other: str
) -> None:
    engine = town(a=("title: A\nlanguage: de", one), b=("title: B\nlanguage: en", other))
    question = "Sind Hunde im Park erlaubt?" if "Hunde" in one else "Wie viele Aussteller?"
    answer = engine.ask(question)
    assert all(not citation.also for citation in answer.citations)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_however_few_citations_each_sentence_has_its_own(town: Town, k: int) -> None:
    engine = town(
        a=("title: Festival 2023\nlanguage: en", "The festival had 45,000 visitors."),
        b=("title: Fest 2023\nlanguage: de", "Das Fest hatte 45.000 Besucher."),
        c=("title: Fest\nlanguage: de", "Beim Fest waren 45.000 Besucher auf dem Platz."),
    )
    for question in ("Wie viele Besucher hatte das Fest?", "How many visitors did it have?"):
        answer = engine.ask(question, k=k)
        assert len(answer.citations) <= k
        for sentence in answer.answer:
            cited = answer.citations[sentence.citation - 1]
            assert cited.start <= sentence.start < sentence.end <= cited.end


def test_without_the_reader_there_is_an_answer_too(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    text = "Das Fest hatte 45.000 Besucher. Es regnete."
    (tmp_path / "corpus" / "fest.txt").write_text(text, encoding="utf-8")
    settings = Settings(
        corpus=(tmp_path / "corpus",), index=tmp_path / "index", reader=False, answer_threshold=0
    )
    bring_up_to_date(settings, strict=True)
    answer = Engine.open(settings).ask("Wie viele Besucher hatte das Fest?")
    assert answer.answer[0].text == "Das Fest hatte 45.000 Besucher."

"""What the reader learns from: examples, windows, questions by rule, a few steps of training."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch

from indexer.encoder_files import SHIPPED_FOLDER
from indexer.training.lexicon import Lexicon
from indexer.training.reader.development import sentence_f
from indexer.training.reader.examples import (
    UNKNOWN,
    Example,
    Glosses,
    example,
    window,
    without_answers,
)
from indexer.training.reader.german import asked_otherwise, question_of, shortened
from indexer.training.reader.made import MadeQuestions
from indexer.training.reader.model import Reader, losses
from indexer.training.reader.people import EnglishQuestions, other_kind, other_year
from indexer.training.reader.windows import OUTSIDE, Windows
from indexer.training.sources import Answered, Section

GLOSSES = Glosses(Lexicon({"stadt": "city", "gründete": "founded"}, {"city": "stadt"}))
TOWN = Answered(
    Section("Lindenau", "", "The town was founded in 1842. It has 12,000 inhabitants."),
    [("When was the town founded?", 24, 28)],
    ["When was the town burned?"],
)


@pytest.mark.parametrize(
    ("sentence", "question", "empty"),
    [
        (
            "1989 gründete sie den Verein in Bonn.",
            {f"{asked} gründete Ada den Verein in Bonn?" for asked in ("Wann", "In welchem Jahr")},
            "gründete sie den Verein in Bonn.",
        ),
        ("In Berlin steht das Haus.", {"Wo steht das Haus?"}, "steht das Haus."),
        ("Sie hat rund 30.000 Einwohner.", {"Wie viele Einwohner hat Ada?"}, "Sie hat"),
        ("Der Turm ist 60 Meter hoch.", {"Wie hoch ist der Turm?"}, "Der Turm ist"),
        ("Seit 2011 ist Marta Romero die Bürgermeisterin.",
         {"Seit wann ist Marta Romero die Bürgermeisterin?"}, "ist Marta Romero"),
    ],
)  # fmt: skip
def test_what_stands_before_the_verb_is_asked_for(
    sentence: str, question: set[str], empty: str
) -> None:
    made = question_of(random.Random(1), sentence, "Ada", person=False)
    assert made is not None
    assert made.text in question
    assert empty in made.empty


def test_only_a_person_is_asked_for_by_who() -> None:
    chance = random.Random(1)
    made = question_of(chance, "Puccini stammte aus Lucca.", "Giacomo Puccini", person=True)
    assert made is not None
    assert made.text == "Wer stammte aus Lucca?"
    assert question_of(chance, "Dann bekam er Unterricht.", "Giacomo Puccini", person=True) is None


def test_a_sentence_without_such_a_place_is_not_asked_about() -> None:
    assert question_of(random.Random(1), "Das ist schön", "Ada", person=False) is None


def test_the_same_is_asked_of_another_kind_only_where_the_sentence_does_not_tell() -> None:
    chance = random.Random(1)
    sentence = "1989 gründete sie den Verein."
    made = question_of(chance, sentence, "Ada", person=False)
    assert made is not None
    assert asked_otherwise(chance, made, sentence) in {
        "Warum gründete Ada den Verein?",
        "Wo gründete Ada den Verein?",
    }
    assert (
        asked_otherwise(chance, made, "1989 gründete sie in Bonn den Verein, weil sie wollte.")
        is None
    )


def test_a_shortened_question_stays_a_question() -> None:
    whole = "Wann gründete Ada den Verein, der heute viele Mitglieder hat?"
    assert shortened(random.Random(1), whole).endswith("?")
    assert "Mitglieder" not in shortened(random.Random(1), whole)


def test_another_year_or_kind_is_asked_for() -> None:
    chance = random.Random(1)
    changed = other_year(chance, "Who won in 2016?")
    assert changed is not None
    assert changed != "Who won in 2016?"
    assert other_year(chance, "Who won?") is None
    assert other_kind("When did it open?") == "Why did it open?"
    assert other_kind("Is it open?") is None


def test_a_window_keeps_an_answer_and_its_labels() -> None:
    whole = example("Wer?", "", [f"Satz {number}." for number in range(20)], [7])
    for seed in range(20):
        cut = window(random.Random(seed), whole, 40)
        assert len(cut.sentences) == len(cut.labels) < 20
        assert cut.sentences[cut.labels.index(1.0)] == "Satz 7."


def test_without_answers_nothing_doubtful_is_left() -> None:
    whole = Example("Wer?", "", ("a", "b", "c"), (1.0, UNKNOWN, 0.0))
    assert without_answers(whole).sentences == ("c",)
    assert without_answers(whole).answered == 0.0


def test_the_question_word_is_translated_first() -> None:
    whole = example("Wann gründete sie die Stadt?", "", ("1842.",), [0])
    glossed = GLOSSES.question(random.Random(1), whole, "en")
    assert glossed.question.startswith("When ")


def test_a_questions_sentence_is_the_one_that_holds_its_answer() -> None:
    (asked,) = EnglishQuestions([TOWN], GLOSSES).all()
    assert asked.labels == (1.0, 0.0)
    assert asked.sentences[0] == "The town was founded in 1842."


def test_drawn_examples_are_the_same_for_the_same_chance() -> None:
    section = Section(
        "Ada", "Leben", "1989 gründete sie den Verein. Er hatte viele Freunde in Bonn."
    )
    made = MadeQuestions([section], GLOSSES)
    assert made.draw(random.Random(3)) == made.draw(random.Random(3))


def test_every_token_belongs_to_its_sentence() -> None:
    asked = example("Wer kam?", "Messe", ("Alle kamen.", "Niemand blieb zu Hause."), [0])
    one = Windows(SHIPPED_FOLDER).of(asked)
    assert len(one.ids) == len(one.sentences)
    assert [n for n in one.sentences if n != OUTSIDE] == sorted(n for n in one.sentences if n >= 0)
    assert one.labels == [1.0, 0.0]
    (group,) = Windows(SHIPPED_FOLDER).groups([asked], 512)
    assert torch.allclose(group.sentences.sum(-1)[0, :2], torch.ones(2))


def test_a_few_steps_of_training_learn_an_example() -> None:
    torch.manual_seed(0)
    reader = Reader(SHIPPED_FOLDER).train()
    asked = [
        example("Wer kam?", "", ("Ada kam um acht.", "Es regnete."), [0]),
        example("Wie war das Wetter?", "", ("Ada kam um acht.", "Es regnete."), [1]),
    ]
    groups = Windows(SHIPPED_FOLDER).groups(asked, 1_024)
    weights = [p for p in reader.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(weights, 3e-4)
    first = last = 0.0
    for _ in range(12):
        optimizer.zero_grad()
        total = torch.zeros(())
        for group in groups:
            logits, window_logits = reader(group)
            sentences, windows = losses(logits, window_logits, group)
            total = total + sentences + windows
        torch.autograd.backward(total)
        optimizer.step()
        last = float(total.detach())
        first = first or last
    assert last < 0.6 * first
    assert not reader.bert.embeddings.word_embeddings.weight.requires_grad


def test_the_f_measure_is_that_of_the_data_set() -> None:
    """Two questions: precision (1 + 1/2) / 2, recall (1/2 + 1) / 2; an empty one is precise."""
    asked = [example("a", "", ("x", "y"), [0, 1]), example("b", "", ("x", "y"), [0])]
    chosen = [np.array([True, False]), np.array([True, True])]
    assert sentence_f(asked, chosen) == pytest.approx(0.75)
    nothing = [np.array([False, False])]
    assert sentence_f(asked[:1], nothing) == 0.0

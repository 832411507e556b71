"""What the reader learns from: a question, a window of sentences, and which of them answer."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexer.training.lexicon import Lexicon
from indexer.types import Language

UNKNOWN = -1.0  # the label of a sentence that may answer or not: nothing is learned from it
# The German words that begin a question, longest first, and what English says.
ASKED_IN_ENGLISH = (
    ("In welchem Jahr", "In what year"),
    ("In welcher Stadt", "In which city"),
    ("Wie viele", "How many"),
    ("Wie viel", "How much"),
    ("Wie hoch", "How high"),
    ("Wie lang", "How long"),
    ("Wie groß", "How large"),
    ("Wie alt", "How old"),
    ("Wie tief", "How deep"),
    ("Wie breit", "How wide"),
    ("Wie schwer", "How heavy"),
    ("Seit wann", "Since when"),
    ("Bis wann", "Until when"),
    ("Ab wann", "From when"),
    ("Warum", "Why"),
    ("Wann", "When"),
    ("Wer", "Who"),
    ("Was", "What"),
    ("Wo", "Where"),
    ("Wie", "How"),
)


@dataclass(frozen=True, slots=True)
class Example:
    """A question and the sentences that were read for it."""

    question: str
    heading: str  # title and headings above the sentences; "" where there are none
    sentences: tuple[str, ...]
    labels: tuple[float, ...]  # per sentence: in [0, 1], how surely it answers, or UNKNOWN

    @property
    def answered(self) -> float:
        """How surely any sentence answers."""
        return max(0.0, *self.labels) if self.labels else 0.0


def example(
    question: str, heading: str, sentences: Sequence[str], answers: Sequence[int]
) -> Example:
    """Label the sentences at these places 1 and all others 0."""
    wanted = set(answers)
    labels = tuple(float(place in wanted) for place in range(len(sentences)))
    return Example(question, heading, tuple(sentences), labels)


def unanswered(question: str, heading: str, sentences: Sequence[str]) -> Example:
    """None of these sentences answers."""
    return example(question, heading, sentences, ())


def without_answers(whole: Example) -> Example:
    """The same question, the answering and the doubtful sentences taken out."""
    kept = [
        sentence
        for sentence, label in zip(whole.sentences, whole.labels, strict=True)
        if label == 0.0
    ]
    return unanswered(whole.question, whole.heading, kept or ("…",))


def window(chance: random.Random, whole: Example, chars: int) -> Example:
    """Cut about so many characters around one of the answers, or anywhere."""
    answers = [place for place, label in enumerate(whole.labels) if label > 0.0]
    first = last = chance.choice(answers) if answers else chance.randrange(len(whole.sentences))
    size = len(whole.sentences[first])
    while size < chars and (first > 0 or last + 1 < len(whole.sentences)):
        before = first > 0 and (last + 1 == len(whole.sentences) or chance.random() < 0.5)
        if before:
            first -= 1
        else:
            last += 1
        size += len(whole.sentences[first if before else last])
    return replace(
        whole,
        sentences=whole.sentences[first : last + 1],
        labels=whole.labels[first : last + 1],
    )


class Glosses:
    """Puts words of a question or of a window into the other language, by the lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def question(self, chance: random.Random, whole: Example, target: Language) -> Example:
        """The question word itself is translated for sure, as readers depend on it."""
        return replace(whole, question=self._asked(chance, whole.question, target))

    def window(self, chance: random.Random, whole: Example, target: Language) -> Example:
        """All sentences and the heading."""
        texts = [
            self._lexicon.gloss(chance, text, target, 0.95)
            for text in (whole.heading, *whole.sentences)
        ]
        return replace(whole, heading=texts[0], sentences=tuple(texts[1:]))

    def _asked(self, chance: random.Random, question: str, target: Language) -> str:
        for german, english in ASKED_IN_ENGLISH:
            own, other = (german, english) if target == "en" else (english, german)
            if question.startswith(own + " "):
                rest = question[len(own) :]
                return other + self._lexicon.gloss(chance, rest, target, 0.95)
        return self._lexicon.gloss(chance, question, target, 0.95)

"""Examples from questions that people wrote: on English paragraphs, on municipal pages."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace

from indexer.text.sentences import sentence_spans
from indexer.training.reader.examples import (
    Example,
    Glosses,
    example,
    unanswered,
    window,
    without_answers,
)
from indexer.training.sources import Answered, Asked
from indexer.types import Language

WINDOW_CHARS = (250, 450, 700, 1_000, 1_300)  # about 60 to 300 tokens
LANGUAGES: tuple[Language, ...] = ("de", "en")
_YEAR = re.compile(r"\b(1[0-9]|20)\d\d\b")
_OTHER_KINDS = {
    "When": "Why",
    "When did": "Why did",
    "Where": "Why",
    "Who": "When",
    "How many": "Which",
    "What year": "What price",
}


def other_year(chance: random.Random, question: str) -> str | None:
    """The same question about a year nearby; None where it names none."""
    match = _YEAR.search(question)
    if match is None:
        return None
    year = int(match.group()) + chance.choice((-9, -5, -3, -2, -1, 1, 2, 3, 4, 8))
    return question[: match.start()] + str(year) + question[match.end() :]


def other_kind(question: str) -> str | None:
    """The same question for what the paragraph hardly tells; None where no rule fits."""
    for first in sorted(_OTHER_KINDS, key=len, reverse=True):
        if question.startswith(first + " "):
            return _OTHER_KINDS[first] + question[len(first) :]
    return None


class EnglishQuestions:
    """English questions on encyclopedia paragraphs, words of either side in German at times."""

    def __init__(self, paragraphs: Sequence[Answered], glosses: Glosses) -> None:
        self._glosses = glosses
        self._paragraphs = [
            paragraph for paragraph in paragraphs if paragraph.questions or paragraph.unanswered
        ]
        self._spans = [
            sentence_spans(paragraph.section.text, 0, len(paragraph.section.text), "en")
            for paragraph in self._paragraphs
        ]
        self._asked = [
            (place, number)
            for place, paragraph in enumerate(self._paragraphs)
            for number in range(len(paragraph.questions))
        ]
        self._unanswered = [
            (place, question)
            for place, paragraph in enumerate(self._paragraphs)
            for question in paragraph.unanswered
        ]

    def draw(self, chance: random.Random) -> Example:
        """One question, seven times in ten with a paragraph that answers it."""
        toss = chance.random()
        if toss < 0.09 and self._unanswered:
            place, question = chance.choice(self._unanswered)
            drawn = unanswered(question, self._title(place), self.sentences(place))
        else:
            drawn = self._changed(chance, toss, self.answered(*chance.choice(self._asked)))
        if chance.random() < 0.35:
            drawn = self._glosses.question(chance, drawn, "de")
        if chance.random() < 0.3:
            drawn = self._glosses.window(chance, drawn, "de")
        return drawn

    def all(self) -> list[Example]:
        """Every question once, as it is."""
        return [self.answered(*asked) for asked in self._asked]

    def elsewhere(self, chance: random.Random, drawn: Example) -> Example:
        """The same question with another paragraph of the article."""
        same_article = [
            place
            for place, paragraph in enumerate(self._paragraphs)
            if paragraph.section.title == drawn.heading
        ]
        other = self.sentences(chance.choice(same_article))
        # Drawn itself again, its answers have to go.
        same = other == list(drawn.sentences)
        return without_answers(drawn) if same else unanswered(drawn.question, drawn.heading, other)

    def answered(self, place: int, number: int) -> Example:
        """This question with its own paragraph; the sentences that overlap its answer answer."""
        question, start, end = self._paragraphs[place].questions[number]
        answers = [
            sentence
            for sentence, (first, last) in enumerate(self._spans[place])
            if first < end and start < last
        ]
        return example(question, self._title(place), self.sentences(place), answers)

    def sentences(self, place: int) -> list[str]:
        """The sentences of a paragraph."""
        text = self._paragraphs[place].section.text
        return [text[start:end] for start, end in self._spans[place]]

    def _title(self, place: int) -> str:
        return self._paragraphs[place].section.title

    def _changed(self, chance: random.Random, toss: float, drawn: Example) -> Example:
        if toss < 0.19:
            return self.elsewhere(chance, drawn)
        if toss < 0.24 and (question := other_year(chance, drawn.question)):
            return unanswered(question, drawn.heading, drawn.sentences)
        if toss < 0.24 and (question := other_kind(drawn.question)):
            return unanswered(question, drawn.heading, drawn.sentences)
        if toss < 0.30:
            return without_answers(drawn)
        return drawn


class MunicipalQuestions:
    """Questions on municipal pages, question and page in any of the two languages."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        self._asked = asked

    def draw(self, chance: random.Random) -> Example:
        """A window of the page, now and then of another page or without its answers."""
        asked = chance.choice(self._asked)
        own, other = chance.choice(LANGUAGES), chance.choice(LANGUAGES)
        whole = self.whole(asked, own, other)
        if chance.random() < 0.4:  # what stands first is a page's title
            whole = replace(whole, heading=whole.sentences[0])
        toss = chance.random()
        if toss < 0.08:
            elsewhere = self.whole(chance.choice(self._asked), own, other)
            whole = unanswered(whole.question, "", elsewhere.sentences)
        elif toss < 0.14:
            whole = without_answers(whole)
        return window(chance, whole, chance.choice(WINDOW_CHARS))

    def all(self, own: Language, other: Language) -> list[Example]:
        """Every question in `own` with its whole page in `other`."""
        return [self.whole(asked, own, other) for asked in self._asked]

    def whole(self, asked: Asked, own: Language, other: Language) -> Example:
        """The question in `own` and the whole page in `other`, masked sentences left out."""
        page = example(asked.questions[own], "", asked.sentences[other], asked.answers[other])
        kept = [place for place, sentence in enumerate(page.sentences) if sentence.strip()]
        return replace(
            page,
            sentences=tuple(page.sentences[place] for place in kept),
            labels=tuple(page.labels[place] for place in kept),
        )

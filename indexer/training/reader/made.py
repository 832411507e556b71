"""Examples from questions made by rule from encyclopedia sentences, and from keywords."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Sequence

from indexer.text.sentences import sentence_spans
from indexer.training.reader.examples import (
    Example,
    Glosses,
    example,
    unanswered,
    window,
    without_answers,
)
from indexer.training.reader.german import asked_otherwise, keywords, question_of, shortened
from indexer.training.reader.people import WINDOW_CHARS, other_year
from indexer.training.sources import Section

KINDS = {"time": 27, "place": 20, "person": 20, "number": 12, "size": 8, "reason": 8, "": 12}
_LIFE = re.compile(r"\(\*|† |\* \d")  # dates of birth and death, in an article on a person
_SHORTEST = 25  # characters of a sentence that is asked about


class MadeQuestions:
    """German questions of known kind, each with the paragraph it was made from or a false one."""

    def __init__(self, sections: Sequence[Section], glosses: Glosses) -> None:
        self._glosses = glosses
        self._sections = sections
        self._persons = {s.title for s in sections if _LIFE.search(s.text[:300])}
        self._places: dict[str, list[tuple[int, int]]] = defaultdict(list)  # by kind
        self._articles: dict[str, list[int]] = defaultdict(list)
        chance = random.Random(0)
        for number, section in enumerate(sections):
            self._articles[section.title].append(number)
            for place, sentence in enumerate(self._sentences(number)):
                if len(sentence) >= _SHORTEST:
                    made = question_of(chance, sentence, section.title, person=self._person(number))
                    self._places[made.kind if made else ""].append((number, place))

    def draw(self, chance: random.Random) -> Example:
        """One question; three in five have their answer in the window."""
        kinds = [kind for kind in KINDS if self._places[kind]]
        kind = chance.choices(kinds, [KINDS[kind] for kind in kinds])[0]
        number, place = chance.choice(self._places[kind])
        drawn = self._keywords(chance, number, place) if not kind else None
        drawn = drawn or self._asked(chance, number, place)
        toss = chance.random()
        if toss < 0.4:
            drawn = self._glosses.question(chance, drawn, "en")
        if 0.3 < toss < 0.45:
            drawn = self._glosses.window(chance, drawn, "en")
        return window(chance, drawn, chance.choice(WINDOW_CHARS))

    def _keywords(self, chance: random.Random, number: int, place: int) -> Example:
        sentences = self._sentences(number)
        return example(
            keywords(chance, sentences[place]), self._heading(chance, number), sentences, [place]
        )

    def _asked(self, chance: random.Random, number: int, place: int) -> Example:
        section, sentences = self._sections[number], self._sentences(number)
        heading = self._heading(chance, number)
        sentence = sentences[place]
        made = question_of(chance, sentence, section.title, person=self._person(number))
        if made is None:
            return self._keywords(chance, number, place)
        question = shortened(chance, made.text)
        whole = example(question, heading, sentences, [place])
        toss = chance.random()
        if toss < 0.15:
            emptied = [*sentences[:place], made.empty, *sentences[place + 1 :]]
            return unanswered(question, heading, emptied)
        if toss < 0.24 and (otherwise := asked_otherwise(chance, made, sentence)):
            return unanswered(shortened(chance, otherwise), heading, sentences)
        if toss < 0.28 and (elsewhen := other_year(chance, question)):
            return unanswered(elsewhen, heading, sentences)
        if toss < 0.35:
            other = chance.choice(self._articles[section.title])
            if other != number:
                return unanswered(question, heading, self._sentences(other))
        return without_answers(whole) if toss < 0.40 else whole

    def _heading(self, chance: random.Random, number: int) -> str:
        section = self._sections[number]
        parts = [section.title, section.heading] if chance.random() < 0.5 else [section.title]
        return " › ".join(filter(None, parts)) if chance.random() < 0.85 else ""

    def _sentences(self, number: int) -> list[str]:
        text = self._sections[number].text
        return [text[start:end] for start, end in sentence_spans(text, 0, len(text), "de")]

    def _person(self, number: int) -> bool:
        return self._sections[number].title in self._persons

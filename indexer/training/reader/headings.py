"""Examples from questions that stand as headings, with what stands below them.

That the first sentence below answers is likely, not sure; whether the next ones do is not known.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from indexer.text.sentences import sentence_spans
from indexer.training.prepare import Prepared
from indexer.training.reader.examples import UNKNOWN, Example, Glosses, window
from indexer.training.reader.people import LANGUAGES, WINDOW_CHARS
from indexer.training.sources import Pair, Section

LIKELY = 0.9  # label of the first sentence below its question
LINES_BEFORE, LINES_BELOW = 5, 4
_SHORTEST_ANSWER, _SHORTEST_QUESTION = 40, 15  # characters
_LAST = (".", "!")


class QuestionHeadings:
    """Sections of German articles and manuals whose heading asks, among their neighbours."""

    def __init__(self, prepared: Prepared, glosses: Glosses) -> None:
        self._glosses = glosses
        self._articles = _by_title(prepared.encyclopedia), _by_title(prepared.manuals)
        self._asked = [
            [
                (title, number)
                for title, sections in articles.items()
                for number, section in enumerate(sections)
                if section.heading.endswith("?") and len(section.text) >= _SHORTEST_ANSWER
            ]
            for articles in self._articles
        ]

    def draw(self, chance: random.Random) -> Example:
        """A heading, its section, and what stands before and behind it."""
        source = chance.choice([n for n, asked in enumerate(self._asked) if asked])
        title, number = chance.choice(self._asked[source])
        drawn = _of_section(chance, self._articles[source][title], number)
        if chance.random() < 0.4:
            drawn = self._glosses.question(chance, drawn, "en")
        if chance.random() < 0.15:
            drawn = self._glosses.window(chance, drawn, "en")
        return window(chance, drawn, chance.choice(WINDOW_CHARS))


def _of_section(chance: random.Random, sections: Sequence[Section], number: int) -> Example:
    section = sections[number]
    question = section.heading
    if section.title.lower() not in question.lower() and chance.random() < 0.5:
        question = f"{section.title}: {question}"
    before = _sentences(sections[number - 1].text)[-6:] if number else []
    own = _sentences(section.text)
    behind = _sentences(sections[number + 1].text)[:6] if number + 1 < len(sections) else []
    if number + 1 < len(sections) and sections[number + 1].heading == section.heading:
        behind = []  # it may answer as well
    labels = [0.0] * len(before) + [LIKELY] + [UNKNOWN] * (len(own) - 1) + [0.0] * len(behind)
    sentences = [*before, *own, *behind]
    if chance.random() < 0.5:  # a heading that asks the same is no answer
        sentences.insert(len(before), section.heading)
        labels.insert(len(before), 0.0)
    if chance.random() < 0.15 and before + behind:
        sentences, labels = before + behind, [0.0] * len(before + behind)
    return Example(question, section.title, tuple(sentences), tuple(labels))


class QuestionLines:
    """Lines that ask, in parallel texts, and the lines behind them, in either language."""

    def __init__(self, pairs: Mapping[str, Sequence[Pair]]) -> None:
        self._pairs = pairs
        self._asked = {
            source: asked
            for source, lines in pairs.items()
            if source != "tatoeba" and (asked := list(_questions(lines)))
        }
        self._weights = [len(asked) ** 0.5 for asked in self._asked.values()]

    def draw(self, chance: random.Random) -> Example:
        """A question in one language; what stands around it in the same or in the other."""
        source = chance.choices(list(self._asked), self._weights)[0]
        lines, place = self._pairs[source], chance.choice(self._asked[source])
        own, other = chance.choice(LANGUAGES), chance.choice(LANGUAGES)
        before = list(lines[max(0, place - chance.randint(0, LINES_BEFORE)) : place])
        below = []
        for line in lines[place + 1 : place + 1 + LINES_BELOW]:
            if line.german.endswith("?") or not line.german.endswith(_LAST):
                break
            below.append(line)
        labels = [0.0] * len(before) + [LIKELY] + [UNKNOWN] * (len(below) - 1)
        around = before + below
        if chance.random() < 0.5:
            around.insert(len(before), lines[place])
            labels.insert(len(before), 0.0)
        if chance.random() < 0.2:
            far = chance.randrange(max(1, len(lines) - 8))
            around = list(lines[far : far + chance.randint(3, 8)])
            labels = [0.0] * len(around)
        texts = tuple(_side(line, other) for line in around)
        return Example(_side(lines[place], own), "", texts, tuple(labels))


def _questions(lines: Sequence[Pair]) -> Iterable[int]:
    for place, line in enumerate(lines[:-1]):
        below = lines[place + 1].german
        if (
            line.german.endswith("?")
            and line.english.endswith("?")
            and len(line.german) >= _SHORTEST_QUESTION
            and below.endswith(_LAST)
            and len(below) >= _SHORTEST_ANSWER
        ):
            yield place


def _side(pair: Pair, language: str) -> str:
    return pair.german if language == "de" else pair.english


def _by_title(sections: Iterable[Section]) -> dict[str, list[Section]]:
    articles: dict[str, list[Section]] = defaultdict(list)
    for section in sections:
        articles[section.title].append(section)
    return dict(articles)


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, 0, len(text), "de")]

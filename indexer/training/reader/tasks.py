"""Examples from parallel texts that do not ask: their headings, and their sentences asked about.

Question and window stand in either language as people translated them, so that what answers
shares few words with what asks.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from indexer.training.reader.examples import (
    UNKNOWN,
    Example,
    Glosses,
    example,
    unanswered,
    without_answers,
)
from indexer.training.reader.german import Question, asked_otherwise, question_of, shortened
from indexer.training.reader.headings import LINES_BEFORE, LINES_BELOW, side
from indexer.training.reader.people import LANGUAGES, other_year
from indexer.training.sources import Pair

FIRST_BELOW = 0.75  # label of the first sentence below a heading: it often says what the heading is
MOST_LINES = 150_000  # of a source that are looked through, from its beginning
_LINES = frozenset({"tatoeba", "general-mixed"})  # each line by itself: no headings
_SHORTEST_BELOW, _SHORTEST_HEADING, _MOST_WORDS = 40, 10, 8
_END = re.compile(r"[.!?:;,…)\]}>=\"']$")
_CODE = re.compile(r"[_<>{}=\\|/%$#@*`]|\b[a-z]+[A-Z]")
_INFINITIVE = re.compile(r" [a-zäöüß]{2,}(?:en|ern|eln)$")
_DOING = re.compile(r"^[A-Z][a-z]+ing ")
_DO = re.compile(
    r"^(?:Add|Build|Change|Choose|Configure|Connect|Create|Define|Delete|Deploy|Disable|Edit|Enable"
    r"|Export|Find|Get|Import|Install|Make|Manage|Monitor|Move|Open|Prepare|Publish|Register|Remove"
    r"|Request|Run|Save|Search|Select|Send|Set|Share|Start|Stop|Test|Update|Use|Verify|View|Write) "
)
_NOBODY = "\0"  # takes the place of a pronoun, whose bearer these texts do not name


class TaskHeadings:
    """A heading as a question ("Wie kann ich …?", "What is …?") and the lines around it."""

    def __init__(self, pairs: Mapping[str, Sequence[Pair]]) -> None:
        self._pairs = {name: lines for name, lines in pairs.items() if name not in _LINES}
        self._headings = {
            name: found
            for name, lines in self._pairs.items()
            if (found := list(_headings(lines[:MOST_LINES])))
        }
        self._weights = [len(found) ** 0.5 for found in self._headings.values()]

    def draw(self, chance: random.Random) -> Example:
        """The first line below answers likely; those before it and below the next one do not."""
        source = chance.choices(list(self._headings), self._weights)[0]
        lines, place = self._pairs[source], chance.choice(self._headings[source])
        own, other = chance.choice(LANGUAGES), chance.choice(LANGUAGES)
        before = list(lines[max(0, place - chance.randint(0, LINES_BEFORE)) : place])
        labels = [0.0] * len(before)
        around = before
        if chance.random() < 0.5:
            around, labels = [*around, lines[place]], [*labels, 0.0]
        answered = chance.random() >= 0.2
        passed = False  # the next heading
        for distance, line in enumerate(lines[place + 1 : place + 2 + LINES_BELOW]):
            passed = passed or (distance > 0 and _is_heading(line.german))
            if passed or answered:
                around = [*around, line]
                labels = [*labels, 0.0 if passed else UNKNOWN if distance else FIRST_BELOW]
        if not around:
            around, labels = list(lines[place : place + 1]), [0.0]
        question = _as_question(chance, side(lines[place], own), own)
        texts = tuple(side(line, other) for line in around)
        return Example(question, "", texts, tuple(labels))


class CrossedQuestions:
    """Questions made from German sentences, asked of their translations among their neighbours."""

    def __init__(self, pairs: Mapping[str, Sequence[Pair]], glosses: Glosses) -> None:
        self._glosses = glosses
        self._pairs = {name: lines for name, lines in pairs.items() if name != "tatoeba"}
        chance = random.Random(1)
        self._made = {
            name: made
            for name, lines in self._pairs.items()
            if (made := list(_made(chance, lines[:MOST_LINES])))
        }
        self._weights = [len(made) ** 0.5 for made in self._made.values()]

    def draw(self, chance: random.Random) -> Example:
        """Seven in ten windows are English, three questions in ten."""
        source = chance.choices(list(self._made), self._weights)[0]
        place, made = chance.choice(self._made[source])
        first = max(0, place - chance.randint(0, LINES_BEFORE))
        lines = self._pairs[source][first : place + 1 + chance.randint(0, LINES_BELOW)]
        language = "en" if chance.random() < 0.7 else "de"
        question = shortened(chance, made.text)
        whole = example(question, "", [side(line, language) for line in lines], [place - first])
        toss = chance.random()
        if toss < 0.12 and (
            otherwise := asked_otherwise(chance, made, lines[place - first].german)
        ):
            whole = unanswered(shortened(chance, otherwise), "", whole.sentences)
        elif toss < 0.18 and (elsewhen := other_year(chance, question)):
            whole = unanswered(elsewhen, "", whole.sentences)
        elif toss < 0.30 and len(lines) > 1:
            whole = without_answers(whole)
        return self._glosses.question(chance, whole, "en") if chance.random() < 0.3 else whole


def _headings(lines: Sequence[Pair]) -> Iterable[int]:
    for place, (line, below) in enumerate(pairwise(lines)):
        if (
            _is_heading(line.german)
            and _is_heading(line.english)
            and all(
                text.endswith(".") and len(text) >= _SHORTEST_BELOW
                for text in (below.german, below.english)
            )
        ):
            yield place


def _is_heading(text: str) -> bool:
    return (
        len(text) >= _SHORTEST_HEADING
        and text[0].isupper()
        and len(text.split()) <= _MOST_WORDS
        and not _END.search(text)
        and not _CODE.search(text)
    )


def _as_question(chance: random.Random, heading: str, language: str) -> str:
    if chance.random() < 0.25:
        return heading
    small = heading[0].lower() + heading[1:]
    if language == "de":
        if _INFINITIVE.search(heading):
            return chance.choice(("Wie kann ich {}?", "Wie kann man {}?")).format(heading)
        return chance.choice(("Was ist {}?", "Was bedeutet {}?", "Wozu dient {}?")).format(heading)
    if _DO.search(heading):
        return chance.choice(("How do I {}?", "How can I {}?", "How to {}?")).format(small)
    if _DOING.search(heading):
        return f"How does {small} work?"
    return chance.choice(("What is {}?", "What does {} mean?", "What is {} for?")).format(heading)


def _made(chance: random.Random, lines: Sequence[Pair]) -> Iterable[tuple[int, Question]]:
    for place, line in enumerate(lines):
        made = question_of(chance, line.german, _NOBODY, person=False)
        if made and _NOBODY not in made.text and not _CODE.search(made.text):
            yield place, made

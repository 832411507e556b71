"""Batches of translations: the student shall put each text where the teacher puts its English."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexer.training.chance import some
from indexer.training.lexicon import Lexicon
from indexer.training.prepare import Prepared
from indexer.training.questions import template_question
from indexer.training.sources import Pair

# How often a source's pairs are drawn: general and administrative text must not drown.
PAIR_WEIGHTS: Mapping[str, float] = {
    "tatoeba": 1,
    "general-mixed": 6,
    "municipal": 6,
    "docs-open-source": 0.8,
    "docs-adobe": 0.4,
    "docs-microsoft-human": 0.25,
    "docs-mdn-machine": 0.2,
}
JOINED = {
    "municipal": 3,
    "general-mixed": 3,
    "docs-open-source": 3,
    "docs-microsoft-human": 2,
    "docs-adobe": 1,
    "tatoeba": 1,
}
TOKENS = 4_096  # about so many German tokens in a batch
CHARS_PER_TOKEN = 4.6
NEIGHBOURS = 8  # batches of text of like length: this many times the batch to draw from


@dataclass(frozen=True, slots=True)
class Translations:
    """The student shall put each text where the teacher puts its English one."""

    student: list[str]
    teacher: list[str]  # English


class TranslationBatches:
    """Draws sentences, joined lines, questions and English text."""

    def __init__(self, prepared: Prepared, lexicon: Lexicon, chance: random.Random) -> None:
        self._lexicon = lexicon
        self._pairs = _by_length(prepared.pairs, chance)
        self._joinable = {source: prepared.pairs[source] for source in JOINED}
        self._nouns = [
            pair
            for pair in prepared.dictionary
            if pair.german[:1].isupper()
            and len(pair.german.split()) == 1
            and len(pair.english) < 30
        ]
        self._names = _shared_names(prepared)
        self._squad = [answered for answered in prepared.english if len(answered.questions) >= 2]
        self._municipal = [asked for asked in prepared.municipal if all(asked.answers.values())]

    def sentences(self, chance: random.Random) -> Translations:
        """German sentences, some glossed from English, beside their translations."""
        pairs = self._drawn_pairs(chance)
        return Translations(
            [self._german(chance, pair) for pair in pairs], [pair.english for pair in pairs]
        )

    def _drawn_pairs(self, chance: random.Random) -> list[Pair]:
        middle = chance.randrange(len(self._pairs))
        tokens = len(self._pairs[middle].german) / CHARS_PER_TOKEN + 2
        size = min(320, max(24, int(TOKENS / tokens)))
        start = max(0, min(middle, len(self._pairs) - size * NEIGHBOURS))
        return some(chance, self._pairs[start : start + size * NEIGHBOURS], size)

    def _german(self, chance: random.Random, pair: Pair) -> str:
        if chance.random() < 0.08:
            return self._lexicon.gloss(chance, pair.english, "de", 0.7)
        return pair.german

    def english(self, chance: random.Random) -> Translations:
        """English text, so that the student stays where the teacher is."""
        if chance.random() < 0.45:
            texts = [answered.section.text for answered in some(chance, self._squad, 24)]
        else:
            texts = [pair.english for pair in self._drawn_pairs(chance)]
        return Translations(texts, texts)

    def joined(self, chance: random.Random) -> Translations:
        """Neighbouring lines as one passage."""
        german, english = [], []
        for _ in range(36):
            source = chance.choices(list(JOINED), weights=list(JOINED.values()))[0]
            pairs = self._joinable[source]
            start = chance.randrange(len(pairs))
            chars = chance.choice((250, 400, 600, 800))
            taken = 0
            lines: list[Pair] = []
            for pair in pairs[start : start + 12]:
                if lines and taken + len(pair.german) > chars:
                    break
                lines.append(pair)
                taken += len(pair.german)
            german.append(" ".join(pair.german for pair in lines))
            english.append(" ".join(pair.english for pair in lines))
        return Translations(german, english)

    def questions(self, chance: random.Random) -> Translations:
        """Questions: from templates, and English ones with their words in German."""
        pairs = [template_question(chance, self._nouns, self._names) for _ in range(140)]
        for _ in range(100):
            question, _, _ = chance.choice(chance.choice(self._squad).questions)
            pairs.append(Pair(self._lexicon.gloss(chance, question, "de", 0.9), question))
        for asked in some(chance, self._municipal, 16):
            pairs.append(Pair(asked.questions["de"], asked.questions["en"]))
        return Translations([pair.german for pair in pairs], [pair.english for pair in pairs])


def _by_length(sources: Mapping[str, Sequence[Pair]], chance: random.Random) -> list[Pair]:
    """Draw each source by its weight and order all by length, so that padding is little."""
    drawn: list[Pair] = []
    for source, weight in PAIR_WEIGHTS.items():
        pairs = sources[source]
        drawn += list(pairs) * int(weight)
        drawn += chance.sample(list(pairs), int(len(pairs) * (weight % 1)))
    chance.shuffle(drawn)
    drawn.sort(key=lambda pair: len(pair.german) // 12)
    return drawn


def _shared_names(prepared: Prepared) -> list[str]:
    """Return titles of German articles that English text spells alike: names, mostly."""
    english = {
        word
        for source in ("general-mixed", "tatoeba", "docs-open-source")
        for pair in prepared.pairs[source]
        for word in pair.english.split()
        if word[:1].isupper()
    }
    english |= {word for answered in prepared.english for word in answered.section.text.split()}
    titles = sorted({section.title for section in prepared.encyclopedia})
    return [title for title in titles if all(word in english for word in title.split())]

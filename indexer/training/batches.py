"""Batches: what one step of training reads, drawn by seed and step alone.

So a run that was stopped goes on as if it had not been.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from indexer.training.lexicon import Lexicon
from indexer.training.prepare import Prepared
from indexer.training.questions import rough_question, template_question
from indexer.training.roughly import sentence_at, sentences_of
from indexer.training.sources import Pair, Section

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
ARTICLES, PARAGRAPHS = 14, 4  # of one retrieval batch: neighbours are each other's negatives
MAX_PARAGRAPH_CHARS = 900

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Translations:
    """The student shall put each text where the teacher puts its English one."""

    student: list[str]
    teacher: list[str]  # English


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Each query shall find its own passage among all of the batch, the same way round too."""

    queries: list[str]
    passages: list[str]


class Batches:
    """Draws batches of every kind; all randomness comes from `seed` and the step."""

    def __init__(self, prepared: Prepared, lexicon: Lexicon, seed: int) -> None:
        self._seed = seed
        self._lexicon = lexicon
        chance = random.Random(seed)
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
        articles: dict[str, list[Section]] = defaultdict(list)
        for section in prepared.encyclopedia:
            if len(section.text) >= 120:
                articles[section.title].append(section)
        self._articles = [sections for sections in articles.values() if len(sections) >= PARAGRAPHS]
        self._squad = [answered for answered in prepared.english if len(answered.questions) >= 2]
        self._municipal = [asked for asked in prepared.municipal if all(asked.answers.values())]
        self._other = prepared.manuals[::2] + prepared.laws[::4]

    def draw(self, step: int, mix: Mapping[str, float]) -> tuple[str, Translations | Retrieval]:
        """Return the kind and batch of this step; `mix` weighs the kinds by name."""
        chance = random.Random(f"{self._seed}/{step}")
        kind = chance.choices(list(mix), weights=list(mix.values()))[0]
        batch: Translations | Retrieval = getattr(self, f"_{kind}")(chance)
        return kind, batch

    def _sentences(self, chance: random.Random) -> Translations:
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
        return _some(chance, self._pairs[start : start + size * NEIGHBOURS], size)

    def _german(self, chance: random.Random, pair: Pair) -> str:
        if chance.random() < 0.08:
            return self._lexicon.gloss(chance, pair.english, "de", 0.7)
        return pair.german

    def _english(self, chance: random.Random) -> Translations:
        """English text, so that the student stays where the teacher is."""
        if chance.random() < 0.45:
            texts = [answered.section.text for answered in _some(chance, self._squad, 24)]
        else:
            texts = [pair.english for pair in self._drawn_pairs(chance)]
        return Translations(texts, texts)

    def _joined(self, chance: random.Random) -> Translations:
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

    def _questions(self, chance: random.Random) -> Translations:
        """Questions: from templates, and English ones with their words in German."""
        pairs = [template_question(chance, self._nouns, self._names) for _ in range(140)]
        for _ in range(100):
            question, _, _ = chance.choice(chance.choice(self._squad).questions)
            pairs.append(Pair(self._lexicon.gloss(chance, question, "de", 0.9), question))
        for asked in _some(chance, self._municipal, 16):
            pairs.append(Pair(asked.questions["de"], asked.questions["en"]))
        return Translations([pair.german for pair in pairs], [pair.english for pair in pairs])

    def _articles_retrieval(self, chance: random.Random) -> Retrieval:
        """Something asked of a German paragraph among others of the same articles."""
        queries, passages = [], []
        for sections in _some(chance, self._articles, ARTICLES):
            for section in chance.sample(sections, PARAGRAPHS):
                query, text = self._asked_of(chance, section)
                queries.append(query)
                passages.append(text[:MAX_PARAGRAPH_CHARS])
        return Retrieval(queries, passages)

    def _asked_of(self, chance: random.Random, section: Section) -> tuple[str, str]:
        sentences = sentences_of(section.text)
        text = section.text
        if chance.random() < 0.2 and section.heading:
            query = section.heading
            if not query.endswith("?"):
                query = f"{section.title}: {query}"
        else:
            place = chance.randrange(len(sentences))
            query = sentences[place]
            if len(sentences) > 2 and chance.random() < 0.5:
                text = " ".join(sentences[:place] + sentences[place + 1 :])
            if chance.random() < 0.6:
                query = rough_question(chance, query, "de")
            if chance.random() < 0.35 and section.title.lower() not in query.lower():
                query = f"{section.title} {query}"
        toss = chance.random()
        if toss < 0.4:
            query = self._lexicon.gloss(chance, query, "en", 0.95)
        elif toss < 0.55:
            text = self._lexicon.gloss(chance, text, "en", 0.9)
        return query, text

    def _english_retrieval(self, chance: random.Random) -> Retrieval:
        """Questions on English paragraphs or sentences, words of either in German."""
        queries, passages = [], []
        whole = chance.random() < 0.5
        for answered in _some(chance, self._squad, 28 if whole else 48):
            for query, answer, _ in chance.sample(answered.questions, 1 if whole else 2):
                paragraph = answered.section.text
                text = paragraph if whole else sentence_at(paragraph, answer)
                in_german = self._lexicon.gloss(chance, query, "de", 0.95)
                text_in_german = self._lexicon.gloss(chance, text, "de", 0.95)
                toss = chance.random()
                queries.append(in_german if toss < 0.6 else query)
                passage = text_in_german if 0.4 < toss < 0.8 else text
                passages.append(passage[:MAX_PARAGRAPH_CHARS])
        return Retrieval(queries, passages)

    def _pages_retrieval(self, chance: random.Random) -> Retrieval:
        """Municipal questions to their answers in either language; headings to German sections."""
        queries, passages = [], []
        for asked in _some(chance, self._municipal, 20):
            languages = chance.choice(("de", "en")), chance.choice(("de", "en"))
            sentences = asked.sentences[languages[1]]
            first = chance.choice(asked.answers[languages[1]])
            start = max(0, first - chance.randrange(3))
            queries.append(asked.questions[languages[0]])
            passages.append(" ".join(sentences[start : first + 3])[:MAX_PARAGRAPH_CHARS])
        for section in _some(chance, self._other, 20):
            query = (
                section.heading if chance.random() < 0.5 else f"{section.title} {section.heading}"
            )
            if chance.random() < 0.4:
                query = self._lexicon.gloss(chance, query, "en", 0.95)
            queries.append(query)
            passages.append(section.text[:600])
        return Retrieval(queries, passages)


def _some(chance: random.Random, items: Sequence[Item], count: int) -> list[Item]:
    """Draw so many different items, or all where there are fewer."""
    return chance.sample(items, min(count, len(items)))


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

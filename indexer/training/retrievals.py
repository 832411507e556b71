"""Batches of questions and their passages: each query shall find its own among all of the batch."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass

from indexer.training.chance import some
from indexer.training.lexicon import Lexicon
from indexer.training.prepare import Prepared
from indexer.training.questions import rough_question
from indexer.training.roughly import sentence_at, sentences_of
from indexer.training.sources import Section

ARTICLES, PARAGRAPHS = 14, 4  # of one retrieval batch: neighbours are each other's negatives
FEW_ARTICLES, MANY_PARAGRAPHS = 3, 14  # the same, where the neighbours are the hard part
ENGLISH_ARTICLES, ENGLISH_PARAGRAPHS = 2, 16
MAX_PARAGRAPH_CHARS = 900


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Each query shall find its own passage among all of the batch, the same way round too."""

    queries: list[str]
    passages: list[str]


class RetrievalBatches:
    """Draws what is asked and what is found, from encyclopedia, pages, laws and manuals."""

    def __init__(self, prepared: Prepared, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        articles: dict[str, list[Section]] = defaultdict(list)
        headings: dict[str, list[Section]] = defaultdict(list)
        for section in prepared.encyclopedia:
            if len(section.text) >= 120:
                articles[section.title].append(section)
                if section.heading.endswith("?"):
                    headings[section.heading].append(section)
        self._articles = [sections for sections in articles.values() if len(sections) >= PARAGRAPHS]
        self._headings = list(headings.values())
        self._squad = [answered for answered in prepared.english if len(answered.questions) >= 2]
        self._english = [
            [answered for answered in self._squad if answered.section.title == title]
            for title in sorted({answered.section.title for answered in self._squad})
        ]
        self._municipal = [asked for asked in prepared.municipal if all(asked.answers.values())]
        self._other = prepared.manuals[::2] + prepared.laws[::4]

    def articles_retrieval(self, chance: random.Random) -> Retrieval:
        """Something asked of a German paragraph among others of the same articles."""
        return self._of_articles(chance, ARTICLES, PARAGRAPHS)

    def neighbours_retrieval(self, chance: random.Random) -> Retrieval:
        """The same of few articles, so that most wrong paragraphs are on the right subject."""
        return self._of_articles(chance, FEW_ARTICLES, MANY_PARAGRAPHS)

    def _of_articles(self, chance: random.Random, articles: int, paragraphs: int) -> Retrieval:
        queries, passages = [], []
        for sections in some(chance, self._articles, articles):
            for section in some(chance, sections, paragraphs):
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

    def headings_retrieval(self, chance: random.Random) -> Retrieval:
        """Questions that people wrote as headings, each to a paragraph below it."""
        queries, passages = [], []
        for sections in some(chance, self._headings, 40):
            section = chance.choice(sections)
            query = section.heading
            # Many say "it": without the title nobody could know what is asked for.
            if section.title.lower() not in query.lower() and chance.random() < 0.8:
                query = f"{section.title}: {query}"
            if chance.random() < 0.4:
                query = self._lexicon.gloss(chance, query, "en", 0.95)
            queries.append(query)
            passages.append(section.text[:MAX_PARAGRAPH_CHARS])
        return Retrieval(queries, passages)

    def english_retrieval(self, chance: random.Random) -> Retrieval:
        """Questions on English paragraphs or sentences, words of either in German."""
        queries, passages = [], []
        whole = chance.random() < 0.5
        for answered in some(chance, self._squad, 28 if whole else 48):
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

    def english_paragraphs(self, chance: random.Random) -> Retrieval:
        """English questions, as people wrote them, among paragraphs of the same article."""
        queries, passages = [], []
        for article in some(chance, self._english, ENGLISH_ARTICLES):
            for answered in some(chance, article, ENGLISH_PARAGRAPHS):
                query, _, _ = chance.choice(answered.questions)
                queries.append(query)
                passages.append(answered.section.text[:MAX_PARAGRAPH_CHARS])
        return Retrieval(queries, passages)

    def english_sentences(self, chance: random.Random) -> Retrieval:
        """English questions among the sentences of the same few paragraphs."""
        queries: list[str] = []
        passages: list[str] = []
        for answered in some(chance, chance.choice(self._english), 20):
            sentences = {
                sentence_at(answered.section.text, answer): query
                for query, answer, _ in some(chance, answered.questions, len(answered.questions))
            }
            queries += sentences.values()
            passages += sentences
        return Retrieval(queries, passages)

    def pages_retrieval(self, chance: random.Random) -> Retrieval:
        """Municipal questions to their answers in either language; headings to German sections."""
        queries, passages = [], []
        for asked in some(chance, self._municipal, 20):
            languages = chance.choice(("de", "en")), chance.choice(("de", "en"))
            sentences = asked.sentences[languages[1]]
            first = chance.choice(asked.answers[languages[1]])
            start = max(0, first - chance.randrange(3))
            queries.append(asked.questions[languages[0]])
            passages.append(" ".join(sentences[start : first + 3])[:MAX_PARAGRAPH_CHARS])
        for section in some(chance, self._other, 20):
            query = (
                section.heading if chance.random() < 0.5 else f"{section.title} {section.heading}"
            )
            if chance.random() < 0.4:
                query = self._lexicon.gloss(chance, query, "en", 0.95)
            queries.append(query)
            passages.append(section.text[:600])
        return Retrieval(queries, passages)

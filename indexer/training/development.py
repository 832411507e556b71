"""Figures on the development split, which decide between settings; never evaluation data."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np

from indexer.training.prepare import HeldOut
from indexer.training.questions import rough_question
from indexer.training.roughly import sentences_of
from indexer.training.sources import Asked, Section

Encode = Callable[[Sequence[str]], np.ndarray]
TRANSLATIONS = 600
PARAGRAPHS = 500
ARTICLES = 20
LANGUAGES = ("de", "en")
K = 10


def development_figures(encode: Encode, held_out: HeldOut) -> dict[str, float]:
    """Measure an encoder (texts in, unit vectors out).

    Returns:
        `pairs`: translations found among 600, mean of both directions; `wiki`: nDCG@10 of German
        paragraphs by a rough question from one of their sentences or by a heading;
        `neighbours`: whole articles, asked for by a sentence that is taken out of its paragraph;
        `squad`: English questions, English paragraphs; `page-xx-yy`: municipal questions in xx,
        pages in yy, cut at the window; `answers-xx`: AP of the answer sentences among all
        sentences of these pages in both languages.
    """
    figures = {}
    german = encode([pair.german for pair in held_out.pairs[:TRANSLATIONS]])
    english = encode([pair.english for pair in held_out.pairs[:TRANSLATIONS]])
    same = np.arange(len(german))
    scores = german @ english.T
    found = (scores.argmax(axis=1) == same).mean() + (scores.argmax(axis=0) == same).mean()
    figures["pairs"] = float(found / 2)

    chance = random.Random(9)
    sections = [s for s in held_out.encyclopedia if len(s.text) >= 200]
    sections = chance.sample(sections, min(PARAGRAPHS, len(sections)))
    queries = []
    for section in sections:
        sentence = chance.choice(sentences_of(section.text))
        queries.append(f"{section.title}: {rough_question(chance, sentence, 'de')}")
    texts = [section.text for section in sections]
    figures["wiki"] = ndcg(encode(queries) @ encode(texts).T, np.arange(len(texts)))
    figures["neighbours"] = _neighbours(encode, held_out.encyclopedia, chance)

    paragraphs = [answered.section.text for answered in held_out.english]
    asked = [
        (place, question)
        for place, answered in enumerate(held_out.english)
        for question, _, _ in answered.questions
    ]
    asked = chance.sample(asked, min(400, len(asked)))
    vectors = encode([question for _, question in asked])
    relevant = np.array([place for place, _ in asked])
    figures["squad"] = ndcg(vectors @ encode(paragraphs).T, relevant)
    return figures | _page_figures(encode, held_out) | _answer_figures(encode, held_out.municipal)


def _page_figures(encode: Encode, held_out: HeldOut) -> dict[str, float]:
    pages = sorted({asked.page for asked in held_out.municipal})
    figures = {}
    passages, questions = {}, {}
    for language in LANGUAGES:
        text_of = {asked.page: " ".join(asked.sentences[language]) for asked in held_out.municipal}
        passages[language] = encode([text_of[page] for page in pages])
        questions[language] = encode([asked.questions[language] for asked in held_out.municipal])
    relevant = np.array([pages.index(asked.page) for asked in held_out.municipal])
    for own in LANGUAGES:
        for other in LANGUAGES:
            figures[f"page-{own}-{other}"] = ndcg(questions[own] @ passages[other].T, relevant)
    return figures


def _neighbours(encode: Encode, sections: Sequence[Section], chance: random.Random) -> float:
    articles = sorted({section.title for section in sections})
    chosen = set(chance.sample(articles, min(ARTICLES, len(articles))))
    texts: list[str] = []
    queries, relevant = [], []
    for section in sections:
        sentences = sentences_of(section.text)
        if section.title not in chosen or len(section.text) < 200 or len(sentences) < 3:
            continue
        place = chance.randrange(len(sentences))
        queries.append(rough_question(chance, sentences[place], "de"))
        relevant.append(len(texts))
        texts.append(" ".join(sentences[:place] + sentences[place + 1 :]))
    return ndcg(encode(queries) @ encode(texts).T, np.array(relevant))


def _answer_figures(encode: Encode, asked: Sequence[Asked]) -> dict[str, float]:
    place_of = {}
    texts: list[str] = []
    for language in LANGUAGES:
        for one in asked:
            for number, sentence in enumerate(one.sentences[language]):
                if sentence and (language, one.page, number) not in place_of:
                    place_of[language, one.page, number] = len(texts)
                    texts.append(sentence)
    vectors = encode(texts)
    figures = {}
    for own in LANGUAGES:
        scores = encode([one.questions[own] for one in asked]) @ vectors.T
        precisions = []
        for row, one in zip(scores, asked, strict=True):
            gold = [
                place_of[language, one.page, number]
                for language in LANGUAGES
                for number in one.answers[language]
                if (language, one.page, number) in place_of
            ]
            if gold:
                precisions.append(average_precision(row, gold))
        figures[f"answers-{own}"] = float(np.mean(precisions))
    return figures


def average_precision(scores: np.ndarray, relevant: Sequence[int]) -> float:
    """Return the mean, over relevant texts, of the precision down to each one's rank."""
    ranks = np.sort([1 + (scores > scores[place]).sum() for place in relevant])
    return float(np.mean(np.arange(1, len(ranks) + 1) / ranks))


def ndcg(scores: np.ndarray, relevant: np.ndarray) -> float:
    """Return the mean nDCG@10 where each query has one relevant text: 1 / log2(rank + 1)."""
    own = scores[np.arange(len(scores)), relevant]
    ranks = 1 + (scores > own[:, None]).sum(axis=1)
    return float(np.where(ranks <= K, 1 / np.log2(ranks + 1), 0).mean())

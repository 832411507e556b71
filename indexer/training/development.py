"""Figures on the development split, which decide between settings; never evaluation data."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np

from indexer.training.prepare import HeldOut
from indexer.training.questions import rough_question
from indexer.training.roughly import sentences_of

Encode = Callable[[Sequence[str]], np.ndarray]
TRANSLATIONS = 600
PARAGRAPHS = 500
K = 10


def development_figures(encode: Encode, held_out: HeldOut) -> dict[str, float]:
    """Measure an encoder (texts in, unit vectors out).

    Returns:
        `pairs`: translations found among 600, mean of both directions; `wiki`: nDCG@10 of German
        paragraphs by a rough question from one of their sentences or by a heading; `squad`:
        English questions, English paragraphs; `page-xx-yy`: municipal questions in xx, pages in
        yy, cut at the window.
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
    return figures | _page_figures(encode, held_out)


def _page_figures(encode: Encode, held_out: HeldOut) -> dict[str, float]:
    pages = sorted({asked.page for asked in held_out.municipal})
    figures = {}
    passages, questions = {}, {}
    for language in ("de", "en"):
        text_of = {asked.page: " ".join(asked.sentences[language]) for asked in held_out.municipal}
        passages[language] = encode([text_of[page] for page in pages])
        questions[language] = encode([asked.questions[language] for asked in held_out.municipal])
    relevant = np.array([pages.index(asked.page) for asked in held_out.municipal])
    for own in ("de", "en"):
        for other in ("de", "en"):
            figures[f"page-{own}-{other}"] = ndcg(questions[own] @ passages[other].T, relevant)
    return figures


def ndcg(scores: np.ndarray, relevant: np.ndarray) -> float:
    """Return the mean nDCG@10 where each query has one relevant text: 1 / log2(rank + 1)."""
    own = scores[np.arange(len(scores)), relevant]
    ranks = 1 + (scores > own[:, None]).sum(axis=1)
    return float(np.where(ranks <= K, 1 / np.log2(ranks + 1), 0).mean())

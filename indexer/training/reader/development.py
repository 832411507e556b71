"""The reader's figures on the development split, which decide between settings."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np

from indexer.training.chance import some
from indexer.training.prepare import HeldOut
from indexer.training.reader.examples import UNKNOWN, Example, Glosses
from indexer.training.reader.made import MadeQuestions
from indexer.training.reader.people import LANGUAGES, EnglishQuestions, MunicipalQuestions
from indexer.training.reader.retrieved import Retrieved

# Examples in; per example the probability of each sentence, and that anything answers.
Read = Callable[[Sequence[Example]], list[tuple[np.ndarray, float]]]
PAGE_CHARS = 1_100  # of a page that are read at once
ENGLISH, MADE, WRITTEN = 250, 300, 400
READ_WINDOWS = 4  # of those that were found for a written question


class Development:
    """Questions on pages and articles that were held out; drawn once."""

    def __init__(
        self, held_out: HeldOut, glosses: Glosses, retrieved: Sequence[Retrieved] = ()
    ) -> None:
        chance = random.Random(6)
        english = EnglishQuestions(held_out.english, glosses)
        asked = some(chance, english.all(), ENGLISH)
        self._english = asked + [english.elsewhere(chance, one) for one in asked]
        made = MadeQuestions(held_out.encyclopedia, glosses)
        self._made = [made.draw(chance) for _ in range(MADE)]
        self._municipal = MunicipalQuestions(held_out.municipal)
        self._written = some(chance, [one for one in retrieved if one.held_out], WRITTEN)

    def figures(self, read: Read) -> dict[str, float]:
        """Measure a reader.

        Returns:
            `english`, `made`: share of answered examples whose best sentence answers;
            `written`: the same over all windows that are read for a question;
            `…-auc`: ROC-AUC of "anything answers";
            `pages-xx-yy`: answer-sentence F, question in xx, page in yy, at the threshold that is
            best over all four; `threshold`.
        """
        figures = {}
        for name, examples in (("english", self._english), ("made", self._made)):
            scores = read(examples)
            hits = [
                one.labels[int(sentences.argmax())] > 0
                for one, (sentences, _) in zip(examples, scores, strict=True)
                if one.answered and len(sentences)
            ]
            figures[name] = float(np.mean(hits)) if hits else np.nan
            answered = [one.answered > 0 for one in examples]
            figures[f"{name}-auc"] = _auc(answered, [window for _, window in scores])
        return figures | self._questions(read) | self._pages(read)

    def _questions(self, read: Read) -> dict[str, float]:
        """Each with the windows that it would be answered from."""
        if not self._written:
            return {}
        shown = [one.windows[:READ_WINDOWS] for one in self._written]
        scores = iter(read([window for windows in shown for window in windows]))
        found = []
        for windows in shown:
            sentences = [
                (float(score), label)
                for window in windows
                for score, label in zip(next(scores)[0], window.labels, strict=False)
            ]
            best = max(sentences, default=(0.0, 0.0))
            found.append((*best, any(window.answered for window in windows)))
        known = [label > 0 for _, label, answered in found if answered and label != UNKNOWN]
        auc = _auc([answered for *_, answered in found], [score for score, _, _ in found])
        return {"written": float(np.mean(known)) if known else np.nan, "written-auc": auc}

    def _pages(self, read: Read) -> dict[str, float]:
        pages = {
            (own, other): self._municipal.all(own, other)
            for own in LANGUAGES
            for other in LANGUAGES
        }
        scores = {
            names: [_whole(read, one) for one in examples] for names, examples in pages.items()
        }
        by_threshold = {
            threshold: {
                f"pages-{own}-{other}": sentence_f(
                    pages[own, other], [s >= threshold for s, _ in scores[own, other]]
                )
                for own, other in pages
            }
            for threshold in np.round(np.arange(0.1, 0.95, 0.05), 2)
        }
        best = max(by_threshold, key=lambda threshold: sum(by_threshold[threshold].values()))
        every = [one for examples in pages.values() for one in examples]
        windows = [window for found in scores.values() for _, window in found]
        return {
            **by_threshold[best],
            "threshold": float(best),
            "pages-auc": _auc([one.answered > 0 for one in every], windows),
        }


def sentence_f(examples: Sequence[Example], predicted: Sequence[np.ndarray]) -> float:
    """Answer-sentence F of OMoS-QA: harmonic mean of mean precision and mean recall.

    Over answerable questions; an empty prediction has precision 1 and recall 0.
    """
    precisions, recalls = [], []
    for one, chosen in zip(examples, predicted, strict=True):
        gold = np.array(one.labels) > 0
        if not gold.any():
            continue
        hits = (gold & chosen).sum()
        precisions.append(hits / chosen.sum() if chosen.any() else 1.0)
        recalls.append(hits / gold.sum())
    if not precisions:
        return np.nan
    precision, recall = np.mean(precisions), np.mean(recalls)
    return float(2 * precision * recall / max(precision + recall, 1e-9))


def _whole(read: Read, page: Example) -> tuple[np.ndarray, float]:
    """Read a page in windows; the page answers as surely as its surest window."""
    parts: list[Example] = []
    first = 0
    while first < len(page.sentences):
        last, size = first, 0
        while last < len(page.sentences) and (size < PAGE_CHARS or last == first):
            size += len(page.sentences[last])
            last += 1
        parts.append(
            Example(
                page.question, page.heading, page.sentences[first:last], page.labels[first:last]
            )
        )
        first = last
    scores = read(parts)
    padded = [
        np.pad(sentences, (0, len(part.sentences) - len(sentences)))
        for part, (sentences, _) in zip(parts, scores, strict=True)
    ]
    return np.concatenate(padded), max(window for _, window in scores)


def _auc(answered: Sequence[bool], scores: Sequence[float]) -> float:
    """The chance that an answered example is scored above one without an answer (ties half)."""
    labels = np.array(answered)
    values = np.array(scores)
    if labels.all() or not labels.any():
        return np.nan
    above = values[labels][:, None] - values[~labels][None, :]
    return float(((above > 0) + 0.5 * (above == 0)).mean())

"""A word lexicon from parallel text, and text with its words exchanged by it.

Word-for-word glosses are no translations, but content words in the other language are what a
retrieval encoder must recognise (code-switching, Qin et al. 2020, arXiv:2006.06402).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from indexer.training.alignment import align

RELIABLE = 0.2  # Dice from which the strongest link is mostly a translation
MAX_WORDS = 40
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Each word's best translation, in lower case."""

    to_english: dict[str, str]
    to_german: dict[str, str]

    def gloss(self, chance: random.Random, text: str, target: str, share: float) -> str:
        """Exchange this share of the words that have a translation into `target` (de or en)."""
        table = self.to_english if target == "en" else self.to_german

        def exchanged(match: re.Match[str]) -> str:
            word = match.group()
            other = table.get(word.lower())
            return other if other and chance.random() < share else word

        return _WORD.sub(exchanged, text)


def learn_lexicon(pairs: Iterable[tuple[str, str]]) -> Lexicon:
    """Align the words of parallel text and keep each word's strongest reliable link."""
    left, right = [], []
    german_words: dict[str, int] = {}
    english_words: dict[str, int] = {}
    for german, english in pairs:
        own = _numbers(german, german_words, first=1)
        other = _numbers(english, english_words, first=0)
        if 0 < len(own) <= MAX_WORDS and 0 < len(other) <= MAX_WORDS:
            left.append(own)
            right.append(other)
    links = align(left, right, len(german_words) + 1, len(english_words), keep=4)
    german_names = ["", *german_words]
    english_names = list(english_words)
    to_english: dict[str, str] = {}
    to_german: dict[str, str] = {}
    strongest_first = np.argsort(-links.strength, kind="stable")
    for link in strongest_first[links.strength[strongest_first] >= RELIABLE]:
        german_word = german_names[links.german[link]]
        english_word = english_names[links.english[link]]
        to_english.setdefault(german_word, english_word)
        to_german.setdefault(english_word, german_word)
    return Lexicon(to_english, to_german)


def _numbers(text: str, numbers: dict[str, int], *, first: int) -> np.ndarray:
    words = set(_WORD.findall(text.lower()))
    found = [numbers.setdefault(word, len(numbers) + first) for word in sorted(words)]
    return np.array(found, dtype=np.int32)

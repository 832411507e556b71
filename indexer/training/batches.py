"""Batches: what one step of training reads, drawn by seed and step alone.

So a run that was stopped goes on as if it had not been.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from indexer.training.lexicon import Lexicon
from indexer.training.prepare import Prepared
from indexer.training.retrievals import Retrieval, RetrievalBatches
from indexer.training.translations import TranslationBatches, Translations

Batch = Translations | Retrieval


class Batches:
    """Draws batches of every kind; all randomness comes from `seed` and the step."""

    def __init__(self, prepared: Prepared, lexicon: Lexicon, seed: int) -> None:
        self._seed = seed
        translations = TranslationBatches(prepared, lexicon, random.Random(seed))
        retrievals = RetrievalBatches(prepared, lexicon)
        draws: list[Callable[[random.Random], Batch]] = [
            translations.sentences,
            translations.english,
            translations.joined,
            translations.questions,
            retrievals.articles_retrieval,
            retrievals.neighbours_retrieval,
            retrievals.headings_retrieval,
            retrievals.english_retrieval,
            retrievals.english_paragraphs,
            retrievals.english_sentences,
            retrievals.pages_retrieval,
        ]
        self._draws = {draw.__name__: draw for draw in draws}

    def draw(self, step: int, mix: Mapping[str, float]) -> tuple[str, Batch]:
        """Return the kind and batch of this step; `mix` weighs the kinds by name."""
        chance = random.Random(f"{self._seed}/{step}")
        kind = chance.choices(list(mix), weights=list(mix.values()))[0]
        return kind, self._draws[kind](chance)

"""The stages of training: what each trains, on what, and how fast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """What a stage trains and on what; steps and figures of every run are in RUNS.md."""

    mix: Mapping[str, float]  # kind of batch -> weight
    row_rate: float  # 0: no row is trained
    layer_rate: float  # 0: layers and English rows stay as they are
    warm_up: int
    crowding: float = 0.0  # weight of the loss between texts of one language


STAGES = {
    "rows": Stage({"sentences": 0.62, "joined": 0.14, "questions": 0.24}, 1e-3, 0.0, 50),
    "all": Stage(
        {
            "sentences": 0.38,
            "joined": 0.08,
            "questions": 0.10,
            "english": 0.12,
            "articles_retrieval": 0.18,
            "english_retrieval": 0.08,
            "pages_retrieval": 0.06,
        },
        3e-4,
        6e-5,
        60,
    ),
    # The English teacher itself learns what questions are, before German is brought to it.
    "teacher": Stage(
        {"english_paragraphs": 0.5, "english_sentences": 0.2, "english": 0.3}, 0.0, 2e-5, 20
    ),
    "asked": Stage(
        {
            "sentences": 0.32,
            "joined": 0.08,
            "questions": 0.07,
            "english": 0.05,
            "articles_retrieval": 0.10,
            "neighbours_retrieval": 0.10,
            "headings_retrieval": 0.06,
            "english_paragraphs": 0.08,
            "english_sentences": 0.04,
            "english_retrieval": 0.04,
            "pages_retrieval": 0.06,
        },
        3e-4,
        1e-4,
        60,
        0.25,
    ),
}

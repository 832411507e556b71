"""Examples from written questions and the passages that our own retrieval found for them.

`python -m eval.reader_examples` writes them, as only it may ask the engine; here they are drawn.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.training.prepare import runs_folder
from indexer.training.reader.examples import (
    Example,
    unanswered,
    without_answers,
)

RETRIEVED_FOLDER = "retrieved"  # in the runs folder, a file for each collection


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A question and what was found for it, as the reader is shown it."""

    windows: tuple[Example, ...]  # best first
    held_out: bool
    collection: str = ""  # what was searched

    @property
    def answering(self) -> list[Example]:
        """The windows in which a sentence answers."""
        return [one for one in self.windows if one.answered]

    @property
    def misleading(self) -> list[Example]:
        """Those in which none does, nor may be taken to."""
        return [one for one in self.windows if not any(one.labels)]


class RetrievedQuestions:
    """Draws questions with a window that answers, or with one that only looks as if."""

    def __init__(self, found: Sequence[Retrieved]) -> None:
        by_name: dict[str, list[Retrieved]] = defaultdict(list)
        for one in found:
            if one.answering or one.misleading:  # else all that was found may answer or not
                by_name[one.collection].append(one)
        self._collections = list(by_name.values())
        # Many questions on many passages must not drown those on few documents.
        self._weights = [len(asked) ** 0.5 for asked in self._collections]

    def draw(self, chance: random.Random) -> Example:
        """Some six times in ten with a window that answers."""
        [asked] = chance.choices(self._collections, self._weights)
        one = chance.choice(asked)
        toss = chance.random()
        if one.misleading and (not one.answering or toss < 0.2):
            return _near_the_top(chance, one.misleading)
        drawn = chance.choice(one.answering)
        return without_answers(drawn) if toss > 0.94 else drawn


def _near_the_top(chance: random.Random, windows: Sequence[Example]) -> Example:
    """The better it was ranked the likelier: at question time only the best are read."""
    drawn = windows[min(int(chance.expovariate(0.6)), len(windows) - 1)]
    return unanswered(drawn.question, drawn.heading, drawn.sentences)


def load_retrieved() -> list[Retrieved]:
    """Read what `eval.reader_examples` wrote.

    Raises:
        FileNotFoundError: naming the command to run first.
    """
    files = sorted((runs_folder() / RETRIEVED_FOLDER).glob("*.jsonl"))
    if not files:
        raise FileNotFoundError(
            f"{runs_folder() / RETRIEVED_FOLDER} is empty or missing; "
            "run python -m eval.reader_examples ../shared/data first"
        )
    return [one for file in files for one in _loaded(file)]


def _loaded(file: Path) -> Iterator[Retrieved]:
    with file.open(encoding="utf-8") as stream:
        for line in stream:
            row = json.loads(line)
            windows = tuple(
                Example(row["question"], heading, tuple(sentences), tuple(labels))
                for heading, sentences, labels in row["windows"]
            )
            yield Retrieved(windows, row["held_out"], file.stem)

"""Train the reader: examples in, a checkpoint every few minutes, a log of figures.

python -m indexer.training.reader.train --steps 2000
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import numpy as np
import torch

from indexer.encoder_files import SHIPPED_FOLDER
from indexer.training.initial import load_lexicon
from indexer.training.prepare import Prepared, load_prepared, runs_folder
from indexer.training.reader.development import Development
from indexer.training.reader.examples import Example, Glosses
from indexer.training.reader.headings import QuestionHeadings, QuestionLines
from indexer.training.reader.made import MadeQuestions
from indexer.training.reader.model import ANSWERED_WEIGHT, Reader, losses
from indexer.training.reader.people import EnglishQuestions, MunicipalQuestions
from indexer.training.reader.retrieved import Retrieved, RetrievedQuestions, load_retrieved
from indexer.training.reader.windows import Windows
from indexer.training.running import CHECKPOINT_S, Run

SEED = 20_261_121
LAYER_RATE, HEAD_RATE, WARM_UP = 1e-4, 5e-4, 60
STEP_EXAMPLES, GROUP_TOKENS = 24, 1_536
LOGGED_STEPS = 25
# Kind of example -> weight: at first, and where questions have been written and asked.
MIX = {"english": 30, "municipal": 22, "made": 26, "headings": 10, "lines": 12}
WRITTEN_MIX = {"written": 55, "english": 12, "municipal": 20, "made": 4, "headings": 4, "lines": 5}


class Examples:
    """Draws the examples of a step by seed and step alone, so that a run can be gone on with."""

    def __init__(
        self, prepared: Prepared, glosses: Glosses, seed: int, retrieved: Sequence[Retrieved]
    ) -> None:
        self._seed = seed
        self._mix = WRITTEN_MIX if retrieved else MIX
        self._draws: dict[str, Callable[[random.Random], Example]] = {
            "english": EnglishQuestions(prepared.english, glosses).draw,
            "municipal": MunicipalQuestions(prepared.municipal).draw,
            "made": MadeQuestions(prepared.encyclopedia, glosses).draw,
            "headings": QuestionHeadings(prepared, glosses).draw,
            "lines": QuestionLines(prepared.pairs).draw,
            "written": RetrievedQuestions(retrieved).draw,
        }

    def draw(self, step: int) -> list[Example]:
        """The examples of this step, of all kinds."""
        chance = random.Random(f"{self._seed}/{step}")
        kinds = chance.choices(list(self._mix), list(self._mix.values()), k=STEP_EXAMPLES)
        return [self._draws[kind](chance) for kind in kinds]


class Trainer:
    """Trains from the encoder or from another run's reader, or goes on from the last checkpoint."""

    def __init__(
        self, encoder: Path, steps: int, run: str, seed: int, start: str | None = None
    ) -> None:
        torch.manual_seed(seed)
        prepared = load_prepared()
        glosses = Glosses(load_lexicon(prepared))
        self.steps, self.step, self.seconds = steps, 0, 0.0
        self.run = Run(runs_folder() / run)
        retrieved = load_retrieved() if start else []
        learned_from = [one for one in retrieved if not one.held_out]
        self.examples = Examples(prepared, glosses, seed, learned_from)
        self.development = Development(prepared.held_out, glosses, retrieved)
        self.windows = Windows(encoder)
        self.reader = Reader(encoder)
        heads = [*self.reader.sentence.parameters(), *self.reader.window.parameters()]
        layers = [p for p in self.reader.bert.parameters() if p.requires_grad]
        self.rates = (LAYER_RATE, HEAD_RATE)
        self.optimizer = torch.optim.AdamW([{"params": layers}, {"params": heads}], LAYER_RATE)
        if state := self.run.saved("cpu"):
            self.reader.load_state_dict(state["reader"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.step, self.seconds = state["step"], state["seconds"]
            self.run.log(f"resumed at step {self.step}")
        elif start:
            self.reader.load_state_dict(Run(runs_folder() / start).finished("cpu")["reader"])

    def learn(self, every: int) -> None:
        """Train to the last step; measure on the development split every so many steps."""
        began = saved = time.monotonic()
        before = self.seconds
        seen: list[tuple[float, float]] = []
        while self.step < self.steps:
            seen.append(self._step(self.examples.draw(self.step)))
            self.step += 1
            self.seconds = before + time.monotonic() - began
            if self.step % LOGGED_STEPS == 0:
                sentences, windows = np.mean(seen, axis=0)
                minutes = self.seconds / 60
                self.run.log(f"step {self.step} {minutes:.1f} min {sentences:.3f} {windows:.3f}")
                seen.clear()
            last = self.step == self.steps
            if last or time.monotonic() - saved > CHECKPOINT_S:
                self.save()
                saved = time.monotonic()
            if last or self.step % every == 0:
                self.run.log(f"step {self.step} figures {self.figures()}")

    def figures(self) -> dict[str, float]:
        """Measure the reader as it is now."""
        return {
            name: round(value, 3) for name, value in self.development.figures(self._read).items()
        }

    def save(self) -> None:
        """Write the checkpoint."""
        self.run.save(
            {
                "reader": self.reader.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "step": self.step,
                "seconds": self.seconds,
            }
        )

    def _step(self, examples: Sequence[Example]) -> tuple[float, float]:
        rate = min(1.0, (self.step + 1) / WARM_UP) * max(1 - self.step / self.steps, 1e-3)
        for parameters, highest in zip(self.optimizer.param_groups, self.rates, strict=True):
            parameters["lr"] = highest * rate
        self.optimizer.zero_grad(set_to_none=True)
        self.reader.train()
        groups = self.windows.groups(examples, GROUP_TOKENS)
        known = sum(int((group.labels >= 0).sum()) for group in groups)
        total = np.zeros(2)
        for group in groups:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits, window = self.reader(group)
            sentences, windows = losses(logits.float(), window.float(), group)
            sentences, windows = sentences / known, windows / len(examples)
            torch.autograd.backward(sentences + ANSWERED_WEIGHT * windows)
            total += float(sentences.detach()), float(windows.detach())
        torch.nn.utils.clip_grad_norm_(self.reader.parameters(), 1.0)
        self.optimizer.step()
        return float(total[0]), float(total[1])

    def _read(self, examples: Sequence[Example]) -> list[tuple[np.ndarray, float]]:
        self.reader.eval()
        found: list[tuple[np.ndarray, float]] = [(np.empty(0), 0.0)] * len(examples)
        for group in self.windows.groups(examples, GROUP_TOKENS):
            with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
                logits, window = self.reader(group)
            present = (group.sentences.sum(-1) > 0).sum(1)
            for row, place in enumerate(group.places):
                sentences = torch.sigmoid(logits[row, : present[row]].float()).numpy()
                found[place] = sentences, float(torch.sigmoid(window[row].float()))
        return found


@click.command()
@click.option("--encoder", type=click.Path(path_type=Path), default=SHIPPED_FOLDER)
@click.option("--steps", type=click.IntRange(1), required=True)
@click.option("--run", default="reader", show_default=True, help="Its name in the runs folder.")
@click.option("--start", help="A finished run to start from; written questions are added then.")
@click.option("--seed", default=SEED, show_default=True)
@click.option("--every", type=click.IntRange(1), default=250, help="Steps between measurements.")
def main(encoder: Path, steps: int, run: str, start: str | None, seed: int, every: int) -> None:
    """Train the reader, or go on where it was stopped."""
    Trainer(encoder, steps, run, seed, start).learn(every)


if __name__ == "__main__":
    sys.exit(main())

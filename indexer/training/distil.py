"""One stage of training: batches in, a checkpoint every few minutes, a log of figures.

python -m indexer.training.distil rows --start initial --steps 1500
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch

from indexer.training.batches import Batch, Batches
from indexer.training.development import development_figures
from indexer.training.initial import first_new_row, load_lexicon
from indexer.training.losses import contrast, duplicates, translation_loss
from indexer.training.padding import Texts, vectors
from indexer.training.prepare import load_prepared, runs_folder
from indexer.training.running import CHECKPOINT_S, Run
from indexer.training.stages import STAGES
from indexer.training.student import load_bert, save_student, teacher_folder
from indexer.training.translations import Translations

SEED = 20_261_121
LOGGED_STEPS = 25
TEACHER = "all-MiniLM-L6-v2"


class Trainer:
    """Runs a stage from its start or its last checkpoint."""

    def __init__(
        self,
        stage: str,
        start: Path,
        steps: int,
        device: str,
        *,
        teacher: Path | None = None,
        run: str = "",
        seed: int = SEED,
    ) -> None:
        self.stage, self.steps, self.device = STAGES[stage], steps, device
        self.run = Run(runs_folder() / (run or stage))
        self.prepared = load_prepared()
        self.batches = Batches(self.prepared, load_lexicon(self.prepared), seed)
        self.start = start
        teacher = teacher or teacher_folder()
        self.texts, self.teacher_texts = Texts(start), Texts(teacher)
        self.student = load_bert(start).to(device)
        self.teacher = load_bert(teacher).to(device).requires_grad_(False)
        self.rows = self.student.embeddings.word_embeddings
        self.rows.sparse = True
        self.layers = [p for p in self.student.parameters() if p is not self.rows.weight]
        for parameter in self.layers:
            parameter.requires_grad_(self.stage.layer_rate > 0)
        self.rows.requires_grad_(self.stage.row_rate > 0)
        betas = (0.9, 0.98)
        self.optimizers: list[tuple[Any, float]] = []
        if self.stage.row_rate:
            rows = torch.optim.SparseAdam([self.rows.weight], self.stage.row_rate, betas)
            self.optimizers.append((rows, self.stage.row_rate))
        if self.stage.layer_rate:
            layers = torch.optim.AdamW(self.layers, self.stage.layer_rate, betas)
            self.optimizers.append((layers, self.stage.layer_rate))
        self.step = 0
        self.seconds = 0.0
        if state := self.run.saved(device):
            self._resume(state)

    def train(self, every: int) -> None:
        """Train to the last step and write the model."""
        self.learn_until(self.steps, every)
        save_student(self.run.folder / "model", self.student, self.start)

    def learn_until(self, last: int, every: int) -> None:
        """Train until step `last`; measure on the development split every so many steps."""
        losses: dict[str, list[float]] = defaultdict(list)
        began = saved = time.monotonic()
        before = self.seconds
        while self.step < last:
            kind, batch = self.batches.draw(self.step, self.stage.mix)
            losses[kind].append(self._learn(batch))
            self.step += 1
            self.seconds = before + time.monotonic() - began
            if time.monotonic() - saved > CHECKPOINT_S or self.step == self.steps:
                self.save()
                saved = time.monotonic()
            if self.step % LOGGED_STEPS == 0:
                means = {name: round(float(np.mean(values)), 3) for name, values in losses.items()}
                self.run.log(f"step {self.step} at {self.seconds / 60:.1f} min {means}")
                losses.clear()
            if self.step % every == 0 or self.step == self.steps:
                self.run.log(f"step {self.step} figures {self.figures()}")

    def figures(self) -> dict[str, float]:
        """Measure the student as it is now."""
        with torch.no_grad():
            figures = development_figures(
                lambda batch: vectors(self.student, self.texts, batch, self.device).cpu().numpy(),
                self.prepared.held_out,
            )
        return {name: round(value, 3) for name, value in figures.items()}

    def _learn(self, batch: Batch) -> float:
        rate = min(1.0, (self.step + 1) / self.stage.warm_up) * (1 - self.step / self.steps)
        for optimizer, highest in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = highest * max(rate, 1e-3)
            optimizer.zero_grad(set_to_none=True)
        if isinstance(batch, Translations):
            with torch.no_grad():
                target = vectors(self.teacher, self.teacher_texts, batch.teacher, self.device)
            own = vectors(self.student, self.texts, batch.student, self.device)
            loss = translation_loss(own, target, self.stage.crowding)
        else:
            queries = vectors(self.student, self.texts, batch.queries, self.device)
            passages = vectors(self.student, self.texts, batch.passages, self.device)
            loss = contrast(queries, passages, duplicates(batch.passages).to(self.device))
        torch.autograd.backward(loss)
        if self.stage.layer_rate:
            torch.nn.utils.clip_grad_norm_(self.layers, 1.0)
        else:
            self.rows.weight.grad = only_from(self.rows.weight.grad, first_new_row(self.start))
        for optimizer, _ in self.optimizers:
            optimizer.step()
        return float(loss.detach())

    def save(self) -> None:
        """Write the checkpoint that a later run goes on from."""
        state = {
            "student": self.student.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer, _ in self.optimizers],
            "step": self.step,
            "seconds": self.seconds,
        }
        self.run.save(state)

    def _resume(self, state: dict[str, Any]) -> None:
        self.student.load_state_dict(state["student"])
        for (optimizer, _), saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.step, self.seconds = state["step"], state["seconds"]
        self.run.log(f"resumed at step {self.step}")


def only_from(gradient: torch.Tensor | None, first: int) -> torch.Tensor | None:
    """Keep the gradient of the rows from `first` on."""
    if gradient is None:
        return None
    gradient = gradient.coalesce()
    kept = gradient.indices()[0] >= first
    return torch.sparse_coo_tensor(
        gradient.indices()[:, kept],
        gradient.values()[kept],
        gradient.shape,
        check_invariants=True,
    )


def folder_of(name: str) -> Path:
    """Return the model folder of this name: the English teacher, one of the runs, or a path."""
    if name == TEACHER:
        return teacher_folder()
    within = runs_folder() / name
    return within if within.is_dir() else Path(name)


@click.command()
@click.argument("stage", type=click.Choice(list(STAGES)))
@click.option("--start", required=True, help="Folder to start from; also within the runs folder.")
@click.option("--teacher", default=TEACHER, show_default=True, help="The same for the teacher.")
@click.option("--steps", type=click.IntRange(1), required=True)
@click.option("--run", default="", help="Name of this run in the runs folder. [default: the stage]")
@click.option("--seed", default=SEED, show_default=True, help="Another one draws other batches.")
@click.option("--every", type=click.IntRange(1), default=400, help="Steps between measurements.")
@click.option("--device", default="cuda" if torch.cuda.is_available() else "cpu")
def main(
    stage: str,
    start: str,
    teacher: str,
    steps: int,
    run: str,
    seed: int,
    every: int,
    device: str,
) -> None:
    """Run one STAGE of training, or go on where it was stopped."""
    torch.manual_seed(seed)
    trainer = Trainer(
        stage, folder_of(start), steps, device, teacher=folder_of(teacher), run=run, seed=seed
    )
    if trainer.step == 0:
        trainer.run.log(f"start figures {trainer.figures()}")
    trainer.train(every)


if __name__ == "__main__":
    sys.exit(main())

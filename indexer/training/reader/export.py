"""Export a trained reader as the folder that ships.

python -m indexer.training.reader.export reader --out indexer/reader_model
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
import numpy as np
import torch
from safetensors.numpy import save_file

from indexer.bert_folder import WEIGHTS, BertShape
from indexer.encoder_files import SHIPPED_FOLDER, sha256_of
from indexer.reader import CONFIG_FILE
from indexer.training.export import write_checksums
from indexer.training.prepare import runs_folder
from indexer.training.reader.windows import HEADING_TOKENS, QUESTION_TOKENS, WINDOW_TOKENS

MAX_FOLDER_BYTES = 36_000_000
_WORDS = "bert.embeddings.word_embeddings.weight"


def export(states: list[dict[str, torch.Tensor]], encoder: Path, out: Path) -> int:
    """Write the mean of these weights in fp16, without the encoder's rows; return the bytes.

    Raises:
        ValueError: if a weight is beyond fp16's range or the folder beyond its limit; nothing is
            then written.
    """
    weights = {
        name.removeprefix("bert."): np.mean(
            [state[name].float().numpy() for state in states], axis=0
        ).astype(np.float16)
        for name in states[0]
        if name != _WORDS and not name.endswith(("position_ids", ".token_type_ids"))
    }
    beyond = sorted(name for name, weight in weights.items() if not np.isfinite(weight).all())
    if beyond:
        raise ValueError(f"weights beyond fp16: {', '.join(beyond)}")
    size = sum(weight.nbytes for weight in weights.values())
    if size > MAX_FOLDER_BYTES:
        raise ValueError(f"{size} bytes of weights are more than {MAX_FOLDER_BYTES}")
    shape = BertShape.of(encoder)
    config = {
        "layers": shape.layers,
        "heads": shape.heads,
        "epsilon": shape.epsilon,
        "question_tokens": QUESTION_TOKENS,
        "heading_tokens": HEADING_TOKENS,
        "window_tokens": WINDOW_TOKENS,
        "encoder_sha256": sha256_of(encoder / WEIGHTS),
    }
    out.mkdir(parents=True, exist_ok=True)
    unfinished = out / (WEIGHTS + ".part")
    save_file(weights, unfinished, metadata={"format": "pt"})
    unfinished.replace(out / WEIGHTS)
    (out / CONFIG_FILE).write_text(json.dumps(config, indent=2) + "\n", "utf-8")
    write_checksums(out)
    return sum(file.stat().st_size for file in out.iterdir())


@click.command()
@click.argument("runs", nargs=-1, required=True)
@click.option("--encoder", type=click.Path(path_type=Path), default=SHIPPED_FOLDER)
@click.option("--out", type=click.Path(path_type=Path), default=Path("indexer/reader_model"))
def main(runs: tuple[str, ...], encoder: Path, out: Path) -> None:
    """Write the last checkpoint of a run; of several RUNS the mean of their weights."""
    states = [
        torch.load(runs_folder() / run / "checkpoint.pt", map_location="cpu")["reader"]
        for run in runs
    ]
    print(f"{export(states, encoder, out):,} bytes")


if __name__ == "__main__":
    sys.exit(main())

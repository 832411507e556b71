"""Export a trained student as the model folder that ships.

python -m indexer.training.export all --out indexer/model
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path

import click
import numpy as np
from safetensors.numpy import load_file, save_file

from indexer.training.prepare import runs_folder
from indexer.training.student import WEIGHTS_FILE, teacher_folder

MAX_FOLDER_BYTES = 66_000_000
CHECKSUMS = "SHA256SUMS"
_COPIED = (
    "config.json",
    "modules.json",
    "pieces.json",
    "sentence_bert_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "1_Pooling/config.json",
)


def export(trained: Path, out: Path) -> int:
    """Write weights in fp16 with their configuration and checksums; return the folder's bytes.

    A model card (`README.md`) that is already in the folder stays, and is in the list.

    Raises:
        ValueError: if a weight is beyond fp16's range, or the folder beyond its limit; the
            folder is then left as it was.
    """
    # No vector depends on the pooler, but plain BERT loaders miss it loudly.
    pooler = load_file(teacher_folder() / WEIGHTS_FILE)
    weights = {name: weight for name, weight in pooler.items() if name.startswith("pooler.")}
    weights |= load_file(trained / WEIGHTS_FILE)
    weights = {name: weight.astype(np.float16) for name, weight in weights.items()}
    beyond = sorted(name for name, weight in weights.items() if not np.isfinite(weight).all())
    if beyond:
        raise ValueError(f"weights beyond fp16: {', '.join(beyond)}")
    unfinished = out.with_name(out.name + ".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    (unfinished / "1_Pooling").mkdir(parents=True)
    save_file(weights, unfinished / WEIGHTS_FILE, metadata={"format": "pt"})
    for name in _COPIED:
        shutil.copyfile(trained / name, unfinished / name)
    _compute_in_float32(unfinished / "config.json")
    settings: dict[str, object] = {
        "similarity_fn_name": "cosine",
        "prompts": {},
        "default_prompt_name": None,
    }
    _write_json(unfinished / "config_sentence_transformers.json", settings)
    if (out / "README.md").exists():
        shutil.copyfile(out / "README.md", unfinished / "README.md")
    write_checksums(unfinished)
    size = sum(file.stat().st_size for file in unfinished.rglob("*") if file.is_file())
    if size > MAX_FOLDER_BYTES:
        raise ValueError(f"the folder would have {size:,} bytes, {MAX_FOLDER_BYTES:,} are allowed")
    # Killed between any two lines, a whole folder is there, under this name or beside it.
    former = out.with_name(out.name + ".former")
    shutil.rmtree(former, ignore_errors=True)
    if out.exists():
        out.rename(former)
    unfinished.rename(out)
    shutil.rmtree(former, ignore_errors=True)
    return size


def write_checksums(folder: Path) -> None:
    """Write the list that is checked when the model is loaded, as sha256sum would."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != CHECKSUMS)
    lines = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(folder).as_posix()}\n"
        for file in files
    ]
    (folder / CHECKSUMS).write_text("".join(lines), "utf-8")


def _compute_in_float32(config: Path) -> None:
    """Say that half precision is for storage: processors multiply it slowly or not at all."""
    content = json.loads(config.read_text("utf-8"))
    content["dtype"] = content["torch_dtype"] = "float32"
    _write_json(config, content)


def _write_json(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, indent=2) + "\n", "utf-8")


@click.command()
@click.argument("run")
@click.option("--out", type=click.Path(path_type=Path), default=Path("indexer/model"))
def main(run: str, out: Path) -> None:
    """Export the model of a finished RUN."""
    size = export(runs_folder() / run / "model", out)
    print(f"{out}: {size:,} bytes")


if __name__ == "__main__":
    sys.exit(main())

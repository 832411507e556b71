"""What a sentence encoder's folder says about itself: is it a plain BERT, and of which shape?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"
_PLAIN = (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])


@dataclass(frozen=True, slots=True)
class BertShape:
    """The numbers that the weights alone do not tell."""

    window: int  # most tokens of one text, special ones included
    dimension: int
    layers: int
    heads: int
    epsilon: float  # of layer normalisation

    @classmethod
    def of(cls, folder: Path) -> BertShape:
        """Read a folder that `is_plain_bert`."""
        config = _read(folder / "config.json")
        places = int(config["max_position_embeddings"])
        # Two files may name the window; sentence-transformers asks them in this order.
        named = _read(folder / "sentence_bert_config.json").get("max_seq_length")
        named = named or _read(folder / "tokenizer_config.json").get("model_max_length")
        return cls(
            window=min(int(named or places), places),
            dimension=int(config["hidden_size"]),
            layers=int(config["num_hidden_layers"]),
            heads=int(config["num_attention_heads"]),
            epsilon=float(config["layer_norm_eps"]),
        )


def is_plain_bert(folder: Path) -> bool:
    """Whether the folder holds a BERT whose vector is the mean over its tokens, nothing else."""
    if not all((folder / name).is_file() for name in (WEIGHTS, TOKENIZER, "config.json")):
        return False
    modules = _read(folder / "modules.json") or []
    # Each version of sentence-transformers has its own place for the same classes.
    kinds = [module["type"].rpartition(".")[2] for module in modules]
    return (
        kinds in _PLAIN
        and modules[0]["path"] == ""
        and _is_mean(_read(folder / modules[1]["path"] / "config.json"))
        and _is_bert(_read(folder / "config.json"))
        and not _read(folder / "sentence_bert_config.json").get("do_lower_case")
        and not _read(folder / "config_sentence_transformers.json").get("default_prompt_name")
    )


def _is_mean(pooling: dict[str, Any]) -> bool:
    if "pooling_mode" in pooling:
        return bool(pooling["pooling_mode"] == "mean")
    chosen = {key for key, value in pooling.items() if key.startswith("pooling_mode_") and value}
    return chosen == {"pooling_mode_mean_tokens"}


def _is_bert(config: dict[str, Any]) -> bool:
    return (
        config.get("architectures") == ["BertModel"]
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and not config.get("is_decoder")
        and "quantization_config" not in config
    )


def _read(file: Path) -> Any:
    """The file's JSON, or an empty object where there is none."""
    return json.loads(file.read_text("utf-8")) if file.is_file() else {}

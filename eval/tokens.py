"""How much text a token holds: `python -m eval.tokens`.

Characters per token of our own encoding, of the shipped encoder's word pieces and of
all-MiniLM-L6-v2's, on news that no tokenizer of ours was trained on, the same in both languages.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import click

from indexer.encoder import load_encoder
from indexer.errors import EncoderError
from indexer.settings import Settings
from indexer.text.tokens import count_tokens

BASELINE = "all-MiniLM-L6-v2"
SPECIAL_TOKENS = 2  # at the start and the end of every text


def characters_per_token(texts: list[str], count: Callable[[str], int]) -> float:
    """Return characters divided by tokens, over all texts together."""
    return sum(map(len, texts)) / sum(map(count, texts))


def counters() -> dict[str, Callable[[str], int]]:
    """Return each tokenizer's way of counting, special tokens left out.

    Raises:
        EncoderError: if the baseline's package is not installed.
    """
    return {
        "our encoding": count_tokens,
        f"word pieces of {Settings.load().encoder}": _word_pieces(Settings.load().encoder),
        f"word pieces of {BASELINE}": _word_pieces(BASELINE),
    }


def _word_pieces(name: str) -> Callable[[str], int]:
    encoder = load_encoder(name)
    return lambda text: encoder.count_tokens(text) - SPECIAL_TOKENS


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("../shared/data/eval"))
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def main(data: Path, as_json: bool) -> None:
    """Compare tokenizers on the two sides of ntrex.tsv."""
    file = data / "ntrex.tsv"
    if not file.is_file():
        raise click.ClickException(f"{file} is missing; --data names the folder that has it")
    rows = [line.split("\t") for line in file.read_text("utf-8").splitlines()]
    texts = {"German": [row[0] for row in rows], "English": [row[1] for row in rows]}
    try:
        counts = counters()
    except EncoderError as error:
        raise click.ClickException(str(error)) from error
    figures = {
        name: {language: characters_per_token(own, count) for language, own in texts.items()}
        for name, count in counts.items()
    }
    if as_json:
        print(json.dumps(figures))
        return
    for name, of_language in figures.items():
        shown = "  ".join(f"{language} {figure:.2f}" for language, figure in of_language.items())
        print(f"{name:36} {shown}")


if __name__ == "__main__":
    sys.exit(main())

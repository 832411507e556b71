"""Train the token encoding: byte-level BPE, written as tiktoken ranks.

python -m indexer.training.encoding --size 32768 --out indexer/text/fundstelle.tiktoken

learns from the prepared training data of both languages, in equal parts by characters; with FILES
from these instead.
"""

from __future__ import annotations

import base64
import random
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from indexer.text.tokens import PATTERN, encoding, read_ranks

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)

BYTES = 256  # every encoding begins with the single bytes, so that it can encode anything


def train(texts: Iterable[str], size: int) -> dict[bytes, int]:
    """Learn the ranks of `size` tokens at most: single bytes first, then merges as learned.

    A merge joins the most frequent pair of neighbours inside a word; with too little text there
    are fewer merges.

    Raises:
        ValueError: if size leaves no room for the 256 single bytes.
    """
    if size < BYTES:
        raise ValueError(f"size is {size}, but the single bytes alone are {BYTES} tokens")
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

    byte_of = _byte_of_letter()
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PATTERN), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=sorted(byte_of), special_tokens=[], show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    ranks = {bytes([byte]): byte for byte in range(BYTES)}
    learned = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    for letters, _ in learned:
        ranks.setdefault(bytes(byte_of[letter] for letter in letters), len(ranks))
    return ranks


def write_ranks(ranks: dict[bytes, int], path: Path) -> None:
    """Write ranks in tiktoken's format, lowest first."""
    lines = (
        f"{base64.b64encode(token).decode('ascii')} {rank}\n"
        for token, rank in sorted(ranks.items(), key=lambda item: item[1])
    )
    path.write_text("".join(lines), "ascii")


def _byte_of_letter() -> dict[str, int]:
    """Return the letters that stand for bytes inside byte-level BPE (GPT-2's table).

    Printable bytes stand for themselves; the others, in order, for the letters from U+0100.
    """
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(BYTES) if byte not in set(printable)]
    letters = {chr(byte): byte for byte in printable}
    return letters | {chr(0x100 + place): byte for place, byte in enumerate(others)}


def _read(files: Iterable[Path]) -> Iterator[str]:
    """Read texts without their front matter, which is no text of the document."""
    for file in files:
        yield _FRONT_MATTER.sub("", file.read_text("utf-8"))


def _prepared_texts() -> list[str]:
    """Return as much German as English of the filtered training data, each text once."""
    from indexer.training.initial import english_texts, german_texts
    from indexer.training.prepare import load_prepared

    prepared = load_prepared()
    german = [text for text, _ in german_texts(prepared)]
    english = [text for text, _ in english_texts(prepared)]
    surplus = sum(map(len, german)) - sum(map(len, english))
    random.Random(1).shuffle(german)
    while surplus > 0:
        surplus -= len(german.pop())
    return german + english


@click.command()
@click.argument("files", nargs=-1, type=click.Path(True, path_type=Path))
@click.option("--size", type=click.IntRange(BYTES), required=True, help="Number of tokens.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Ranks file to write.")
def main(files: tuple[Path, ...], size: int, out: Path) -> None:
    """Train on the prepared data, or on FILES (UTF-8 text), and write the ranks."""
    texts = list(_read(sorted(files))) if files else _prepared_texts()
    write_ranks(train(texts, size), out)
    trained = encoding(read_ranks(out))
    tokens = sum(len(trained.encode_ordinary(text)) for text in texts)
    characters = sum(map(len, texts))
    print(f"{trained.n_vocab} tokens, {characters / max(tokens, 1):.2f} characters per token")


if __name__ == "__main__":
    sys.exit(main())

"""German word pieces beside the English ones, in one WordPiece vocabulary.

The English vocabulary of the initial model is pruned of what no German or English text uses; the
most used German pieces fill the rest. A piece that German words share with English text, so that
longest-match would cut English words otherwise than the model has learned them, is left out.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

CANDIDATES = 60_000
CONTINUES = "##"
# A piece is German where it is this much more frequent in German than it disturbs English.
GERMAN_TO_ENGLISH = 4.0
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def count_words(texts: Iterable[tuple[str, int]]) -> Counter[str]:
    """Count words as the model's tokenizer sees them, each text as often as its weight says."""
    normalise = normalizers.BertNormalizer()
    split = pre_tokenizers.BertPreTokenizer()
    counts: Counter[str] = Counter()
    for text, weight in texts:
        for word, _ in split.pre_tokenize_str(normalise.normalize_str(text)):
            counts[word] += weight
    return counts


def kept_english(vocabulary: Sequence[str]) -> list[str]:
    """Drop unused slots and words of other scripts, whose single letters stay."""
    kept = [
        piece for piece in vocabulary if piece not in SPECIAL and not piece.startswith("[unused")
    ]
    return [
        piece
        for piece in kept
        if len(piece.removeprefix(CONTINUES)) == 1 or all(map(_is_western, piece))
    ]


def learn_candidates(german: Mapping[str, int]) -> list[str]:
    """Learn pieces from German word counts by byte-pair merges, most useful merges first."""
    # The trainer counts for itself: a word is handed over as often as the square root of its
    # count says, so that frequent words do not crowd out the building blocks of rare compounds.
    texts = (
        " ".join([word] * max(1, round(count**0.5))) for word, count in german.items() if count > 1
    )
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.WordPieceTrainer(
        vocab_size=CANDIDATES, min_frequency=3, special_tokens=["[UNK]"], show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    learned = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    return [piece for piece, _ in learned if piece != "[UNK]"]


def choose_pieces(
    english_pieces: Sequence[str], german: Mapping[str, int], english: Mapping[str, int], size: int
) -> list[str]:
    """Return `size` German pieces at most, by how often longest-match uses them."""
    known = set(english_pieces)
    pieces = [piece for piece in learn_candidates(german) if piece not in known]
    for _ in range(3):  # what goes changes the use of what stays
        used = _use(known | set(pieces), german)
        disturbing = _use(known | set(pieces), english)
        scale = sum(english.values()) / sum(german.values())
        pieces = [
            piece
            for piece in pieces
            if used[piece] > 0 and used[piece] * scale > GERMAN_TO_ENGLISH * disturbing[piece]
        ]
        # Cut to size slowly: pieces lost early lend their use to shorter ones.
        pieces.sort(key=lambda piece: (-used[piece], piece))
        pieces = pieces[: max(size, (len(pieces) + size) // 2)]
    return pieces[:size]


def write_tokenizer(pieces: Sequence[str], path: Path) -> None:
    """Write `tokenizer.json`: BERT's normalisation and longest match over these pieces."""
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    special = [
        {"id": vocabulary[name], "content": name, "special": True, "normalized": False}
        | dict.fromkeys(("single_word", "lstrip", "rstrip"), False)
        for name in SPECIAL
    ]
    ends = {
        name: {"id": name, "ids": [vocabulary[name]], "tokens": [name]}
        for name in ("[CLS]", "[SEP]")
    }
    single = [
        {"SpecialToken": {"id": "[CLS]", "type_id": 0}},
        {"Sequence": {"id": "A", "type_id": 0}},
        {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
    ]
    pair = [
        *single,
        {"Sequence": {"id": "B", "type_id": 1}},
        {"SpecialToken": {"id": "[SEP]", "type_id": 1}},
    ]
    content = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": special,
        "normalizer": {
            "type": "BertNormalizer",
            "clean_text": True,
            "handle_chinese_chars": True,
            "strip_accents": None,
            "lowercase": True,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": single,
            "pair": pair,
            "special_tokens": ends,
        },
        "decoder": {"type": "WordPiece", "prefix": CONTINUES, "cleanup": True},
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": CONTINUES,
            "max_input_chars_per_word": 100,
            "vocab": vocabulary,
        },
    }
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")


def _is_western(letter: str) -> bool:
    if not letter.isalpha():
        return True
    name = unicodedata.name(letter, "")
    return name.startswith(("LATIN", "MODIFIER", "FEMININE", "MASCULINE", "MICRO"))


def _segment(words: Iterable[str], pieces: set[str]) -> Iterable[tuple[str, list[str]]]:
    vocabulary = {piece: number for number, piece in enumerate(["[UNK]", *sorted(pieces)])}
    model = models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100)
    for word in words:
        yield word, [token.value for token in model.tokenize(word)]


def _use(pieces: set[str], words: Mapping[str, int]) -> Counter[str]:
    used: Counter[str] = Counter()
    for word, segments in _segment(words, pieces):
        for segment in segments:
            used[segment] += words[word]
    return used

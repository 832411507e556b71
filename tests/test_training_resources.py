"""What is learned for the index from text: parts of compounds, translations, files that ship."""

from __future__ import annotations

import lzma
from pathlib import Path

from indexer.text.compounds import Splitter
from indexer.training import compounds, dictionary
from indexer.training.compounds import Vocabulary
from indexer.training.resources import write_compressed
from indexer.training.sources import Pair

HEADS = ("Plan", "Recht", "Haus", "Rat", "Park", "Bahn", "Fest", "Bild")
MODIFIERS = ("Stadt", "Land", "Garten", "Wasser", "Kinder", "Berg", "Sommer")


def vocabulary() -> Vocabulary:
    words = [modifier + head.lower() for modifier in MODIFIERS for head in HEADS]
    text = " ".join(f"eine {word} und" for word in (*words, *HEADS, *MODIFIERS))
    return Vocabulary([text] * 80)


def test_parts_are_counted_by_the_words_that_they_begin_and_end() -> None:
    parts = compounds.learn(vocabulary())
    assert parts.begins["stadt"] == len(HEADS)
    assert parts.ends["plan"] == (len(MODIFIERS), 0.99)
    assert Splitter(parts).seams("wasserplan") == (6,)


def test_a_capital_letter_at_the_start_of_a_sentence_makes_no_noun() -> None:
    assert Vocabulary(["Gehen wir. Wir gehen."]).nouns("gehen") < 0.5
    assert Vocabulary(["Wir sehen das Haus."]).nouns("haus") > 0.5
    assert Vocabulary([]).nouns("haus") == 0.0


def test_prefixes_and_endings_are_no_parts() -> None:
    parts = Vocabulary(["der Ver und die Ung, eine Stadt"] * 80).parts()
    assert "stadt" in parts
    assert not {"ver", "ung"} & parts


def test_translations_are_learned_from_pairs_and_from_people() -> None:
    pairs = [
        (f"Die {german} ist {colour}.", f"The {english} is {shade}.")
        for german, english in (("Brücke", "bridge"), ("Schule", "school"), ("Kirche", "church"))
        for colour, shade in (("rot", "red"), ("blau", "blue"), ("grün", "green"))
    ]
    tables = dictionary.learn(pairs, [Pair("Messe", "fair"), Pair("zwei Wörter", "two words")])
    assert next(iter(tables.to_english["bruck"])) == "bridg"
    assert next(iter(tables.to_german["school"])) == "schul"
    assert tables.to_english["mess"] == {"fair": dictionary.MADE_BY_PEOPLE}


def test_the_same_lines_make_the_same_bytes(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.xz", "b.xz")]
    for file in files:
        write_compressed(file, ["eins", "zwei"])
    assert files[0].read_bytes() == files[1].read_bytes()
    assert lzma.decompress(files[0].read_bytes()) == b"eins\nzwei\n"
    assert [file.name for file in sorted(tmp_path.iterdir())] == ["a.xz", "b.xz"]

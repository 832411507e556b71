"""Stems of words and of their translations, learned by `indexer.training.dictionary`."""

from __future__ import annotations

import lzma
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

RESOURCE = "dictionary.tsv.xz"


@dataclass(frozen=True, slots=True)
class Tables:
    """Stem -> stems of its translations -> weight in (0, 1], strongest first."""

    to_english: Mapping[str, Mapping[str, float]]
    to_german: Mapping[str, Mapping[str, float]]


@cache
def translations() -> Tables:
    """Read the tables that are shipped."""
    data = lzma.decompress(resources.files("indexer.text").joinpath(RESOURCE).read_bytes())
    tables: dict[str, dict[str, dict[str, float]]] = {"en": {}, "de": {}}
    for line in data.decode("utf-8").splitlines():
        target, word, *others = line.split("\t")
        pairs = (other.split(" ") for other in others)
        tables[target][word] = {other: float(weight) for other, weight in pairs}
    return Tables(tables["en"], tables["de"])

"""The example corpus: complete metadata, paired translations, and words of its own."""

import datetime
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "corpus"
SEEDS = ROOT.parent / "shared" / "seeds"

REQUIRED = {"title", "language", "published", "publisher", "based_on", "tags"}
MAX_SHARED_WORDS = 7
# A name counts as one word: nobody can put it differently.
NAMES = (
    "A coffee with the Smart City model projects in the Capital region",
    "Bundesministerium des Innern, für Bau und Heimat",
    "Citizen Budgeting and Smart Participation",
    "Data in Everyday Life and Crisis",
    "Electric Fire and Rescue Service Vehicle – Public Safety Up Close and Personal",
    "Federal Ministry for Housing, Urban Development and Building",
    "Senate Department for Mobility, Transport, Climate Protection and the Environment",
    "TDS – Transparente Digitale Stadt e. V.",
)


def documents() -> list[Path]:
    endings = {".md", ".txt", ".html"}
    return sorted(p for p in CORPUS.rglob("*.*") if p.suffix in endings and p.parent != CORPUS)


def metadata_and_text(path: Path) -> tuple[dict[str, Any], str]:
    content = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        metadata = Path(f"{path}.meta.yaml").read_text(encoding="utf-8")
        return yaml.safe_load(metadata), re.sub(r"<[^>]+>", " ", content)
    _, metadata, text = content.split("---\n", 2)
    return yaml.safe_load(metadata), text


def topics() -> dict[str, list[str]]:
    """Languages by topic; a document without translation_key is a topic of its own."""
    languages = defaultdict(list)
    for path in documents():
        metadata, _ = metadata_and_text(path)
        languages[metadata.get("translation_key", str(path))].append(metadata["language"])
    return languages


def words(text: str) -> list[str]:
    """Case-folded words without punctuation.

    >>> words("Data in Everyday Life and Crisis, 2.0")
    ['data_in_everyday_life_and_crisis', '2', '0']
    """
    plain = " " + " ".join(re.findall(r"\w+", text.casefold())) + " "
    for name in NAMES:
        joined = "_".join(re.findall(r"\w+", name.casefold()))
        plain = plain.replace(f" {joined.replace('_', ' ')} ", f" {joined} ")
    return plain.split()


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[i : i + length]) for i in range(len(found) - length + 1)}


def test_the_corpus_holds_every_format_it_promises() -> None:
    endings = [path.suffix for path in documents()]
    assert len(endings) == 48
    assert endings.count(".txt") == 3
    assert endings.count(".html") == 1


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_document_says_what_it_is(path: Path) -> None:
    metadata, text = metadata_and_text(path)
    assert metadata.keys() >= REQUIRED
    assert metadata["language"] in {"de", "en"}
    assert path.name.split(".")[1] == metadata["language"]
    assert isinstance(metadata["published"], datetime.date)
    assert metadata["based_on"]["title"]
    assert metadata["based_on"].keys() <= {"title", "url"}
    assert metadata["title"] in text
    assert 120 <= len(text.split()) <= 350


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_no_summary_claims_to_be_its_source(path: Path) -> None:
    metadata, _ = metadata_and_text(path)
    assert "source" not in metadata


def test_paths_are_lower_case_ascii_so_that_doc_ids_equal_them() -> None:
    for path in documents():
        relative = path.relative_to(CORPUS).as_posix()
        assert re.fullmatch(r"[a-z0-9-]+/[a-z0-9-]+\.(de|en)\.(md|txt|html)", relative)


def test_every_translation_key_ties_one_german_to_one_english_document() -> None:
    for path in documents():
        metadata, _ = metadata_and_text(path)
        if "translation_key" in metadata:
            assert sorted(topics()[metadata["translation_key"]]) == ["de", "en"]


def test_at_least_a_third_of_the_topics_exists_in_one_language_only() -> None:
    single = [languages[0] for languages in topics().values() if len(languages) == 1]
    assert 3 * len(single) >= len(topics())
    assert single.count("de") == single.count("en")


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_no_document_copies_from_the_reports_it_sums_up(path: Path) -> None:
    if not SEEDS.is_dir():
        pytest.skip("the original reports (../shared/seeds) are not beside this repository")
    _, text = metadata_and_text(path)
    for seed in sorted(SEEDS.glob("*.txt")):
        length = MAX_SHARED_WORDS + 1
        assert not runs(text, length) & runs(seed.read_text(encoding="utf-8"), length)

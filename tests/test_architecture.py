"""The shape of the house, held by its imports."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BY_HAND = [
    ROOT / "eval" / f"{name}.py"
    for name in (
        "calibration",
        "calibration_examples",
        "reader_examples",
        "sentence_choice",
        "weights",
    )
]
PACKAGES = ("indexer", "api", "eval")  # each may import those before it
ENGINES = {
    "faiss": "indexer/vectors.py indexer/lists.py",
    "sentence_transformers": "indexer/sbert.py",
    "tokenizers": "indexer/bert.py",
    "safetensors": "indexer/bert_layers.py",
    "tiktoken": "indexer/text/tokens.py",
    "xxhash": "indexer/blocks.py",
    "Stemmer": "indexer/analysis.py",
    "limits": "api/limits.py",
    "sentencex": "indexer/text/sentences.py",
    "py3langid": "indexer/text/language.py",
}
# SQLite keeps two things: a generation, never changed, and what a service's processes share.
SQLITE_HOMES = {"indexer/store.py", "indexer/store_writer.py", "api/shared_state.py"}
LEAVES = ("indexer.types", "indexer.errors")


def imported(file: Path) -> set[str]:
    """Every module that a file imports, at the top or inside a function."""
    names = set[str]()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute"
            names.add(node.module or "")
    return names


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize(("position", "package"), list(enumerate(PACKAGES)))
def test_imports_point_one_way(position: int, package: str) -> None:
    above = set(PACKAGES[position + 1 :]) | {"tests"}
    for file in modules(package):
        upward = {name for name in imported(file) if name.split(".")[0] in above}
        assert not upward, f"{file.relative_to(ROOT)} imports {upward}"


def users_of(engine: str) -> set[str]:
    return {
        file.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for file in modules(package)
        if "training" not in file.parts
        and any(name.split(".")[0] == engine for name in imported(file))
    }


@pytest.mark.parametrize(("engine", "home"), ENGINES.items())
def test_each_engine_is_imported_where_it_is_at_home(engine: str, home: str) -> None:
    assert users_of(engine) == set(home.split())


def test_sqlite_is_imported_where_each_of_its_two_files_is_at_home() -> None:
    assert users_of("sqlite3") == SQLITE_HOMES


def test_the_leaves_import_nothing_of_ours_but_leaves() -> None:
    for leaf in LEAVES:
        file = ROOT / (leaf.replace(".", "/") + ".py")
        ours = {name for name in imported(file) if name.split(".")[0] in PACKAGES}
        assert ours <= set(LEAVES)


def test_nothing_at_run_time_imports_the_training() -> None:
    """The calibration and the choice of weights may: they are run by hand, on the same data."""
    for package in PACKAGES:
        for file in modules(package):
            if "training" not in file.parts and file not in BY_HAND:
                assert not any("training" in name for name in imported(file)), file


def test_every_file_has_one_idea() -> None:
    """A file beyond 250 lines has more than one; none is."""
    long = {
        file.relative_to(ROOT).as_posix(): count
        for package in PACKAGES
        for file in modules(package)
        if (count := len(file.read_text("utf-8").splitlines())) > 250
    }
    assert not long

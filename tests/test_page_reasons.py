"""What the indexer says of files, said in German."""

from __future__ import annotations

import ast
from itertools import product
from pathlib import Path

import pytest

from api.page.reasons import said

ROOT = Path(__file__).parents[1]
FILLED_WITH = ("7", ".pdf", "a name", "sidecar", "files ending in .xls")


def sentences(node: ast.expr) -> list[str]:
    """What an expression may say, its gaps filled with a number, an ending or a name."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.JoinedStr):
        gaps = sum(isinstance(part, ast.FormattedValue) for part in node.values)
        found = []
        for filled in product(FILLED_WITH, repeat=gaps):
            fillings = iter(filled)
            found.append(
                "".join(
                    str(part.value) if isinstance(part, ast.Constant) else next(fillings)
                    for part in node.values
                )
            )
        return found
    return []


# What is called with a reason, and at which place it stands.
SAYING = {"ReadError": 0, "Failed": 1, "Skipped": 1}


def reasons_of_readers() -> dict[str, list[str]]:
    """Where a file is not read -> what may be said of it."""
    found = {}
    for file in sorted((ROOT / "indexer" / "reading").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            place = SAYING.get(getattr(getattr(node, "func", None), "id", ""))
            if not isinstance(node, ast.Call) or place is None:
                continue
            if said_there := sentences(node.args[place]):
                found[f"{file.name}:{node.lineno}"] = said_there
    return found


REASONS = reasons_of_readers()


@pytest.mark.parametrize("reasons", REASONS.values(), ids=REASONS)
def test_every_reason_of_a_reader_is_known_in_german(reasons: list[str]) -> None:
    assert any(said(reason, "de").language == "de" for reason in reasons), reasons[0]


@pytest.mark.parametrize(
    ("reason", "german"),
    [
        ("is empty", "ist leer"),
        ("is not a PDF although it is named .pdf", "ist keine .pdf-Datei, obwohl sie so heißt"),
        ("files ending in .xls are not read", "Dateien mit der Endung .xls werden nicht gelesen"),
        (
            "no text on page 3, 5; run OCR first, for example ocrmypdf",
            "kein Text auf Seite 3, 5: zuerst eine Texterkennung laufen lassen "
            "(zum Beispiel ocrmypdf)",
        ),
        (
            "has id b-1, because a/b has b",
            "hat die Kennung b-1, weil a/b schon b hat",
        ),
    ],
)
def test_a_reason_is_said_in_german_with_its_numbers_and_names(reason: str, german: str) -> None:
    assert said(reason, "de").text == german
    assert said(reason, "en").text == reason


def test_a_reason_that_nobody_translated_is_said_in_english_and_as_such() -> None:
    unknown = said("was eaten by the dog", "de")
    assert (unknown.text, unknown.language) == ("was eaten by the dog", "en")

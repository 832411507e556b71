"""Suites over whole documents: our corpus, the first users' files, and anybody's folder."""

from __future__ import annotations

from pathlib import Path

from eval.questions import load_questions
from eval.suites.suite import Suite

SETS = Path(__file__).parents[1] / "sets"
QUESTIONS_FILE, DOCUMENTS_FOLDER = "questions.jsonl", "documents"


def corpus(folder: Path) -> Suite:
    """The set over our own documents."""
    return _over("corpus", folder, SETS / "corpus.jsonl")


def seeds(folder: Path) -> Suite:
    """The half of the seeds' questions that is reported; the other is for development."""
    return _over("seeds", folder, SETS / "seeds.jsonl")


def seeds_development(folder: Path) -> Suite:
    """The half of the seeds' questions by which settings may be chosen."""
    return _over("seeds-development", folder, SETS / "seeds-development.jsonl")


def from_folder(folder: Path) -> Suite:
    """A team's own documents and questions: `documents/` and `questions.jsonl`.

    Raises:
        ValueError: if either is missing, or a line of the questions is damaged.
    """
    missing = [
        name
        for name, is_there in (
            (QUESTIONS_FILE, (folder / QUESTIONS_FILE).is_file()),
            (DOCUMENTS_FOLDER + "/", (folder / DOCUMENTS_FOLDER).is_dir()),
        )
        if not is_there
    ]
    if missing:
        raise ValueError(
            f"{folder} lacks {' and '.join(missing)}; eval/README.md describes the format"
        )
    return _over(folder.resolve().name, folder / DOCUMENTS_FOLDER, folder / QUESTIONS_FILE)


def _over(name: str, documents: Path, questions: Path) -> Suite:
    return Suite(
        name,
        None,
        load_questions(questions),
        asks=True,
        folders=(documents,),
    )

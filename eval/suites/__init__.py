"""What is measured: documents, questions and how the two meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.suites import own
from eval.suites.public import PUBLIC
from eval.suites.suite import Suite

OWN = ("corpus", "seeds")
NAMES = (*OWN, *PUBLIC)


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the suites' documents are."""

    corpus: Path
    seeds: Path
    data: Path  # the public benchmarks


class SuiteUnavailable(ValueError):
    """A suite whose documents are not on this machine."""


def load_suite(name: str, sources: Sources) -> Suite:
    """Return a suite by its name, or that of a folder.

    Raises:
        SuiteUnavailable: if its documents are missing, naming them.
        ValueError: if there is no such suite or folder, or its questions are damaged.
    """
    if name == "corpus":
        return own.corpus(_there(name, sources.corpus, ()))
    if name == "seeds":
        return own.seeds(_there(name, sources.seeds, ()))
    if name == "seeds-development":
        return own.seeds_development(_there(name, sources.seeds, ()))
    if name in PUBLIC:
        files, load = PUBLIC[name]
        return load(_there(name, sources.data, files))
    if Path(name).is_dir():
        return own.from_folder(Path(name))
    raise ValueError(f"no suite and no folder {name}; there are {', '.join(NAMES)}")


def _there(name: str, folder: Path, files: Sequence[str]) -> Path:
    missing = [file for file in files if not (folder / file).is_file()]
    if missing or not folder.is_dir():
        what = f"{', '.join(missing)} in {folder}" if missing else str(folder)
        raise SuiteUnavailable(f"suite {name} needs {what}")
    return folder

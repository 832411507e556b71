"""An index that lasts as long as a measurement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from api.engine import Engine
from indexer.building import bring_up_to_date
from indexer.settings import Settings


@contextmanager
def opened(
    folders: Sequence[Path] = (),
    write: Callable[[Path], object] | None = None,
    *,
    strict: bool = True,
    **settings: Any,
) -> Iterator[Engine]:
    """Yield an engine over these folders alone; the arguments are those of `built`."""
    with built(folders, write, strict=strict, **settings) as chosen:
        yield Engine.open(chosen)


@contextmanager
def built(
    folders: Sequence[Path] = (),
    write: Callable[[Path], object] | None = None,
    *,
    strict: bool = True,
    **settings: Any,
) -> Iterator[Settings]:
    """Index these folders alone: figures must not depend on other documents.

    Args:
        write: puts the documents into an empty folder, which then takes the place of `folders`.
        strict: a file that fails to read ends it.
        settings: that differ from those in force.
    """
    with TemporaryDirectory(prefix="fundstelle-eval-") as name:
        if write is not None:
            folders = (Path(name) / "corpus",)
            folders[0].mkdir()
            write(folders[0])
        chosen = Settings.load(corpus=tuple(folders), index=Path(name) / "index", **settings)
        bring_up_to_date(chosen, strict=strict)
        yield chosen


def write_texts(texts: Mapping[str, str]) -> Callable[[Path], None]:
    """What writes these texts, by file name."""

    def write(folder: Path) -> None:
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")

    return write

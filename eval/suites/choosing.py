"""From names on a command line to suites; what is missing on this machine is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

SHARED = Path("../shared")


def source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say where the suites' documents are."""
    corpus = click.option(
        "--corpus", type=click.Path(path_type=Path), help="Documents of the suite corpus."
    )
    shared = click.option(
        "--shared",
        type=click.Path(path_type=Path),
        default=SHARED,
        show_default=True,
        help="Folder with the seeds and the public benchmarks.",
    )
    return corpus(shared(command))


def choose(names: Sequence[str], corpus: Path | None, shared: Path) -> Iterator[Any]:
    """Yield the suites of these names and folders; without any, all that are on this machine.

    Raises:
        click.UsageError: if there is no such suite or folder, or its questions are damaged.
        click.ClickException: if the documents of a suite that was named are missing.
    """
    from eval.suites import NAMES, Sources, SuiteUnavailable, load_suite
    from indexer.settings import Settings

    documents = corpus or Settings.load().corpus[0]
    sources = Sources(documents, shared / "seeds", shared / "data" / "eval")
    for name in names or NAMES:
        try:
            yield load_suite(name, sources)
        except SuiteUnavailable as error:
            if names:
                raise click.ClickException(str(error)) from error
            click.echo(f"skipped: {error}", err=True)
        except ValueError as error:
            raise click.UsageError(str(error)) from error

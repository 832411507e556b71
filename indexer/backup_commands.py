"""`fundstelle backup` and `fundstelle restore`."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.commands import index_option
from indexer.settings import Settings


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@index_option
def backup(file: Path, index_folder: Path | None) -> None:
    """Write the index and the data folder into FILE, a tar file; .gz compresses it."""
    from indexer.backup import back_up

    number = back_up(Settings.load(index=index_folder), file)
    click.echo(f"generation {number} is in {file}, {file.stat().st_size / 1e6:.1f} MB")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@index_option
def restore(file: Path, index_folder: Path | None) -> None:
    """Publish what a backup holds, where there is no index yet."""
    from indexer.backup import restore

    settings = Settings.load(index=index_folder)
    click.echo(f"published generation {restore(settings, file)} at {settings.index}")

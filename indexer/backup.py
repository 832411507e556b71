"""An index and what belongs to it in one file, and back."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
import time
from contextlib import suppress
from pathlib import Path

from indexer.blocks import REMEDY, Entry
from indexer.durable import fsync, fsync_all
from indexer.errors import IndexDamaged, NothingPublished
from indexer.leases import leased
from indexer.manifest import current, current_name, damaged_files, read_generation
from indexer.publishing import building, publish, writing
from indexer.settings import Settings

ABOUT = "fundstelle-backup.json"
FORMAT = 1
_GENERATION, _DATA = "generation/", "data/"
_RESTORING = ".restoring"  # in the data folder until the index is published, too


def back_up(settings: Settings, file: Path) -> int:
    """Write the published generation and what users left into a tar file; return its generation.

    The generation is not removed meanwhile, and the file is there whole or not at all. Names ending
    in .gz are compressed.

    Raises:
        IndexUnavailable: if nothing is published.
        IndexDamaged: if the published generation is damaged.
        IndexLocked: if a run is going on.
        OSError: if the file cannot be written.
    """
    current(settings.index)  # before a folder is made where there is none
    with writing(settings.index):  # uploads and removals are those of the generation
        return _back_up(settings, file)


def _back_up(settings: Settings, file: Path) -> int:
    generation, lease, damages = leased(settings.index)
    aside = file.with_name(f".{file.name}.new")
    try:
        if damages:
            raise IndexDamaged(damages[0])
        if damaged := damaged_files(generation):  # it could not be restored
            raise IndexDamaged(f"{generation.folder} is damaged: {', '.join(damaged)}; {REMEDY}")
        about = {"format": FORMAT, "generation": generation.manifest.generation}
        with tarfile.open(aside, "w:gz" if file.suffix == ".gz" else "w") as tar:
            _add_text(tar, ABOUT, json.dumps(about))
            tar.add(generation.folder, _GENERATION.rstrip("/"))
            if settings.data.is_dir():
                _add_data(tar, settings)
        fsync(aside)
        aside.replace(file)
        fsync(file.absolute().parent)
    finally:
        lease.close()
        aside.unlink(missing_ok=True)
    return generation.manifest.generation


def restore(settings: Settings, file: Path) -> int:
    """Publish what a backup holds where nothing is published yet; return its generation.

    Raises:
        NothingPublished: if there is an index or a data folder already, or the file is no backup.
        IndexDamaged: if the backup does not hold what its manifest says.
        IndexLocked: if another process is writing this index.
    """
    if current_name(settings.index) is not None:
        raise NothingPublished(f"{settings.index} holds an index; a backup is restored beside it")
    cut_short = (settings.data / _RESTORING).exists()
    if settings.data.is_dir() and any(settings.data.iterdir()) and not cut_short:
        raise NothingPublished(f"{settings.data} is not empty; nothing restored")
    with writing(settings.index), building(settings.index) as folder:
        _extract(file, folder)
        unpacked = folder / "generation"
        generation = read_generation(unpacked)
        if damaged := damaged_files(generation):
            raise IndexDamaged(f"{file} is damaged: {', '.join(damaged)}; nothing restored")
        # The data folder first: whoever finds the index published finds its uploads, too.
        _move_data(folder / "data", settings.data)
        manifest = generation.manifest
        (unpacked / "manifest.json").unlink()  # it is written anew
        published = publish(
            settings.index,
            unpacked,
            encoder=manifest.encoder,
            encoder_fingerprint=manifest.encoder_fingerprint,
            dimension=manifest.dimension,
            segments=manifest.segments,
            known=dict[str, Entry](),
            keep=settings.keep_generations,
            number=manifest.generation,
        )
        (settings.data / _RESTORING).unlink(missing_ok=True)
        return published.manifest.generation


def _move_data(unpacked: Path, data: Path) -> None:
    """Put the data folder in its place, marked until all is restored."""
    if not unpacked.is_dir():
        return
    (unpacked / _RESTORING).touch()
    fsync_all(unpacked)
    data.parent.mkdir(parents=True, exist_ok=True)
    if data.is_dir():
        shutil.rmtree(data)  # empty, or of a restoration that was cut short
    unpacked.rename(data)
    fsync(data.parent)


def _extract(file: Path, folder: Path) -> None:
    try:
        with tarfile.open(file) as tar:
            tar.extractall(folder, filter="data")  # nothing beyond the folder, no devices
    except (tarfile.TarError, EOFError, OSError) as error:
        raise NothingPublished(f"{file} cannot be restored: {error}") from error
    try:
        about = json.loads((folder / ABOUT).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise NothingPublished(f"{file} is no backup of an index") from error
    if about.get("format") != FORMAT:
        raise NothingPublished(
            f"{file} has format {about.get('format')}, this version reads {FORMAT}"
        )


def _add_data(tar: tarfile.TarFile, settings: Settings) -> None:
    """Add whatever is left whole; what is being left at this moment is not.

    Nor are the service's own files: its jobs ran on this machine, and its database changes while
    it is copied.
    """
    data = settings.data
    for path in sorted(data.rglob("*")):
        if path.parent == data and path.stem == settings.service.stem:
            continue
        name = path.relative_to(data).as_posix()
        if not any(part.startswith(".") for part in path.relative_to(data).parts):
            with suppress(FileNotFoundError):
                tar.add(path, _DATA + name, recursive=False)


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = len(text.encode()), int(time.time()), 0o644
    tar.addfile(entry, io.BytesIO(text.encode()))

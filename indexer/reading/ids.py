"""A document's id: given in its metadata, or made from its path below the corpus."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from pathlib import PurePosixPath

MAX_ID_CHARACTERS = 128
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}")
_LETTER = re.compile("[a-z0-9]")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
# Letters that Unicode does not decompose into a base letter and a mark.
_WHOLE = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i"}
)


def is_doc_id(value: str) -> bool:
    """Tell whether a value may be a doc_id: `[a-z0-9][a-z0-9._-]{0,127}` without `..`."""
    return _ID.fullmatch(value) is not None and ".." not in value


@lru_cache(maxsize=1 << 17)
def doc_id_from_path(relative: str) -> str:
    """Return the id of the document at a path below its corpus, ending included.

    A path of which nothing but its ending can be written in ASCII becomes `document-` and
    8 hex digits of its hash.

    >>> doc_id_from_path("Presse/Gebührensatzung 2023.pdf")
    'presse.gebuehrensatzung-2023.pdf'
    """
    slug = _slug(relative)
    # The first condition holds of nearly all, and takes no time.
    if not (_LETTER.search(slug.rpartition(".")[0]) or _LETTER.search(_without_ending(relative))):
        return f"document-{_path_hash(relative)[:8]}"
    if len(slug) > MAX_ID_CHARACTERS:
        return f"{slug[:115]}-{_path_hash(relative)[:12]}"
    return slug


def with_path_suffix(doc_id: str, relative: str) -> str:
    """Return another id for a document whose id is taken: `-` and 8 hex digits of its path's hash.

    >>> with_path_suffix("a-b.md", "a b.md")
    'a-b.md-10ad72d8'
    """
    return f"{doc_id[: MAX_ID_CHARACTERS - 9]}-{_path_hash(relative)[:8]}"


def _without_ending(relative: str) -> str:
    return _slug(relative.removesuffix(PurePosixPath(relative).suffix))


def _slug(path: str) -> str:
    text = (path.lower() if path.isascii() else _in_ascii(path)).replace("/", ".")
    text = re.sub(r"[^a-z0-9._]+", "-", text)
    return re.sub(r"\.{2,}", ".", text).lstrip("._-")


def _in_ascii(path: str) -> str:
    """Letters without their marks; what has no such letter stays as it is."""
    text = unicodedata.normalize("NFC", path).lower().translate(_GERMAN).translate(_WHOLE)
    text = unicodedata.normalize("NFKD", text).lower()
    return "".join(char for char in text if not unicodedata.combining(char))


def _path_hash(path: str) -> str:
    # surrogatepass: a path from outside `walk` may hold what UTF-8 cannot.
    name = unicodedata.normalize("NFC", path).encode("utf-8", "surrogatepass")
    return hashlib.sha256(name).hexdigest()

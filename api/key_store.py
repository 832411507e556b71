"""Keys, as every process of the service knows them: of each only a hash is kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

from api.shared_state import SharedState
from indexer.errors import DataUnavailable

# A revocation must be in force within a second everywhere; half of that is left for the reading.
LOOK_EVERY_S = 0.5
_PREFIX = "fst_"  # so that whoever finds one somewhere sees what it is
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_KEYS = "SELECT hash, name, scope, created, expires, revoked FROM keys ORDER BY name"


class Scope(IntEnum):
    """What somebody may do; each includes those before it."""

    ASK = 1  # ask and read
    WRITE = 2  # add, replace, remove, index, see the jobs and documents under embargo
    ADMIN = 3  # see metrics and what others asked

    @property
    def word(self) -> str:
        """As the command line and the README write it."""
        return self.name.lower()


class KeysUnavailable(DataUnavailable):
    """It cannot be known which keys there are."""


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key; not the key itself, which only its owner has."""

    name: str
    scope: Scope
    created: datetime
    expires: datetime | None = None  # from then on it is refused
    revoked: datetime | None = None

    @property
    def fault(self) -> str | None:
        """Why it opens nothing any more; None if it does."""
        if self.revoked is not None:
            return "was revoked"
        if self.expires is not None and datetime.now(UTC) >= self.expires:
            return "has expired"
        return None


class KeyStore:
    """All calls are atomic, may block, and raise DataUnavailable."""

    def __init__(self, state: SharedState) -> None:
        self._state = state

    def create(self, name: str, scope: Scope, expires: datetime | None = None) -> str:
        """Make a key and return it; nobody can ever read it again.

        Raises:
            ValueError: if the name is none, or a key in use has it.
        """
        if not _NAME.fullmatch(name):
            raise ValueError(
                f"{name!r} cannot name a key: 1 to 64 letters, digits, dots, - and _, "
                "a letter or digit first"
            )
        # 256 random bits: nobody guesses them, so that a quick hash without a salt is enough.
        key = _PREFIX + secrets.token_urlsafe(32)
        with self._state.writing() as execute:
            if any(self._named(row) == name for row in execute(_KEYS, ()) if row[5] is None):
                raise ValueError(f"a key {name} is in use; revoke it, or take another name")
            execute("DELETE FROM keys WHERE name = ?", (name,))
            execute(
                "INSERT INTO keys (name, hash, scope, created, expires) VALUES (?, ?, ?, ?, ?)",
                (
                    name,
                    _hash(key),
                    scope.word,
                    datetime.now(UTC).isoformat(timespec="seconds"),
                    None if expires is None else expires.astimezone(UTC).isoformat(),
                ),
            )
        return key

    def revoke(self, name: str, *, forget: bool = False) -> None:
        """Let a key open nothing any more.

        Args:
            forget: as if it had never been: a service without any key serves its own machine.

        Raises:
            KeyError: if none in use has this name; with `forget`, none at all.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._state.writing() as execute:
            if forget:
                found = execute("DELETE FROM keys WHERE name = ? RETURNING name", (name,))
            else:
                found = execute(
                    "UPDATE keys SET revoked = ? WHERE name = ? AND revoked IS NULL RETURNING name",
                    (now, name),
                )
        if not found:
            raise KeyError(name)

    def all(self) -> list[Key]:
        """Every key, also those that open nothing any more, by name."""
        return [key for _, key in self.hashed()]

    def hashed(self) -> list[tuple[bytes, Key]]:
        """Every key behind its hash."""
        return [(row[0], _key(row)) for row in self._state.read(_KEYS)]

    @staticmethod
    def _named(row: Any) -> str:
        return str(row[1])


class KeyRing:
    """The keys as one process knows them, never longer than LOOK_EVERY_S; safe from any thread."""

    def __init__(self, store: KeyStore) -> None:
        self._store = store
        self._known: tuple[float, list[tuple[bytes, Key]]] = (float("-inf"), [])

    def is_empty(self) -> bool:
        """Whether there has never been a key, or all were forgotten; raises KeysUnavailable."""
        return not self._looked_up()

    def find(self, given: str) -> Key | None:
        """The key that somebody gave, also one that opens nothing any more.

        Raises:
            KeysUnavailable: if it cannot be known which keys there are.
        """
        wanted = _hash(given)
        # One that is not known may have been made a moment ago.
        return _among(self._looked_up(), wanted) or _among(self._looked_up(anew=True), wanted)

    def _looked_up(self, *, anew: bool = False) -> list[tuple[bytes, Key]]:
        looked_at, keys = self._known
        now = time.monotonic()
        if anew or now - looked_at > LOOK_EVERY_S:
            try:
                keys = self._store.hashed()
            except DataUnavailable as error:
                raise KeysUnavailable(str(error)) from error
            self._known = (now, keys)
        return keys


def _among(keys: list[tuple[bytes, Key]], wanted: bytes) -> Key | None:
    found = None
    for hashed, key in keys:  # all of them: the time tells nothing of the hashes
        if hmac.compare_digest(hashed, wanted):
            found = key
    return found


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def _key(row: Any) -> Key:
    _, name, scope, created, expires, revoked = row
    return Key(name, Scope[scope.upper()], _time(created), _known(expires), _known(revoked))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _known(text: str | None) -> datetime | None:
    return None if text is None else _time(text)

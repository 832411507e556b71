"""Who a request comes from and what it may do: keys, limits and the audit log together."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal

from api.addresses import is_loopback, network
from api.audit import AuditLog
from api.key_store import Key, KeyRing, KeyStore, Scope
from api.limits import Limits
from api.shared_state import SharedState
from indexer.errors import DataUnavailable
from indexer.settings import Settings

MAX_KEY_CHARS = 200
_THIS_MACHINE = (
    "Without keys only this machine is answered, by its own names; `fundstelle keys create` makes "
    "a key, `fundstelle serve --public-ask` lets everybody ask."
)
_log = logging.getLogger("fundstelle")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a request shows of where it comes from."""

    authorization: str | None
    address: str  # the client's; empty: unknown
    here: bool  # from a program or browser of this machine, by one of its own names
    alone: bool  # and certainly not on behalf of a proxy or of a foreign page


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks."""

    name: str | None  # of the key; `local` or None without one
    scope: Scope | None  # the most that is allowed; None: nothing
    counted_as: str
    by_key: bool = False


class Refused(Exception):
    """A request is not let in.

    `status` is 401: a key is missing or opens nothing, 403: this is not allowed, 429: too often.
    """

    def __init__(
        self, status: Literal[401, 403, 429], detail: str, challenge: str = "", retry_after: int = 0
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.challenge = challenge  # of a Bearer, as RFC 6750 has it
        self.retry_after = retry_after  # seconds


class Gate:
    """One per process, safe from any thread; calls may wait for the disk."""

    def __init__(self, settings: Settings, state: SharedState) -> None:
        self._settings = settings
        self._keys = KeyRing(KeyStore(state))
        self._limits = Limits(settings, state)
        self.audit = AuditLog(settings.data)

    def caller(self, seen: Seen) -> Caller:
        """Tell who asks, by the key if there is one.

        Raises:
            Refused: if the key opens nothing.
            KeysUnavailable: if it cannot be known which keys there are: then nobody is let in.
        """
        scheme, _, key = (seen.authorization or "").strip().partition(" ")
        if scheme.lower() == "bearer":
            return self._by_key(key.strip(), seen.address)
        counted_as = f"address {network(seen.address)}"
        if self._settings.public_ask:
            return Caller(None, Scope.ASK, counted_as)
        if self.needs_keys():
            return Caller(None, None, counted_as)
        if seen.alone:
            return Caller("local", Scope.ADMIN, counted_as)
        return Caller("local" if seen.here else None, Scope.ASK if seen.here else None, counted_as)

    def needs_keys(self) -> bool:
        """Whether nothing but a key helps, not even to come from this machine."""
        # Forwarded ports can make any machine look like this one. And where there were keys, the
        # end of the last one must not open the service.
        return (
            self._settings.public_ask
            or not is_loopback(self._settings.host)
            or not self._keys.is_empty()
        )

    def check(self, caller: Caller, needed: Scope) -> None:
        """Let only those pass who have the scope; raises Refused, KeysUnavailable."""
        if caller.scope is None or caller.scope < needed:
            raise self._refused(caller, needed)

    def count(self, caller: Caller, kind: Literal["ask", "write"], amount: int = 1) -> None:
        """Count a request, or so many of them at once; raises Refused."""
        wait = self._limits.count(kind, caller.counted_as, amount)
        if wait:
            raise Refused(429, f"These are too many requests; try again in {wait} s.", "", wait)

    def _refused(self, caller: Caller, needed: Scope) -> Refused:
        if caller.by_key and caller.scope is not None:
            has = caller.scope.word
            said = f"This needs a key with the scope {needed.word}; this one has {has}."
            return Refused(403, said, f'error="insufficient_scope", scope="{needed.word}"')
        if self.needs_keys():
            said = f"This needs a key with the scope {needed.word}: Authorization: Bearer KEY."
            return Refused(401, said)
        if needed is Scope.ASK:
            return Refused(403, _THIS_MACHINE)
        return Refused(403, "Only programs on the machine of the service may index.")

    def _by_key(self, given: str, address: str) -> Caller:
        key = self._keys.find(given) if 0 < len(given) <= MAX_KEY_CHARS else None
        if key is not None and key.fault is None:
            return Caller(key.name, key.scope, f"key {key.name}", by_key=True)
        raise self._wrong(key, address)

    def _wrong(self, key: Key | None, address: str) -> Refused:
        """Note a key that opens nothing, not oftener than a disk can bear."""
        wait = self._limits.count("wrong key", network(address))
        if wait:
            return Refused(429, f"These are too many wrong keys; try again in {wait} s.", "", wait)
        fault = "is not known" if key is None else key.fault
        if not self._limits.count("logged wrong key", "all"):
            name = None if key is None else key.name
            try:
                self.audit.write("wrong key", name, reason=fault, address=address or None)
            except DataUnavailable as error:  # the key opens nothing all the same
                _log.warning("a wrong key was given: %s", error)
        return Refused(401, f"The key {fault}.", 'error="invalid_token"')

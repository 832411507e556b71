"""Which generation answers: the published one, or the one before where that is damaged."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from api.clock import clock
from api.snapshot import Snapshot
from indexer.changes import outdated
from indexer.damage import note
from indexer.errors import EncoderMismatch, IndexDamaged, IndexUnavailable
from indexer.leases import Lease, leased
from indexer.manifest import Generation, current_name, generations
from indexer.settings import Settings

T = TypeVar("T")
_log = logging.getLogger("fundstelle")


class InForce:
    """Thread-safe. Damage shows when something is first read: at loading, or much later."""

    def __init__(self, settings: Settings, fingerprint: str) -> None:
        """Load a generation.

        Args:
            fingerprint: the encoder's.

        Raises:
            IndexUnavailable, EncoderMismatch: if nothing is published, or by another encoder.
            IndexDamaged: if no generation can be used, with what is wrong with the published one.
        """
        self._settings = settings
        self._fingerprint = fingerprint
        self._damaged: dict[str, str] = {}  # names of generations -> what is wrong with each
        self._changing = threading.Lock()
        self.snapshot = self._newest()

    def call(self, work: Callable[[Snapshot], T]) -> T:
        """Work on one generation from beginning to end, and on the one before if it is damaged.

        Raises:
            IndexDamaged: if no other generation is kept, or the others share the damaged file.
        """
        while True:
            snapshot = self.snapshot
            try:
                return work(snapshot)
            except IndexDamaged as error:
                self._leave(snapshot, error)

    def seeing_embargoed(self) -> SeeingEmbargoed:
        """The same generations for who may know of documents under embargo."""
        return SeeingEmbargoed(self)

    def refresh(self) -> bool:
        """Take up a newer published generation, see `Engine.refresh`."""
        with self._changing:
            name = current_name(self._settings.index)
            if name is None or name == self.snapshot.name or name in self._damaged:
                return False
            generation, lease, damages = leased(self._settings.index, self._damaged)
            if damages:
                lease.close()
                raise IndexDamaged(damages[0])
            self.snapshot = self._loaded(generation, lease, former=False)
            return True

    def _leave(self, snapshot: Snapshot, error: IndexDamaged) -> None:
        """Put another generation in force; raises the error where there is none."""
        with self._changing:
            if snapshot is not self.snapshot:
                return  # somebody else has met the damage, too
            left_before = snapshot.name in self._damaged
            self._mark(snapshot.folder, error)
            if left_before:
                raise error
            try:
                self.snapshot = self._newest()
            except (IndexDamaged, IndexUnavailable):
                raise error from None

    def _newest(self) -> Snapshot:
        first: IndexDamaged | None = None
        while True:
            try:
                generation, lease, damages = leased(self._settings.index, self._damaged)
            except IndexDamaged as error:
                raise first or error from None
            try:
                snapshot = self._loaded(generation, lease, former=bool(damages))
            except IndexDamaged as error:
                # Without the frames, which would hold on to the generation.
                first = first or error.with_traceback(None)
                continue
            except EncoderMismatch as error:
                if not damages:
                    raise
                self._damaged[generation.folder.name] = str(error)
                continue
            if damages:
                name = generation.folder.name
                _log.error("answering from generation %s: %s", name, damages[0])
            return snapshot

    def _loaded(self, generation: Generation, lease: Lease, *, former: bool) -> Snapshot:
        try:
            return Snapshot(
                generation,
                lease,
                self._settings.encoder,
                self._fingerprint,
                clock(self._settings.clock),
                hidden=outdated(self._settings.data) if former else None,
            )
        except IndexDamaged as error:
            self._mark(generation.folder, error)
            raise

    def _mark(self, folder: Path, error: IndexDamaged) -> None:
        """Note the damage for the next run; whatever generation has the same file is damaged."""
        self._damaged[folder.name] = str(error)
        if not error.path:
            return
        note(folder, error.path)
        for other in generations(self._settings.index):
            if _same(other / error.path, folder / error.path):
                self._damaged[other.name] = str(error)
                note(other, error.path)  # it may be the one that was published just now


class SeeingEmbargoed:
    """The same for requests to which documents under embargo exist."""

    def __init__(self, in_force: InForce) -> None:
        self._in_force = in_force

    @property
    def snapshot(self) -> Snapshot:
        """See `InForce`; without the embargo."""
        return self._in_force.snapshot.seeing_embargoed()

    def call(self, work: Callable[[Snapshot], T]) -> T:
        """See `InForce.call`."""
        return self._in_force.call(lambda snapshot: work(snapshot.seeing_embargoed()))

    def refresh(self) -> bool:
        """See `Engine.refresh`."""
        return self._in_force.refresh()

    def seeing_embargoed(self) -> SeeingEmbargoed:
        """Itself."""
        return self


def _same(file: Path, other: Path) -> bool:
    try:
        return file.samefile(other)
    except OSError:
        return False

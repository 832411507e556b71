"""Drafts become documents: cut as soon as they are read where they surely will be, named later."""

from __future__ import annotations

from dataclasses import replace

from indexer.cutting import Cut, LazyEncoder, TakenOver, cut, is_cut_alike, made_by, pipeline_parts
from indexer.drafts import Draft
from indexer.embedding import Embedder
from indexer.naming import wanted_id
from indexer.previous import Previous
from indexer.segments import Document
from indexer.settings import Settings
from indexer.stages import CUT, EMBED, Stages


class Cutter:
    """Cuts each draft once, and hands over what is to be embedded of it.

    Args:
        anew: take nothing over.
    """

    def __init__(
        self,
        settings: Settings,
        encoder: LazyEncoder,
        previous: Previous,
        embedder: Embedder,
        stages: Stages,
        *,
        anew: bool,
    ) -> None:
        self.pipeline = pipeline_parts(settings, encoder)
        self._settings = settings
        self._encoder = encoder
        self._previous = previous
        self._embedder = embedder
        self._stages = stages
        self._anew = anew
        self._ahead: dict[tuple[str, str], Cut] = {}
        self._made: dict[str, dict[str, str]] = {}
        self._published = {record.doc_id: place for place, record in previous.by_path.items()}

    def ahead(self, draft: Draft) -> None:
        """Cut a draft that has no id yet, if it will be cut under any."""
        place = draft.folder, draft.path
        # Where another document has its id it may fail, in every run: it waits until that is known.
        if self._published.get(wanted_id(draft), place) == place and not self._is_alike(draft):
            self._ahead[place] = self._cut(draft)

    def document(self, draft: Draft) -> Document:
        """What the next generation holds of a draft that has its id."""
        old = draft.old
        if old is not None and old.doc_id == draft.doc_id and self._is_alike(draft):
            pipeline = self._made_by(draft)
            new = old if old.pipeline == pipeline else replace(old, pipeline=pipeline)
            return TakenOver(new, old, self._previous.count(old))
        made = self._ahead.pop((draft.folder, draft.path), None) or self._cut(draft)
        return made.named(draft.doc_id)

    def _is_alike(self, draft: Draft) -> bool:
        if self._anew or (draft.old is not None and draft.old.doc_id in self._previous.only_texts):
            return False
        return is_cut_alike(draft, self._made_by(draft))

    def _made_by(self, draft: Draft) -> dict[str, str]:
        """The same for all texts of one reader, and asked three times for each document."""
        if draft.reader not in self._made:
            self._made[draft.reader] = made_by(draft, self.pipeline)
        return self._made[draft.reader]

    def _cut(self, draft: Draft) -> Cut:
        with self._stages.on(EMBED):
            self._encoder()  # is loaded by the first
        with self._stages.on(CUT):
            made, inputs = cut(draft, self.pipeline, self._encoder, self._settings)
            self._embedder.add(inputs)
        return made

"""Which document gets which id."""

from __future__ import annotations

from indexer.drafts import Draft
from indexer.reading.ids import doc_id_from_path, with_path_suffix
from indexer.summary import Note, Summary


def name_documents(drafts: list[Draft], summary: Summary) -> list[Draft]:
    """Give every draft its doc_id and return those that got one, in the order of doc_id.

    On a clash the document that is already indexed under the id keeps it, else the smaller path;
    the other gets a suffix from its path, and the summary names both. The same id in two front
    matters fails the later file.
    """
    taken: dict[str, Draft] = {}
    for draft in sorted(drafts, key=_precedence):
        wanted = wanted_id(draft)
        holder = taken.get(wanted)
        if holder is not None:
            if draft.fixed_id or (_explicit(draft) and _explicit(holder)):
                reason = f"doc_id {wanted} is already that of {holder.path}"
                summary.failed.append(Note(draft.path, reason))
                continue
            wanted = with_path_suffix(wanted, draft.path)
            while wanted in taken:  # the same path in a third corpus folder
                wanted = with_path_suffix(wanted, f"{draft.folder}/{draft.path}")
            reason = f"has id {wanted}, because {holder.path} has {holder.doc_id}"
            summary.notes.append(Note(draft.path, reason))
        draft.doc_id = wanted
        taken[wanted] = draft
    return [taken[doc_id] for doc_id in sorted(taken)]


def wanted_id(draft: Draft) -> str:
    """The id that a draft has if no other has it."""
    return _explicit(draft) or doc_id_from_path(draft.path)


def _explicit(draft: Draft) -> str | None:
    return draft.fixed_id or draft.metadata.doc_id


def _precedence(draft: Draft) -> tuple[bool, bool, str, str]:
    upload = draft.fixed_id is not None  # somebody chose an id that a file has already
    return draft.published_id != wanted_id(draft), upload, draft.path, draft.folder

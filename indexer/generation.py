"""Write one generation's files: store, vectors, terms and our copies of the originals."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexer.cutting import Cut, Inputs, LazyEncoder
from indexer.embedding_input import matched_text
from indexer.encoder import Encoder
from indexer.errors import IndexDamaged
from indexer.lexical import LexicalIndex
from indexer.previous import PassageVectors, Previous
from indexer.sentence_vectors import SentenceVectors, compressed
from indexer.store import Store, write_store
from indexer.summary import Progress
from indexer.vectors import VectorIndex

EMBEDDING_BATCH = 256  # passages between two reports of progress


def write_generation(
    folder: Path,
    documents: Sequence[Cut],
    encoder: LazyEncoder,
    previous: Previous,
    progress: Progress,
    *,
    anew: bool,
) -> int:
    """Write everything into `folder` and check that it can be read back.

    Args:
        documents: in the order of doc_id.
        anew: embed every passage, also where its vector is known.

    Returns:
        How many passages had to be embedded; the others' vectors were known.
    """
    rows = [(cut, passage) for cut in documents for passage in cut.passages]
    keys = [key for cut in documents for key in cut.keys]
    inputs = {key: made for cut in documents for key, made in cut.inputs.items()}
    known = {} if anew else previous.vectors(list(dict.fromkeys(keys)))
    new = [key for key in inputs if key not in known]
    # Neighbours in length share a batch, so that little of it is padding.
    new.sort(key=lambda key: len(inputs[key].passage))
    for first in range(0, len(new), EMBEDDING_BATCH):
        batch = new[first : first + EMBEDDING_BATCH]
        known |= _embed(encoder(), batch, [inputs[key] for key in batch])
        progress("embed", first + len(batch), len(new))

    progress("write", 0, 1)
    dimension = len(known[keys[0]][0]) if keys else previous.dimension or encoder().dimension
    matrix = np.array([known[key][0] for key in keys], np.float32).reshape(len(keys), dimension)
    VectorIndex.build(matrix).save(folder / "vectors.faiss")
    SentenceVectors.save(folder, [known[key][1] for key in keys], dimension)
    LexicalIndex.build(
        folder / "lexical",
        ((passage.language, matched_text(cut.record.title, passage)) for cut, passage in rows),
    )
    write_store(
        folder / "store.sqlite",
        (
            (cut.record, cut.text, list(zip(cut.passages, cut.keys, strict=True)))
            for cut in documents
        ),
    )
    _keep_originals(folder / "originals", documents, previous)
    _verify(folder, documents, len(rows))
    progress("write", 1, 1)
    return len(new)


def _embed(
    encoder: Encoder, keys: Sequence[bytes], inputs: Sequence[Inputs]
) -> dict[bytes, PassageVectors]:
    passages = encoder.encode_passages([made.passage for made in inputs])
    texts = [text for made in inputs for text in made.sentences]
    # Many sentences recur: an item of a menu, a line of a table.
    distinct = list(dict.fromkeys(texts))
    vectors = dict(zip(distinct, compressed(encoder.encode(distinct)), strict=True))
    none = np.empty((0, passages.shape[1]), np.int8)
    return {
        key: (
            passage,
            np.array([vectors[text] for text in made.sentences]) if made.sentences else none,
        )
        for key, passage, made in zip(keys, passages, inputs, strict=True)
    }


def _keep_originals(folder: Path, documents: Sequence[Cut], previous: Previous) -> None:
    """Hold exactly the originals of these documents; unchanged ones share the file on disk."""
    wanted = {cut.record.file_sha256 for cut in documents}
    for sha256 in wanted:
        copy, published = folder / sha256, previous.original(sha256)
        if published is not None and not copy.exists():
            try:
                os.link(published, copy)
            except OSError:  # file systems without hard links
                shutil.copyfile(published, copy)
    for file in folder.iterdir():
        if file.name not in wanted:  # read, but refused a doc_id
            file.unlink()


def _verify(folder: Path, documents: Sequence[Cut], passages: int) -> None:
    """Open what was written as a reader would; raises IndexDamaged where counts differ."""
    store = Store(folder / "store.sqlite")
    try:
        counts = {
            "documents": (len(store.documents()), len(documents)),
            "passages": (len(store.table().document), passages),
            "vectors": (len(VectorIndex.load(folder / "vectors.faiss")), passages),
            "sentence vectors": (len(SentenceVectors.load(folder)), passages),
            "terms": (len(LexicalIndex(folder / "lexical")), passages),
        }
    finally:
        store.close()
    for what, (found, expected) in counts.items():
        if found != expected:
            raise IndexDamaged(f"{folder} holds {found} {what}, {expected} were written")

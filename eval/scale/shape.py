"""Whether drawn vectors stand as near to each other as real ones: `python -m eval.scale.shape X`.

X is the folder of a real index (`python -m eval.scale 100000 --folder X`), or a file of
vectors (`python -m eval.scale.real 100000 X`). The cosine distance of the nearest, tenth and
hundredth neighbour falls with the number of vectors by a power law; that of the samples is carried
on to the larger number, and compared with vectors drawn like them. How many of the ten nearest of
the real ones an index of one segment finds is told as well.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click
import numpy as np

from eval.scale.measuring import questions
from eval.scale.nearest import Found, best_of, nearest
from eval.scale.stand_in import SPREAD, StandIn, real_vectors
from eval.suites.choosing import SHARED
from indexer.encoder import load_encoder
from indexer.joined import Vectors
from indexer.settings import Settings
from indexer.vectors import VectorIndex

K = 10
NEIGHBOURS = (1, 10, 100)
SAMPLES = (0.1, 0.5, 1.0)  # of the real vectors: 10,000, 50,000 and 100,000
QUERIES = 500
AT_ONCE = 50_000
SEED = 7


@click.command()
@click.argument("what", type=click.Path(exists=True, path_type=Path))
@click.option("--shared", type=click.Path(path_type=Path), default=SHARED, show_default=True)
@click.option("--count", type=click.IntRange(1_000), default=1_000_000, show_default=True)
@click.option("--spread", "spreads", type=float, multiple=True, default=[SPREAD], show_default=True)
def main(what: Path, shared: Path, count: int, spreads: tuple[float, ...]) -> None:
    """Print the distances of neighbours in samples, carried on to COUNT, and in drawn vectors."""
    real = np.random.default_rng(SEED).permutation(real_vectors(what))
    asked = load_encoder(Settings.load().encoder).encode_passages(questions(shared / "data/eval"))
    click.echo(f"recall@{K} of lists over {len(real):,} real: {list_recall(real, asked):.4f}\n")
    queries = real[:QUERIES]
    _line("cosine distance to neighbour", [f"{number:>8}" for number in NEIGHBOURS])
    sizes = [int(share * len(real)) for share in SAMPLES]
    measured = np.array([distances(queries, real[:size]) for size in sizes])
    for size, found in zip(sizes, measured, strict=True):
        _line(f"{size:,} real", [f"{one:8.4f}" for one in found])
    expected = carried_on(np.array(sizes), measured, count)
    _line(f"{count:,} expected", [f"{one:8.4f}" for one in expected])
    for spread in spreads:
        drawn = drawn_distances(StandIn(real, spread), count)
        off = ", ".join(f"{one:+.0%}" for one in drawn / expected - 1)
        _line(f"{count:,} drawn, {spread}", [f"{one:8.4f}" for one in drawn] + [f"  {off}"])


def list_recall(real: np.ndarray, queries: np.ndarray) -> float:
    """Return the share of the K nearest of each query that a search of one segment finds."""
    index = Vectors([VectorIndex.build(real)], real.shape[1])
    _, true = nearest(queries, real, min(K, len(real)))
    found = [index.search(query, K)[1] for query in queries]
    hits = [len(np.intersect1d(one, other)) for one, other in zip(found, true, strict=True)]
    return float(np.mean(hits) / true.shape[1])


def distances(queries: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Return the median distance to each of NEIGHBOURS, of queries that are among them."""
    return _medians(nearest(queries, among, max(NEIGHBOURS) + 1))


def carried_on(sizes: np.ndarray, measured: np.ndarray, count: int) -> np.ndarray:
    """Carry (S, K) distances in samples of (S,) sizes on to `count` vectors, by a power law."""
    slopes, offsets = np.polyfit(np.log(sizes), np.log(measured), 1)
    return np.asarray(np.exp(offsets + slopes * np.log(count)))


def drawn_distances(stand_in: StandIn, count: int) -> np.ndarray:
    """Return the same of so many drawn vectors, which are never all in memory."""
    numbers = np.random.default_rng(SEED).integers(0, 2**63, count).astype(np.uint64)
    queries = stand_in.drawn(numbers[:QUERIES])
    best: Found | None = None
    for first in range(0, count, AT_ONCE):
        part = stand_in.drawn(numbers[first : first + AT_ONCE])
        best = best_of(best, nearest(queries, part, max(NEIGHBOURS) + 1), max(NEIGHBOURS) + 1)
    assert best is not None  # noqa: S101  count is positive
    return _medians(best)


def _medians(found: Found) -> np.ndarray:
    # The first is the query itself.
    return np.array([np.median(1 - found[0][:, number]) for number in NEIGHBOURS])


def _line(what: str, cells: list[str]) -> None:
    click.echo(f"{what:<30}" + "".join(cells))


if __name__ == "__main__":
    sys.exit(main())

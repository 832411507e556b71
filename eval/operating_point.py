"""Choose the confidence from which answers are shown: `python -m eval.operating_point`.

Asked are the development halves of our own sets, over the corpus and the first users' files. The
point is the lowest threshold at which the share of shown answers whose first sentence is wrong is
within the limit, and stays so above it; where there is none, the highest that answers half. Of
`corpus` only questions that must be refused are asked: its answerable ones are all reported.
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from eval.answers import ours
from eval.answers.measures import Point, point

WRONG_AT_MOST = 0.08
SHOWN_AT_LEAST = 25
ANSWERED_AT_LEAST = 0.5
THRESHOLDS = [number / 100 for number in range(5, 100)]
ROOT = Path(__file__).parents[1]


def chosen(points: list[Point]) -> Point:
    """The lowest point from which on all are within the limit.

    Where none is, the surest one that still answers half of what can be answered. Points at which
    next to nothing is shown say nothing.
    """
    best = None
    for one in reversed([one for one in points if one.wrong.total >= SHOWN_AT_LEAST]):
        if one.wrong.value > WRONG_AT_MOST:
            break
        best = one
    talking = [one for one in points if one.answered.value >= ANSWERED_AT_LEAST]
    return best or max(talking or points[:1], key=lambda one: one.threshold)


@click.command()
@click.option("--shared", type=click.Path(path_type=Path), default=ROOT.parent / "shared")
def main(shared: Path) -> None:
    """Print what each point costs, and write the chosen one to api/confidence.json."""
    asked = ours.corpus(ROOT / "corpus", "development")
    asked += ours.seeds(shared / "seeds", "development")
    points = [point(asked, threshold) for threshold in THRESHOLDS]
    best = chosen(points)
    for one in points[::5]:
        print(_line(one))
    print("chosen:", _line(best))
    file = ROOT / "api" / "confidence.json"
    weights = json.loads(file.read_text("utf-8"))
    weights["threshold"] = best.threshold
    file.write_text(json.dumps(weights, indent=1) + "\n", "utf-8")


def _line(one: Point) -> str:
    return (
        f"{one.threshold:.2f}  answered {one.answered.value:.3f}  refused {one.refused.value:.3f}  "
        f"wrong of shown {one.wrong.value:.3f} ({one.wrong.count} of {one.wrong.total})"
    )


if __name__ == "__main__":
    main()

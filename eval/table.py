"""A report as a table for the terminal, and as JSON."""

from __future__ import annotations

from typing import Any

from eval.measures import Report, Share


def as_table(report: Report) -> str:
    """Lay out a report in fixed columns."""
    measures = list(report.rows[-1].ranking)
    names = [*measures, "answered", "right", "wrong of shown"]
    lines = [
        f"suite {report.suite}",
        "",
        "pair       n  " + "  ".join(f"{name:>14}" for name in names),
    ]
    for row in report.rows:
        figures = [f"{row.ranking[name]:14.3f}" for name in measures]
        figures += [f"{share.value:14.3f}" for share in (row.answered, row.right, row.wrong)]
        lines.append(f"{row.pair:<6} {row.questions:5}  " + "  ".join(figures))
    lines += ["", "questions that the documents do not answer: share refused"]
    for kind, share in report.refused.items():
        low, high = share.interval
        lines.append(
            f"{kind:<14} {share.value:.3f}  ({share.count} of {share.total}, "
            f"95 % interval {low:.3f} to {high:.3f})"
        )
    return "\n".join(lines)


def as_json(report: Report) -> dict[str, Any]:
    """The same figures for programs."""
    return {
        "suite": report.suite,
        "pairs": [
            {
                "pair": row.pair,
                "questions": row.questions,
                **row.ranking,
                "answered": _share(row.answered),
                "right": _share(row.right),
                "wrong_of_shown": _share(row.wrong),
            }
            for row in report.rows
        ],
        "refused": {kind: _share(share) for kind, share in report.refused.items()},
    }


def _share(share: Share) -> dict[str, Any]:
    return {
        "value": share.value,
        "count": share.count,
        "total": share.total,
        "interval": list(share.interval),
    }

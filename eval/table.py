"""A report as a table for the terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eval.comparison import Difference
from eval.measures import Report, Row, Share


def as_table(report: Report) -> str:
    """Lay out a report in fixed columns."""
    measures = list(dict.fromkeys(name for row in report.rows for name in row.ranking))
    asked = any(row.answered for row in report.rows)
    names = [*measures, *(["answered", "right", "wrong of shown"] if asked else [])]
    lines = [
        f"suite {report.suite}",
        "",
        "pair         n  " + "  ".join(f"{name:>9}" for name in names),
    ]
    for row in report.rows:
        figures = [_figure(row, name) for name in measures]
        if row.answered and row.right and row.wrong:
            shares = zip(("answered", "right", "wrong of shown"), _shares(row), strict=True)
            figures += [f"{share.value:{max(9, len(name))}.3f}" for name, share in shares]
        lines.append(f"{row.pair:<8} {row.questions:5}  " + "  ".join(figures))
    if report.refused:
        lines += ["", "questions that the documents do not answer: share refused"]
    for kind, share in report.refused.items():
        low, high = share.interval
        lines.append(
            f"{kind:<14} {share.value:.3f}  ({share.count} of {share.total}, "
            f"95 % interval {low:.3f} to {high:.3f})"
        )
    lines += _bias_lines(report) + _lost_lines(report)
    return "\n".join([*lines, *_time_lines(report)])


def _time_lines(report: Report) -> list[str]:
    """p50 and p95 of one ranking and of each of its stages."""
    named = {"ranking": report.milliseconds, **report.stages}
    found = [
        f"{name}: " + ", ".join(f"{share} {value:.1f} ms" for share, value in times.items())
        for name, times in named.items()
        if times
    ]
    return ["", *found] if found else []


def difference_table(differences: Sequence[Difference]) -> str:
    """Lay out a comparison; * marks what is significant at .05 over the whole table."""
    lines = [
        "suite              pair      measure         before   after  change   95 % interval"
        "       p (Holm)"
    ]
    for found in differences:
        low, high = found.interval
        lines.append(
            f"{found.suite:<18} {found.pair:<9} {found.measure:<14} {found.before:7.3f} "
            f"{found.after:7.3f} {found.after - found.before:+7.3f}   {low:+.3f} to {high:+.3f}   "
            f"{found.p_holm:.4f}{' *' if found.significant else ''}"
        )
    return "\n".join(lines)


def as_json(report: Report) -> dict[str, Any]:
    """The same figures for programs, those of each question among them."""
    return {
        "suite": report.suite,
        "pairs": [
            {
                "pair": row.pair,
                "questions": row.questions,
                **row.ranking,
                "intervals": {name: list(row.interval(name)) for name in row.ranking},
                **{
                    name: _share(share)
                    for name, share in (
                        ("answered", row.answered),
                        ("right", row.right),
                        ("wrong_of_shown", row.wrong),
                    )
                    if share is not None
                },
                **(
                    {
                        "other_language_first": _share(row.bias.other_first),
                        "rank_gap": row.bias.rank_gap,
                    }
                    if row.bias
                    else {}
                ),
            }
            for row in report.rows
        ],
        "refused": {kind: _share(share) for kind, share in report.refused.items()},
        "lost_success@3": report.lost,
        "milliseconds": report.milliseconds,
        "stages": report.stages,
    }


def per_question(report: Report) -> dict[str, dict[str, dict[str, float]]]:
    """Pair -> measure -> question -> figure; what two runs are compared by."""
    return {
        row.pair: {
            measure: dict(zip(row.keys, values.tolist(), strict=True))
            for measure, values in row.values.items()
        }
        for row in report.rows
    }


def _figure(row: Row, name: str) -> str:
    width = max(9, len(name))
    return f"{row.ranking[name]:{width}.3f}" if name in row.ranking else " " * width


def _shares(row: Row) -> list[Share]:
    return [share for share in (row.answered, row.right, row.wrong) if share is not None]


def _bias_lines(report: Report) -> list[str]:
    found = [(row.pair, row.bias) for row in report.rows if row.bias]
    if not found:
        return []
    return [
        "",
        "answered in both languages: first hit in the other one; median rank behind one's own",
        *(f"{pair:<14} {bias.other_first.value:.3f}  {bias.rank_gap:+.1f}" for pair, bias in found),
    ]


def _lost_lines(report: Report) -> list[str]:
    if not report.lost:
        return []
    pairs = list(next(iter(report.lost.values())))
    lines = ["", "Success@3 lost where questions are put otherwise"]
    lines.append(f"{'':<14}" + "  ".join(f"{pair:>8}" for pair in pairs))
    for name, lost in report.lost.items():
        lines.append(f"{name:<14}" + "  ".join(f"{lost[pair]:8.3f}" for pair in pairs))
    return lines


def _share(share: Share) -> dict[str, Any]:
    return {
        "value": share.value,
        "count": share.count,
        "total": share.total,
        "interval": list(share.interval),
    }

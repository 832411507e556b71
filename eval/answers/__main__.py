"""Everything about answers and refusals at the shipped operating point: `python -m eval.answers`.

One setting and one operating point for all rows; `eval/README.md` says what each row is.
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from eval.answers import contradictions, municipal, nomiracl, now, ours, page, speed
from eval.answers.asked import Asked
from eval.answers.measures import calibration_error, point, risk_coverage, roc_auc
from indexer.encoder import load_encoder
from indexer.settings import Settings

ROOT = Path(__file__).parents[2]


@click.command()
@click.option("--shared", type=click.Path(path_type=Path), default=ROOT.parent / "shared")
@click.option("--half", type=click.Choice(["development", "reported"]), default="reported")
@click.option("--ours-only", is_flag=True, help="Only our own sets: a minute instead of five.")
@click.option("--failures", is_flag=True, help="Print every question of ours that went wrong.")
@click.option("--report", type=click.Path(path_type=Path), help="Folder for answers.html.")
def main(shared: Path, half: ours.Half, ours_only: bool, failures: bool, report: Path) -> None:
    """Print the table."""
    settings = Settings.load()
    threshold = settings.answer_threshold
    print(f"threshold {threshold}, reader {'on' if settings.reader else 'off'}, half: {half}\n")
    suites: dict[str, list[Asked]] = {
        "corpus": ours.corpus(ROOT / "corpus", half),
        "seeds": ours.seeds(shared / "seeds", half) if (shared / "seeds").is_dir() else [],
    }
    if not ours_only and half == "reported":
        suites |= _municipal(shared / "data", threshold)
        suites |= _nomiracl(shared / "data", threshold)
    suites = {name: asked for name, asked in suites.items() if asked}
    _own(suites, threshold)
    for name, (precision, recall) in (
        ("sentences", contradictions.told_apart(load_encoder(settings.encoder), half)),
        ("in answers", contradictions.shown_as_conflict(half)),
    ):
        print(
            f"contradictions, {name}: precision {precision.value:.3f} ({precision.count} of "
            f"{precision.total}), recall {recall.value:.3f} ({recall.count} of {recall.total})"
        )
    for kind, share in now.timely(half, threshold).items():
        print(f"timeliness, {kind}: {share.value:.3f} ({share.count} of {share.total})")
    if not ours_only and (shared / "data").is_dir():
        for name, taken in speed.milliseconds(shared).items():
            print(f"ask over XQuAD, {name}: {taken:.1f} ms")
    if failures:
        _failures([one for name in ("corpus", "seeds") for one in suites.get(name, [])], threshold)
    if report:
        report.mkdir(parents=True, exist_ok=True)
        (report / "answers.html").write_text(page.as_html(suites, threshold), "utf-8")
        print(f"\n{report / 'answers.html'}")


def _own(suites: dict[str, list[Asked]], threshold: float) -> None:
    print(f"\n{'':16} answered  refused  wrong   holds   cited   ROC-AUC  cal. error")
    every: list[Asked] = []
    for name, asked in suites.items():
        every += asked
        at = point(asked, threshold)
        judged = name in ("corpus", "seeds", "municipal-qa")
        tail = f"{roc_auc(asked):7.3f} {calibration_error(asked):9.3f}" if judged else ""
        wrong = f"{at.wrong.value:7.3f} {at.holds.value:7.3f} {at.cited.value:7.3f}"
        print(
            f"{name:16} {at.answered.value:8.3f} {at.refused.value:8.3f} "
            f"{wrong if judged else '':23} {tail}"
        )
    judged_ones = [one for one in every if not one.suite.startswith("nomiracl")]
    print(f"{'together':16} {'':42}{calibration_error(judged_ones):17.3f}")
    shown = risk_coverage(judged_ones)
    marks = [next((r for c, r in shown if c >= share), shown[-1][1]) for share in (0.1, 0.25, 0.5)]
    print(
        "wrong of shown where the surest 10, 25, 50 % are shown: "
        + ", ".join(f"{risk:.3f}" for risk in marks)
    )
    kinds = sorted({one.kind for one in every if not one.answerable})
    for name in ("corpus", "seeds"):
        for kind in kinds:
            own = [one for one in suites.get(name, []) if one.kind == kind]
            if own:
                share = point(own, threshold).refused
                low, high = share.interval
                print(
                    f"  {name}, {kind}: refused {share.count} of {share.total} "
                    f"({low:.2f} to {high:.2f})"
                )


def _municipal(data: Path, threshold: float) -> dict[str, list[Asked]]:
    file = data / "eval" / "municipal-qa-dev.jsonl"
    if not file.is_file():
        return {}
    questions = municipal.read(file)
    found = municipal.pages(questions)
    seen = frozenset(
        sentence
        for line in (data / "train" / "municipal-qa-train.jsonl").read_text("utf-8").splitlines()
        for own in municipal.LANGUAGES
        for sentence in json.loads(line)[f"sentences_{own}"]
    )
    unseen = {one.pair: one for one in municipal.crossings(found, threshold, seen)}
    print("municipal-qa, own page   sentence F   unseen answers   F of refusing")
    for one in municipal.crossings(found, threshold):
        print(
            f"  {one.pair:22} {one.sentence_f:10.3f} {unseen[one.pair].sentence_f:16.3f} "
            f"{one.refusal_f:15.3f}"
        )
    return {"municipal-qa": municipal.asked_openly(questions)}


def _nomiracl(data: Path, threshold: float) -> dict[str, list[Asked]]:
    file = data / "eval" / "nomiracl-half.jsonl"
    if not file.is_file():
        return {}
    asked = nomiracl.asked(*nomiracl.read(file))
    suites = {
        name: [one for one in asked if one.suite == name]
        for name in sorted({one.suite for one in asked})
    }
    print()
    for name, own in suites.items():
        print(f"{name}: balanced accuracy {nomiracl.balanced_accuracy(own, threshold):.3f}")
    return suites


def _failures(asked: list[Asked], threshold: float) -> None:
    for one in asked:
        shown = one.shown(threshold)
        if shown != one.answerable or (shown and not one.right):
            first = one.answer.answer[0].text[:110] if one.answer.answer else "-"
            print(
                f"{one.suite} {one.kind} {one.confidence:.2f} {'shown' if shown else 'refused'} "
                f"| {one.question} | {first}"
            )


if __name__ == "__main__":
    main()

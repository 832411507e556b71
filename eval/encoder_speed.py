"""How fast the encoder is beside a well-known one: `python -m eval.encoder_speed`.

Ours, through our own interface, against all-MiniLM-L6-v2 through plain sentence-transformers: the
same German questions one at a time and the same passages of the shipped corpus, as our cutter
makes them for the index. Both sides take turns in one process, so that a busy machine slows both;
the ratios tell more than the times. The other encoder silently cuts what is beyond its window,
256 tokens, which is to its advantage here.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from eval.questions import load_questions
from indexer.cutting import Inputs, LazyEncoder, cut, pipeline_parts
from indexer.drafts import collect
from indexer.encoder import load_encoder, locate
from indexer.errors import EncoderError
from indexer.previous import Previous
from indexer.seen import Seen
from indexer.settings import Settings
from indexer.summary import Summary, silent

BASELINE = "all-MiniLM-L6-v2"
ROUNDS = 3
PASSAGES_IN_TURN = 32
SETS = Path(__file__).parent / "sets"

Encode = Callable[[list[str]], object]


@dataclass(frozen=True, slots=True)
class Speed:
    """Of one encoder; the median over the rounds, then over the questions."""

    encoder: str
    question_p50_ms: float
    question_p95_ms: float
    passages_per_second: float


@click.command()
@click.option("--encoder", help="Folder, bundled name or hub name. [default: the setting]")
@click.option("--questions", "most", default=200, help="At most so many.", show_default=True)
@click.option("--threads", default=0, help="0 leaves the choice to torch.", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def main(encoder: str | None, most: int, threads: int, as_json: bool) -> None:
    """Compare our encoder's speed with all-MiniLM-L6-v2's in sentence-transformers."""
    settings = Settings.load(encoder=encoder, threads=threads)
    try:
        baseline_folder = locate(BASELINE)
    except EncoderError as error:
        raise click.ClickException(
            f"{error}; this comparison needs it, nothing else does"
        ) from error
    questions = german_questions()[:most]
    passages = [made.passage for made in embedded_inputs(settings).values()]
    ours = load_encoder(settings.encoder, threads=settings.threads)

    import torch

    from indexer.sbert import plain_sentence_transformer

    baseline = plain_sentence_transformer(baseline_folder)
    names = [f"{BASELINE} in sentence-transformers", settings.encoder]
    one = times([baseline.encode, ours.encode_passages], [[question] for question in questions])
    blocks = [
        passages[first : first + PASSAGES_IN_TURN]
        for first in range(0, len(passages), PASSAGES_IN_TURN)
    ]
    many = times([baseline.encode, ours.encode_passages], blocks)
    speeds = [
        Speed(
            name,
            question_p50_ms=1000 * statistics.median(single),
            question_p95_ms=1000 * sorted(single)[int(0.95 * len(single))],
            passages_per_second=len(passages) / sum(block),
        )
        for name, single, block in zip(names, one, many, strict=True)
    ]
    report = {
        "questions": len(questions),
        "passages": len(passages),
        "threads": torch.get_num_threads(),
        "encoders": [asdict(speed) for speed in speeds],
        "question_time_ratio": speeds[1].question_p50_ms / speeds[0].question_p50_ms,
        "passages_ratio": speeds[1].passages_per_second / speeds[0].passages_per_second,
    }
    click.echo(json.dumps(report) if as_json else as_table(report, speeds))


def german_questions() -> list[str]:
    """Every German question of our sets, in their order."""
    return [
        question.question
        for file in sorted(SETS.glob("*.jsonl"))
        for question in load_questions(file)
        if question.language == "de"
    ]


def embedded_inputs(settings: Settings) -> dict[bytes, Inputs]:
    """Embedding key -> what would be embedded for the passages of the corpus folders."""
    nothing, encoder = Previous(), LazyEncoder(settings)
    pipeline = pipeline_parts(settings, encoder)
    with tempfile.TemporaryDirectory(prefix="fundstelle-speed-") as originals:
        drafts = collect(
            settings.corpus,
            nothing,
            Path(originals),
            Summary(),
            reread=True,
            progress=silent,
            seen=Seen(),
        )
        inputs: dict[bytes, Inputs] = {}
        for draft in drafts:
            inputs |= cut(draft, pipeline, encoder, settings)[1]
    return inputs


def times(encoders: Sequence[Encode], inputs: Sequence[list[str]]) -> list[list[float]]:
    """Let the encoders take turns at each input.

    Returns:
        Seconds per encoder and input, each the median of ROUNDS; the first, cold call is not
        among them.
    """
    for encode in encoders:
        encode(inputs[0])
    taken: list[list[list[float]]] = [[[] for _ in inputs] for _ in encoders]
    for _ in range(ROUNDS):
        for number, texts in enumerate(inputs):
            for encode, seconds in zip(encoders, taken, strict=True):
                started = time.perf_counter()
                encode(texts)
                seconds[number].append(time.perf_counter() - started)
    return [[statistics.median(seconds) for seconds in of_one] for of_one in taken]


def as_table(report: dict[str, object], speeds: Sequence[Speed]) -> str:
    """Lay the report out in fixed columns."""
    lines = [
        f"{report['questions']} German questions, {report['passages']} passages, "
        f"{report['threads']} threads",
        "",
        f"{'encoder':<42} {'p50 ms':>8} {'p95 ms':>8} {'passages/s':>11}",
    ]
    lines += [
        f"{speed.encoder:<42} {speed.question_p50_ms:8.2f} {speed.question_p95_ms:8.2f} "
        f"{speed.passages_per_second:11.1f}"
        for speed in speeds
    ]
    lines += [
        "",
        f"a question takes {report['question_time_ratio']:.2f} of the time; "
        f"passages per second are {report['passages_ratio']:.2f} times as many",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()

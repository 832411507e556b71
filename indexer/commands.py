"""`fundstelle index` and `fundstelle status`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from indexer.errors import FundstelleError, IndexLocked
from indexer.reporting import reporter
from indexer.settings import Settings
from indexer.summary import LAST_RUN, Summary

corpus_option = click.option(
    "--corpus",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Folder with documents; may be given several times. [default: corpus]",
)
index_option = click.option(
    "--index",
    "index_folder",
    type=click.Path(path_type=Path),
    help="Folder of the index. [default: .fundstelle/index]",
)


@click.command()
@corpus_option
@index_option
@click.option("--watch", is_flag=True, help="Then do the same whenever something changes.")
@click.option("--poll", is_flag=True, help="Watch by looking every two seconds.")
@click.option("--wait", default=0.0, help="Seconds to wait for another process that writes.")
@click.option("--strict", is_flag=True, help="Publish nothing if any file fails.")
@click.option("--reread", is_flag=True, help="Read unchanged files again.")
@click.option("--rebuild", is_flag=True, help="Cut and embed all texts anew.")
@click.option("--allow-removals", is_flag=True, help="Publish even if most documents are gone.")
@click.option("--remove", multiple=True, metavar="DOC_ID", help="No longer show a document.")
@click.option("--revoke", multiple=True, metavar="DOC_ID", help="Show it again.")
@click.option("--rollback", is_flag=True, help="Publish what the generation before held.")
@click.option("--purge", is_flag=True, help="Then remove all generations but the published one.")
@click.option("--allow-download", is_flag=True, help="Fetch an encoder named as on a model hub.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option(
    "--progress",
    type=click.Choice(["bar", "json", "none"]),
    help="How to show progress on stderr. [default: bar on a terminal, else none]",
)
def index(
    corpus: tuple[Path, ...],
    index_folder: Path | None,
    watch: bool,
    poll: bool,
    wait: float,
    strict: bool,
    reread: bool,
    rebuild: bool,
    allow_removals: bool,
    remove: tuple[str, ...],
    revoke: tuple[str, ...],
    rollback: bool,
    purge: bool,
    allow_download: bool,
    as_json: bool,
    progress: str | None,
) -> None:
    """Bring the index up to date with the corpus folders."""
    from indexer import changes
    from indexer.building import bring_up_to_date
    from indexer.rollback import purge as remove_kept
    from indexer.rollback import roll_back

    settings = Settings.load(
        corpus=corpus or None, index=index_folder, allow_download=allow_download or None
    )
    if watch and (rollback or purge or rebuild or reread or allow_removals):
        raise click.UsageError("--watch goes with --strict, --poll, --remove and --revoke only")
    if rollback and (strict or reread or rebuild or allow_removals or corpus or remove or revoke):
        raise click.UsageError("--rollback reads no files: of the others only --purge goes with it")
    for doc_id in remove:
        upload = changes.is_upload(settings.data, doc_id)
        changes.leave(settings.data, changes.Change("remove" if upload else "bury", doc_id))
    for doc_id in revoke:
        changes.leave(settings.data, changes.Change("revoke", doc_id))
    report = reporter(progress or ("bar" if sys.stderr.isatty() else "none"))

    def run() -> Summary:
        return bring_up_to_date(
            settings,
            progress=report,
            strict=strict,
            reread=reread,
            rebuild=rebuild,
            allow_removals=allow_removals,
            wait_s=wait,
        )

    def show(summary: Summary) -> None:
        plain = json.dumps(asdict(summary), ensure_ascii=False)
        click.echo(plain if as_json else describe(summary))

    if watch:
        _watch(settings, run, show, poll=poll or None)
        return
    summary = roll_back(settings) if rollback else run()
    if purge:
        summary.purged = remove_kept(settings)
    show(summary)


def _watch(
    settings: Settings,
    run: Callable[[], Summary],
    show: Callable[[Summary], None],
    *,
    poll: bool | None,
) -> None:
    """Tell of every run that published something, or that could not."""
    from indexer.watching import keep_up_to_date

    def again() -> None:
        try:
            summary = run()
        except IndexLocked:
            raise
        except (FundstelleError, OSError) as error:  # a disk may be full only for a while
            click.echo(f"{error}", err=True)
        else:
            if summary.published or summary.failed:
                show(summary)

    with suppress(KeyboardInterrupt):
        keep_up_to_date(settings, again, poll=poll)


def describe(summary: Summary) -> str:
    """Say in a few lines what a run did."""
    state = (
        f"published generation {summary.generation}"
        if summary.published
        else f"nothing to do, generation {summary.generation} is up to date"
    )
    lines = [
        state,
        f"documents: {summary.added} added, {summary.changed} changed, {summary.moved} moved, "
        f"{summary.unchanged} unchanged, {summary.removed} removed, "
        f"{len(summary.skipped)} skipped, {len(summary.failed)} failed",
        f"passages: {summary.passages}, {summary.embedded} embedded in this run",
    ]
    lines += summary.reasons
    if summary.texts_changed:
        lines.append(f"{summary.texts_changed} unchanged files were read otherwise than before")
    if summary.purged:
        lines.append(f"removed {summary.purged} kept generation{'s' * (summary.purged > 1)}")
    lines += [f"failed: {note.path}: {note.reason}" for note in summary.failed]
    lines += [f"note: {note.path}: {note.reason}" for note in summary.notes]
    reasons = Counter(note.reason for note in summary.skipped)
    lines += [f"skipped: {count} × {reason}" for reason, count in sorted(reasons.items())]
    if summary.stages:
        spent = (
            f"{stage} {seconds.cpu_s:.1f} / {seconds.elapsed_s:.1f}"
            for stage, seconds in summary.stages.items()
        )
        lines.append(f"seconds of CPU / elapsed: {', '.join(spent)}")
    lines.append(f"{summary.seconds:.1f} s")
    return "\n".join(lines)


@click.command()
@index_option
@click.option("--verify", is_flag=True, help="Check every byte; the next run heals damage.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def status(index_folder: Path | None, verify: bool, as_json: bool) -> None:
    """Say what is published: generation, documents, encoder, sizes, last run."""
    from indexer.changes import buried
    from indexer.damage import verified
    from indexer.manifest import current
    from indexer.vectors import near_passages

    settings = Settings.load(index=index_folder)
    generation = current(settings.index)
    manifest = generation.manifest
    last_run = settings.index / LAST_RUN
    state: dict[str, Any] = {
        "index": str(settings.index),
        "generation": manifest.generation,
        "published_at": manifest.published_at,
        "documents": manifest.documents,
        "passages": manifest.passages,
        "encoder": manifest.encoder,
        "encoder_fingerprint": manifest.encoder_fingerprint,
        "bytes": sum(entry["bytes"] for entry in manifest.files.values()),
        "last_run": json.loads(last_run.read_text()) if last_run.is_file() else None,
        "segments": [asdict(segment) for segment in manifest.segments],
        "approximate": near_passages(manifest),
        "removed": [asdict(stone) for stone in buried(settings.data)],
        "damaged": verified(generation) if verify else None,
    }
    click.echo(json.dumps(state, ensure_ascii=False) if as_json else _describe_state(state))
    if state["damaged"]:
        raise SystemExit(1)


def _describe_search(passages: int, approximate: int) -> str:
    if not approximate:
        return "nearest passages: exact, every vector is compared"
    return (
        f"nearest passages: of {approximate} by lists of vectors in one byte a place, the best "
        f"compared again by whole vectors; {passages - approximate} exact"
    )


def _describe_state(state: dict[str, Any]) -> str:
    lines = [
        f"generation {state['generation']}, published {state['published_at']}, {state['index']}",
        f"{state['documents']} documents, {state['passages']} passages in "
        f"{len(state['segments'])} segments, {state['bytes'] / 1e6:.1f} MB",
        f"encoder {state['encoder']} ({state['encoder_fingerprint'][:12]})",
        _describe_search(state["passages"], state["approximate"]),
    ]
    lines += [f"removed: {stone['doc_id']} since {stone['since']}" for stone in state["removed"]]
    if run := state["last_run"]:
        lines.append(
            f"last run: {len(run['failed'])} failed, {len(run['skipped'])} skipped, "
            f"{run['seconds']} s, ended {run.get('finished_at') or 'at an unknown time'}"
        )
        lines += [f"last run: {run['refused']}"] if run["refused"] else []
        lines += [f"failed: {note['path']}: {note['reason']}" for note in run["failed"]]
        lines += [f"note: {note['path']}: {note['reason']}" for note in run["notes"]]
        lines += [f"left out: {n} lines by {rule}" for rule, n in run["dropped_lines"].items()]
    if state["damaged"] is not None:
        named = ", ".join(state["damaged"]) or "none, every checksum holds"
        lines.append(f"damaged files: {named}")
    return "\n".join(lines)

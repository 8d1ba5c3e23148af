"""Frame: run a pure shard function over parquet shards.   data/<reads> -> data/<name>/part-*.parquet

A stage is `shard -> shard`; this module owns reading, writing, resume, counting and the screen. A finished
shard is committed by rename under .work/<name>/<key>/, outside what DVC deletes; when all are there they
move to data/<name>. The key holds input bytes, parameters and code: a resumed run only meets shards of its
own making.
"""

import errno
import hashlib
import json
import os
import platform
import resource
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from codeio import shards
from codeio.errors import BadInput, CodeioError
from codeio.params import ROOT, Params, load
from codeio.records import Dropped, Record

ShardFunction = Callable[[list[Any]], Iterable[Record | Dropped]]
screen = Console(stderr=True, highlight=False)


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """What the frame must know of a stage. `variant` names one of several stores of it (teachers)."""

    name: str
    gives: type[Record]
    open: Callable[[Params], AbstractContextManager[ShardFunction]]  # resources once, then shard by shard
    sections: tuple[str, ...]  # the parts of params.yaml that its result depends on
    takes: type[Record] | None = None  # None: a source stage, whose shards are work items of its own
    reads: Callable[[Params], Path] | None = None  # the folder of shards it reads
    variant: Callable[[Params], str] = lambda p: ""
    items: Callable[[Params], Sequence[Any]] | None = None  # a source stage: one work item per shard
    alone: Callable[[Params], bool] = lambda p: False  # all shards in one process: it holds a model
    apart: str = ""  # rows that differ in this field do not depend on each other: a long shard is cut there
    preview: Callable[[Params], None] | None = None  # what server.dry_run shows instead of running
    facts: Callable[[], dict[str, Any]] = dict  # volatile facts for the sidecar (isolation tier ...)
    measure: Callable[[Iterator[Record]], dict[str, Any]] | None = (
        None  # further counts for metrics/<name>.json
    )


class Report(msgspec.Struct, frozen=True):
    """Counts of one shard, written last: a shard without it is not finished."""

    taken: int
    given: int
    dropped: dict[str, int]
    sha256: str  # of the parquet file, so that a damaged shard is made again


def folder(name: str, variant: str = "") -> Path:
    return ROOT / "data" / name / variant if variant else ROOT / "data" / name


def main(stage: Stage, argv: Sequence[str] | None = None) -> None:
    """`python -m codeio.<stage> [key=value ...]`: one line and exit code 1 on a failure that we know."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments in (["--help"], ["-h"], ["help"]):
        return print(usage(stage))
    try:
        run(stage, load(*arguments))
    except CodeioError as error:
        raise SystemExit(f"{stage.name}: {error}") from None
    except OSError as error:
        raise SystemExit(f"{stage.name}: {describe(error)}; finished shards are kept, run it again") from None
    except KeyboardInterrupt:
        screen.print(f"{stage.name}: interrupted; finished shards are kept, `dvc repro` goes on from them")
        raise SystemExit(130) from None


def usage(stage: Stage) -> str:
    doc = sys.modules[stage.open.__module__].__doc__ or stage.name
    sections = ", ".join(stage.sections)
    return (
        f"{doc.strip()}\n\npython -m codeio.{stage.name} [key=value ...]\n"
        f"Reads params.yaml ({sections}); key=value overrides one setting, as in train.py. Run all: dvc repro"
    )


def describe(error: OSError) -> str:
    """What the machine refused, in one line; a full disk with its place and its mend."""
    if error.errno == errno.ENOSPC:
        return f"{error.filename or ROOT}: no space left on the disk, free some"
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"


def run(stage: Stage, params: Params) -> None:
    """The stage over all its shards: resumed where a former run stopped, committed at once at the end."""
    if params.server.dry_run and stage.preview:
        work_list(stage, params)  # refuses where there is nothing yet that a model could be asked about
        return stage.preview(params)
    started, used = time.monotonic(), cpu_seconds()
    variant = stage.variant(params)
    label = f"{stage.name} {variant}".strip()
    note_interpreter(params, label)
    inputs = work_list(stage, params)
    work = ROOT / ".work" / label.replace(" ", "-") / key_of(stage, params, inputs)
    discard_other_work(work)
    done = {n: report for n in range(len(inputs)) if (report := finished(work, n))}
    if done:
        screen.print(
            f"{label}: found {len(done)} of {len(inputs)} shards finished by an earlier run; going on"
        )
    todo = [n for n in range(len(inputs)) if n not in done]
    if todo:
        done |= compute(stage, params, inputs, todo, work, label)
    out = folder(stage.name, variant)
    reports = [done[n] for n in range(len(inputs))]
    commit(work, out, len(inputs))
    metrics = count(reports)
    if stage.measure:
        metrics |= stage.measure(shards.read_all(out, stage.gives))
    write_json(ROOT / "metrics" / f"{label.replace(' ', '-')}.json", metrics)
    volatile = {"seconds": round(time.monotonic() - started, 1), "resumed_shards": len(inputs) - len(todo)}
    if params.engine == "local":  # a cluster's workers are not this process's own
        rows = sum(done[n].taken for n in todo)
        volatile |= {"made_rows": rows, "cpu_seconds": round(cpu_seconds() - used, 2)}
    write_json(out.with_name(out.name + ".run.json"), volatile | machine() | stage.facts())
    shutil.rmtree(work)  # last: what is killed before this line has no shard to make again
    screen.print(summary(label, metrics, volatile["seconds"]))
    if not metrics["rows_out"]:
        said = ", ".join(f"{rows} {why}" for why, rows in metrics["dropped"].items()) or "nothing came in"
        mend = f"{out.relative_to(ROOT)}/dropped names them; change the source or the limits"
        raise BadInput(f"no row is left ({said}): {mend}")


def note_interpreter(params: Params, label: str) -> None:
    """Say it where traces, and so bytes, may differ from those that dvc.lock promises."""
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    if here != params.interpreter:
        said = f"this is Python {here}, but params.yaml says interpreter {params.interpreter}"
        screen.print(f"{label}: {said}: the data may differ from dvc.lock; set it there", style="yellow")


def compute(
    stage: Stage, params: Params, inputs: Sequence[Any], todo: list[int], work: Path, label: str
) -> dict[int, Report]:
    """Shards `todo` through the stage's function, each committed as soon as it is there."""
    from codeio import engine  # here: the engine of a cluster is only imported where it is asked for

    done: dict[int, Report] = {}
    with engine.SoFar(label, len(inputs), len(inputs) - len(todo)) as so_far:
        for n, report in engine.map_shards(params, stage, [(n, inputs[n]) for n in todo], work):
            done[n] = report
            so_far.add(report)
    return done


def shard(stage: Stage, function: ShardFunction, n: int, source: Any, work: Path) -> Report:
    """One shard: read, map, write beside the final name, rename. Returns its counts."""
    rows = [source] if stage.takes is None else shards.read(source, stage.takes)
    made = list(function(rows))
    taken = len(rows) if stage.takes else len(made)
    report = keep(stage, made, taken, work / part(n), work / "dropped" / part(n))
    note(report, n, work)
    return report


def keep(stage: Stage, made: Sequence[Record | Dropped], taken: int, given: Path, dropped: Path) -> Report:
    """What a stage made of so many rows, as two files."""
    out = [row for row in made if isinstance(row, Dropped)]
    shards.write(dropped, out, Dropped)
    rows = [row for row in made if not isinstance(row, Dropped)]
    sha = shards.write(given, rows, stage.gives)
    reasons = Counter(row.reason for row in out)
    return Report(taken, len(rows), dict(sorted(reasons.items())), sha)


def note(report: Report, n: int, work: Path) -> None:
    """A shard is finished from now on."""
    write_json(work / f"{part(n)}.json", msgspec.to_builtins(report))


def part(n: int) -> str:
    return f"part-{n:05d}.parquet"


def work_list(stage: Stage, params: Params) -> Sequence[Any]:
    """What each shard reads: a parquet file, or the items of a source stage."""
    if stage.items:
        return stage.items(params)
    at = stage.reads(params)
    files = shards.files(at)
    if not files:
        maker = at.relative_to(ROOT / "data").parts[0]
        raise BadInput(f"{at.relative_to(ROOT)} holds no shards: run `dvc repro {maker}`")
    return files


def key_of(stage: Stage, params: Params, inputs: Sequence[Any]) -> str:
    """Digest of everything the result depends on: inputs, parameters, code, interpreter."""
    seen = hashlib.sha256()
    seen.update(msgspec.json.encode([msgspec.to_builtins(getattr(params, s)) for s in stage.sections]))
    seen.update(platform.python_version().encode())
    seen.update(code().encode())
    for one in inputs:
        seen.update(one.read_bytes() if isinstance(one, Path) else repr(one).encode())
    return seen.hexdigest()[:16]


@cache
def code(*parts: str) -> str:
    """Hash of the package's code and prompts, or of some files and folders in it."""
    seen = hashlib.sha256()
    at = Path(__file__).parent
    for source in sorted(at.rglob("*")):
        name = str(source.relative_to(at))
        wanted = not parts or any(name == part or name.startswith(f"{part}/") for part in parts)
        if wanted and source.suffix in (".py", ".txt", ".jinja"):
            seen.update(f"{name}\0".encode() + source.read_bytes())
    return seen.hexdigest()[:16]


def discard_other_work(work: Path) -> None:
    for other in work.parent.glob("*"):
        if other != work:
            screen.print(
                f"{work.parent.name}: input, settings or code changed; unfinished shards are made again"
            )
            shutil.rmtree(other)
    (work / "dropped").mkdir(parents=True, exist_ok=True)


def finished(work: Path, n: int) -> Report | None:
    """The report of shard `n`, if it and its file are whole."""
    at = work / f"{part(n)}.json"
    if not at.exists() or not (work / part(n)).exists() or not (work / "dropped" / part(n)).exists():
        return None
    report = msgspec.json.decode(at.read_bytes(), type=Report)
    return report if shards.sha256(work / part(n)) == report.sha256 else None


def commit(work: Path, out: Path, total: int) -> None:
    """All shards to their final folder at once: the old one goes only when the new one is whole."""
    fresh = out.with_name(out.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "dropped").mkdir(parents=True)
    for n in range(total):
        for name in (part(n), f"dropped/{part(n)}"):
            os.link(work / name, fresh / name)
    shutil.rmtree(out, ignore_errors=True)
    os.replace(fresh, out)


def count(reports: Iterable[Report]) -> dict[str, Any]:
    reports = list(reports)
    dropped = sum((Counter(r.dropped) for r in reports), Counter())
    return {
        "rows_in": sum(r.taken for r in reports),
        "rows_out": sum(r.given for r in reports),
        "dropped": dict(sorted(dropped.items())),
    }


def summary(label: str, metrics: dict[str, Any], seconds: float) -> Table:
    """The one screen a stage leaves behind."""
    title = f"{label}: {metrics['rows_in']:,} in, {metrics['rows_out']:,} out, {seconds:.0f} s"
    table = Table(title=title, title_justify="left", min_width=len(title))
    table.add_column("dropped because")
    table.add_column("rows", justify="right")
    for reason, rows in sorted(metrics["dropped"].items(), key=lambda kv: -kv[1]):
        table.add_row(reason, f"{rows:,}")
    if not metrics["dropped"]:
        table.add_row("(nothing)", "0")
    return table


def progress(*more: ProgressColumn) -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        *more,
    )
    return Progress(*columns, console=screen, transient=not screen.is_terminal)


def cpu_seconds() -> float:
    """Of this process, and of all that it has started and seen end."""
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def machine() -> dict[str, Any]:
    return {"python": platform.python_version(), "system": platform.platform(), "cores": os.cpu_count()}


def write_json(path: Path, value: dict[str, Any]) -> None:
    """`value` as indented JSON, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{shards.own()}")
    fresh.write_text(json.dumps(value, indent=2) + "\n")
    os.replace(fresh, path)

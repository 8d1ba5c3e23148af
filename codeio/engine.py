"""Engine: map shards, here or on a cluster.   (stage, shards) -> reports as they finish

`local` is as many processes as the sandbox may use, each with a sandbox process of its own: what surrounds the foreign
calls (narrating, auditing, choosing) is Python and costs as much as they do. `ray` hands the same shards to a cluster
(cluster.py); both are given shards by spread.py. A shard's bytes do not depend on who made it.
"""

import multiprocessing
import os
import pkgutil
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any, Self

from msgspec.structs import replace
from rich.progress import TextColumn, TimeRemainingColumn

from codeio import spread
from codeio import stage as frame
from codeio.errors import EngineError
from codeio.params import Params
from codeio.spread import Done, Made, Piece, Spread

SHARE = 4  # shards per process at least: a process takes a second to start
WATCH_S = 0.5  # between two looks whether the parent still lives
TELL_S = 60.0  # between two lines about how far it is, where the screen is a file
SHOWN = 3  # reasons of dropped rows in that line
Todo = Sequence[tuple[int, Any]]


def map_shards(params: Params, stage: "frame.Stage", todo: Todo, work: Path) -> Done:
    """(shard number, its report), in order of completion."""
    if stage.alone(params) or not found_again(stage):
        return here(params, stage, todo, work)
    todo = sorted(todo, key=lambda one: -weight(one[1]))  # the heaviest first: no core waits for a late one
    if params.engine == "ray":
        from codeio import cluster  # here: the default neither needs nor imports Ray

        return cluster.map_shards(params, stage, todo, work)
    count = min(params.workers or os.cpu_count() or 1, len(todo) // SHARE)
    if count < 2:
        return here(params, stage, todo, work)
    return several(params, stage, todo, work, count)


def weight(source: Any) -> int:
    """Bytes of a shard, which say well enough what it will cost; 0 where it is not a file."""
    return source.stat().st_size if isinstance(source, Path) else 0


def found_again(stage: "frame.Stage") -> bool:
    """Whether a new process can import the stage: it was started as `python -m`, not from a text or a test."""
    return stage.open.__module__ == "__main__" and sys.modules["__main__"].__spec__ is not None


def module_of(stage: "frame.Stage") -> str:
    """Where a new process finds the stage: `codeio.answer.__main__` and not `__main__`."""
    return sys.modules[stage.open.__module__].__spec__.name


def here(params: Params, stage: "frame.Stage", todo: Todo, work: Path) -> Done:
    with stage.open(params) as function:
        for n, source in todo:
            yield n, frame.shard(stage, function, n, source, work)


class Processes:
    """Processes of this machine, each with a sandbox of its own."""

    def __init__(self, params: Params, stage: "frame.Stage", work: Path, count: int) -> None:
        start = multiprocessing.get_context("spawn")
        own = (module_of(stage), replace(params, workers=1), os.getpid())
        self.stage, self.work, self.count = stage, work, count
        self.pool = ProcessPoolExecutor(count, mp_context=start, initializer=begin, initargs=own)
        self.given: dict[Future[Made], Piece] = {}

    def free(self) -> Sequence[None]:
        return [None] * (self.count - len(self.given))

    def choose(self, place: None, left: Sequence[Piece]) -> int:
        return 0

    def give(self, piece: Piece, source: Any, place: None) -> None:
        self.given[self.pool.submit(make, piece, source, self.work)] = piece

    def ended(self, seconds: float) -> Iterator[tuple[Piece, Made]]:
        """Raises EngineError when one of the processes was killed from outside; finished shards stay."""
        for future in wait(self.given, seconds, FIRST_COMPLETED).done:
            piece = self.given.pop(future)
            try:
                yield piece, future.result()
            except BrokenProcessPool as error:
                wrong = f"{self.stage.name}: a process was killed from outside, for lack of memory perhaps"
                raise EngineError(
                    f"{wrong}; finished shards are kept, run it again (workers=1 needs least)"
                ) from error

    def drop(self, piece: Piece) -> None:
        """It keeps its process until it ends, or the run does."""

    def close(self, whole: bool) -> None:
        """End them at once where the run is broken off, or something is made that nobody waits for."""
        idle = whole and not self.given
        self.pool.shutdown(wait=idle, cancel_futures=True)
        for child in [] if idle else multiprocessing.active_children():
            child.terminate()
            child.join()


def several(params: Params, stage: "frame.Stage", todo: Todo, work: Path, count: int) -> Done:
    hands, whole = Processes(params, stage, work, count), False
    try:
        yield from Spread(stage, todo, work).run(hands)
        whole = True
    finally:
        hands.close(whole)


class Opened:
    """The stage of this process, opened once for all its shards."""

    stage: "frame.Stage"
    function: Callable[..., Any]


def begin(module: str, params: Params, parent: int) -> None:
    """In a new process: open its stage; end when the parent does, whatever ended it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which ends this process
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    open_once(module, params)


def open_once(module: str, params: Params) -> None:
    """The stage of this process; its sandbox is started by exec, whatever process this is."""
    if hasattr(Opened, "stage"):
        return
    Opened.stage = pkgutil.resolve_name(f"{module}:STAGE")
    resources = ExitStack()
    Opened.function = resources.enter_context(Opened.stage.open(params))
    Finalize(None, resources.close, exitpriority=1)


def end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH_S)
    os._exit(1)


def make(piece: Piece, source: Any, work: Path) -> Made:
    """In a process that has opened its stage."""
    return spread.make(Opened.stage, Opened.function, piece, source, work), Opened.stage.facts()


class SoFar:
    """How far a stage is, on whatever machines: shards, rows a second, why rows were dropped, what is left."""

    def __init__(self, label: str, total: int, before: int) -> None:
        self.label, self.total, self.done = label, total, before
        self.made = self.rows = 0
        self.dropped: Counter[str] = Counter()
        self.begun = self.told = time.monotonic()
        self.bar = frame.progress(TimeRemainingColumn(), TextColumn("{task.fields[said]}"))
        self.task = self.bar.add_task(label, total=total, completed=before, said="")

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def add(self, report: "frame.Report") -> None:
        self.done, self.made, self.rows = self.done + 1, self.made + 1, self.rows + report.taken
        self.dropped.update(report.dropped)
        now = time.monotonic()
        reasons = "".join(f", {rows:,} {why}" for why, rows in self.dropped.most_common(SHOWN))
        said = f"{self.rows / (now - self.begun):,.0f} rows/s{reasons}"
        self.bar.update(self.task, advance=1, said=said)
        if not frame.screen.is_terminal and now - self.told > TELL_S:  # a bar is of no use in a file
            self.told = now
            minutes = (now - self.begun) / self.made * (self.total - self.done) / 60
            frame.screen.print(
                f"{self.label}: {self.done} of {self.total} shards, {said}; {minutes:.0f} min left"
            )

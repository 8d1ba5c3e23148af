"""Engine: map shards, here or on a cluster.   (stage, shards) -> reports as they finish

`local` is as many processes as the sandbox may use, each with a sandbox process of its own: what surrounds the foreign
calls (narrating, auditing, choosing) is Python and costs as much as they do. A shard's bytes do not depend on who made
it. Another engine hands the same `frame.shard` to its workers.
"""

import multiprocessing
import os
import pkgutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from codeio import stage as frame
from codeio.errors import EngineError
from codeio.params import Params

SHARE = 4  # shards per process at least: a process takes a second to start
WATCH_S = 0.5  # between two looks whether the parent still lives
Todo = Sequence[tuple[int, Any]]
Done = Iterator[tuple[int, "frame.Report"]]


def map_shards(params: Params, stage: "frame.Stage", todo: Todo, work: Path) -> Done:
    """(shard number, its report), in order of completion."""
    count = min(params.workers or os.cpu_count() or 1, len(todo) // SHARE)
    if count < 2 or stage.alone(params) or not found_again(stage):
        return here(params, stage, todo, work)
    return several(params, stage, todo, work, count)


def found_again(stage: "frame.Stage") -> bool:
    """Whether a new process can import the stage: it was started as `python -m`, not from a text or a test."""
    return stage.open.__module__ == "__main__" and sys.modules["__main__"].__spec__ is not None


def here(params: Params, stage: "frame.Stage", todo: Todo, work: Path) -> Done:
    with stage.open(params) as function:
        for n, source in todo:
            yield n, frame.shard(stage, function, n, source, work)


def several(params: Params, stage: "frame.Stage", todo: Todo, work: Path, count: int) -> Done:
    """Raises EngineError when one of the processes is killed from outside; finished shards stay."""
    start = multiprocessing.get_context("spawn")
    module = sys.modules[stage.open.__module__].__spec__.name  # `codeio.answer.__main__` and not `__main__`
    own = (module, replace(params, workers=1), os.getpid())
    pool = ProcessPoolExecutor(count, mp_context=start, initializer=begin, initargs=own)
    whole = False
    try:
        futures = {pool.submit(make, n, source, work): n for n, source in todo}
        for future in as_completed(futures):
            report, facts = future.result()
            stage.facts().update(facts)
            yield futures[future], report
        whole = True
    except BrokenProcessPool as error:
        wrong = f"{stage.name}: a process was killed from outside, for lack of memory perhaps"
        raise EngineError(
            f"{wrong}; finished shards are kept, run it again (workers=1 needs least)"
        ) from error
    finally:
        pool.shutdown(wait=whole, cancel_futures=True)
        for child in [] if whole else multiprocessing.active_children():
            child.terminate()


class Opened:
    """The stage of this process, opened once for all its shards."""

    stage: "frame.Stage"
    function: Callable[..., Any]


def begin(module: str, params: Params, parent: int) -> None:
    """In a new process: open its stage; end when the parent does, whatever ended it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which ends this process
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    Opened.stage = pkgutil.resolve_name(f"{module}:STAGE")
    resources = ExitStack()
    Opened.function = resources.enter_context(Opened.stage.open(params))
    Finalize(None, resources.close, exitpriority=1)


def end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH_S)
    os._exit(1)


def make(n: int, source: Any, work: Path) -> tuple["frame.Report", dict[str, Any]]:
    return frame.shard(Opened.stage, Opened.function, n, source, work), Opened.stage.facts()

"""Lock: let one process at a time through.   name -> a held lock"""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from codeio.params import ROOT


@contextmanager
def held(name: str, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock `name` of this checkout; `waiting` is called once if another process holds it."""
    folder = ROOT / ".work" / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting:
                waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield  # closing the file gives the lock back, also when the process is killed

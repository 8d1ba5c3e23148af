"""Box: the sandbox. Threads that keep warm zygotes busy.   jobs -> results in order, run in parallel"""

import itertools
import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Literal, Self

from codeio.records import Json
from codeio.sandbox import ways, wire
from codeio.sandbox.jobs import Call, Job, Limits, Program, Result, Run
from codeio.sandbox.tasks import Task
from codeio.sandbox.workers import Queue, Worker
from codeio.sandbox.zygote import Launch, Zygote

LOOK_AHEAD = 200  # jobs per worker that map takes from its iterable in advance: enough beside a slow one
SHIFT_S = 1000 * 86400 + 27_432.1  # clock of the second run: another year, weekday and hour


class Sandbox:
    """Warm, isolated processes that run foreign code. Use as a context manager, from any number of threads.

    `isolation`: auto takes the strongest that this machine allows (T3, then T2) and raises EngineError where
    there is none; "none" is unsafe and has to be asked for by name. `workers` 0 = one per core.
    """

    def __init__(
        self,
        limits: Limits,
        workers: int = 0,
        isolation: Literal["auto", "T3", "T2", "none"] = "auto",
        launch: Launch = Launch(),  # noqa: B008 (frozen)
    ) -> None:
        self.limits, self.launch = limits, launch
        self.workers = workers or os.cpu_count() or 1
        self.choice, first = ways.choose(isolation, launch, limits)
        self.queue = Queue(self.workers)
        start = partial(Zygote, launch, self.choice.way, limits=limits)
        self.crew = [Worker(self.queue, start, first if n == 0 else None) for n in range(self.workers)]
        self.threads = [threading.Thread(target=w.work, name="sandbox", daemon=True) for w in self.crew]
        for thread in self.threads:
            thread.start()

    @property
    def tier(self) -> str:
        """T3, T2 or none."""
        return self.choice.tier

    @property
    def facts(self) -> dict[str, Any]:
        """What a sidecar or a tracker should record."""
        return {"isolation": self.tier, "way": self.choice.way, **self.choice.facts}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all processes; jobs that wait fail with EngineError."""
        self.queue.close()
        for worker, thread in zip(self.crew, self.threads, strict=True):
            worker.interrupt()
            thread.join()

    def map(self, jobs: Iterable[Job], urgent: bool = False) -> Iterator[Result]:
        """Results in the order of `jobs`; a bounded number of jobs is taken from the iterable in advance."""
        source, waiting = iter(jobs), deque[Task]()
        try:
            while True:
                for job in itertools.islice(source, LOOK_AHEAD * self.workers - len(waiting)):
                    waiting.append(self.submit(job, urgent))
                if not waiting:
                    return
                yield waiting.popleft().future.result()
        finally:
            for task in waiting:
                task.future.cancel()

    def submit(self, job: Job, urgent: bool = False) -> Task:
        task = Task(job, self.limits, urgent)
        if task.wanted:
            self.queue.put(task)
        else:
            task.finish()
        return task

    def run(self, program: Program, inputs: Sequence[dict[str, Json]], **options: Any) -> tuple[Call, ...]:
        """Call a program on inputs, ahead of what `map` has waiting. Options as in Run."""
        return self.submit(Run(program, tuple(inputs), **options), urgent=True).future.result().calls

    def certify(self, program: Program, calls: Sequence[Call]) -> tuple[bool, ...]:
        """`certify_all` of one program."""
        (agreed,) = self.certify_all([(program, calls)])
        return agreed

    def certify_all(self, several: Iterable[tuple[Program, Sequence[Call]]]) -> Iterator[tuple[bool, ...]]:
        """For each call of each program, whether a second run agrees in status, output and error.

        It runs in another process with another hash seed, random seed and clock, in reversed order.
        """
        several, ahead = itertools.tee(several)
        results = self.map(second(program, calls) for program, calls in ahead)
        for (_, calls), again in zip(several, results, strict=True):
            yield tuple(agree(a, b) for a, b in zip(calls, reversed(again.calls), strict=True))


def second(program: Program, calls: Sequence[Call]) -> Run:
    """The run that finds out what depends on anything but the input."""
    inputs = tuple(call.input for call in reversed(calls))
    return Run(program, inputs, hash_seed=1, seed=1, shift=SHIFT_S)


def agree(one: Call, two: Call) -> bool:
    """Exactly the same outcome: determinism has no tolerance."""
    if (one.status, one.error, one.mutated) != (two.status, two.error, two.mutated):
        return False
    return wire.dumped({"": one.output}) == wire.dumped({"": two.output})

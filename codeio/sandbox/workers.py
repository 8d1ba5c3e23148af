"""Workers: threads that keep zygotes busy, and the queue they share.   tasks -> finished tasks

A zygote may have a little work waiting in its socket, so that it never waits for a Python thread to get
its turn; a slow job has nothing behind it.
"""

import heapq
import itertools
import secrets
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import InvalidStateError
from contextlib import suppress
from typing import NamedTuple

from codeio.errors import EngineError
from codeio.sandbox.jobs import Draw
from codeio.sandbox.tasks import Key, Task
from codeio.sandbox.zygote import Gone, Zygote

RECYCLE = 4000  # jobs after which a zygote is replaced
AHEAD_S = 0.01  # of work that a zygote may have waiting in its socket
AHEAD = 32  # jobs that may wait there; a small message takes about a kilobyte of a socket buffer
AHEAD_BYTES = (
    60_000  # of them: less than a buffer, so that sending never waits for a zygote that is itself sending
)
STREAK = 64  # jobs of one kind of zygote before another kind gets its turn
GRACE_S = 60  # beyond the limits of a job, before a silent zygote is given up
MEMORY = 20_000  # programs whose CPU time is remembered, to start long ones first
NEAR = 0.5  # of the CPU limit: programs whose calls take so much go to the end
URGENT, USUAL, SLOW = range(3)  # in this order


class Queue:
    """Tasks that wait: urgent ones, then long ones first, at last what runs near the CPU limit.

    A solo task runs with nothing beside it.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.changed = threading.Condition()
        self.heaps: dict[Key, list[tuple[int, float, int, Task]]] = {}
        self.solos: deque[Task] = deque()
        self.size = self.running = 0
        self.exclusive = self.closed = False
        self.count = itertools.count()
        self.known: dict[int, float] = {}  # CPU seconds per call of programs seen before

    def put(self, task: Task) -> None:
        """Raises EngineError once closed."""
        with self.changed:
            if self.closed:
                raise EngineError("the sandbox is closed")
            if task.solo:
                self.solos.append(task)
            else:
                heap = self.heaps.setdefault(task.key, [])
                entry = self.turn(task), -self.expected(task), next(self.count), task
                heapq.heappush(heap, entry)
                self.size += 1
            self.changed.notify()

    def turn(self, task: Task) -> int:
        near = self.known.get(hash(task.job.program.code), 0.0) > NEAR * task.limits.cpu_s
        return SLOW if task.slow or near else URGENT if task.urgent else USUAL

    def expected(self, task: Task) -> float:
        """CPU seconds, from earlier jobs of the same program; a draw of unknown cost comes before a run."""
        unknown = 0.01 if isinstance(task.job, Draw) else 0.0001
        return task.wanted * self.known.get(hash(task.job.program.code), unknown)

    def learn(self, task: Task) -> None:
        if len(self.known) < MEMORY:
            self.known[hash(task.job.program.code)] = task.cpu / max(1, len(task.calls))

    def take(self, key: Key | None, held: int, switch: bool) -> Task | None:
        """The next task, of `key` for a worker that still holds some, which does not wait.

        None for such a worker: nothing more for now. None for an empty-handed one: the queue is closed.
        """
        with self.changed:
            while not self.closed:
                if self.solos and not held and not self.exclusive:
                    return self.alone()
                task = None if self.exclusive or self.solos else self.pop(key, held, switch)
                if task or held:
                    self.running += task is not None
                    return task
                self.changed.wait()
            return None

    def pop(self, key: Key | None, held: int, switch: bool) -> Task | None:
        """The best task that is not cancelled; a worker that holds some leaves the others their share."""
        while self.size and held < -(-self.size // self.workers):
            best = min((k for k in self.heaps if self.heaps[k]), key=lambda k: self.heaps[k][0])
            if held and best != key:
                if switch or self.heaps[best][0][0] == URGENT or not self.heaps[key]:
                    return None
                best = key
            *_, task = heapq.heappop(self.heaps[best])
            self.size -= 1
            if task.future.running() or task.future.set_running_or_notify_cancel():
                return task
        return None

    def alone(self) -> Task | None:
        """Hold everything else back, until `done` of this task, and wait until nothing runs."""
        self.exclusive = True
        while self.running and not self.closed:
            self.changed.wait()
        self.running += 1
        return self.solos.popleft() if self.solos else None

    def done(self, solo: bool) -> None:
        with self.changed:
            self.running -= 1
            if solo:
                self.exclusive = False
            if solo or self.exclusive:
                self.changed.notify_all()

    def close(self) -> None:
        with self.changed:
            self.closed = True
            left = [task for heap in self.heaps.values() for *_, task in heap] + list(self.solos)
            self.changed.notify_all()
        for task in left:
            fail(task, EngineError("the sandbox was closed before this job ran"))


def fail(task: Task, error: EngineError) -> None:
    with suppress(InvalidStateError):  # the caller has given up on it
        task.future.set_exception(error)


class Flight(NamedTuple):
    """A task on its way through a zygote."""

    task: Task
    nonce: bytes
    size: int
    solo: bool
    patience: float


class Worker:
    """One thread with at most one zygote per key, of which one is busy at a time."""

    def __init__(self, queue: Queue, start: Callable[..., Zygote], first: Zygote | None) -> None:
        self.queue, self.start = queue, start
        self.zygotes: dict[Key, Zygote] = {("lite", 0): first} if first else {}
        self.flying: deque[Flight] = deque()
        self.pace = 0.0  # seconds per job lately
        self.streak = 0

    def work(self) -> None:
        """Until the queue is closed."""
        while not self.queue.closed:
            task = self.more()
            if task:
                self.give(task)
            elif self.flying:
                self.receive()
        for flight in self.flying:
            fail(flight.task, EngineError("the sandbox was closed while this job ran"))
        for zygote in self.zygotes.values():
            zygote.close(busy=bool(self.flying))

    def interrupt(self) -> None:
        """From another thread: wake this one if it waits for a zygote."""
        for zygote in list(self.zygotes.values()):
            with suppress(OSError):
                zygote.socket.shutdown(socket.SHUT_RDWR)

    def more(self) -> Task | None:
        """Another task, unless the zygote has enough waiting."""
        if not self.flying:
            self.streak = 0
            return self.queue.take(None, 0, False)
        key, held = self.flying[0].task.key, len(self.flying)
        return None if self.full(key, held) else self.queue.take(key, held, self.streak > STREAK)

    def full(self, key: Key, held: int) -> bool:
        """Whether the busy zygote has enough waiting, or shall become idle to be replaced."""
        if self.flying[0].solo or held >= AHEAD or self.zygotes[key].served + held >= RECYCLE:
            return True
        return held * self.pace > AHEAD_S or sum(f.size for f in self.flying) > AHEAD_BYTES

    def give(self, task: Task) -> None:
        """Send a task to its zygote, which is started on first use."""
        body, limits, solo = task.body(), task.budget(), task.solo
        while self.flying and sum(f.size for f in self.flying) + len(body) > AHEAD_BYTES:
            self.receive()
        flight = Flight(task, secrets.token_bytes(8), len(body), solo, limits.total_wall + GRACE_S)
        self.streak += 1
        try:
            zygote = self.zygote(task.key)
            self.flying.append(flight)
            zygote.send(body, flight.nonce, limits)
        except Gone as error:
            self.crash(str(error))
        except EngineError as error:
            self.queue.done(solo)
            fail(task, error)

    def zygote(self, key: Key) -> Zygote:
        old = self.zygotes.get(key)
        if old and old.served >= RECYCLE and not self.flying:
            self.zygotes.pop(key).close()
            old = None
        if old is None:
            kind, hash_seed = key
            self.zygotes[key] = self.start(kind=kind, hash_seed=hash_seed)
        return self.zygotes[key]

    def receive(self) -> None:
        """Wait for the oldest task's reply; finish the task or put it back for a further fork."""
        flight, began = self.flying[0], time.monotonic()
        try:
            reply = self.zygotes[flight.task.key].receive(flight.patience)
        except Gone as error:
            if not self.queue.closed:
                self.crash(str(error))
            return
        self.pace += 0.2 * (time.monotonic() - began - self.pace)
        self.flying.popleft()
        self.queue.done(flight.solo)
        try:
            if flight.task.absorb(reply, flight.nonce):
                self.queue.learn(flight.task)
            else:
                self.again(flight.task)
        except Exception as error:  # a fault of ours must reach the caller, not end this thread
            fail(flight.task, EngineError(f"the sandbox could not read a reply: {error!r}"))

    def again(self, task: Task) -> None:
        task.urgent = True
        try:
            self.queue.put(task)
        except EngineError as error:
            fail(task, error)

    def crash(self, why: str) -> None:
        """The zygote died: its tasks go to another one. Only the one that was running is blamed."""
        lost = list(self.flying)
        self.flying.clear()
        self.zygotes.pop(lost[0].task.key).close(busy=True)
        for n, flight in enumerate(lost):
            self.queue.done(flight.solo)
            if n or not flight.task.crashed(f"a sandbox process died: {why}"):
                self.again(flight.task)

"""Tasks: a job on its way through the zygotes.   job -> bodies; replies -> calls

A child that dies or is killed keeps the calls it has answered; the call it was in gets a verdict and the rest
goes to a fresh fork. A wall time-out counts only after it was repeated with nothing else running.
"""

import json
import os
import signal
from concurrent.futures import Future

import msgspec
import orjson

from codeio.errors import BadInput
from codeio.records import Json, Status
from codeio.sandbox import wire
from codeio.sandbox.inside import serve
from codeio.sandbox.jobs import Call, Draw, Job, Limits, Result, Run, Trace
from codeio.sandbox.routes import Kind, route
from codeio.sandbox.zygote import Reply, budget

FORKS = 3  # a program whose process died so often is not given another one
NOT_RUN = "not run: the process had died on three other inputs"
CRASHES = 3  # zygotes that may die under a task before we call it our own failure
PATIENCE = 3  # time-outs after which no further drawn input is tried

Key = tuple[Kind, int]  # which zygote: tier and hash seed


class Task:
    """State of one job. Owned by one thread at a time; `future` gets the Result."""

    def __init__(self, job: Job, limits: Limits, urgent: bool) -> None:
        self.job, self.limits, self.urgent = job, limits, urgent
        self.future: Future[Result] = Future()
        self.key: Key = (route(job.program.code), job.hash_seed)
        self.given: list[dict[str, Json]] = []
        self.texts: list[str] = []
        self.calls: list[Call] = []
        self.undrawn = isinstance(job, Draw)
        self.forks = self.crashes = 0
        self.solo = False  # the next call is repeated alone
        self.slow = False  # a call was cut at the CPU limit
        self.cpu = 0.0
        if isinstance(job, Run | Trace):
            self.given, self.texts = list(job.inputs), [written(x) for x in job.inputs]

    @property
    def wanted(self) -> int:
        """Calls that the next fork is asked for."""
        if self.undrawn:
            return self.job.want
        return 1 if self.solo else len(self.texts) - len(self.calls)

    def body(self) -> bytes:
        """The job as the child reads it: what is still to be called."""
        job, done = self.job, len(self.calls)
        fields = {
            "code": job.program.code,
            "entry": job.program.entry,
            "inputs": self.texts[done : done + self.wanted],
            "mode": "trace" if isinstance(job, Trace) else "count" if job.count else "run",
            "max_lines": job.max_lines,
            "often": job.often if isinstance(job, Trace) else 0,
            "seed": job.seed if isinstance(job, Run) else job.chance if isinstance(job, Draw) else 0,
            "shift": job.shift if isinstance(job, Run) else 0.0,
            "patience": PATIENCE if isinstance(job, Draw) else 0,
        }
        if self.undrawn:
            fields |= {"generator": job.generator, "draws": job.draws, "want": job.want, "rng": job.seed}
        try:
            return orjson.dumps(fields)
        except TypeError:  # lone surrogates: the program will not compile, and that is its verdict
            return json.dumps(fields).encode()

    def budget(self) -> serve.Budget:
        return budget(self.limits, self.wanted, isinstance(self.job, Trace))

    def finish(self, failure: str = "") -> None:
        self.future.set_result(Result(tuple(self.calls), failure))

    def rest(self, status: Status, error: str) -> None:
        """The same verdict for all calls that are left."""
        self.calls += [Call(given, status, error=error) for given in self.given[len(self.calls) :]]

    def absorb(self, reply: Reply, nonce: bytes) -> bool:
        """Take what a child said. True when the job is finished, False when a further fork has to go on."""
        self.cpu += reply.cpu
        said = wire.read(reply.raw, nonce, self.wanted, self.limits.output_bytes)
        if said.loaded is None:
            return self.unloaded("load_error", f"the module's own code: {ending(reply, self.limits)[1]}")
        if said.loaded.s != "ok":
            return self.unloaded(said.loaded.s, wire.clean(said.loaded.e))
        if self.undrawn and not self.draw(said.drawn, reply):
            return True
        answers = [said.answers[i] for i in range(len(said.answers))]
        given = self.given[len(self.calls) :]
        self.calls += [wire.call(*pair, self.limits) for pair in zip(given, answers, strict=False)]
        return self.judged(reply)

    def unloaded(self, status: Status, error: str) -> bool:
        """The program could not be loaded: the verdict of every call, or the failure of a draw."""
        self.rest(status, error)
        self.finish(f"{status}: {error}" if self.undrawn else "")
        return True

    def draw(self, drawn: wire.Drawn | None, reply: Reply) -> bool:
        """Keep the drawn inputs; False where the generator gave none."""
        failure = f"the generator: {ending(reply, self.limits)[1]}" if drawn is None else drawn.failure
        if drawn is not None and not failure:
            try:
                self.given = [wire.INPUT.decode(text) for text in drawn.inputs[: self.job.want]]
            except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                failure = f"the generator's inputs are not readable: {error}"
        if failure or not self.given:
            self.finish(wire.clean(failure) or "the generator gave no input")
            return False
        self.texts, self.undrawn = list(drawn.inputs), False
        return True

    def judged(self, reply: Reply) -> bool:
        """A verdict for the call in which the child ended, if it ended early."""
        if len(self.calls) == len(self.texts) or self.tired():
            self.finish()
            return True
        if self.solo and reply.reason == serve.EXITED and reply.status == 0:  # it worked, alone
            self.solo = False
            return False
        status, error = ending(reply, self.limits)
        if status == "timeout_wall" and not self.solo:
            self.solo = True
            return False
        self.solo, self.slow = False, self.slow or status == "timeout_cpu"
        self.calls.append(Call(self.given[len(self.calls)], status, error=error))
        self.forks += 1
        if self.forks == FORKS:
            self.rest("died", NOT_RUN)
        if len(self.calls) == len(self.texts) or self.tired():
            self.finish()
            return True
        return False

    def tired(self) -> bool:
        """Drawn inputs that keep timing out are not worth going on with."""
        slow = sum(c.status in ("timeout_cpu", "timeout_wall") and not c.truncated for c in self.calls)
        return isinstance(self.job, Draw) and slow >= PATIENCE

    def crashed(self, why: str) -> bool:
        """The zygote died under this task. True when that was once too often."""
        self.crashes += 1
        if self.crashes <= CRASHES:
            return False
        self.rest("engine_error", why)
        self.finish("engine_error: " + why if self.undrawn else "")
        return True


def written(given: dict[str, Json]) -> str:
    """An input as the child reads it. Raises BadInput on what is not JSON."""
    try:
        return wire.dumped(given)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadInput(f"an input for the sandbox is not JSON: {error}") from error


def ending(reply: Reply, limits: Limits) -> tuple[Status, str]:
    """Why a child ended before it was done."""
    if reply.reason == serve.CPU or (
        os.WIFSIGNALED(reply.status) and os.WTERMSIG(reply.status) == signal.SIGXCPU
    ):
        return "timeout_cpu", f"more than {limits.cpu_s:g} s of CPU time"
    if reply.reason == serve.WALL:
        return "timeout_wall", f"more than {limits.wall:g} s without using the CPU"
    if reply.reason == serve.FLOOD:
        return "died", "wrote more than a result may hold"
    if os.WIFSIGNALED(reply.status):
        return "died", f"the process died of {signal_name(os.WTERMSIG(reply.status))}"
    return "died", f"the process ended itself with code {os.waitstatus_to_exitcode(reply.status)}"


def signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"

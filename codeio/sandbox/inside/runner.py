"""Runner: execute one program on its inputs, in a child that nothing else uses.   job body -> frames

Everything here shares its process with foreign code, so nothing here is trusted by anyone. A frame is
(nonce, index, length, JSON); index LOADED and DRAWN precede those of the calls.
"""

import json
import mmap
import os
import random
import signal
import struct
import sys
import types
from collections.abc import Callable
from time import monotonic, process_time  # bound now: the second run moves the clocks of `time`
from typing import Any

from . import clock, encode, tracing

FRAME = struct.Struct("=8sII")  # nonce, index, bytes of JSON
MARK = struct.Struct("=Idd")  # index now running, CPU and monotonic seconds when it began
LOADING, DRAWN, LOADED = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
ANOTHER = 1_000_000  # added to the process number in a second run: in their namespaces two may have the same
LOAD = 10  # line budgets of a call that loading the module may take: tables are built once
PIECE = 1 << 16  # bytes that a pipe takes at once
DEVNULL = 1  # where a zygote's standard output goes
OFTEN = 20  # runs after which CPython has specialised a function
SHOWN = 500  # characters of an exception's message

Outcome = tuple[str, Any, str]  # status, value, error


class CpuLimit(BaseException):
    """The call used up its CPU seconds. The zygote kills what ignores this."""


class Timer:
    """CPU seconds of one attempt. Fires again and again, for code that catches everything."""

    armed = fired = False

    def arm(self, seconds: float) -> None:
        self.fired, self.armed = False, True
        signal.setitimer(signal.ITIMER_PROF, seconds, 0.02)

    def disarm(self) -> None:
        self.armed = False
        signal.setitimer(signal.ITIMER_PROF, 0)

    def ring(self, *_: Any) -> None:
        if self.armed:
            self.fired = True
            raise CpuLimit


TIMER = Timer()


def run(body: bytes, pipe: int, nonce: bytes, page: mmap.mmap, config: dict[str, Any]) -> None:
    """Work on a job. Ends the process."""
    leave = os._exit  # bound now: the program may patch it
    work(body, sender(pipe, nonce), page, config)
    leave(0)


def work(body: bytes, send: Callable[[int, str], None], page: mmap.mmap, config: dict[str, Any]) -> None:
    """Load the program, draw its inputs if asked to, call it once per input."""
    job, _ = encode.read(body.decode(), 0)
    settle(job)
    status, entry, error = attempt(lambda: load(job), config["load_s"])
    if status not in ("ok", "missing_module"):
        error = f"{status}: {error}" if status != "exception" else error
        status = "load_error"
    send(LOADED, encode.text({"s": status, "e": error}))
    if status == "ok":
        texts = job["inputs"] if "generator" not in job else drawn(job, send, config)
        calls(texts, entry, job, config, send, page)


def calls(
    texts: list[str],
    entry: Callable[..., Any],
    job: dict[str, Any],
    config: dict[str, Any],
    send: Callable[[int, str], None],
    page: mmap.mmap,
) -> None:
    """Call after call; a job with patience ends after that many time-outs."""
    slow = 0
    for index, text in enumerate(texts):
        MARK.pack_into(page, 0, index, process_time(), monotonic())
        said, status = called(entry, text, job, config)
        send(index, said)
        slow += status == "timeout_cpu"
        if 0 < job["patience"] <= slow:
            return


def settle(job: dict[str, Any]) -> None:
    """Seeds, clock and number of this run: what a second run changes to find out what depends on them."""
    if job["seed"]:
        seed(job["seed"])
    if job["shift"]:
        clock.shift(job["shift"])
        pid = os.getpid() + ANOTHER
        os.getpid = lambda: pid


def seed(number: int) -> None:
    """The generators that programs use without seeding them, and what these would take from the kernel.

    Entropy is told from the number too: whether a second run differs must not be another thing on another day.
    """
    source, plain = random.Random(number), UNSEEDED

    def seeded(self: random.Random, a: Any = None, version: int = 2) -> None:
        plain(self, source.getrandbits(64) if a is None else a, version)

    os.urandom = random._urandom = source.randbytes
    random.Random.seed = seeded
    random.seed = random._inst.seed
    random.seed(number)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(number)


def warm(config: dict[str, Any]) -> None:
    """Do in the zygote what every child does, so that it is laid out before the fork, and its bytecode specialised.

    The last is the plain run, the commonest.
    """
    signal.signal(signal.SIGPROF, TIMER.ring)
    page, send = mmap.mmap(-1, mmap.PAGESIZE), sender(DEVNULL, bytes(8))
    for mode in ("trace", "count", "run"):
        body = json.dumps({**WARM, "mode": mode}).encode()
        for _ in range(OFTEN):
            work(body, send, page, config)
    for name in ("program", "generator"):
        sys.modules.pop(name, None)
    seed(0)


UNSEEDED = random.Random.seed
WARM = {
    "code": "def f(x):\n    out = []\n    for i in range(x):\n        out.append({'i': i * 0.5})\n    return out\n",
    "entry": "f",
    "inputs": ['{"x":3}', '{"x":"a"}'],
    "max_lines": 100,
    "seed": 0,
    "shift": 0.0,
    "often": 0,
    "patience": 0,
}


def sender(pipe: int, nonce: bytes) -> Callable[[int, str], None]:
    write, pack = os.write, FRAME.pack

    def send(index: int, text: str) -> None:
        payload = text.encode(errors="replace")  # lone surrogates of an error or a trace; outputs have none
        frame = pack(nonce, index, len(payload)) + payload
        done = write(pipe, frame)
        while done < len(frame):
            done += write(pipe, frame[done : done + PIECE])

    return send


def attempt(act: Callable[[], Any], seconds: float) -> Outcome:
    """Do something foreign under the CPU timer. Whatever it raises becomes a status."""
    caught: BaseException | None = None
    value = None
    try:
        TIMER.arm(seconds)
        value = act()
        TIMER.armed = False
    except BaseException as error:
        TIMER.armed = False
        caught = error
    TIMER.disarm()
    if TIMER.fired or isinstance(caught, CpuLimit):
        return "timeout_cpu", None, ""
    return ("ok", value, "") if caught is None else failed(caught, seconds)


def failed(error: BaseException, seconds: float) -> Outcome:
    if isinstance(error, tracing.Budget):
        return "timeout_cpu", None, str(error)
    if isinstance(error, MemoryError):
        return "oom", None, "MemoryError"
    kind = "missing_module" if isinstance(error, ModuleNotFoundError) else "exception"
    return kind, None, described(error, seconds)


def described(error: BaseException, seconds: float) -> str:
    """Type and message; a message that itself fails or hangs is left out."""
    name = type(error).__name__
    try:
        TIMER.arm(seconds)
        said = str(error)[:SHOWN]
        TIMER.armed = False
    except BaseException:  # foreign __str__
        said = ""
        TIMER.armed = False
    TIMER.disarm()
    return f"{name}: {said}" if said else name


def load(job: dict[str, Any]) -> Callable[..., Any]:
    """The entry of the job's program; where lines are budgeted, so are those of the module itself."""
    observer = tracing.observer("count" if job["max_lines"] else "run", LOAD * job["max_lines"], 0)
    return observer.run(loaded, {"code": job["code"], "entry": job["entry"]})


def loaded(code: str, entry: str, name: str = tracing.NAME) -> Callable[..., Any]:
    """The function `entry` of a real module made of `code`."""
    module = types.ModuleType(name.strip("<>"))
    sys.modules[module.__name__] = module
    exec(compile(code, name, "exec", dont_inherit=True), module.__dict__)
    if not callable(module.__dict__.get(entry)):
        raise NameError(f"no function {entry}")
    return module.__dict__[entry]


def drawn(job: dict[str, Any], send: Callable[[int, str], None], config: dict[str, Any]) -> list[str]:
    """Distinct inputs from the generator, as canonical texts; a draw that raises is passed over."""
    texts: dict[str, None] = {}
    rng = random.Random(job["rng"])
    status, generate, error = attempt(
        lambda: loaded(job["generator"], "input_generator", "<generator>"), config["load_s"]
    )
    for _ in range(job["draws"] if status == "ok" else 0):
        status, text, error = attempt(lambda: encode.kwargs(generate(rng)), config["cpu_s"])
        if status == "ok" and len(text) <= config["output_bytes"]:
            texts[text] = None
        if len(texts) == job["want"]:
            break
        if status == "timeout_cpu":  # how many were drawn until then is chance
            texts.clear()
            break
    said = error if status == "exception" else f"{status}: {error}"
    send(DRAWN, encode.text({"inputs": list(texts), "failure": "" if texts else said}))
    return list(texts)


def called(
    entry: Callable[..., Any], text: str, job: dict[str, Any], config: dict[str, Any]
) -> tuple[str, str]:
    """One call as the JSON text of its frame, and its status."""
    args, _ = encode.read(text, 0)
    before = encode.text(args)
    observer = tracing.observer(job["mode"], job["max_lines"], config["trace_bytes"], job["often"])
    seconds = config["cpu_s"]
    status, value, error = attempt(lambda: observer.run(entry, args), seconds)
    output, mutated = "null", False
    if status == "ok":
        status, output, error = written(value, seconds, config["output_bytes"])
        mutated = attempt(lambda: encode.text(args), seconds)[1] != before
    head = f'{{"s":"{status}","o":{output},"m":{"true" if mutated else "false"},"e":{encode.text(error)}'
    return f"{head}{observer.fields()}}}", "over" if observer.over else status


def written(value: Any, seconds: float, most: int) -> tuple[str, str, str]:
    """An output as JSON text, or the status that says why it is none."""
    deep = sys.getrecursionlimit()
    sys.setrecursionlimit(encode.DEPTH)
    status, output, error = attempt(lambda: encode.output(value), seconds)
    sys.setrecursionlimit(deep)
    if status in ("exception", "missing_module"):
        return "not_json", "null", error
    size = len(output.encode()) if status == "ok" else 0
    if size > most:
        return "too_large", "null", f"{size} bytes of JSON, the limit is {most}"
    return status, output if status == "ok" else "null", error

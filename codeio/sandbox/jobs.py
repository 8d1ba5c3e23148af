"""Jobs: what can be asked of the sandbox, and what comes back.   Run | Draw | Trace -> Result"""

from typing import Literal

import msgspec

from codeio.records import Json, Status

ENGINE = (
    "3"  # changes when a call may come out otherwise than before: it is part of certificates and cache keys
)
Arc = tuple[int, int, int]


class Program(msgspec.Struct, frozen=True):
    """A self-contained module text and the name of the function in it."""

    code: str
    entry: str


class Limits(msgspec.Struct, frozen=True):
    """Of one call. Zero means: derived from the CPU limit or the paper's sizes."""

    cpu_s: float
    memory_mb: int = 1024  # on top of what the interpreter and its libraries take
    wall_s: float = 0.0  # backstop for code that sleeps; 0 = five times the CPU limit, at least a second
    output_bytes: int = 65536  # of the output as JSON

    @property
    def wall(self) -> float:
        return self.wall_s or max(1.0, 5 * self.cpu_s)


class Event(msgspec.Struct, frozen=True, array_like=True):
    """A step of a trace. `changes` holds the frame's locals that are new or changed since its previous event.

    A line event comes before the line runs, so what a line does shows in the next event of the same frame. A skipped
    event is that of the first line left out.
    A value that is no small JSON is {"~": type name}, and where it is small {"of": items} of a container or
    {"has": attributes} of an object whose class the program defines.
    """

    kind: Literal["call", "line", "return", "exception", "skipped"]
    name: str  # of the function
    line: int  # in the program, from 1
    depth: int  # 0 = the entry function
    changes: dict[str, Json]
    value: Json = None  # returned value, "Type: message" of an exception, or {line: hits} of skipped lines


class Call(msgspec.Struct, frozen=True):
    """One call: the input as it was before it, and what came of it."""

    input: dict[str, Json]
    status: Status
    output: Json = None
    mutated: bool = False  # the call changed an argument
    error: str = ""  # "ValueError: message", without paths and addresses
    lines: int = -1  # executed lines of the program; -1 = not counted
    arcs: tuple[Arc, ...] = ()  # (from line, to line, hits); line 0 = entry to or exit from a function
    events: tuple[Event, ...] = ()
    truncated: bool = False  # stopped at the line budget (status timeout_cpu); events until then are kept


class Result(msgspec.Struct, frozen=True):
    """Calls in the order of the inputs; `failure` says why a generator gave none."""

    calls: tuple[Call, ...] = ()
    failure: str = ""


class Run(msgspec.Struct, frozen=True):
    """Call the program on each input. `count` gives lines and arcs too, at most `max_lines` (0 = no limit)."""

    program: Program
    inputs: tuple[dict[str, Json], ...]
    hash_seed: int = 0
    count: bool = False
    max_lines: int = 0
    seed: int = 0  # of the global random generators
    shift: float = 0.0  # seconds by which the wall clock is moved


class Draw(msgspec.Struct, frozen=True):
    """Draw inputs from `generator` (a module with input_generator(rng) -> dict) and call the program on each.

    At most `draws` draws, at most `want` distinct inputs; a draw that raises or is no JSON is passed over. `seed` is
    that of rng, `chance` of what a generator draws from elsewhere: two that differ show that it does.
    """

    program: Program
    generator: str
    draws: int
    want: int
    seed: int
    count: bool = False
    max_lines: int = 0
    hash_seed: int = 0
    chance: int = 0


class Trace(msgspec.Struct, frozen=True):
    """Run and record the events of the program's own lines, of at most `max_lines` of them per call.

    `often` bounds what is recorded of a long run: the first so many runs of each line and calls of each function
    (0 = all). Then one event, "skipped", stands for the lines that a frame ran in between.
    """

    program: Program
    inputs: tuple[dict[str, Json], ...]
    max_lines: int
    often: int = 0
    hash_seed: int = 0


Job = Run | Draw | Trace

"""Judge: mark responses with a reading; what must be run is run in the sandbox.   (item, response) ... -> Mark ..."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from codeio.errors import EngineError
from codeio.evaluate.benchmark import Check, Item, Mark, Reading
from codeio.params import Params
from codeio.sandbox import Call, Limits, Program, Run, Sandbox
from codeio.sandbox.tasks import NOT_RUN

SHARED = 40  # harmless checks in one process
CPU_S = 3.0  # of one check: the limit of CRUXEval's authors
LONGEST = 200_000  # characters of a response that are read, from the end


@cache
def program(entry: str) -> Program:
    code = (Path(__file__).parent / "inside" / "check.py").read_text(encoding="utf-8")
    return Program(code=code, entry=entry)


def marks(reading: Reading, answered: Sequence[tuple[Item, str | None]], params: Params) -> list[Mark]:
    """A mark per response, in their order; no response and an empty one are wrong."""
    found = [reading.read(item, (response or "")[-LONGEST:]) for item, response in answered]
    waiting = [(n, mark.check) for n, mark in enumerate(found) if mark.check is not None]
    if waiting:
        for (n, _), score in zip(waiting, run([check for _, check in waiting], params), strict=True):
            found[n] = replace(found[n], score=score)
    return found


def run(checks: Sequence[Check], params: Params) -> list[float]:
    """The score of each check; an answer that could do anything runs in a process of its own."""
    groups = grouped(checks)
    scores = [0.0] * len(checks)
    limits = Limits(cpu_s=CPU_S, memory_mb=params.execute.memory_mb)
    with Sandbox(limits, workers=params.workers, isolation=params.isolation) as box:
        while groups:
            jobs = (Run(program(checks[g[0]].entry), tuple(checks[n].given for n in g)) for g in groups)
            calls = [
                (n, call)
                for group, result in zip(groups, box.map(jobs), strict=True)
                for n, call in zip(group, result.calls, strict=True)
            ]
            for n, call in calls:
                scores[n] = scored(call)
            groups = [[n] for n, call in calls if call.error == NOT_RUN]  # a neighbour's death is no verdict
    return scores


def grouped(checks: Sequence[Check]) -> list[list[int]]:
    """Numbers of the checks of each process."""
    together: dict[str, list[int]] = {}
    alone = []
    for n, check in enumerate(checks):
        if check.harmless:
            together.setdefault(check.entry, []).append(n)
        else:
            alone.append([n])
    return alone + [
        group[at : at + SHARED] for group in together.values() for at in range(0, len(group), SHARED)
    ]


def scored(call: Call) -> float:
    """What the check said; an answer that ended its process or ran into a limit is wrong."""
    if call.status == "engine_error":
        raise EngineError(f"an answer cannot be judged: {call.error}")
    if call.status != "ok" or not isinstance(call.output, float | int):
        return 0.0
    return min(1.0, max(0.0, float(call.output)))

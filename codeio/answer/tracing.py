"""Run: many calls of many programs, one sandbox job per program.   (code, entry, input) ... -> Call"""

from collections.abc import Iterable
from typing import NamedTuple

from codeio import values
from codeio.records import Json
from codeio.sandbox import Call, Program, Run, Sandbox, Trace


class Wanted(NamedTuple):
    """A call that somebody wants to see."""

    code: str
    entry: str
    input: dict[str, Json]

    @property
    def key(self) -> tuple[str, str, str]:
        return self.code, self.entry, values.canonical(self.input)


Calls = dict[tuple[str, str, str], Call]


def run(box: Sandbox, wanted: Iterable[Wanted], max_lines: int = 0) -> Calls:
    """Each wanted call once, by its key; with `max_lines` also its events. Failed calls are there too."""
    groups: dict[tuple[str, str], dict[str, dict[str, Json]]] = {}
    for one in wanted:
        groups.setdefault((one.code, one.entry), {})[one.key[2]] = one.input
    jobs = []
    for (code, entry), inputs in groups.items():
        program, several = Program(code=code, entry=entry), tuple(inputs.values())
        jobs.append(
            Trace(program=program, inputs=several, max_lines=max_lines)
            if max_lines
            else Run(program=program, inputs=several)
        )
    found: Calls = {}
    for (program, inputs), result in zip(groups.items(), box.map(jobs), strict=True):
        for key, call in zip(inputs, result.calls, strict=False):
            found[*program, key] = call
    return found

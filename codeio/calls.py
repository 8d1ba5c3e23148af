"""Call: many calls of many programs in few sandbox jobs.   (code, entry, input) ... -> Call ...

A job costs milliseconds, a call microseconds. So programs of one family travel together: mutants with their
original, and the programs of our own grammar with each other. A bundle is a module that loads each of them as a
module of its own; natural functions of different origin never share a process.
"""

import ast
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from msgspec.structs import replace

from codeio import values
from codeio.records import Json, Problem
from codeio.sandbox import Call, Job, Program, Run, Sandbox, Trace
from codeio.sandbox.tasks import NOT_RUN
from codeio.walk import walk

BUNDLE = 24  # programs in one job at most
BUNDLED = """
import types
IMPORTS
TEXTS = TEXTS_HERE
def load(text, entry):
    module = types.ModuleType("program")
    exec(compile(text, load.__code__.co_filename, "exec", dont_inherit=True), module.__dict__)
    return module.__dict__[entry]
def attempt(text, entry):
    try:
        return load(text, entry)
    except Exception as error:
        return error
ENTRIES = [attempt(text, entry) for text, entry in TEXTS]
def bundle(which, given):
    return ENTRIES[which](**given)
"""


class Wanted(NamedTuple):
    """A call that somebody wants to see. `family`: which programs may share a process with it."""

    code: str
    entry: str
    input: dict[str, Json]
    text: str  # the input as text, `written`
    family: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.code, self.entry, self.text


Calls = dict[tuple[str, str, str], Call]
Group = tuple[tuple[str, str], dict[str, dict[str, Json]]]  # a program and its inputs by their text


def family(problem: Problem) -> str:
    """Procedural programs are ours and may travel together; a natural function goes alone."""
    return "procedural" if problem.kind == "procedural" else problem.function


def wanted(problem: Problem, code: str, given: dict[str, Json]) -> Wanted:
    """A call of `code` in the place of the problem's own code."""
    return Wanted(code, problem.entry, given, written(given), family(problem))


def run(
    box: Sandbox, several: Iterable[Wanted], max_lines: int, trace: bool = False, often: int = 0
) -> Calls:
    """Each wanted call once, by its key, failed ones too; `trace` adds the events, `often` as in Trace.

    A call that executes more than `max_lines` lines ends as timeout_cpu. What others that died kept from running
    runs in a further job: a verdict never depends on who else was asked about.
    """
    left, found = list(several), Calls()
    while left:
        found |= made(box, left, max_lines, trace, often)
        left = [one for one in left if found[one.key].error == NOT_RUN]
    return found


def made(box: Sandbox, several: Sequence[Wanted], max_lines: int, trace: bool, often: int) -> Calls:
    """The calls, programs of one family together."""
    families: dict[str, dict[tuple[str, str], dict[str, dict[str, Json]]]] = {}
    for one in several:
        programs = families.setdefault(one.family, {})
        programs.setdefault((one.code, one.entry), {})[one.text] = one.input
    bundles = [part for programs in families.values() for part in parted(list(programs.items()))]
    jobs = (job(part, max_lines, trace, often) for part in bundles)
    found: Calls = {}
    for part, result in zip(bundles, box.map(jobs), strict=True):
        calls = iter(result.calls)
        for program, inputs in part:
            for (key, given), call in zip(inputs.items(), calls):  # noqa: B905 the calls go on in the next program
                found[*program, key] = unpacked(call, given) if len(part) > 1 else call
    return found


def parted(programs: list[Group]) -> Iterator[list[Group]]:
    for at in range(0, len(programs), BUNDLE):
        yield programs[at : at + BUNDLE]


def job(part: Sequence[Group], max_lines: int, trace: bool, often: int = 0) -> Job:
    """One sandbox job for the calls of one program, or of several in a bundle."""
    if len(part) == 1:
        ((code, entry), inputs) = part[0]
        program, several = Program(code=code, entry=entry), tuple(inputs.values())
    else:
        program = Program(code=bundled(tuple(program for program, _ in part)), entry="bundle")
        several = tuple(
            {"which": n, "given": x} for n, (_, inputs) in enumerate(part) for x in inputs.values()
        )
        max_lines += 1  # the line of the bundle itself
    if trace:
        return Trace(program=program, inputs=several, max_lines=max_lines, often=often)
    return Run(program=program, inputs=several, count=True, max_lines=max_lines)


def bundled(programs: tuple[tuple[str, str], ...]) -> str:
    """The module that holds them all. Imports are repeated in sight, since they decide where a program runs."""
    seen = sorted({line for code, _ in programs for line in imports(code)})
    hidden = "if False:\n    " + "\n    ".join(seen) if seen else ""
    return BUNDLED.replace("IMPORTS", hidden).replace("TEXTS_HERE", repr(programs))


@lru_cache(maxsize=4096)
def imports(code: str) -> tuple[str, ...]:
    if "import" not in code:
        return ()
    found = (n for n in walk(ast.parse(code)) if isinstance(n, ast.Import | ast.ImportFrom))
    return tuple(
        ast.unparse(n) for n in found if not isinstance(n, ast.ImportFrom) or n.module != "__future__"
    )


def unpacked(call: Call, given: dict[str, Json]) -> Call:
    """A call out of a bundle as if its program had run alone."""
    inner = tuple(event for event in call.events if event.name != "bundle" or event.depth > 0)
    return replace(call, input=given, events=inner)


def written(given: dict[str, Json]) -> str:
    """An input as text; integers of any size."""
    try:
        return values.canonical(given)
    except TypeError:
        return json.dumps(given, sort_keys=True)

"""Teach with slips: true accounts of slightly wrong runs (simulated mistakes).   Problem ..., turn -> Sample

A response that shall be wrong tells the real trace of a mutant, or of the program on an input read wrongly,
so it is coherent and its answer really wrong. Whether it *is* wrong is for the verifier to say, by running
the original.
"""

import ast
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from codeio import values
from codeio.answer.frames import plain
from codeio.answer.mutants import MISCOPIED, misread, mutants
from codeio.answer.telling import Probe, Refused, tell
from codeio.answer.trace import outputs_of, telling
from codeio.answer.tracing import Calls, Wanted, run
from codeio.params import Answer
from codeio.records import Json, Problem, Sample
from codeio.sandbox import Sandbox

MUTANTS = 3  # tried per function and turn
GLANCES = 8  # misread inputs tried per problem
MISTAKEN = "mis-read target"  # the guess is checked rightly against a result that was read wrongly


class Option(NamedTuple):
    """A way to be wrong: the run that is told, and what it gives."""

    operator: str
    told: Wanted
    target: Json  # what the reasoner believes was asked for (input prediction)
    rank: float


def teach(problems: Sequence[Problem], turn: int, box: Sandbox, p: Answer, seed: int) -> list[Sample]:
    """One response per problem, right at the rate that params.yaml gives for this turn."""
    rate = p.slip.right_first if turn == 0 else p.slip.right_later
    wrong = [one for one in problems if values.unit(one.id, turn, seed) >= rate]
    slips = mistakes(wrong, outputs_of(problems), turn, box, p)
    return [slips.get(one.id) or Sample(response=one.gold) for one in problems]


def mistakes(
    wrong: Sequence[Problem], known: dict[str, list[Probe]], turn: int, box: Sandbox, p: Answer
) -> dict[str, Sample]:
    """Problem id -> a wrong response; without an entry where no way to be wrong was found."""
    tried = {one.id: list(candidates(one, known[one.function], turn)) for one in wrong}
    calls = run(box, (x for several in tried.values() for _, x in several))
    chosen = {one.id: choose(one, tried[one.id], calls, turn) for one in wrong}
    traces = run(box, (option.told for option in chosen.values() if option), p.max_trace_lines)
    found = {}
    for one in wrong:
        option = chosen[one.id]
        text = option and told(one, option, traces, known[one.function], turn, p)
        if text:
            found[one.id] = Sample(response=text, slip=option.operator)
    return found


def candidates(problem: Problem, known: list[Probe], turn: int) -> Iterator[tuple[str, Wanted]]:
    """Runs that might be told in the place of the right one."""
    code = plain(problem.code)
    several = slipped(code, problem.entry, turn)
    if problem.predict == "output":
        for name, mutant in several:
            yield name, Wanted(mutant, problem.entry, problem.given)
        for other in list(misread(problem.given, f"{problem.id} {turn}"))[:GLANCES]:
            yield MISCOPIED, Wanted(code, problem.entry, other)
        return
    guesses = [given for given, output in known if not values.same(output, problem.given)]
    guesses += list(misread(problem.wanted, f"{problem.id} {turn}"))[: GLANCES // 2]
    for guess in guesses:
        yield MISTAKEN, Wanted(code, problem.entry, guess)
        for name, mutant in several:
            yield name, Wanted(mutant, problem.entry, guess)


def slipped(code: str, entry: str, turn: int) -> list[tuple[str, str]]:
    """The mutants of one turn: every turn makes other mistakes."""
    found = mutants(code, reached(code, entry), 3 * MUTANTS)
    return [found[(turn * MUTANTS + i) % len(found)] for i in range(min(MUTANTS, len(found)))]


@lru_cache(maxsize=1024)
def reached(code: str, entry: str) -> frozenset[int]:
    """Lines of the functions that the entry calls by name, directly or not."""
    defined = {n.name: n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.FunctionDef)}
    todo, seen = [entry], set()
    while todo:
        name = todo.pop()
        if name in defined and name not in seen:
            seen.add(name)
            todo += [n.id for n in ast.walk(defined[name]) if isinstance(n, ast.Name)]
            todo += [n.attr for n in ast.walk(defined[name]) if isinstance(n, ast.Attribute)]
    return frozenset(
        line for name in seen for line in range(defined[name].lineno, defined[name].end_lineno + 1)
    )


def choose(problem: Problem, tried: list[tuple[str, Wanted]], calls: Calls, turn: int) -> Option | None:
    """The first way to be wrong, in an order fixed by content; a misread target only as the last."""
    said = earlier(problem)
    code = plain(problem.code)
    options = []
    for name, told_ in tried:
        call = calls.get(told_.key)
        if call is None or call.status != "ok" or call.output is None or values.fault(call.output):
            continue
        if problem.predict == "output":
            wrong, target, prediction = not values.same(call.output, problem.wanted), None, call.output
        else:
            real = calls[Wanted(code, problem.entry, told_.input).key]
            wrong = real.status == "ok" and not values.same(real.output, problem.given)
            target, prediction = call.output, told_.input
            wrong = wrong and (name == MISTAKEN or values.same(call.output, problem.given))
        if wrong and not any(values.same(prediction, before) for before in said):
            rank = values.unit(problem.id, turn, name, told_.code, told_.input)
            options.append(Option(name, told_, target, rank + (name == MISTAKEN)))
    return min(options, key=lambda option: option.rank, default=None)


def earlier(problem: Problem) -> list[Json]:
    """Predictions of the turns before this one."""
    said = []
    for turn in problem.turns:
        found = values.extract(turn.main.response)
        if isinstance(found, dict) and problem.predict in found:
            said.append(found[problem.predict])
    return said


def told(
    problem: Problem, option: Option, traces: Calls, known: list[Probe], turn: int, p: Answer
) -> str | None:
    call = traces.get(option.told.key)
    if call is None or call.status != "ok":
        return None
    seed = values.digest(problem.id, turn, option.operator)
    text = tell(telling(problem, option.told.code, call, seed, known, p, target=option.target))
    return None if isinstance(text, Refused) else text

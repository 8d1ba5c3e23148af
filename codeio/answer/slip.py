"""Teach with slips: true accounts of slightly wrong runs (simulated mistakes).   Problem ..., turn -> Sample

A response that shall be wrong tells the real trace of a mutant, or of the program on an input read wrongly,
so it is coherent and its answer really wrong. Whether it *is* wrong is for the verifier to say, by running
the original.
"""

import ast
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from codeio import values
from codeio.answer.frames import plain
from codeio.answer.mutants import MISCOPIED, misread, mutants
from codeio.answer.telling import Probe, Refused, tell
from codeio.answer.trace import in_english, outputs_of, telling, traced
from codeio.calls import Calls, Wanted, run, wanted
from codeio.records import Json, Problem, Sample
from codeio.sandbox import Call, Sandbox
from codeio.sandbox.wire import ADDRESS
from codeio.settings import Answer
from codeio.walk import walk

MUTANTS = 2  # tried per function and turn
GLANCES = 3  # misread inputs tried per problem, more in later turns
LONGEST = (
    4_000  # lines of a wrong run: many a mutant never ends, and costs as much as all others of its function
)
MISTAKEN = "mis-read target"  # the guess is checked rightly against a result that was read wrongly


class Option(NamedTuple):
    """A way to be wrong: the run that is told, and what it gives."""

    operator: str
    told: Wanted
    rank: float
    target: Json = None  # what it gives, and what the reasoner believes was asked for (input prediction)


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
    calls: Calls = {}
    for english, most in ((False, p.max_trace_lines), (True, min(p.max_lines, LONGEST))):
        asked = [one for one in wrong if in_english(one, p) == english]
        calls |= run(box, (x for one in asked for _, x in tried[one.id]), most)
    chosen = {one.id: choose(one, tried[one.id], calls, turn) for one in wrong}
    traces = traced(box, [(one, chosen[one.id].told) for one in wrong if chosen[one.id]], p)
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
    glances = GLANCES * (turn + 1)
    if problem.predict == "output":
        right = wanted(problem, code, problem.given)
        for name, mutant in several:
            yield name, right._replace(code=mutant)
        for other in islice(misread(problem.given, f"{problem.id} {turn}"), glances):
            yield MISCOPIED, wanted(problem, code, other)
        return
    guesses = [given for given, output in known if output != problem.given]
    guesses += islice(misread(problem.wanted, f"{problem.id} {turn}"), glances)
    for guess in guesses:
        one = wanted(problem, code, guess)
        yield MISTAKEN, one
        for name, mutant in several:
            yield name, one._replace(code=mutant)


def slipped(code: str, entry: str, turn: int) -> list[tuple[str, str]]:
    """The mutants of one turn: every turn makes other mistakes, while there are any."""
    found = mutants(code, reached(code, entry), MUTANTS * (turn + 1))
    return [found[(turn * MUTANTS + i) % len(found)] for i in range(min(MUTANTS, len(found)))]


@lru_cache(maxsize=1024)
def reached(code: str, entry: str) -> frozenset[int]:
    """Lines of the functions that the entry calls by name, directly or not."""
    defined = {n.name: n for n in walk(ast.parse(code)) if isinstance(n, ast.FunctionDef)}
    todo, seen = [entry], set()
    while todo:
        name = todo.pop()
        if name in defined and name not in seen:
            seen.add(name)
            todo += [n.id for n in walk(defined[name]) if isinstance(n, ast.Name)]
            todo += [n.attr for n in walk(defined[name]) if isinstance(n, ast.Attribute)]
    return frozenset(
        line for name in seen for line in range(defined[name].lineno, defined[name].end_lineno + 1)
    )


def choose(problem: Problem, tried: list[tuple[str, Wanted]], calls: Calls, turn: int) -> Option | None:
    """The first way to be wrong, in an order fixed by content; a misread target only as the last."""
    said = earlier(problem)
    options = [Option(name, run_, values.unit(problem.id, turn, n)) for n, (name, run_) in enumerate(tried)]
    for option in sorted(options, key=lambda option: (option.operator == MISTAKEN, option.rank)):
        call = calls.get(option.told.key)
        if call is None or call.status != "ok" or call.output is None:
            continue
        if problem.predict == "output":
            wrong, prediction = not values.same(call.output, problem.wanted), call.output
        else:
            wrong, prediction = misleads(problem, option, call, calls), option.told.input
        # A mutant's result has no certificate: one that shows an address is another next time.
        if not wrong or values.fault(call.output) or ADDRESS.search(values.canonical(call.output)):
            continue
        if not any(values.same(prediction, x) for x in said):
            return option._replace(target=call.output)
    return None


def misleads(problem: Problem, option: Option, call: Call, calls: Calls) -> bool:
    """Whether a wrong input looks right in this run, or in the reasoner's wrong idea of the target."""
    if option.operator != MISTAKEN and call.output != problem.given:
        return False
    real = calls[plain(problem.code), problem.entry, option.told.text]
    return real.status == "ok" and not values.same(real.output, problem.given)


def earlier(problem: Problem) -> list[Json]:
    """Predictions of the turns before this one."""
    said = []
    for turn in problem.turns:
        found = values.last_object(turn.main.response)
        if found is not None and problem.predict in found:
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

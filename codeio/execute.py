"""Execute: certified input/output pairs per function.   data/unify -> data/execute

Inputs come from the function's own generator, and from changing those by which a branch was missed; outputs from
running it in the sandbox. Of a pool of candidates the pairs that show most of the code are kept, in greedy order: the
first n are the best n. Each was run a second time in another process under another hash seed, and one disagreement
drops the function.
"""

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise, tee
from typing import Any, NamedTuple

from msgspec.structs import replace

from codeio import patterns, reach, stage, values
from codeio.choose import Arc, arcs_of, cover, echoed, greedy, not_all_echoed
from codeio.params import Params
from codeio.records import Dropped, Function, Json, Pair
from codeio.sandbox import ENGINE, Call, Draw, Limits, Program, Result, Run, Sandbox
from codeio.settings import Execute

LEVELS = (8, 32, 128, 512)  # executed lines at which a pair counts as harder
LEAST_USABLE = 0.4  # share of inputs that give a pair; below it the inputs are not what the function is for
FEW = 3  # values of an argument, of which all but one may fail
MOST_ALIKE = 0.9  # of a pool with one and the same output
SAME_STEPS = 0.8  # of a pool with as many executed lines, where there are
FEW_RESULTS = 10  # results, no more


class Known(NamedTuple):
    """What the pool of a function tells of it."""

    usable: float = 0.0  # share of its inputs
    arc_cover: float = 0.0  # share of the pool's arcs that the chosen calls show
    reached: frozenset[Arc] = frozenset()


class Plan(NamedTuple):
    """A function with the calls that will be its pairs if a second run agrees, or the gate it failed at."""

    function: Function
    chosen: Sequence[Call] = ()
    heldout: Sequence[Call] = ()
    known: Known = Known()
    dropped: Dropped | None = None


def shard(functions: Sequence[Function], box: Sandbox, p: Execute) -> Iterator[Function | Dropped]:
    """Functions with their pairs, or the reason why they have none. First and second runs share the cores."""
    drawn = list(box.map(draw(f, p) for f in functions))
    several = zip(functions, drawn, further(functions, drawn, box, p), strict=True)
    plans, ahead = tee(planned(f, result, more, p) for f, result, more in several)
    agreed = box.certify_all((program(plan.function), [*plan.chosen, *plan.heldout]) for plan in ahead)
    for plan, agrees in zip(plans, agreed, strict=True):
        if plan.dropped or all(agrees):
            yield plan.dropped or paired(plan)
        else:
            yield drop(plan.function, "nondeterministic", "a second run gave another result")


def program(function: Function) -> Program:
    return Program(code=function.code, entry=function.entry)


def draw(function: Function, p: Execute) -> Draw:
    """A call above a fifth of the CPU limit gives no pair: it might exceed the limit on another machine."""
    return Draw(
        program=program(function),
        generator=function.generator,
        draws=p.draws,
        want=p.pool,
        seed=int(function.id[:8], 16),
        count=True,
        max_lines=p.max_lines,
    )


def further(
    functions: Sequence[Function], drawn: Sequence[Result], box: Sandbox, p: Execute
) -> Iterator[Sequence[Call]]:
    """Calls with inputs changed towards branches that none of the drawn ones took, where there are such branches.

    Programs of our own grammar keep to the inputs of their generator, which decides how hard they are.
    """
    tried = [
        aimed(f, result.calls) if f.kind == "natural" else ()
        for f, result in zip(functions, drawn, strict=True)
    ]
    jobs = (
        Run(program(f), inputs, count=True, max_lines=p.max_lines)
        for f, inputs in zip(functions, tried, strict=True)
        if inputs
    )
    results = box.map(jobs)
    return (next(results).calls if inputs else () for inputs in tried)


def aimed(function: Function, calls: Sequence[Call]) -> tuple[dict[str, Json], ...]:
    good = [call for call in calls if usable(call)]
    lines = reach.missed(ast.parse(function.code), good)
    return reach.towards(lines, good) if lines else ()


def new_ways(calls: Sequence[Call], pool: Sequence[Call]) -> list[Call]:
    """The usable ones that show an arc which the pool does not."""
    known = set().union(*map(arcs_of, pool))
    return [call for call in calls if usable(call) and arcs_of(call) - known]


def planned(function: Function, drawn: Result, more: Sequence[Call], p: Execute) -> Plan:
    """What to keep of the drawn calls and of those with changed inputs, in greedy order."""
    if drawn.failure:
        return Plan(function, dropped=drop(function, "input generator failed", drawn.failure))
    pool = [call for call in drawn.calls if usable(call)]
    share = round(len(pool) / len(drawn.calls), 4)
    pool += new_ways(more, pool)
    if why := gate(pool, len(drawn.calls)) or narrowed(pool, drawn.calls) or unvaried(pool):
        return Plan(function, dropped=drop(function, why, statuses(drawn.calls)))
    chosen = not_all_echoed(greedy(pool, p.pairs), pool)
    rest = sorted((c for c in pool if c not in chosen), key=lambda c: values.unit(function.id, c.input))
    heldout = rest[: p.heldout_pairs] if function.split == "train" else []
    known = Known(
        usable=share,
        arc_cover=cover(chosen, pool),
        reached=frozenset().union(*map(arcs_of, pool)),
    )
    return Plan(function, chosen, heldout, known)


def unvaried(pool: Sequence[Call]) -> str | None:
    """Few results, and hardly a call goes another way than the others."""
    steps, results = Counter(call.lines for call in pool), {values.canonical(call.output) for call in pool}
    if len(results) < FEW_RESULTS and max(steps.values()) > SAME_STEPS * len(pool):
        return "few results, and nearly always by the same steps"
    return None


def drop(function: Function, reason: str, detail: str) -> Dropped:
    return Dropped(id=function.id, reason=reason, detail=detail)


def paired(plan: Plan) -> Function:
    """The function with its certified pairs, and what its pool and its code tell of it."""
    known, tree = plan.known, ast.parse(plan.function.code)
    pairs = pairs_of(plan.function, plan.chosen, known.reached)
    heldout = (replace(x, heldout=True) for x in pairs_of(plan.function, plan.heldout, known.reached))
    return replace(
        plan.function,
        pairs=(*pairs, *heldout),
        complexity=patterns.complexity(tree),
        patterns=patterns.patterns(tree),
        usable=known.usable,
        arc_cover=known.arc_cover,
    )


def usable(call: Call) -> bool:
    """The paper's limits on what may be asked (section 2.1): small, finite, not None."""
    if call.status != "ok" or call.output is None:
        return False
    return values.fault(call.input) is None and values.fault(call.output) is None


def gate(pool: Sequence[Call], tried: int) -> str | None:
    """Why the pool makes no function worth asking about, or None."""
    outputs = Counter(values.canonical(call.output) for call in pool)
    if len(pool) < 2:
        return "fewer than two usable pairs"
    if len(outputs) == 1:
        return "constant output"
    if len(pool) < tried * LEAST_USABLE:
        return "most inputs fail"
    if all(map(echoed, pool)):
        return "identity"
    if max(outputs.values()) > MOST_ALIKE * len(pool):
        return "nearly always the same output"
    return None


def narrowed(pool: Sequence[Call], drawn: Sequence[Call]) -> str | None:
    """An argument that was drawn in many ways and works in one only: the rest of the code fails."""
    for name in pool[0].input:
        several = {values.canonical(call.input.get(name)) for call in drawn}
        if len(several) > FEW and len({values.canonical(call.input[name]) for call in pool}) == 1:
            return "works for one value of an argument only"
    return None


def statuses(calls: Sequence[Call]) -> str:
    counts = {status: sum(c.status == status for c in calls) for status in sorted({c.status for c in calls})}
    return ", ".join(f"{n} {status}" for status, n in counts.items())


def pairs_of(function: Function, calls: Sequence[Call], reached: frozenset[Arc]) -> Iterator[Pair]:
    """Calls as pairs, each with the arcs that no earlier one had covered and its share of the `reached` ones."""
    seen: list[set[Arc]] = [set()]
    for call in calls:
        seen.append(seen[-1] | arcs_of(call))
    for call, (before, after) in zip(calls, pairwise(seen), strict=True):
        yield Pair(
            id=values.digest(function.id, call.input),
            input=call.input,
            output=call.output,
            mutated=call.mutated,
            lines=call.lines,
            new_arcs=len(after) - len(before),
            coverage=round(len(arcs_of(call)) / len(reached), 4) if reached else 1.0,
            difficulty=difficulty(call.lines),
            certificate=f"engine {ENGINE}: other process, hash seed, random seed, order and clock",
        )


def difficulty(lines: int) -> int:
    """1 to 5: a level for every factor of four in the executed lines."""
    return 1 + sum(lines >= least for least in LEVELS)


@contextmanager
def opened(params: Params) -> Iterator[Callable[[list[Function]], Iterable[Function | Dropped]]]:
    p = params.execute
    limits = Limits(cpu_s=p.cpu_s / 5, memory_mb=p.memory_mb)
    with Sandbox(limits, workers=params.workers, isolation=params.isolation) as box:
        FACTS.update(isolation=box.tier)
        yield lambda functions: shard(functions, box, p)


def measure(functions: Iterator[Function]) -> dict[str, Any]:
    """Pairs, and functions with many of them, for `dvc metrics show`."""
    means = dict.fromkeys(("arc_cover", "usable", "complexity"), 0.0)
    kinds, tags, levels = Counter(), Counter(), Counter()
    for f in functions:
        kinds[f.kind] += 1
        tags.update(f.patterns)
        levels.update(str(pair.difficulty) for pair in f.pairs)
        means = {name: total + getattr(f, name) for name, total in means.items()}
    count = max(1, kinds.total())
    return {
        "pairs": levels.total(),
        "functions_natural": kinds["natural"],
        "functions_procedural": kinds["procedural"],
        **{name: round(total / count, 4) for name, total in means.items()},
        "pairs_of_difficulty": dict(sorted(levels.items())),
        "functions_with_pattern": dict(sorted(tags.items())),
    }


FACTS: dict[str, Any] = {}  # the isolation tier is not part of the data: it goes to the sidecar
STAGE = stage.Stage(
    name="execute",
    takes=Function,
    gives=Function,
    apart="id",
    reads=lambda p: stage.folder("unify"),
    open=opened,
    sections=("execute", "isolation"),
    facts=lambda: FACTS,
    measure=measure,
)

if __name__ == "__main__":
    stage.main(STAGE)

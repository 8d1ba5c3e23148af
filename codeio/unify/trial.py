"""Try: run the guesses of a plan in the sandbox and take the best.   Plan -> Draw; Plan, Result -> Choice | Dropped"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

import msgspec
from msgspec.structs import replace

from codeio import values
from codeio.records import Dropped, Json
from codeio.sandbox import Call, Draw, Program, Result
from codeio.settings import Unify
from codeio.unify import inputs, kinds, wrap
from codeio.unify.evidence import Parameter
from codeio.unify.inputs import Guess
from codeio.unify.kinds import Kind
from codeio.unify.plan import Plan
from codeio.unify.together import strays

# Tried in the place of each parameter's kind where no guess worked.
OTHERS = (
    kinds.INT, kinds.INTS, kinds.STR, kinds.STRS, kinds.GRID, kinds.PAIRS, kinds.FLOAT, kinds.PAIR,
    kinds.COUNTS, kinds.GRAPH, kinds.listed(kinds.STRS), kinds.DIGITS,
)  # fmt: skip
ARRAYS = (kinds.MATRIX, kinds.ARRAY)
GOOD = 0.67  # share of usable inputs with which a trial is content
ENOUGH = 0.33  # share of usable inputs with which lists of operations are as good as with all
GLANCE = 3  # inputs per guess of a second trial
MORE = 30  # guesses of a second trial
AGAINST = 0.5  # of score for each parameter that holds something else than its annotation says
UNLIKELY, TELLING = (
    0.5,
    2.0,
)  # of score for each of which nothing speaks for its kind; weight that does for another
BARE = 0.15  # of score for leaving out the examples of the file
SURE = 5.5  # weight of a kind that is not doubted where others are in doubt: an annotation, a telling default
SECOND = 0.12  # of score for each that holds not its likeliest kind
FRACTIONS = 0.2  # of score for each with fractions for which whole numbers are likelier
UNEQUAL = 0.3  # of score for two of which the same is known, and which hold different kinds
NARROW = 0.2  # of score for small numbers only, of which ten inputs are hardly made
TWIN = 0.3  # of score for two of one name but for a figure, as `s1` and `s2`, that hold different kinds
MARGIN = 0.1  # of score by which a kind of which nothing tells has to be better
PATIENT = 8  # times as many inputs, where all gave the same
TEXTS, NUMBERS = {"str", "char", "digits"}, (kinds.INT, kinds.FLOAT)
MENDABLE = (
    "every guess at its inputs fails",
    "no usable output",
    "returns, prints and changes nothing",
    "identity",
)


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """The guess that worked best, how the result is written, and what was seen."""

    guess: Guess
    how: str
    seen: tuple[tuple[dict[str, Json], Json], ...]  # inputs and outputs of the trial
    share: float  # of its inputs that gave something
    score: float


def again(plan: Plan, said: Choice | Dropped, result: Result) -> Plan | None:
    """The plan of a second trial, where the first left something to be mended."""
    if isinstance(said, Choice):
        others = neighbours(plan, said.guess) if said.share < GOOD else []
    elif len({(c.status, c.error) for c in result.calls}) == 1 and said.reason != "constant output":
        others = []  # whatever it is given, the same happens
    elif said.reason == "constant output":
        likely = dict.fromkeys((best(plan, result), 0))
        others = [replace(plan.guesses[number], size="far") for number in likely]
    else:
        others = neighbours(plan, plan.guesses[0]) if said.reason in MENDABLE else []
    return replace(plan, guesses=others) if others else None


def neighbours(plan: Plan, guess: Guess) -> list[Guess]:
    """The guess without the file's examples, and with one parameter of another kind, for each, or with both."""
    tried = [g.kinds for g in plan.guesses]
    bare = [replace(guess, size=size, shown=False) for size in ("wide", "small") if plan.evidence.examples]
    others = OTHERS + (ARRAYS if "numpy" in plan.closure.modules else ())
    several = {p.name for p in plan.evidence.parameters if p.several}
    open_ = {p.name for p in plan.evidence.parameters if p.options[0][1] < SURE} or guess.kinds
    fitting = [(other, name) for other in others for name in guess.kinds if name in open_]
    held = [
        {**guess.kinds, name: other} for other, name in fitting if other.name == "list" or name not in several
    ]
    if len(guess.kinds) == 2:  # two of a kind, as two lists
        held = [dict.fromkeys(guess.kinds, other) for other in others[:4]] + held
    return [*bare, *(Guess(one, "wide", 0.5) for one in held if one not in tried)][:MORE]


def promising(plan: Plan, glance: Result) -> Plan | None:
    """The plan with the guesses that gave something at a glance."""
    some = sorted({c.input["guess"] for c in glance.calls if gives(c)})
    return replace(plan, guesses=[plan.guesses[n] for n in some]) if some else None


def better(first: Choice | Dropped, second: Choice | Dropped) -> Choice | Dropped:
    if isinstance(first, Dropped) or isinstance(second, Dropped):
        return first if isinstance(second, Dropped) else second
    return second if second.score > first.score + MARGIN else first


def job(plan: Plan, p: Unify, turns: int) -> Draw:
    """All guesses in one go: they take `turns` turns each, and many where all gave the same before."""
    code = wrap.trial_code(plan.wrapping, plan.closure.code, [g.kinds for g in plan.guesses])
    patient = len(plan.guesses) == 1 or all(guess.size == "far" for guess in plan.guesses)
    tries = turns * len(plan.guesses) * (PATIENT if patient else 1)
    return Draw(
        program=Program(code=code, entry="trial"),
        generator=inputs.trial_module(plan.evidence, plan.guesses, plan.known),
        draws=tries + tries // 2,
        want=tries,
        seed=int(plan.source.sha256[:8], 16) + plan.candidate.lines[0],
        count=True,
        max_lines=p.max_lines,
    )


def choose(plan: Plan, result: Result) -> Choice | Dropped:
    """The best guess of a trial, or why none will do."""
    if result.failure:
        return fault(plan, result.failure)
    number = best(plan, result)
    every = arcs(plan, result.calls)
    calls = [c for c in result.calls if c.input["guess"] == number]
    good, how = usable(calls)
    if len(good) < 2:
        return nothing(plan, result.calls)
    seen = tuple((call.input["values"], call.output["value"]) for call in good)
    outputs = {values.canonical(output) for _, output in seen}
    if len(outputs) == 1:
        return drop(plan, "constant output", f"{len(seen)} inputs, always {next(iter(outputs))[:40]}")
    if all(among(output, given) for given, output in seen):
        return drop(plan, "identity", "gives back what it got")
    share, reached = len(good) / len(calls), score(plan, number, calls, every)
    return Choice(guess=plan.guesses[number], how=how, seen=seen, share=share, score=reached)


def best(plan: Plan, result: Result) -> int:
    """Number of the guess that worked best."""
    calls: dict[int, list[Call]] = defaultdict(list)
    for call in result.calls:
        calls[call.input["guess"]].append(call)
    every = arcs(plan, result.calls)
    return max(calls, key=lambda n: (score(plan, n, calls[n], every), -n))


def arcs(plan: Plan, calls: Sequence[Call]) -> set[tuple[int, int]]:
    """Ways between lines of the candidate's own code that calls with a result went."""
    last = plan.closure.code.count("\n")
    found = {(source, target) for call in calls if gives(call) for source, target, _ in call.arcs}
    return {(source, target) for source, target in found if max(source, target) <= last}


def usable(calls: Sequence[Call]) -> tuple[list[Call], str]:
    """Calls that gave something to ask about, all of one way of writing it down."""
    good = [c for c in calls if gives(c)]
    ways = Counter(c.output["how"] for c in good)
    if not ways:
        return [], ""
    how = max(sorted(ways), key=ways.__getitem__)
    if set(ways) <= {"number", "plain"}:
        return good, "plain"
    if set(ways) <= {"number", "plain", "iterator", "set", "deep", "array", "text"}:
        return (good, "deep") if len(ways) > 1 else (good, how)
    return [c for c in good if c.output["how"] == how], how


def gives(call: Call) -> bool:
    if call.status != "ok" or call.output["how"] == "nothing" or is_empty(call.output["value"]):
        return False
    return not values.fault(call.output["value"])


def is_empty(value: Json) -> bool:
    """None, or a list of nothing else."""
    return value is None or (isinstance(value, list) and bool(value) and all(one is None for one in value))


def among(output: Json, given: Mapping[str, Json]) -> bool:
    """Whether a call gave back what it got; 1 is not True here."""
    return any(type(value) is type(output) and value == output for value in given.values())


def score(plan: Plan, number: int, calls: Sequence[Call], every: set[tuple[int, int]]) -> float:
    """Share of usable calls, variety of outputs, how much of the code they show, and how likely the guess was before.

    `every`: the ways that some guess went.
    """
    good, _ = usable(calls)
    weight = plan.guesses[number].weight
    if len(good) < 2:  # of a single one nothing can be told
        return weight / 100
    outputs = Counter(values.canonical(c.output["value"]) for c in good)
    share = len(good) / len(calls)
    variety = min(len(outputs), 5) / 5
    same = sum(among(c.output["value"], c.input["values"]) for c in good) / len(good)
    shown = len(arcs(plan, good)) / max(1, len(every))
    held = plan.guesses[number].kinds
    if any(
        kind.name == "operations" for kind in held.values()
    ):  # on an empty stack they fail whatever it holds
        share = min(1.0, share / ENOUGH)
    doubt = sum(doubtful(p, held[p.name]) for p in plan.evidence.parameters)
    doubt += BARE * (bool(plan.evidence.examples) and not plan.guesses[number].shown)
    doubt += SECOND * sum(held[p.name] != p.options[0][0] for p in plan.evidence.parameters)
    doubt += UNEQUAL * sum(
        ranks(p) == ranks(q) and held[p.name] != held[q.name]
        for p, q in combinations(plan.evidence.parameters, 2)
    )
    doubt += TWIN * sum(
        stem(p.own) == stem(q.own) and held[p.name] != held[q.name]
        for p, q in combinations(plan.evidence.parameters, 2)
    )
    doubt += NARROW * (plan.guesses[number].size == "small")
    doubt += AGAINST * strays(plan.evidence.parameters, held)
    doubt += UNLIKELY * (plan.evidence.whole and any("float" in str(kind) for kind in held.values()))
    return 1 + share + 0.8 * variety + 0.8 * shown + min(1.0, weight / 12) - 0.4 * same - doubt


def doubtful(parameter: Parameter, kind: Kind) -> float:
    """How much speaks against a kind: an annotation, or evidence of another one."""
    against = 0.0 if agrees(kind, parameter.annotated) else AGAINST
    best, own = parameter.options[0][1], dict(parameter.options).get(kind, 0.0)
    broken = (
        dict(parameter.options).get(of_whole(kind), 0.0) > own
    )  # fractions, where whole numbers are likelier
    return against + FRACTIONS * broken + (UNLIKELY * (1 - own / best) if best > TELLING else 0.0)


def of_whole(kind: Kind) -> Kind:
    """`kind` with whole numbers for fractions."""
    return kinds.INT if kind == kinds.FLOAT else replace(kind, of=tuple(map(of_whole, kind.of)))


def stem(name: str) -> str:
    """`s1` as `s`; a name without a figure is its own."""
    return re.sub(r"_?[12]$", "", name)


def ranks(parameter: Parameter) -> list[Kind]:
    return [kind for kind, _ in parameter.options]


def agrees(kind: Kind, annotated: Kind | None) -> bool:
    """Whether an annotation allows what a guess puts there."""
    kind = kinds.surely(kind)
    if annotated is None or kind == kinds.ABSENT or kind == annotated:
        return True
    if kind.name in TEXTS or kind in NUMBERS:
        return annotated.name in TEXTS if kind.name in TEXTS else annotated == kinds.FLOAT
    same = kind.name == annotated.name or {kind.name, annotated.name} == {"list", "tuple"}
    return same and all(map(agrees, kind.of, annotated.of))


def nothing(plan: Plan, calls: Sequence[Call]) -> Dropped:
    """Why no guess worked, by what most calls said."""
    said = Counter(c.error.split(":")[0] or c.status for c in calls if c.status != "ok")
    silent = sum(c.status == "ok" and c.output["how"] == "nothing" for c in calls)
    if silent > sum(said.values()):
        return drop(plan, "returns, prints and changes nothing")
    if not said:
        return drop(plan, "no usable output")
    top = max(sorted(said), key=said.__getitem__)
    detail = next(c.error for c in calls if (c.error.split(":")[0] or c.status) == top)
    slow = sum(c.status in ("timeout_cpu", "timeout_wall") for c in calls) > len(calls) / 2
    return drop(
        plan, "takes too many steps" if slow else "every guess at its inputs fails", f"{top}: {detail}"[:200]
    )


def fault(plan: Plan, failure: str) -> Dropped:
    reason = "needs a module that is not there" if failure.startswith("missing_module") else "does not load"
    return drop(plan, reason, failure[:200])


def drop(plan: Plan, reason: str, detail: str = "") -> Dropped:
    return Dropped(id=plan.where, reason=reason, detail=detail)

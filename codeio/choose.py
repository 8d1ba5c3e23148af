"""Choose: which calls of a pool are the pairs.   Call ... -> Call ..., those that show most first

What is seen of a function by running it decides; two calls are of one case where a reader would say that they show
the same again: an argument has nothing in it, or the same as in another call, or begins or ends like it, two arguments
are equal, the result or the number of lines is the same.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import permutations
from typing import NamedTuple

from codeio import values
from codeio.sandbox import Call

Arc = tuple[int, int]
Case = tuple[str, ...]
FIFTH = 0.2  # share of the chosen that one case may have, where there are others
ONCE = 0.1  # of one that shows little, or that only looks new
EITHER = (
    "output",
    "lines",
    "holds",
)  # sorts of which each call has one: of a few each may have its even share
SIZE = "as large"  # of numbers: one of each size before a second, where nothing else decides
RULES = ("little in it", "equal", "as many")  # sorts that are no special case where most calls are of them
END = 3  # items by which two texts or lists are told to begin or end alike


class Seen(NamedTuple):
    """A call and what it shows."""

    call: Call
    arcs: frozenset[Arc]
    buckets: frozenset[tuple[Arc, int]]
    output: str
    cases: tuple[Case, ...]


def greedy(pool: Sequence[Call], k: int) -> list[Call]:
    """The k calls that together show most; the first n of them are the best n.

    First new arcs, then the least crowded cases, new hit-count buckets, rarer output, rarer size of numbers, longer
    trace. Equal ones come in an order of chance: in order of their text `-1`, `-10`, `-11` would be three of a kind.
    """
    left = [seen(call) for call in sorted(pool, key=lambda call: values.unit(call.input))]
    allowed = shares(left)
    chosen: list[Call] = []
    arcs: set[Arc] = set()
    buckets: set[tuple[Arc, int]] = set()
    taken: Counter[Case] = Counter()
    while left and len(chosen) < k:
        room = len(chosen) + 1
        over = {case: n + 1 - max(1.0, allowed[case] * room) for case, n in taken.items()}
        best = max(left, key=lambda one: gain(one, arcs, over, buckets, taken))
        left.remove(best)
        chosen.append(best.call)
        arcs |= best.arcs
        buckets |= best.buckets
        taken.update(best.cases)
    return chosen


def gain(
    one: Seen,
    arcs: set[Arc],
    over: Mapping[Case, float],
    buckets: set[tuple[Arc, int]],
    taken: Counter[Case],
) -> tuple[float, ...]:
    """`over`: by how many each case would exceed its share."""
    crowded = round(sum(max(0.0, over.get(case, 0.0)) for case in one.cases), 6)
    common = taken["output", one.output]
    large = sum(taken[case] for case in one.cases if case[0] == SIZE)
    return len(one.arcs - arcs), -crowded, len(one.buckets - buckets), -common, -large, one.call.lines


def seen(call: Call) -> Seen:
    output = values.canonical(call.output)
    return Seen(
        call, frozenset(arcs_of(call)), frozenset(buckets_of(call)), output, tuple(cases(call, output))
    )


def cases(call: Call, output: str) -> Iterator[Case]:
    """What a call has in common with others of its kind."""
    yield "output", output
    yield "lines", str(call.lines)
    if echoed(call):
        yield ("echoed",)
    for name, value in call.input.items():
        if len(value) < 2 if isinstance(value, str | list | dict) else value == 0 and value is not False:
            yield "little in it", name
        if isinstance(value, str | list) and len(value) > END:
            yield "begins", name, values.canonical(value[:END])
            yield "ends", name, values.canonical(value[-END:])
        if type(value) is int:
            yield SIZE, name, f"{value < 0} {value.bit_length()}"
        if len(call.input) > 1:
            yield "holds", name, values.canonical(value)
    for (one, value), (other, second) in permutations(call.input.items(), 2):
        if one < other and type(value) is type(second) and value == second:
            yield "equal", one, other
        if isinstance(second, str | list) and type(value) is int and value == len(second):
            yield "as many", one, other


def shares(pool: Iterable[Seen]) -> Mapping[Case, float]:
    """Case -> share of the chosen that it may have."""
    counts = Counter(case for one in pool for case in one.cases)
    sorts = Counter(sort(case) for case in counts)
    total = sum(n for case, n in counts.items() if case[0] == "output")
    return {
        case: max(FIFTH, 1 / sorts[sort(case)])
        if case[0] in EITHER
        else 1.0
        if case[0] == SIZE or (case[0] in RULES and 2 * n > total)
        else ONCE
        for case, n in counts.items()
    }


def sort(case: Case) -> Case:
    """A case without what makes it one of its sort: of each argument what it holds is another sort."""
    return case[:-1] if len(case) > 1 else case


def echoed(call: Call) -> bool:
    """The output is one of the arguments, as it was given."""
    return call.output in list(call.input.values())


def not_all_echoed(chosen: list[Call], pool: Sequence[Call]) -> list[Call]:
    """The last choice gives way where all repeat an argument: such pairs would ask about an identity."""
    if not all(map(echoed, chosen)):
        return chosen
    return [*chosen[:-1], next(call for call in pool if not echoed(call))]


def arcs_of(call: Call) -> set[Arc]:
    return {(source, target) for source, target, _ in call.arcs}


def buckets_of(call: Call) -> set[tuple[Arc, int]]:
    """Arcs with their hit counts in powers of two: a loop run 5 times is another case than one run once."""
    return {((source, target), hits.bit_length()) for source, target, hits in call.arcs}


def cover(chosen: Iterable[Call], pool: Iterable[Call]) -> float:
    """Share of the arcs that the pool reaches which the chosen ones cover."""
    reached = set().union(*map(arcs_of, pool))
    covered = reached & set().union(*map(arcs_of, chosen))
    return round(len(covered) / len(reached), 4) if reached else 1.0

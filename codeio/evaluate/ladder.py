"""Choose: held-out problems of each rung, and what guessing would score.   data/pose -> problems, baselines

Rungs, from near to far: *inputs* (a trained program, an input never trained on), *constants* (a trained structure
with other constants), *structure* (a structure never trained on), *natural* (a real function from a file never
trained on). Items are chosen by hash of the problem, so that more items contain fewer.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from codeio import values
from codeio.records import Predict, Problem

RUNGS = ("inputs", "constants", "structure", "natural")
DIRECTIONS: tuple[Predict, ...] = ("output", "input")


class Majority(msgspec.Struct):
    """Right responses of training, counted by function, by structure and by kind, per direction."""

    counts: dict[tuple[str, str, Predict], Counter[str]] = {}

    def learn(self, problem: Problem) -> None:
        response = values.canonical({problem.predict: problem.wanted})
        for level in levels(problem):
            self.counts.setdefault((*level, problem.predict), Counter())[response] += 1

    def answer(self, problem: Problem) -> str:
        """The most frequent right response of the nearest level that training has seen."""
        for level in levels(problem):
            if seen := self.counts.get((*level, problem.predict)):
                return min(seen, key=lambda response: (-seen[response], response))
        return ""


def levels(problem: Problem) -> Sequence[tuple[str, str]]:
    return ("function", problem.function), ("structure", problem.structure), ("kind", problem.kind)


class Held(msgspec.Struct, frozen=True):
    """The items of all rungs, the guesser that knows the train split, and what was not asked."""

    items: tuple[tuple[str, Problem], ...]  # (rung, problem)
    majority: Majority
    untaught: int  # problems of the constants rung whose structure training lacks: they belong to no rung


def held_out(problems: Iterable[Problem], count: int) -> Held:
    """At most `count` problems per rung and direction, in the order of their hash."""
    majority, trained = Majority(), set()
    pools: dict[tuple[str, Predict], list[Problem]] = {}
    for problem in problems:
        if problem.split == "train":
            majority.learn(problem)
            trained.add(problem.structure)
        else:
            pools.setdefault((problem.split, problem.predict), []).append(problem)
    untaught = 0
    items: list[tuple[str, Problem]] = []
    for rung in RUNGS:
        for predict in DIRECTIONS:
            pool = sorted(pools.get((rung, predict), []), key=lambda p: values.unit("evaluate", p.id))
            if rung == "constants":
                known = [p for p in pool if p.structure in trained]
                untaught, pool = untaught + len(pool) - len(known), known
            items += [(rung, problem) for problem in pool[:count]]
    return Held(tuple(items), majority, untaught)

"""Make: zebra grids whose one solution is proved by trying all others.   count, seed -> items of ZebraLogic's form"""

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import permutations, product

import msgspec

from codeio import values
from codeio.evaluate.benchmark import Item

SIZES = ((2, 2), (2, 3), (3, 2), (3, 3))  # houses, attributes
ATTRIBUTES = {
    "Name": ("Alice", "Bob", "Eric", "Peter"),
    "Pet": ("bird", "cat", "dog", "fish"),
    "Drink": ("coffee", "milk", "tea", "water"),
}
Place = dict[tuple[str, str], int]  # (attribute, value) -> house, from 0
Thing = tuple[str, str]


class Clue(msgspec.Struct, frozen=True):
    """A sentence and what it says of a solution."""

    text: str
    holds: Callable[[Place], bool]


def items(count: int, seed: int) -> list[Item]:
    """`count` different puzzles, sizes in turn; fewer are the first of more."""
    found: dict[str, Item] = {}
    for n in range(20 * count):
        if len(found) == count:
            break
        houses, attributes = SIZES[n % len(SIZES)]
        made = puzzle(houses, attributes, random.Random(f"grid {seed} {n}"))
        found.setdefault(made.id, made)
    return list(found.values())


def puzzle(houses: int, attributes: int, rng: random.Random) -> Item:
    """One puzzle: a solution is drawn, clues are taken until no other solution is left, idle ones are given back."""
    names = list(ATTRIBUTES)[:attributes]
    options = {name: sorted(rng.sample(ATTRIBUTES[name], houses)) for name in names}
    order = {name: rng.sample(chosen, houses) for name, chosen in options.items()}
    solution: Place = {(name, value): at for name, row in order.items() for at, value in enumerate(row)}
    every = list(arrangements(options))
    clues = true_clues(solution, houses)
    rng.shuffle(clues)
    kept: list[Clue] = []
    for clue in clues:
        if len(solutions(every, kept)) == 1:
            break
        kept.append(clue)
    for clue in list(kept):
        rest = [one for one in kept if one is not clue]
        kept = rest if len(solutions(every, rest)) == 1 else kept
    gold = {f"House {at + 1}": {name: order[name][at] for name in names} for at in range(houses)}
    question = told(houses, options, kept)
    size = f"{houses}x{attributes}"
    return Item(id=values.digest("grid", question), question=question, gold=gold, group=size)


def arrangements(options: dict[str, list[str]]) -> Iterator[Place]:
    """Every way to give the values to the houses."""
    names = list(options)
    for rows in product(*(permutations(options[name]) for name in names)):
        yield {
            (name, value): at for name, row in zip(names, rows, strict=True) for at, value in enumerate(row)
        }


def solutions(every: Sequence[Place], clues: Sequence[Clue]) -> list[Place]:
    return [place for place in every if all(clue.holds(place) for clue in clues)]


def true_clues(solution: Place, houses: int) -> list[Clue]:
    """What can be said of a solution; where each thing lives comes last in weight, or there would be no puzzle."""
    things = list(solution)
    found = [
        clue
        for n, one in enumerate(things)
        for two in things[n + 1 :]
        if one[0] != two[0]
        for clue in about_two(one, two, houses)
    ]
    found += [clue for one in things for at in range(houses) for clue in about_one(one, at)]
    return [clue for clue in found if clue.holds(solution)]


def about_two(one: Thing, two: Thing, houses: int) -> Iterator[Clue]:
    a, b = said(one), said(two)
    yield Clue(f"{a} is {b}.", lambda p: p[one] == p[two])
    yield Clue(f"{a} is directly left of {b}.", lambda p: p[one] + 1 == p[two])
    yield Clue(f"{a} is directly right of {b}.", lambda p: p[one] - 1 == p[two])
    if houses > 2:
        yield Clue(f"{a} is somewhere to the left of {b}.", lambda p: p[one] < p[two])
        yield Clue(f"{a} and {b} are next to each other.", lambda p: abs(p[one] - p[two]) == 1)


def about_one(one: Thing, at: int) -> Iterator[Clue]:
    yield Clue(f"{said(one)} is not in house {at + 1}.", lambda p: p[one] != at)


def said(thing: Thing) -> str:
    attribute, value = thing
    return {"Name": value, "Pet": f"the person with the {value}", "Drink": f"the {value} drinker"}[attribute]


def told(houses: int, options: dict[str, list[str]], clues: Sequence[Clue]) -> str:
    lines = [
        f"There are {houses} houses, numbered 1 to {houses} from left to right. Each has one person with:"
    ]
    lines += [f" - {name}: {', '.join(chosen)}" for name, chosen in options.items()]
    lines += ["Clues:", *(f"{n}. {clue.text[0].upper()}{clue.text[1:]}" for n, clue in enumerate(clues, 1))]
    return "\n".join(lines)


def guess(item: Item) -> dict[str, dict[str, str]]:
    """A solution that knows nothing: the values of each attribute in alphabetical order."""
    names = list(next(iter(item.gold.values())))
    ordered = {name: sorted(cells[name] for cells in item.gold.values()) for name in names}
    return {house: {name: ordered[name][n] for name in names} for n, house in enumerate(item.gold)}

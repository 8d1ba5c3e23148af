"""Simplify: the plainest input that still gives the output.   problems -> inputs by problem id

An output has many inputs, and nothing in the question tells which of them the pair was made from. To that one
the answer prefers a plainer: with elements left out or a number lowered, and really executed.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

from codeio import values
from codeio.answer.frames import plain
from codeio.calls import wanted
from codeio.records import Json, Problem
from codeio.sandbox import Call, Sandbox
from codeio.sandbox.cache import Cache
from codeio.verify import recalled

ELEMENTS = 5  # of a sequence whose parts are tried
LOWERED = 12  # numbers below a parameter's that are tried


def plainest(
    problems: Sequence[Problem], box: Sandbox, max_lines: int, cache: Cache | None = None
) -> dict[str, dict[str, Json]]:
    """An input for each problem that asks for one: the plainest of those tried, or the pair's own.

    With the cache a second teacher need not try them again.
    """
    asked = [one for one in problems if one.predict == "input"]
    tried = {one.id: [wanted(one, plain(one.code), x) for x in plainer(one.wanted)] for one in asked}
    calls = recalled(box, [call for several in tried.values() for call in several], max_lines, cache)
    return {
        one.id: next((x.input for x in tried[one.id] if gives(calls[x.key], one.given)), one.wanted)
        for one in asked
    }


def gives(call: Call, output: Json) -> bool:
    return call.status == "ok" and values.same(call.output, output)


def plainer(given: dict[str, Json]) -> list[dict[str, Json]]:
    """Inputs with one parameter made smaller, the shortest first."""
    found = [{**given, name: less} for name, value in given.items() for less in lesser(value)]
    return sorted(found, key=lambda x: (len(values.canonical(x)), values.canonical(x)))


def lesser(value: Json) -> Iterator[Json]:
    """A short sequence with elements left out; a small number lowered."""
    if isinstance(value, int) and not isinstance(value, bool):
        yield from range(min(value, LOWERED))
    elif isinstance(value, str) and len(value) <= ELEMENTS:
        yield from ("".join(part) for part in parts(value))
    elif isinstance(value, list) and len(value) <= ELEMENTS:
        yield from (list(part) for part in parts(value))


def parts(several: Sequence[Json]) -> Iterator[tuple[Json, ...]]:
    for count in range(len(several)):
        yield from combinations(several, count)

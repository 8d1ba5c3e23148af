"""Grow: small programs from our own seeded grammar.   (count, levels, seed) -> Program, code plus generator

A *skeleton* is a program with holes where its constants go; its structure is the program with names and
constants normalised. Each structure is filled several times, so that a hold-out can ask for known structures
with other constants, or for structures never seen. Simulated code, never mixed with natural code in a result.
"""

import ast
import random
import re
from collections.abc import Iterator

import msgspec

from codeio.collect.grammar import ENTRY, GRAMMAR
from codeio.errors import BadInput
from codeio.similar import structure

FILLINGS = (2, 5)  # programs per structure: at least, at most
HOLE = re.compile(r"<(-?\d+)\.\.(\d+)>|<(letters?)>")
INPUTS = {
    "xs": "[rng.randint(0, 9) for _ in range(rng.randint(1, 4))]",
    "ys": "[rng.randint(0, 9) for _ in range(rng.randint(1, 3))]",  # shorter: what nested loops run over
    "zs": "[rng.randint(0, 9) for _ in range(rng.randint(1, 3))]",
    "s": "''.join(rng.choice('abcdef') for _ in range(rng.randint(1, 4)))",
    "n": "rng.randint(1, 5)",
    "m": "rng.randint(2, 40)",
    "a": "rng.randint(0, 12)",
    "b": "rng.randint(0, 12)",
    "k": "rng.randint(1, 6)",
}
Random = random.Random
HEAD = "# procedural program, level {}, structure {}\n"
CUT = "\n\n# inputs are drawn by\n"


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """One program of the grammar. `generator` is a module with `input_generator(rng) -> dict`."""

    code: str
    entry: str
    generator: str
    level: int  # 1: one loop or branch ... 3: nested, while, two accumulators or a helper
    structure: str  # digest of the code with names and constants normalised


def programs(count: int, levels: int, seed: int) -> list[Program]:
    """`count` distinct programs in a fixed order: a smaller count is a prefix of a larger one."""
    rng = Random(f"procedural {seed}")
    found: dict[str, Program] = {}
    structures: set[str] = set()
    while len(found) < count:
        level = 1 + len(structures) % levels
        skeleton = rng.choice(GRAMMAR[level])(rng)
        for code in filled(skeleton, rng):
            shape = structure(code)
            structures.add(shape)
            found.setdefault(code, program(code, level, shape))
    return list(found.values())[:count]


def program(code: str, level: int, shape: str) -> Program:
    parameters = [a.arg for a in ast.parse(code).body[-1].args.args]
    parts = ", ".join(f"'{name}': {INPUTS[name]}" for name in parameters)
    generator = f"def input_generator(rng):\n    return {{{parts}}}\n"
    return Program(code=code, entry=ENTRY, generator=generator, level=level, structure=shape)


def filled(skeleton: str, rng: Random) -> Iterator[str]:
    """The skeleton with constants, as often as FILLINGS says and once if it has no hole."""
    times = rng.randint(*FILLINGS) if HOLE.search(skeleton) else 1
    for _ in range(times):
        yield HOLE.sub(lambda hole: constant(hole, rng), skeleton)


def constant(hole: re.Match, rng: Random) -> str:
    low, high, letters = hole.groups()
    if letters == "letter":
        return rng.choice("bcde")
    if letters:
        return "".join(sorted(rng.sample("abcdef", rng.randint(2, 3))))
    return str(rng.randint(int(low), int(high)))


def text(program: Program) -> str:
    """The program and its generator as one readable Python file."""
    return HEAD.format(program.level, program.structure) + program.code + CUT + program.generator


def parse(text: str) -> Program:
    """The program that `text` was made from. Raises BadInput on any other text."""
    head = re.match(r"# procedural program, level (\d), structure (\w+)\n", text)
    code, cut, generator = text[head.end() if head else 0 :].partition(CUT)
    if not head or not cut:
        raise BadInput("not the text of a procedural program: collect it again")
    level, shape = head.groups()
    return Program(code=code, entry=ENTRY, generator=generator, level=int(level), structure=shape)

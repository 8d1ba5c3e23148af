"""Together: what makes drawn values fit each other, as the code or experience says.   kinds, links -> statements"""

import re
from collections.abc import Sequence
from itertools import combinations
from typing import Any

from codeio.unify import kinds, meaning
from codeio.unify.ends import LOWER, UPPER, ordered
from codeio.unify.evidence import Evidence, Parameter
from codeio.unify.kinds import Kind
from codeio.unify.notes import COUNTED, STORED
from codeio.unify.order import Order
from codeio.unify.places import Link
from codeio.unify.shapes import shaped
from codeio.unify.shown import in_common

INDEX = {"i", "j", "idx", "index", "pos", "position", "mid", "pivot"} | LOWER
WHOLE = {"n", "m", "v", "count", "num", "vertices", "nodes", "total"}  # of which a loop counts up to it
LENGTH, COUNT = {"size", "length", "len"}, {"n", "k", "m", "count", "num"}
LEVEL, RANK = {"level", "depth", "lvl"}, {"k", "n", "kth", "rank"}
SOUGHT = {"target", "key", "val", "value", "x", "num", "number", "item", "element", "elem", "search"}
SUMMED = SOUGHT | {"total", "goal", "sum", "s", "k"}
RANGES = (kinds.listed(kinds.FLOAT), kinds.ARRAY)
BOUNDS = {"limit", "capacity", "budget", "cap"}  # on a sum
VALUE = {"val", "value", "data", "key"}  # what a node holds
ROW, COLUMN = {"row", "r", "i", "x"}, {"col", "column", "c", "j", "y"}
ROWS, COLUMNS = {"rows", "height", "h", "m", "n"}, {"cols", "columns", "width", "w"}


def related(
    present: list[Parameter], kind: dict[str, Kind], evidence: Evidence, counted: dict[str, str]
) -> list[str]:
    """Statements that follow the drawing of each parameter by itself; `counted` are the lengths of others."""
    held = {p.own: p.name for p in present}
    lines = [line for p in present for line in shaped(p, kind[p.name], evidence)]
    for p in present:
        values = [example[p.name] for example in evidence.examples if p.name in example]
        lines += [f"    {line}" for line in in_common(p.name, kind[p.name], values)]
    tied = {p.name for p in present if p.start} | counted.keys()
    nodes: list[str] = []
    both: set[tuple[str, str]] = set()  # a text that is part of another, and not the other way round too
    for link in evidence.links:
        one, other = held.get(link.one, ""), held.get(link.other, "")
        known = one in tied or (other, one) in both
        if one and other and not known and (made := tie(link, one, other, kind, nodes)):
            lines += made
            tied.add(one)
            both.add((one, other))
    for p in present:
        others = {q.name: kind[q.name] for q in present if q is not p}
        if p.name not in tied and (made := taken(p, kind[p.name], others, nodes)):
            lines += made
            tied.add(p.name)
        wholes = [name for name, other in others.items() if long(other)]
        twins = [name for name, other in others.items() if other == kind[p.name] and sized(other)]
        if p.name in tied:
            continue
        if kind[p.name] == kinds.FLOAT and wholes and kind[wholes[0]] in RANGES:
            between = f"rng.uniform(min({wholes[0]}), max({wholes[0]}))"
            lines += often(wholes[0], 0.6, p.name, f"round({between}, 1)")
        elif kind[p.name] == kinds.INT and wholes:
            lines += inside(p, wholes[0], kind[wholes[0]], evidence.order.sums)
        elif twins and p is not present[0]:
            lines += alike(p.name, twins[0], kind[p.name], evidence.order)
    lines += [line for name, whole in counted.items() for line in often(whole, 0.9, name, f"len({whole})")]
    return lines + ordered([p.name for p in present if kind[p.name] in (kinds.INT, kinds.FLOAT)])


def lengths(present: list[Parameter], kind: dict[str, Kind], evidence: Evidence) -> dict[str, str]:
    """Numbers that are the lengths of texts or lists in all examples of the file, or, without any, by name.

    `lcs(x, y, m, n)`: as many counts as there are texts or lists, in their order.
    """
    numbers = [p for p in present if kind[p.name] == kinds.INT]
    wholes = [p.name for p in present if long(kind[p.name])]
    if evidence.examples:
        return {
            p.name: fits[0]
            for p in numbers
            if words(p.own) & (LENGTH | COUNT) and (fits := [w for w in wholes if counts(p, w, evidence)])
        }
    named = [p.name for p in numbers if meaning.plain(p.own) in COUNT]
    return dict(zip(named, wholes, strict=True)) if len(named) == len(wholes) > 1 else {}


def kept(
    present: list[Parameter],
    kind: dict[str, Kind],
    links: tuple[Link, ...],
    counted: dict[str, str],
    examples: list[dict[str, Any]],
) -> list[str]:
    """Statements for `like`, an input made from one of the examples: what they have in common, it has too."""
    lines = []
    wholes = [p for p in present if long(kind[p.name])]
    for p in wholes:
        lines += in_common(
            f"like[{p.name!r}]", kind[p.name], [example[p.name] for example in examples], False
        )
    tied = [{link.one, link.other} for link in links if link.how == "parallel"]
    for p, q in combinations(wholes, 2):
        sizes = {(len(example[p.name]), len(example[q.name])) for example in examples}
        if ({p.own, q.own} in tied or len(sizes) > 1) and all(a == b for a, b in sizes):
            one, other = f"like[{p.name!r}]", f"like[{q.name!r}]"
            lines.append(f"{one}, {other} = {one}[: len({other})], {other}[: len({one})]")
    for p in present:
        tables = [q for q in wholes if words(p.own) & (ROW | COLUMN | INDEX) and kind[p.name] == kinds.INT]
        for q in tables[:1] if p.name not in counted else ():
            if all(0 <= example[p.name] < len(example[q.name]) for example in examples):
                place = f"max(0, len(like[{q.name!r}]) - 1)"
                lines.append(f"like[{p.name!r}] = min(like[{p.name!r}], {place})")
    return lines + [f"like[{name!r}] = len(like[{whole!r}])" for name, whole in counted.items()]


def counts(p: Parameter, whole: str, evidence: Evidence) -> bool:
    """Whether the number is the length of the other in all examples."""
    both = [(e[p.name], e[whole]) for e in evidence.examples if p.name in e and whole in e]
    return bool(both) and all(isinstance(w, str | list | tuple) and n == len(w) for n, w in both)


def taken(p: Parameter, kind: Kind, others: dict[str, Kind], nodes: list[str]) -> list[str]:
    """What comes from another parameter: marks for its items, a node of a graph, a value of a tree.

    `nodes` are those drawn before.
    """
    if kind.name == "list" and marks(p):
        tables = [name for name, other in others.items() if long(other) or other.name == "dict"]
        return [f"    {p.name} = [False] * {f'len({tables[0]})' if tables else 'rng.randint(2, 6)'}"]
    for name, other in others.items():
        if other.name == "dict" and kind == other.of[0] and meaning.NODE.search(meaning.plain(p.own)):
            return a_key(p.name, name, kind, nodes)
        if other.name == "tree" and kind == kinds.INT and words(p.own) & (LEVEL | RANK):
            value = (
                "rng.randint(0, 3)"
                if words(p.own) & LEVEL
                else f"rng.randint(1, len({name}) - {name}.count(None))"
            )
            return often(name, 0.9, p.name, value)
        values = f"rng.choice([value for value in {name} if value is not None])"
        if other.name in ("tree", "linked") and kind == kinds.INT and words(p.own) & SOUGHT:
            return often(name, 0.6, p.name, values)
        if other.name == "tree" and kind.name == "record" and (held := VALUE & set(kind.keys)):
            return often(name, 0.9, f"{p.name}[{min(held)!r}]", values)
        if (
            other == kinds.listed(kinds.STRS)
            and kind == kinds.STR
            and meaning.BOARD.search(meaning.plain(name))
        ):
            return often(f"{name} and {name}[0]", 0.7, p.name, f"draw_way(rng, {name})")
    return []


def a_key(name: str, table: str, kind: Kind, nodes: list[str]) -> list[str]:
    """A key of a dict, another than the one that was drawn before it; `nodes` gets its name."""
    other_than = f"[key for key in {table} if key != str({nodes[-1]})] or " if nodes else ""
    key = f"rng.choice(sorted({other_than}{table}))"
    nodes.append(name)
    return often(table, 0.9, name, f"int({key})" if kind == kinds.INT else key)


def strays(parameters: Sequence[Parameter], held: dict[str, Kind]) -> int:
    """How many are by their name nodes of a graph, and of another kind than its keys are."""
    keys = {kind.of[0] for kind in held.values() if kind.name == "dict"}
    nodes = [held[p.name] for p in parameters if keys and meaning.NODE.search(meaning.plain(p.own))]
    return sum(kind in (kinds.INT, kinds.STR, kinds.CHAR) and kind not in keys for kind in nodes)


def marks(p: Parameter) -> bool:
    """Is there to be marked, as the nodes that were visited."""
    return STORED in p.attributes and meaning.VISITED.search(p.own.lower()) is not None


def long(kind: Kind) -> bool:
    """Has a length that is not known before."""
    return kind.name in ("list", "str", "array") and len(kind.of) < 2


def words(name: str) -> set[str]:
    return set(meaning.plain(name).split("_"))


def sized(kind: Kind) -> bool:
    return long(kind) or kind.name == "dict"


def inside(p: Parameter, whole: str, kind: Kind, sums: int) -> list[str]:
    """A number beside something that has a length: its size, a place in it, one of its items, or a sum of some."""
    named = words(p.own)
    if named & BOUNDS and kind == kinds.INTS:
        return often(whole, 0.85, p.name, f"rng.randint(1, 1 + sum(map(abs, {whole})))")
    if re.search(meaning.USUAL, meaning.plain(p.own)):
        return []
    if sums and kind == kinds.INTS and named & SUMMED:
        return often(whole, 0.85, p.name, f"draw_sum(rng, {whole}, {sums})")
    grid = kind.name in ("list", "array") and kind.of[0].name in ("list", "array")
    across = f"len({whole}[0])"
    size = COUNTED in p.attributes  # a loop counts up to it
    if grid and (named & (ROWS | COLUMNS | LENGTH | COUNT) or (size and named & (ROW | COLUMN))):
        return often(whole, 0.95, p.name, across if named & (COLUMNS | COLUMN) else f"len({whole})")
    if grid and named & (ROW | COLUMN):
        return often(whole, 0.95, p.name, f"rng.randrange({f'len({whole})' if named & ROW else across})")
    if named & UPPER:
        return often(whole, 0.95, p.name, f"rng.choice([len({whole}) - 1, rng.randrange(len({whole}))])")
    if named & LOWER:
        return often(whole, 0.95, p.name, f"rng.choice([0, 0, rng.randrange(len({whole}))])")
    if named & INDEX:
        return often(whole, 0.95, p.name, f"rng.randrange(len({whole}))")
    if kind.name != "list":
        return []
    if named & LENGTH or named == {"n"} or (size and named & WHOLE and "k" not in named):
        return often(whole, 0.85 if size or named == {"n"} else 0.5, p.name, f"len({whole})")
    if "k" in named:
        return often(whole, 0.8, p.name, f"rng.randint(1, len({whole}))")
    near = f"rng.randint(0, 2 + max(map(abs, {whole})))"
    if named & SOUGHT and kind == kinds.INTS:
        return often(whole, 0.9, p.name, f"rng.choice([rng.choice({whole}), {near}])")
    several = f"len({whole}), rng.randrange(len({whole}))"
    several += f", rng.choice({whole}), {near}" if kind == kinds.INTS and not named & COUNT else ""
    return often(whole, 0.6, p.name, f"rng.choice([{several}])")


def often(whole: str, share: float, name: str, value: str) -> list[str]:
    """An assignment that is carried out for that share of the inputs."""
    return [f"    if {whole} and rng.random() < {share}:", f"        {name} = {value}"]


def alike(name: str, other: str, kind: Kind, order: Order) -> list[str]:
    """A second text that has to do with the first, a dict with the same keys, or a second table of the same shape."""
    if kind.name == "dict":
        keys = f"rng.sample(sorted({other}), rng.randint(1, len({other})))"
        return often(other, 0.7, name, f"dict(zip({keys}, {name}.values())) | dict(list({name}.items())[:1])")
    if kind in (kinds.INTS, kinds.STRS) and not order.lists:
        one = f"rng.choice({other})"
        one = f"draw_part(rng, {one} or 'a')" if kind == kinds.STRS else one
        shared = f"[{one} if rng.random() < 0.5 else item for item in {name}]"
        return often(other, 0.5, name, shared)
    if kind == kinds.STR:
        own = meaning.of_name(meaning.TEXTS, name) or words(other) & {"regex", "pattern"}
        return [] if own else partly(name, other)
    if kind == kinds.ARRAY:
        return often(other, 0.8, name, f"[draw_simple(rng) for _ in {other}]")
    if (drawn := cells(kind)) and not meaning.of_name(meaning.PAIRS, name):
        return often(other, 0.6, name, f"[[{drawn} for _ in row] for row in {other}]")
    return []


def cells(table: Kind) -> str:
    """An expression that draws one number of a table; empty for what is none, or has rows of a fixed length."""
    row = table.of[0] if table.name in ("list", "array") and len(table.of) == 1 else table
    if row.name != "list" or row is table or len(row.of) != 1:
        return ""
    real = "draw_simple(rng)" if table.name == "array" else "draw_real(rng, NUMBERS)"
    return {kinds.INT: "rng.randint(0, 9)", kinds.FLOAT: real}.get(row.of[0], "")


def tie(link: Link, one: str, other: str, kind: dict[str, Kind], nodes: list[str]) -> list[str]:
    """Statements for one link that was read off the code."""
    whole, item = kind[other], kind[one]
    if link.how == "below" and whole == item == kinds.INT:
        return often(f"{other} > 0", 0.9, one, f"rng.randrange({other})")
    if link.how == "cut" and item == kinds.INT and whole.name in ("list", "str", "digits"):
        return often(other, 0.8, one, f"rng.randint(0, len({other}))")
    if link.how in ("index", "element") and whole.name == "dict":
        return a_key(one, other, item, nodes) if item == whole.of[0] else []
    if (
        link.how == "column"
        and item == kinds.INT
        and whole.name == "list"
        and whole.of[0].name in ("list", "str")
    ):
        return often(f"{other} and {other}[0]", 0.95, one, f"rng.randrange(len({other}[0]))")
    if link.how in ("index", "length") and item == kinds.INT and whole.name in ("list", "str", "digits"):
        value = f"rng.randrange(len({other}))" if link.how == "index" else f"len({other})"
        return often(other, 0.95 if link.how == "index" else 0.8, one, value)
    if link.how == "element" and whole.name == "list" and whole.of[0] == item:
        return often(other, 0.6, one, f"rng.choice({other})")
    if link.how == "element" and whole.name == "str" and item.name in ("str", "char"):
        return often(other, 0.6, one, f"rng.choice({other})")
    if link.how == "parallel" and (drawn := cells(whole)) and cells(item):
        return often(other, 0.95, one, f"[[{drawn} for _ in row] for row in {other}]")
    if link.how == "parallel" and whole.name == item.name and whole.name in ("list", "str"):
        return [
            "    if rng.random() < 0.9:",
            f"        {one}, {other} = {one}[: len({other})], {other}[: len({one})]",
        ]
    if link.how == "part" and whole == item == kinds.STR:
        return partly(one, other)
    return []


def partly(one: str, other: str) -> list[str]:
    return often(other, 0.7, one, f"draw_part(rng, {other})")

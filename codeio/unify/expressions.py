"""Expressions: what draws a value of a kind with `rng`, as its name suggests.   kind, name -> expression text"""

import re
from typing import Literal

from codeio.unify import kinds, meaning
from codeio.unify.ends import ends
from codeio.unify.kinds import Kind
from codeio.unify.wrap import choices

Size = Literal["wide", "small", "far"]  # far: without the spans that names suggest
TWO = Kind("list", (kinds.INT, kinds.INT))


def expression(kind: Kind, size: Size, name: str = "", depth: int = 0) -> str:
    """An expression that draws a value of `kind` with `rng`."""
    simple = {
        "float": real(name),
        "bool": "rng.random() < 0.5",
        "str": word(name),
        "bytes": "draw_word(rng, ALPHABET, WORDS)",
        "char": "draw_char(rng, ALPHABET)",
        "digits": "str(rng.randint(0, rng.choice([9, 99, 9999])))",
        "tree": "draw_tree(rng)",
        "linked": "draw_numbers(rng, NUMBERS)",
        "nested": "draw_level(rng, 2)",
    }
    if kind.name in simple:
        return simple[kind.name]
    if kind.name == "int":
        return whole(name, size)
    if kind.name == "function":
        return f"rng.choice({sorted(choices(name))!r})"
    if kind.name == "tuple" or (kind.name == "list" and len(kind.of) > 1):
        return row(kind, size, name, depth)
    if kind in (kinds.ARRAY, kinds.MATRIX):
        return array(kind, name)
    if kind.name in ("list", "array"):
        return many(kind.of[0], size, name, depth)
    if kind.name == "set":
        return f"sorted(set({many(kind.of[0], size, name, depth)}))"
    if kind.name == "dict":
        return keyed(kind, size, name, depth)
    if kind.name == "operations":
        return operated(kind, size)
    if kind.name == "record":
        drawn = {k: expression(part, size, k, depth + 1) for k, part in zip(kind.keys, kind.of, strict=True)}
        several = ends(tuple(k for k, part in zip(kind.keys, kind.of, strict=True) if part == kinds.INT))
        both = [f"**dict(zip({e!r}, sorted([{', '.join(drawn.pop(k) for k in e)}])))" for e in several]
        return f"{{{', '.join([*(f'{k!r}: {text}' for k, text in drawn.items()), *both])}}}"
    return whole(name, size)


def array(kind: Kind, name: str) -> str:
    """A vector or matrix: mostly of small whole numbers, a picture of brightnesses."""
    picture = meaning.PICTURE.search(meaning.plain(name))
    one = "float(rng.randint(0, 255))" if picture else "draw_simple(rng)"
    return (
        f"[{one} for _ in range(rng.randint(1, 6))]"
        if kind == kinds.ARRAY
        else f"draw_grid(rng, lambda: {one})"
    )


def operated(kind: Kind, size: Size) -> str:
    """Operations, at first those that put something in."""
    stores, others = [], []
    for name, part in zip(kind.keys, kind.of, strict=True):
        one = f"lambda: [{', '.join([repr(name), *(argument(a, size) for a in part.of)])}]"
        (stores if part.of and meaning.STORES.search(meaning.plain(name)) else others).append(one)
    return f"draw_operations(rng, [{', '.join(stores)}], [{', '.join(others)}])"


def argument(kind: Kind, size: Size) -> str:
    """An argument of an operation: a number or a text is often one that came before."""
    text = expression(kind, size, "", 1)
    few = {kinds.INT: "rng.randint(1, 4)", kinds.STR: "rng.choice(['cat', 'car', 'card', 'do', 'dog'])"}.get(
        kind
    )
    return f"{few} if rng.random() < 0.6 else {text}" if few else text


def whole(name: str, size: Size) -> str:
    if size == "small":
        return "rng.randint(1, 8)"
    span = meaning.of_name(meaning.SPANS, name)
    if span and size != "far":
        return f"rng.randint({span})"
    any_number = "draw_number(rng, NUMBERS)"
    usual = re.search(meaning.USUAL, meaning.plain(name))
    return f"rng.randint(1, 100) if rng.random() < 0.5 else {any_number}" if usual else any_number


def real(name: str) -> str:
    span = meaning.of_name(meaning.REAL_SPANS, name)
    other = "draw_real(rng, NUMBERS)"
    return (
        f"round(rng.uniform({span}), rng.choice([1, 2])) if rng.random() < 0.8 else {other}"
        if span
        else other
    )


def word(name: str) -> str:
    """A text of the kind that the name speaks of, or any."""
    told = meaning.of_name(meaning.TEXTS, name)
    other = "draw_word(rng, ALPHABET, WORDS)"
    if not told:
        return other
    one = told if isinstance(told, str) else f"rng.choice({list(told)})"
    figures = one is not told and any(c.isdigit() for text in told for c in text)
    if figures and not meaning.ALPHABET.search(meaning.plain(name)):
        one = f"draw_like(rng, {one})"
    return f"{one} if rng.random() < 0.9 else {other}"


def row(kind: Kind, size: Size, name: str, depth: int) -> str:
    """A value of each kind, in their order; numbers of one kind are coordinates or the like, and small."""
    if set(kind.of) == {kinds.INT} and (pair := meaning.of_name(meaning.PAIRS, name)) and len(kind.of) == 2:
        return pair
    numbers = "rng.randint(0, 12)" if kinds.INT in kind.of and len(set(kind.of)) == 1 else ""
    return f"[{', '.join(numbers or expression(part, size, '', depth + 1) for part in kind.of)}]"


def many(item: Kind, size: Size, name: str, depth: int) -> str:
    """Several values of one kind."""
    if item == kinds.INT:
        if size == "small":
            return "draw_small(rng)"
        return "draw_numbers(rng, NUMBERS)"
    if item == kinds.ARRAY:
        return "draw_grid(rng, lambda: draw_simple(rng))"
    if item == kinds.INTS and kinds.SEVERAL.search(name):
        return f"[draw_numbers(rng, NUMBERS) for _ in range(rng.randint(1, {4 if depth == 0 else 2}))]"
    if set(item.of) == {kinds.INT} and len(item.of) in (1, 4) and meaning.BOX.search(meaning.plain(name)):
        return "[draw_box(rng) for _ in range(rng.randint(1, 4))]"
    pair = meaning.of_name(meaning.PAIRS, name) if item in (kinds.INTS, kinds.PAIR, TWO) else None
    if pair:
        return f"[{pair} for _ in range(rng.randint(1, 6))]"
    if item == kinds.STR and depth == 0 and meaning.BOARD.search(name):
        return "[''.join(row) for row in draw_grid(rng, lambda: draw_char(rng, ALPHABET))]"
    if len(item.of) > 1 and item.name == "list":
        return f"[{expression(item, size, '', depth + 1)} for _ in range(rng.randint(1, 6))]"
    if item.name == "list" and item.of[0].name in ("int", "char", "str", "float", "bool"):
        cell = {
            "int": "rng.randint(0, 1)"
            if re.search("maze|island|grid|room|conn", name)
            else "rng.randint(0, 9)"
        }
        if item == kinds.INTS and meaning.NETWORK.search(name):
            neighbours = "[sorted(rng.sample(range(4), rng.randint(0, 3))) for _ in range(4)]"
            return neighbours if "list" in name else "draw_network(rng, 0)"
        if item.of[0] == kinds.STR and meaning.BOARD.search(name):
            return "draw_grid(rng, lambda: draw_char(rng, ALPHABET))"
        inner = cell.get(item.of[0].name) or expression(item.of[0], size, "", depth + 1)
        return f"draw_grid(rng, lambda: {inner})"
    most = 6 if depth == 0 else 3
    one = name.removesuffix("s") if item in (kinds.STR, kinds.FLOAT) else ""
    drawn = expression(item, size, one, depth + 1)
    if item == kinds.STR and not meaning.LINES.search(meaning.plain(name)):
        drawn = drawn.replace("draw_word(", "draw_single(")
    return f"[{drawn} for _ in range(rng.randint(1, {most}))]"


def keyed(kind: Kind, size: Size, name: str, depth: int) -> str:
    key, value = kind.of
    several = value.name in ("list", "set")
    if key == kinds.INT and several:
        return "{str(node): sorted(rng.sample(range(5), rng.choice([0, 1, 2, 2, 3]))) for node in range(5)}"
    named = several and (value.of[0] in (kinds.STR, kinds.CHAR) or meaning.NETWORK.search(name))
    if key in (kinds.STR, kinds.CHAR) and named:
        return "{node: sorted(rng.sample('ABCDE', rng.choice([0, 1, 2, 2, 3]))) for node in 'ABCDE'}"
    if key in (kinds.STR, kinds.CHAR) and value.name == "dict":
        return "{node: {other: rng.randint(1, 9) for other in rng.sample('ABCDE', 2)} for node in 'ABCDE'}"
    drawn_key = expression(key, size, "", depth + 1).replace("draw_word(", "draw_single(")
    if key not in (kinds.STR, kinds.CHAR, kinds.DIGITS):
        drawn_key = f"str({drawn_key})"
    return f"{{{drawn_key}: {expression(value, size, '', depth + 1)} for _ in range(rng.randint(1, 5))}}"

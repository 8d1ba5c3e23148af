"""Inputs: a guess at the parameters' kinds as a readable `input_generator(rng)`.   guess -> module text"""

import re
from typing import Any, Literal

import msgspec

from codeio.unify import kinds, meaning, pieces, together
from codeio.unify.evidence import Evidence, Parameter, small
from codeio.unify.examples import as_json, fits, of_few, of_rows, whole_inputs
from codeio.unify.kinds import Kind
from codeio.unify.literals import Material, literal
from codeio.unify.usage import DIGITWISE, GENTLE, HANDED_ON, SHARE, STORED
from codeio.unify.wrap import choices

Size = Literal["wide", "small", "far"]  # far: without the spans that names suggest
REMEMBERED = re.compile(r"_*(memo\w*|cache)$")  # a filled one would give back what was put into it
TWO = Kind("list", (kinds.INT, kinds.INT))
MANY_ROUNDS = 5000  # a default above this is likely a limit that a loop counts up to


class Guess(msgspec.Struct, frozen=True):
    kinds: dict[str, Kind]  # parameter -> kind; `absent` for one left at its default
    size: Size
    weight: float
    shown: bool = True  # inputs like the examples of the file, half of the time


def module(evidence: Evidence, guess: Guess, known: Material) -> str:
    """The generator of one guess as a module."""
    return assembled([body(evidence, guess, "input_generator")], known, examples_of(evidence, guess))


def trial_module(evidence: Evidence, guesses: list[Guess], known: Material) -> str:
    """A generator that takes the guesses in turn and says which one made an input."""
    bodies = [body(evidence, guess, f"guess_{n}", n) for n, guess in enumerate(guesses)]
    names = ", ".join(f"guess_{n}" for n in range(len(guesses)))
    turn = (
        f"GUESSES = [{names}]\nTURN = [0]\n\ndef input_generator(rng):\n    turn = TURN[0] % len(GUESSES)\n"
        "    TURN[0] += 1\n    return {'guess': turn, 'values': GUESSES[turn](rng)}\n"
    )
    shown = {f"EXAMPLES_{n}": examples_of(evidence, guess) for n, guess in enumerate(guesses)}
    head = [f"{name} = {rows!r}" for name, rows in shown.items() if rows]
    return assembled([*head, *bodies, turn], known, [])


def assembled(bodies: list[str], known: Material, examples: list[dict[str, Any]]) -> str:
    """Constants and pieces that the bodies use, then the bodies."""
    text = "\n\n".join(bodies)
    parts = pieces.needed(text, "draws")
    named = {"NUMBERS": list(known.numbers), "ALPHABET": known.alphabet, "WORDS": list(known.words)}
    constants = [f"{name} = {value!r}" for name, value in named.items() if re.search(rf"\b{name}\b", text)]
    if examples:
        constants.append(f"EXAMPLES = {examples!r}")
    imports = ["import copy"] if any("copy." in part for part in parts) else []
    return (
        "\n\n".join([*imports, *(["\n".join(constants)] if constants else []), *parts, text]).rstrip("\n")
        + "\n"
    )


def examples_of(evidence: Evidence, guess: Guess) -> list[dict[str, Any]]:
    return whole_inputs(evidence, guess.kinds) if guess.shown else []


def body(evidence: Evidence, guess: Guess, name: str, number: int | None = None) -> str:
    """One generator function."""
    present = [p for p in evidence.parameters if guess.kinds[p.name] != kinds.ABSENT]
    examples = "EXAMPLES" if number is None else f"EXAMPLES_{number}"
    lines = [f"def {name}(rng):"]
    held = {p.name: kinds.surely(guess.kinds[p.name]) for p in present}
    counted = together.lengths(present, held, evidence)
    if known := examples_of(evidence, guess):
        like = f"draw_like(rng, rng.choice({examples}))"
        fitted = together.kept(present, guess.kinds, evidence.links, counted, known)
        told = [f"like = {like}", *fitted, "return like"] if fitted else [f"return {like}"]
        lines += ["    if rng.random() < 0.5:", *(f"        {line}" for line in told)]
    for p in present:
        shown = [example[p.name] for example in evidence.examples if p.name in example]
        lines.append(f"    {p.name} = {drawn(held[p.name], p, guess.size, shown)}")
    lines += together.related(present, held, evidence, counted)
    left = [name for name in held if held[name] != guess.kinds[name]]
    lines += [f"    if rng.random() < 0.4:\n        {name} = None" for name in left]
    pairs = ", ".join(f"{p.name!r}: {p.name}" for p in present)
    return "\n".join([*lines, f"    return {{{pairs}}}"]) + "\n"


def drawn(kind: Kind, p: Parameter, size: Size, shown: list[Any]) -> str:
    """An expression that draws one parameter; a default is kept now and then, and what is remembered begins empty."""
    if empty := begins_empty(kind, p):
        return empty
    text = expression(kind, size, p.own)
    if p.start and fits(kind, first := literal(kinds.expression(p.start))):
        return f"{p.start} if rng.random() < 0.85 else {text}" if type(first) is int else p.start
    if kind in (kinds.STR, kinds.DIGITS) and (only := spelt(p)):
        text = only
    if kind == kinds.STRS and p.letters and not meaning.BOARD.search(p.own):
        word_of_letters = f"''.join(rng.choice({''.join(p.letters)!r}) for _ in range(rng.randint(1, 3)))"
        text = f"[{word_of_letters} for _ in range(rng.randint(1, 6))] if rng.random() < 0.9 else {text}"
    if kind == kinds.INT and DIGITWISE in p.attributes and size != "small":
        text = f"rng.randint(1, rng.choice([99, 999, 9999, 99999])) if rng.random() < 0.7 else {text}"
    if kind == kinds.FLOAT and SHARE in p.attributes:
        text = f"round(rng.uniform(0, 1), 2) if rng.random() < 0.97 else {text}"
    if kind == kinds.FLOAT and GENTLE in p.attributes:
        text = f"round(rng.uniform(-4, 4), 1) if rng.random() < 0.97 else {text}"
    if p.codes and (drawn_codes := of_few(kind, list(p.codes), [])):
        text = f"{drawn_codes} if rng.random() < 0.9 else {text}"
    if looked_for := one_of(kind, p.constants):
        letter = kind == kinds.STR and all(len(str(one)) == 1 for one in p.constants)
        share = 0.8 if len(p.constants) < 10 else 0.95  # ten inputs that differ are wanted
        text = f"{looked_for} if rng.random() < {share} else {'draw_char(rng, ALPHABET)' if letter else text}"
    if kind == kinds.STR and "splitlines" in p.attributes:
        text = f"'\\n'.join({text} for _ in range(rng.randint(1, 4)))"
    table = kind == kinds.GRID and meaning.NETWORK.search(meaning.plain(p.own))
    if table and not p.gaps:
        text = text.replace("draw_network(rng, 0)", "draw_network(rng, 1)")
    shown = [value for value in shown if fits(kind, value)]
    few = None if table else meaning.few(shown)
    if narrow := of_rows(kind, shown) or (of_few(kind, few, shown) if few else ""):
        text = f"{narrow} if rng.random() < 0.9 else {text}"
    default = literal(kinds.expression(p.default)) if p.default else None
    if default is None or not fits(kind, default):
        return text
    said = repr(as_json(default))
    if len(said) > 12 and small(default):
        return f"draw_like(rng, {said}) if rng.random() < 0.5 else {text}"
    if isinstance(default, int) and abs(default) > MANY_ROUNDS:
        return text
    return f"{said} if rng.random() < 0.3 else {text}"


def spelt(p: Parameter) -> str:
    """An expression that draws a text of the digits of a base, or of what the code tells apart: brackets, letters."""
    base = p.base or meaning.of_name(meaning.BASES, p.own)
    if base and base != 10 and 2 <= base <= 16:
        digits = "0123456789abcdef"[:base]
        return f"''.join(rng.choice({digits!r}) for _ in range(rng.randint(1, 8)))"
    pairs = [pair for pair in ("()", "[]", "{}", "<>") if set(pair) & set(p.letters)]
    if p.letters and set(p.letters) <= set("".join(pairs)):
        return f"draw_nested(rng, {pairs}) if rng.random() < 0.9 else {word(p.own)}"
    vowels = {"a", "e", "i"} <= {letter.lower() for letter in p.letters}
    if len(p.letters) < 2 or vowels or not all(map(str.isalnum, p.letters)):
        return ""
    few = f"''.join(rng.choice({''.join(p.letters)!r}) for _ in range(rng.randint(1, 10)))"
    return f"{few} if rng.random() < 0.9 else {word(p.own)}"


def one_of(kind: Kind, constants: tuple[str | int, ...]) -> str:
    """An expression that draws one of several values that the code tells apart; empty where it knows few."""
    held = [value for value in constants if fits(kind, value) and value != ""]
    letters = kind == kinds.STR and all(len(str(one)) == 1 for one in held)
    enough = 1 if letters else 2 if kind in (kinds.STR, kinds.CHAR) else 4
    return f"rng.choice({held})" if len(held) >= enough else ""


def begins_empty(kind: Kind, p: Parameter) -> str:
    """The empty value of what a call remembers, gathers or goes through; nothing for all else."""
    name = meaning.plain(p.own)
    if kind.name == "dict" and (
        REMEMBERED.match(p.own) or (meaning.VISITED.search(name) and STORED in p.attributes)
    ):
        return "{}"
    grows = p.attributes & {"append", "add", "extend", "insert", "update", "appendleft"}
    partly = meaning.PARTIAL.match(name) and HANDED_ON in p.attributes
    if grows and (meaning.GATHERED.match(name) or partly):
        return {"list": "[]", "set": "[]", "str": "''", "dict": "{}"}.get(kind.name, "")
    return ""


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
        several = (
            f"lambda: [{', '.join([repr(k), *(argument(a, size) for a in part.of)])}]"
            for k, part in zip(kind.keys, kind.of, strict=True)
        )
        return f"draw_operations(rng, [{', '.join(several)}])"
    if kind.name == "record":
        drawn = {k: expression(part, size, k, depth + 1) for k, part in zip(kind.keys, kind.of, strict=True)}
        ends = together.ends(
            tuple(k for k, part in zip(kind.keys, kind.of, strict=True) if part == kinds.INT)
        )
        both = [f"**dict(zip({e!r}, sorted([{', '.join(drawn.pop(k) for k in e)}])))" for e in ends]
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
    one = f"rng.choice({list(told)})"
    one = f"draw_like(rng, {one})" if any(c.isdigit() for text in told for c in text) else one
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
            return "[rng.randint(0, 9) for _ in range(rng.randint(1, 6))]"
        return "draw_numbers(rng, NUMBERS)"
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

"""Inputs: a guess at the parameters' kinds as a readable `input_generator(rng)`.   guess -> module text"""

import re
from typing import Any

import msgspec

from codeio.unify import kinds, meaning, pieces, together
from codeio.unify.evidence import Evidence, Parameter, small
from codeio.unify.examples import as_json, fits, of_few, of_rows, whole_inputs
from codeio.unify.expressions import Size, expression, word
from codeio.unify.kinds import Kind
from codeio.unify.literals import Material, literal
from codeio.unify.notes import DIGITWISE, GENTLE, HANDED_ON, PARTED, ROWS, SHARE, STORED

REMEMBERED = re.compile(r"_*(memo\w*|cache)$")  # a filled one would give back what was put into it
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
        lines.append(f"    {p.name} = {drawn(held[p.name], p, guess.size, shown, evidence.order.subject)}")
    lines += together.related(present, held, evidence, counted)
    left = [name for name in held if held[name] != guess.kinds[name]]
    lines += [f"    if rng.random() < 0.4:\n        {name} = None" for name in left]
    pairs = ", ".join(f"{p.name!r}: {p.name}" for p in present)
    return "\n".join([*lines, f"    return {{{pairs}}}"]) + "\n"


def drawn(kind: Kind, p: Parameter, size: Size, shown: list[Any], subject: str) -> str:
    """An expression that draws one parameter; a default is kept now and then, and what is remembered begins empty."""
    if empty := begins_empty(kind, p):
        return empty
    if p.start and fits(kind, literal(kinds.expression(p.start))):
        return p.start
    text = as_examples(kind, p, shown, as_used(kind, p, size, as_named(kind, p, size, subject)))
    default = literal(kinds.expression(p.default)) if p.default else None
    if default is None or not fits(kind, default):
        return text
    said = repr(as_json(default))
    if len(said) > 12 and small(default):
        return f"draw_like(rng, {said}) if rng.random() < 0.5 else {text}"
    if isinstance(default, int) and abs(default) > MANY_ROUNDS:
        return text
    return f"{said} if rng.random() < 0.3 else {text}"


def as_named(kind: Kind, p: Parameter, size: Size, subject: str) -> str:
    """What the name of the parameter says, or that of the function where the parameter's says nothing."""
    told = meaning.ANY_TEXT.match(meaning.plain(p.own)) and meaning.of_name(meaning.TEXTS, subject)
    if told and kind in (kinds.STR, kinds.STRS):
        return expression(kind, size, subject)
    text = expression(kind, size, p.own)
    if kind in (kinds.STR, kinds.DIGITS):
        return spelt(p) or text
    if kind == kinds.STRS and p.letters and not meaning.BOARD.search(p.own):
        word_of_letters = f"''.join(rng.choice({''.join(p.letters)!r}) for _ in range(rng.randint(1, 3)))"
        return f"[{word_of_letters} for _ in range(rng.randint(1, 6))] if rng.random() < 0.9 else {text}"
    if kind == kinds.GRID and meaning.NETWORK.search(meaning.plain(p.own)) and not p.gaps:
        return text.replace("draw_network(rng, 0)", "draw_network(rng, 1)")
    return text


def as_used(kind: Kind, p: Parameter, size: Size, text: str) -> str:
    """What the code does with it: goes through digits, takes it from 1, picks by number, tells apart."""
    if kind == kinds.INT and DIGITWISE in p.attributes and size != "small":
        text = f"rng.randint(1, rng.choice([99, 999, 9999, 99999])) if rng.random() < 0.7 else {text}"
    if kind == kinds.STRS and ROWS in p.attributes:
        text = "[''.join(row) for row in draw_grid(rng, lambda: draw_char(rng, ALPHABET))]"
    if kind == kinds.MATRIX and any(p.sides):
        across, down = (str(count) if count else "rng.randint(2, 5)" for count in reversed(p.sides))
        text = f"[[draw_simple(rng) for _ in range({across})] for _ in range({down})]"
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
    words = meaning.WORDS.search(meaning.plain(p.own)) or PARTED in p.attributes
    if kind == kinds.STR and words and not p.letters:
        text = f"draw_phrase(rng) if rng.random() < 0.6 else {text}"
    if kind == kinds.STR and "splitlines" in p.attributes:
        text = f"'\\n'.join({text} for _ in range(rng.randint(1, 4)))"
    return text


def as_examples(kind: Kind, p: Parameter, shown: list[Any], text: str) -> str:
    """What all examples of the file are made of, where these are a few values; corners and weights are not."""
    shown = [value for value in shown if fits(kind, value)]
    name = meaning.plain(p.own)
    others = meaning.BOX.search(name) or (kind == kinds.GRID and meaning.NETWORK.search(name))
    few = None if others else meaning.few(shown)
    narrow = of_rows(kind, shown) or (of_few(kind, few, shown) if few else "")
    return f"{narrow} if rng.random() < 0.9 else {text}" if narrow else text


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

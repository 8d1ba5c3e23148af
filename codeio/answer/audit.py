"""Audit: every claim of a rationale that can be read is reckoned again.   text -> claims, true and false

Works on both styles and on rationales that somebody else wrote. It knows nothing of the program or its
trace: it reads equations (`3 + 4 = 7`), comparisons (`x (5) is greater than 4`, `5>4 T`), appended items
and the closing answer, and reckons them with its own arithmetic. What it cannot read is no claim.
"""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from codeio.answer.reckon import Unreadable, equal, reckon

TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"|(?<!\w)\'(?:[^\'\\]|\\.)*\'|(?<![\w)\]"])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|\d+(?:\.\d+)?(?:e[+-]?\d+)?'
    r"|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*|\*\*|//|<<|>>|[<>=!]=|\S"
)
OPERATORS = {"+", "-", "*", "/", "//", "%", "**", "&", "|", "^", "<<", ">>", "."}
OPEN, CLOSE = "([{", ")]}"
PARTIAL = {
    "else",
    "if",
    "lambda",
    "==",
    "!=",
    "<=",
    ">=",
    "<",
    ">",
}  # after these only a part of an expression follows
VERBS = {
    "is greater than": ">", "is more than": ">", "exceeds": ">", "is not greater than": "<=",
    "is at most": "<=", "does not exceed": "<=", "is less than": "<", "is smaller than": "<", "is below": "<",
    "is not less than": ">=",
    "is at least": ">=", "is not below": ">=", "equals": "==", "is equal to": "==", "is not equal to": "!=",
    "differs from": "!=", "does not equal": "!=", "is in": "in", "is among": "in", "is not in": "not in",
    "is not among": "not in",
}  # fmt: skip
VERB = re.compile(r" (" + "|".join(sorted(map(re.escape, VERBS), key=len, reverse=True)) + r") (?!empty)")
EQUALS = re.compile(r"(?<![=<>!])=(?!=)|, which gives |, that is ")
APPENDED = (
    re.compile(r"Append (?P<item>.+?) to (?P<name>\w+), giving (?=\[)"),
    re.compile(r"(?P<item>\S+) joins (?P<name>\w+): (?=\[)"),
    re.compile(r"Put (?P<item>.+?) at the end of (?P<name>\w+), which is now (?=\[)"),
    re.compile(r"(?P<name>\w+) receives (?P<item>.+?) and reads (?=\[)"),
    re.compile(r"Adding (?P<item>.+?) to the end of (?P<name>\w+) makes it (?=\[)"),
)
NOTED = re.compile(r"^[A-Z#][A-Z#0-9]*(?=[\s\"\[{\-0-9]|$)|^\w+=")  # a line of the compact notation
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
STOP = re.compile(r"[,;:]|\.(?=\s|$)| (?:and|but) ")  # what ends an operand in a sentence
DECODER = json.JSONDecoder()


class Claim(msgspec.Struct, frozen=True):
    """A statement that was read, and whether it is true."""

    text: str
    true: bool


class Audit(msgspec.Struct, frozen=True):
    """Figures of one rationale. `grounded`: share of its lines with a claim that was found true."""

    claims: int
    false: tuple[str, ...]
    grounded: float


def audit(text: str) -> Audit:
    """All that can be said of a rationale without knowing the program."""
    body = [line for line in text.split("\n") if line.strip() and not is_answer(line)]
    per_line = [claims_of(line) for line in body]
    false = tuple(claim.text for found in per_line for claim in found if not claim.true)
    sound = sum(any(c.true for c in found) and all(c.true for c in found) for found in per_line)
    return Audit(sum(map(len, per_line)), false, round(sound / len(body), 4) if body else 0.0)


def false_claims(text: str) -> list[str]:
    """The claims of a rationale that are not true."""
    return list(audit(text).false)


def is_answer(line: str) -> bool:
    return line.startswith('{"output"') or line.startswith('{"input"')


@lru_cache(maxsize=4096)  # a function's problems have lines in common
def claims_of(line: str) -> tuple[Claim, ...]:
    """Every claim of one line, in either style."""
    if is_notation(line):
        return tuple(noted(line))
    return (*equations(line), *comparisons(line), *appended(line))


def is_notation(line: str) -> bool:
    """Notation has no sentences: no word of it stands between two spaces but T, F, in, not, is and break."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', line.strip())
    words = re.findall(r"(?<![\w.])[a-z]{2,}(?![\w(\[.=])", bare)
    return not bare.endswith((".", ":")) and not (
        set(words) - {"in", "not", "is", "break", "true", "false", "null"}
    )


# --- notation
def noted(line: str) -> Iterator[Claim]:
    """`5>4 T`, `"b" in "abc" F`, `t=2+3=5`, `abs(-2)=2`."""
    waiting: list[str] = []
    for item in items(line):
        if item in ("T", "F") and waiting:
            yield from noted_truth(" ".join(waiting), item == "T")
            waiting = []
        elif item in ("in", "not", "is") or (waiting and waiting[-1] in ("in", "not", "is")):
            waiting.append(item)
        else:
            yield from noted_equations(" ".join(waiting))
            waiting = [item]
    yield from noted_equations(" ".join(waiting))


@lru_cache(maxsize=100_000)  # small programs note the same steps again and again
def noted_equations(text: str) -> tuple[Claim, ...]:
    return tuple(equations(text))


@lru_cache(maxsize=100_000)
def noted_truth(text: str, said: bool) -> tuple[Claim, ...]:
    return tuple(truth(text, said))


def items(line: str) -> Iterator[str]:
    """The parts between spaces that lie outside of quotes and brackets."""
    depth, start, quoted = 0, 0, False
    for at, char in enumerate(line):
        if char == '"' and line[at - 1 : at] != "\\":
            quoted = not quoted
        elif not quoted and char in OPEN:
            depth += 1
        elif not quoted and char in CLOSE:
            depth -= 1
        elif char == " " and not quoted and depth == 0:
            if line[start:at]:
                yield line[start:at]
            start = at + 1
    if line[start:]:
        yield line[start:]


def truth(text: str, said: bool) -> Iterator[Claim]:
    found = re.match(r"^(.*?)(==|!=|<=|>=|<|>| not in | in )(.*)$", text)
    if not found:
        return
    try:
        real = holds(reckon(found[1]), found[2].strip(), reckon(found[3]))
    except Unreadable:
        return
    yield Claim(f"{text} {'T' if said else 'F'}", real == said)


def holds(a: Any, sign: str, b: Any) -> bool:
    try:
        if sign in ("in", "not in"):
            held = a in b or (isinstance(b, dict) and json.dumps(a) in b)  # JSON has made texts of the keys
            return held == (sign == "in")
        return {
            "==": a == b,
            "!=": a != b,
            "<": less(a, b),
            ">": less(b, a),
            "<=": not less(b, a),
            ">=": not less(a, b),
        }[sign]
    except TypeError as error:
        raise Unreadable(str(error)) from error


def less(a: Any, b: Any) -> bool:
    return a < b if type(a) is type(b) or isinstance(a, int | float) else False


# --- equations, in both styles
def equations(line: str) -> Iterator[Claim]:
    """`expression = value` and its like; a name before it is only a name."""
    quoted = [m.span() for m in QUOTED.finditer(line)]
    for sign in EQUALS.finditer(line):
        if any(start < sign.start() < end for start, end in quoted):
            continue
        left = before(line[: sign.start()])
        right, text = value_at(line, sign.end())
        if not left or text is None or "…" in text:
            continue
        try:
            found = reckon(left)
        except Unreadable:
            continue
        if isinstance(right, bool) and not isinstance(found, bool):
            continue  # the end of a comparison: `"a" in "abc" = true`
        yield Claim(f"{left} = {text}", equal(found, right, text))


def value_at(line: str, start: int) -> tuple[Any, str | None]:
    """The JSON value that starts there, unless it is only the first operand of an expression."""
    while line[start : start + 1] == " ":
        start += 1
    opened = line[start : start + 1] == "("  # (-3): a negative operand
    try:
        value, end = DECODER.raw_decode(line, start + opened)
    except ValueError:
        return None, None
    if opened and line[end : end + 1] != ")":
        return None, None  # (3 + 4): a bracket around more than a number
    end += opened
    rest = line[end : end + 3]
    if re.match(r"\s?[+*/%&|^\[]|\s-\s|-\d|\s?[<>]|\s?==|\.\w|\s?…", rest) or (
        opened and rest.startswith("=")
    ):
        return None, None
    return value, line[start:end]


def before(text: str) -> str:
    """The longest expression that ends the text."""
    tokens = [(m.group(), m.start(), m.end()) for m in TOKEN.finditer(text)]
    depth, first, follower = 0, len(text), None
    for token, start, end in reversed(tokens):
        if token in CLOSE:
            depth += 1
        elif token in OPEN:
            depth -= 1
            if depth < 0:
                break
        elif depth == 0 and not operand(token, end, follower, text):
            if token in PARTIAL:
                return ""
            break
        first, follower = start, (token, start)
    return text[first:].strip()


def operand(token: str, end: int, follower: tuple[str, int] | None, text: str) -> bool:
    """Whether a token outside of brackets belongs to the expression that `follower` begins."""
    if token in OPERATORS:
        return follower is not None
    word = re.match(r"[A-Za-z_]", token)
    number = token[0] == '"' or token.lstrip("-")[:1].isdigit()
    if not word and not number:
        return False
    if follower is None:
        return True
    joined = follower[1] == end and follower[0][0] in "([."
    return joined or (follower[0] in OPERATORS and not follower[0].startswith("."))


# --- English comparisons
def comparisons(line: str) -> Iterator[Claim]:
    """`9 % 2 (1) differs from 0`: the value in parentheses is a claim of its own."""
    for verb in VERB.finditer(line):
        left, first = side(subject(line[: verb.start()]))
        right, second = side(after(line[verb.end() :]))
        yield from (claim for claim in (*first, *second))
        if left is Unreadable or right is Unreadable:
            continue
        try:
            true = holds(left, VERBS[verb[1]], right)
        except Unreadable:
            continue
        yield Claim(f"{json.dumps(left)} {verb[1]} {json.dumps(right)}", true)


def subject(text: str) -> str:
    """The operand that ends the text: an expression, maybe with its value in parentheses after it."""
    group = re.search(r"(?<=[^\s+*/%&|^<>=-]) \(([^()]*(?:\([^()]*\)[^()]*)*)\)$", text)
    return f"{before(text[: group.start()])} ({group[1]})" if group else before(text)


def side(text: str) -> tuple[Any, list[Claim]]:
    """The value of one side of a comparison, and the claim `expression (value)` that it may hold."""
    found = re.match(r"^(.*\S) \((.+)\)$", text)
    try:
        if not found:
            return reckon(text), []
        value = reckon(found[2])
    except Unreadable:
        return Unreadable, []
    try:
        real = reckon(found[1])
    except Unreadable:
        return value, []
    return value, [Claim(text, equal(real, value, found[2]))]


def after(text: str) -> str:
    """The operand that opens the text: an expression, or a name with its value in parentheses."""
    depth, quoted = 0, False
    for at, char in enumerate(text):
        if char == '"' and text[at - 1 : at] != "\\":
            quoted = not quoted
        elif not quoted and char in OPEN:
            depth += 1
        elif not quoted and char in CLOSE:
            depth -= 1
        elif not quoted and depth == 0 and STOP.match(text, at):
            return text[:at]
    return text


# --- lists that grow
def appended(line: str) -> Iterator[Claim]:
    """The appended item is the last one of the list."""
    for pattern in APPENDED:
        for found in pattern.finditer(line):
            value, text = value_at(line, found.end())
            item = found["item"].rpartition(" = ")[2]
            try:
                last = reckon(item)
            except Unreadable:
                continue
            if isinstance(value, list) and "…" not in (text or "") and value:
                yield Claim(f"{item} at the end of {text}", value[-1] == last)

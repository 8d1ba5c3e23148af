r"""Estimate: what LaTeX comes to with some numbers for its letters.   expression -> values, None where it is not plain

Two expressions that differ at a point are not the same: that turns away most wrong answers in microseconds, where a
computer algebra system takes milliseconds to seconds. Only what can be read in one way is read: arithmetic, roots and
powers of positive numbers, functions of real ones, letters. Nothing is ever called equal here.
"""

import cmath
import math
import re
from collections.abc import Callable, Iterator

TOKEN = re.compile(r"\s*(\d+\.?\d*|\.\d+|\\[a-zA-Z]+|[a-zA-Z]|[-+*/^(){}\[\]|])")
SKIPPED = re.compile(r"\\left|\\right|\\[,;:! ]|\\displaystyle")
COMPOUND = re.compile(r"\\cup|\\begin|\\infty|\),\s*\(")  # what is no number
UNCLEAR = re.compile(
    r"\d,\d{3}(?!\d)|(?<![\\a-zA-Z])[a-zA-Z]{2,}"
)  # thousands or a list; words, units or products
LETTERS = [*"abcdfghjklmnopqrstuvwxyzABCDEFGHJKLMNOPQRSTUVWXYZ", *(rf"\{name}" for name in (
    "alpha", "beta", "gamma", "delta", "theta", "lambda", "mu", "phi", "omega"
))]  # fmt: skip
KNOWN: dict[str, complex] = {r"\pi": math.pi, "e": math.e, "i": 1j}
POINTS = (0.07, 3.1)  # the letters' values begin here: roots of 1 - x and of x - 2 are real at one of them
Call = Callable[[float], float]
CALLS: dict[str, Call] = {
    r"\sin": math.sin, r"\cos": math.cos, r"\tan": math.tan, r"\ln": math.log, r"\exp": math.exp,
    r"\sec": lambda x: 1 / math.cos(x), r"\csc": lambda x: 1 / math.sin(x), r"\cot": lambda x: 1 / math.tan(x),
}  # fmt: skip
BASES = (math.log, math.log10)  # what \log may mean: values must differ under both
FRACTIONS = (r"\frac", r"\dfrac", r"\tfrac")
NEAR = 1e-3  # values that are nearer are left to exact comparison
ENDS = ("", "+", "-", ")", "}", "]")  # after a product


class Unclear(Exception):
    """Not plain, or to be read in more than one way."""


def differ(one: str, two: str) -> bool:
    """Whether two expressions certainly have other values; False says nothing."""
    bases = BASES if r"\log" in one + two else BASES[:1]
    return all(apart(one, two, log) for log in bases)


def apart(one: str, two: str, log: Call) -> bool:
    for point in POINTS:
        mine, other = values(one, point, log), values(two, point, log)
        if mine is not None and other is not None:
            pairs = zip(ordered(mine), ordered(other), strict=False)
            return len(mine) != len(other) or any(
                abs(a - b) > NEAR * max(1.0, abs(a), abs(b)) for a, b in pairs
            )
        scalar, rest = (mine, two) if other is None else (other, one)
        if scalar is not None and len(scalar) == 1 and COMPOUND.search(rest):
            return True
    return False


def ordered(found: list[complex]) -> list[complex]:
    return sorted(found, key=lambda value: (round(value.real, 6), value.imag))


def values(text: str, point: float, log: Call = math.log) -> list[complex] | None:
    """The value of an expression, or of each of several between commas, where letters count up from `point`."""
    text = SKIPPED.sub("", text).strip().strip("$").strip()
    if UNCLEAR.search(text):
        return None
    names = KNOWN | {letter: point * (1 + 0.0173 * n) for n, letter in enumerate(LETTERS)}
    try:
        return [Reader(part, names, CALLS | {r"\log": log}).result() for part in parts(text)]
    except (Unclear, ArithmeticError, ValueError, RecursionError):
        return None


def parts(text: str) -> Iterator[str]:
    """What stands between commas, the brackets around all of it aside."""
    inner = text[1:-1] if text[:1] + text[-1:] in ("()", "[]", "(]", "[)") and "," in text else text
    depth, start = 0, 0
    for n, char in enumerate(inner):
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth == 0:
            yield inner[start:n]
            start = n + 1
    yield inner[start:]


class Reader:
    """A recursive descent over the tokens of one expression. Raises Unclear where it is not plain."""

    def __init__(self, text: str, names: dict[str, complex], calls: dict[str, Call]) -> None:
        self.tokens: list[str] = []
        self.names, self.calls, self.at = names, calls, 0
        text = text.rstrip()
        while self.at < len(text):
            match = TOKEN.match(text, self.at)
            if match is None:
                raise Unclear
            self.tokens.append(match[1])
            self.at = match.end()
        self.tokens.append("")
        self.at = 0

    def result(self) -> complex:
        found = self.sum()
        if self.next() or not cmath.isfinite(found):
            raise Unclear
        return found

    def next(self) -> str:
        return self.tokens[self.at]

    def take(self, wanted: str = "") -> str:
        """The next token, which must be the wanted one."""
        found = self.next()
        if not found or wanted not in ("", found):
            raise Unclear
        self.at += 1
        return found

    def sum(self) -> complex:
        found = self.signed()
        while self.next() in ("+", "-"):
            found += self.product() if self.take() == "+" else -self.product()
        return found

    def signed(self) -> complex:
        if self.next() in ("+", "-"):
            return self.signed() if self.take() == "+" else -self.signed()
        return self.product()

    def product(self) -> complex:
        r"""Factors side by side or joined by a sign. 1/2x and 3\frac{1}{2} are read in two ways, and so in none."""
        found, divided, beside = self.power(), False, False
        while (token := self.next()) not in ENDS:
            if token in ("*", r"\cdot", r"\times"):
                self.take()
                found *= self.power()
            elif token == "/":
                self.take()
                found, divided = found / self.power(), True
            else:
                mixed = token in FRACTIONS and self.tokens[self.at - 1].isdigit()
                if token[0].isdigit() or token[0] == "." or mixed:
                    raise Unclear
                found, beside = found * self.power(), True
            if divided and beside:
                raise Unclear
        return found

    def power(self) -> complex:
        base = self.factor()
        if self.next() != "^":
            return base
        self.take()
        return raised(base, self.argument())

    def argument(self) -> complex:
        """A group, a letter or one digit: of 2^10 TeX raises to 1 only."""
        if self.next() == "{":
            return self.group("{", "}")
        token = self.take()
        if token in self.names:
            return self.names[token]
        if len(token) > 1 or not token.isdigit():
            raise Unclear
        return float(token)

    def factor(self) -> complex:
        token = self.next()
        if token in ("(", "{"):
            return self.group(token, ")" if token == "(" else "}")
        self.take()
        if token[0].isdigit() or token[0] == ".":
            return float(token)
        if token in self.names:
            return self.names[token]
        if token in FRACTIONS:
            return self.argument() / self.argument()
        if token == r"\sqrt":
            degree = self.group("[", "]") if self.next() == "[" else 2.0
            return raised(self.argument(), 1 / degree)
        return self.called(token)

    def called(self, name: str) -> complex:
        """A function of what stands in brackets after it, or of the one letter that ends its product."""
        degree: complex = 1.0
        if self.next() == "^":
            self.take()
            degree = self.argument()
        if name not in self.calls or degree.real < 0:  # \sin^{-1}: the inverse, or one over it
            raise Unclear
        if self.next() == "(":
            given = self.group("(", ")")
        elif self.next() in self.names and self.tokens[self.at + 1] in ENDS:
            given = self.names[self.take()]
        else:
            raise Unclear
        if complex(given).imag:
            raise Unclear
        return raised(self.calls[name](complex(given).real), degree)

    def group(self, opening: str, closing: str) -> complex:
        self.take(opening)
        found = self.sum()
        self.take(closing)
        return found


def raised(base: complex, exponent: complex) -> complex:
    """A power that is the same number whoever reads it: of a positive base, or whole."""
    base, exponent = complex(base), complex(exponent)
    whole = not exponent.imag and exponent.real == int(exponent.real)
    if exponent.imag or (not whole and (base.imag or base.real <= 0)):
        raise Unclear
    return base ** int(exponent.real) if whole else complex(base.real**exponent.real)

"""Values: JSON as codeio hashes, compares, measures and reads it.   (see tests/test_values.py for every rule)"""

import math
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import orjson
import xxhash

from codeio.records import Json

RELATIVE, ABSOLUTE = 1e-3, 1e-6  # two numbers of which one is a float are the same within either
TAIL = 65_536  # characters of a response that are searched for its answer, from the end
STEPS = 200_000  # values read in that search
DEEPEST = 64  # levels of nesting in an answer


class Sizes(msgspec.Struct, frozen=True):
    """How large a value may be to be asked about (paper, section 2.1); each number is already too large."""

    bytes: int = 1024  # of the whole value as JSON
    items: int = 20  # of each container
    characters: int = 100  # of each string and key
    scalar: int = 128  # bytes of each other scalar


PAPER = Sizes()


def canonical(value: Json) -> str:
    """One string per JSON value: keys sorted, no spaces, UTF-8. Raises TypeError on what is not JSON."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def digest(*parts: Json) -> str:
    """Content hash, 32 hex digits: the id of every record."""
    return xxhash.xxh3_128_hexdigest(canonical(list(parts)).encode())


def unit(*parts: Json) -> float:
    """A number in [0, 1) fixed by content: nested subsets, splits and rates never depend on position."""
    return xxhash.xxh3_64_intdigest(canonical(list(parts)).encode()) / 2**64


def same(got: Any, want: Any) -> bool:
    """Whether an answer is right: the one comparison of codeio, in the JSON domain.

    Tuples are lists, keys are strings, True is no 1; 1 is 1.0, and floats have a tolerance at any depth. NaN and
    infinity equal nothing. Never raises, whatever it is given.
    """
    left = [(got, want)]
    while left:
        one, two = left.pop()
        if isinstance(one, dict) and isinstance(two, dict):
            one, two = keyed(one), keyed(two)
            if one is None or two is None or one.keys() != two.keys():
                return False
            left += [(one[key], two[key]) for key in one]
        elif isinstance(one, list | tuple) and isinstance(two, list | tuple):
            if len(one) != len(two):
                return False
            left += zip(one, two, strict=True)
        elif not same_scalar(one, two):
            return False
    return True


def keyed(value: dict[Any, Any]) -> dict[str, Any] | None:
    """Keys as JSON has them; None where two become one or a key has no JSON form."""
    out = {key_text(k): v for k, v in value.items()}
    return out if len(out) == len(value) and None not in out else None


def key_text(key: Any) -> str | None:
    if isinstance(key, str):
        return key
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    return repr(key) if isinstance(key, int | float) else None


def same_scalar(one: Any, two: Any) -> bool:
    if isinstance(one, bool) or isinstance(two, bool) or one is None or two is None:
        return one is two
    if isinstance(one, str) or isinstance(two, str):
        return isinstance(one, str) and isinstance(two, str) and one == two
    if not (isinstance(one, int | float) and isinstance(two, int | float)):
        return False
    if isinstance(one, int) and isinstance(two, int):
        return one == two
    return close(one, two)


def close(got: float, want: float) -> bool:
    """Two finite numbers within the relative or the absolute tolerance of the wanted one."""
    try:
        one, two = float(got), float(want)
    except OverflowError:  # an integer beyond every float
        return False
    if not (math.isfinite(one) and math.isfinite(two)):
        return False
    return abs(one - two) <= max(ABSOLUTE, RELATIVE * abs(two))


def fault(value: Any, sizes: Sizes = PAPER) -> str | None:
    """Why a value may not be asked about, as a short closed phrase, or None. Never raises."""
    for part in parts(value, sizes):
        if why := part_fault(part, sizes):
            return why
    try:
        size = len(orjson.dumps(value))
    except TypeError:
        return "not JSON"
    return "value too large" if size >= sizes.bytes else None


def parts(value: Any, sizes: Sizes) -> Iterator[Any]:
    """The value and everything in it; nothing inside a container that is itself too large."""
    left = [(value, 0)]
    while left:
        part, depth = left.pop()
        yield part if depth <= DEEPEST else Ellipsis
        if isinstance(part, dict) and len(part) < sizes.items:
            left += [(x, depth + 1) for pair in part.items() for x in pair]
        elif isinstance(part, list | tuple) and len(part) < sizes.items:
            left += [(x, depth + 1) for x in part]


def part_fault(part: Any, sizes: Sizes) -> str | None:
    if isinstance(part, str):
        return "string too long" if len(part) >= sizes.characters else None
    if isinstance(part, dict | list | tuple):
        return "container too long" if len(part) >= sizes.items else None
    if part is None or isinstance(part, bool):
        return None
    if isinstance(part, float):
        return None if math.isfinite(part) else "not finite"
    if isinstance(part, int):
        if part.bit_length() >= 3.3 * sizes.scalar:
            return "scalar too large"
        return None if -(2**63) <= part < 2**64 else "integer beyond 64 bits"
    return "not JSON"


def last_object(text: str) -> dict[str, Json] | None:
    """The last complete JSON object in a response, or None.

    Found in prose, after code fences and before trailing text; braces in strings do not count. Python's True,
    False, None and single quotes are read too. Objects nested deeper than DEEPEST are none.
    """
    text, found, at = text[-TAIL:], None, 0
    reader = Reader(text)
    while start := OPENING.search(text, at):
        try:
            found, at = reader.value(start.start(), 0)
        except Unreadable:
            at = reader.after(start.start())
        except Exhausted:
            break
    return found


class Unreadable(Exception):
    """No JSON here."""


class Exhausted(Exception):
    """Too much was tried."""


OPENING = re.compile(r"\{(?=\s*[\"'}\d-])")
SPACE = re.compile(r"\s*")
SCALAR = re.compile(
    r"""(?P<number>-?(?:0|[1-9]\d*)(?P<float>(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.]))"""
    r"""|(?P<word>(?:true|false|null|True|False|None)\b)""",
    re.ASCII,
)
STRING = {quote: re.compile(rf"[^{quote}\\]*(?:\\.[^{quote}\\]*)*{quote}", re.DOTALL) for quote in "\"'"}
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
PAIR = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")
ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "\\": "\\", "/": "/", '"': '"', "'": "'"}
WORDS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}


class Reader:
    """A forgiving JSON parser. Each method takes a position and gives (value, position after it)."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.steps = STEPS
        self.open: list[int] = []  # where the containers begin that are being read
        self.dead: set[int] = set()  # where one begins that is known to end badly

    def after(self, at: int) -> int:
        """Where to go on after a failure: what was open when it came would fail in the same place."""
        self.dead.update(self.open)
        self.open.clear()
        at += 1
        while at in self.dead:
            at += 1
        return at

    def skip(self, at: int) -> tuple[str, int]:
        """The next character that is no space, and its position."""
        at = SPACE.match(self.text, at).end()
        return self.text[at : at + 1], at

    def object(self, at: int, depth: int) -> tuple[dict[str, Json], int]:
        out: dict[str, Json] = {}
        char, at = self.skip(at)
        while char != "}":
            key, at = self.value(at, DEEPEST)
            char, at = self.skip(at)
            if isinstance(key, bool | float | dict | list) or key is None or char != ":":
                raise Unreadable
            out[str(key)], at = self.value(at + 1, depth)
            char, at = self.comma(at, "}")
        return out, at + 1

    def array(self, at: int, depth: int) -> tuple[list[Json], int]:
        out: list[Json] = []
        char, at = self.skip(at)
        while char != "]":
            value, at = self.value(at, depth)
            out.append(value)
            char, at = self.comma(at, "]")
        return out, at + 1

    def comma(self, at: int, end: str) -> tuple[str, int]:
        """What follows an item: its separator is passed over, also a last one before `end`."""
        char, at = self.skip(at)
        if char == ",":
            return self.skip(at + 1)
        if char != end:
            raise Unreadable
        return char, at

    def value(self, at: int, depth: int) -> tuple[Json, int]:
        char, at = self.skip(at)
        self.steps -= 1
        if self.steps < 0:
            raise Exhausted
        if char and char in "{[":
            if depth >= DEEPEST or at in self.dead:
                raise Unreadable
            self.open.append(at)
            read = (self.object if char == "{" else self.array)(at + 1, depth + 1)
            self.open.pop()
            return read
        return self.string(at + 1, char) if char and char in "\"'" else self.scalar(at)

    def string(self, at: int, quote: str) -> tuple[str, int]:
        match = STRING[quote].match(self.text, at)
        if not match:
            raise Unreadable
        said = ESCAPE.sub(unescaped, match[0][:-1])
        said = PAIR.sub(lambda m: m[0].encode("utf-16", "surrogatepass").decode("utf-16"), said)
        try:
            said.encode()
        except UnicodeEncodeError:  # half of a surrogate pair: no text
            raise Unreadable from None
        return said, match.end()

    def scalar(self, at: int) -> tuple[Json, int]:
        match = SCALAR.match(self.text, at)
        if not match:
            raise Unreadable
        if match["word"]:
            return WORDS[match["word"]], match.end()
        try:
            number = float(match["number"]) if match["float"] else int(match["number"])
        except ValueError:  # more digits than Python reads
            raise Unreadable from None
        if number in (math.inf, -math.inf):
            raise Unreadable
        return number, match.end()


def unescaped(match: re.Match[str]) -> str:
    said = match[1]
    return chr(int(said[1:], 16)) if len(said) > 1 else ESCAPED.get(said, match[0])

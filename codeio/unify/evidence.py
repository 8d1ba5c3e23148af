"""Evidence: every hint at what the parameters of a candidate hold, added up.   candidate -> ranked kinds"""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from codeio.unify import kinds, meaning
from codeio.unify.kinds import Kind
from codeio.unify.literals import Unknown, constants, literal
from codeio.unify.notes import EVERY, RECKONED, ZERO
from codeio.unify.order import Order
from codeio.unify.places import STRING, Link, Place
from codeio.unify.ranking import ranked
from codeio.walk import walk

MOST = 5  # kinds tried per parameter
EXAMPLES = 12  # kept per function
FIRST = {"0", "1", "-1", "''", "[]", "{}", "False"}  # what a recursion usually begins with
# Weights: an annotation is nearly always right, a name often is.
ANNOTATED, DOCUMENTED, SHOWN, DEFAULT, USED, NAMED = 10.0, 7.0, 8.0, 5.0, 6.0, 2.0
CLEARLY = 4.0  # of a name that leaves little doubt


NO_NUMBER = ("float", "char", "str", "sequence", "picked")  # what is also done to a text that `int` reads


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter of the entry with the kinds it may have, likeliest first."""

    name: str  # as the caller gives it
    own: str  # as the function calls it
    options: tuple[tuple[Kind, float], ...]
    default: str = ""  # source of its default value
    attributes: frozenset[str] = frozenset()  # that are read from it
    annotated: Kind | None = None
    constants: tuple[str | int, ...] = ()  # that the code looks for in it
    letters: tuple[str, ...] = ()  # that the code tells its characters apart by
    base: int = 0  # in which its digits are read, where the code says one
    gaps: bool = False  # the code asks whether what its rows hold is 0
    codes: tuple[int, ...] = ()  # numbers that its items only stand for something by: 0, 1 and 2
    several: bool = False  # takes any number of arguments
    sides: tuple[int, int] = (0, 0)  # rows and columns of a matrix, 0 for any number
    start: str = ""  # source of what all callers give, where recursive calls give something else


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    parameters: tuple[Parameter, ...]
    links: tuple[Link, ...] = ()
    examples: tuple[dict[str, Any], ...] = ()  # arguments that the file itself shows, by name
    order: Order = Order()
    of_digits: bool = False  # its lists hold digits
    whole: bool = False  # it reckons as with whole numbers


def weigh(
    argument: ast.arg,
    default: ast.expr | None,
    place: Place | None,
    phrases: dict[str, str],
    shown: Iterable[Any],
    aliases: dict[str, ast.expr],
    matrix: bool,
) -> list[tuple[Kind, float]]:
    """Kinds of one parameter with their weights; `matrix`: a name by which matrices go where numpy is used."""
    scores: Counter[Kind] = Counter()
    used, names = ranked(place) if place else [], kinds.of_name(argument.arg)
    if found := kinds.of_annotation(argument.annotation, aliases):
        told = kinds.told(argument.annotation, aliases)
        clear = told is not None and len(told.of) == len(found.of)
        likely = [*names, *(kind for kind, _ in used)] if found.name == "dict" else [kind for kind, _ in used]
        alike = (kind for kind in likely if kind.name == found.name and not clear)
        scores[next(alike, found)] += ANNOTATED
    if (phrase := phrases.get(argument.arg)) and (found := kinds.of_words(phrase)):
        scores[found] += DOCUMENTED
    values = list(shown)
    for value in values:
        if found := kinds.of_value(value):
            scores[found] += SHOWN / len(values)
    if default is not None and (found := kinds.of_value(literal(default))):
        scores[found] += DEFAULT
    for kind, weight in used:
        scores[kind] += min(weight, USED)
    named = CLEARLY if kinds.CLEAR.search(argument.arg.lower()) else NAMED
    for number, kind in enumerate(names):
        scores[kind] += named - 0.6 * number
    if meaning.FRACTION.search(meaning.plain(argument.arg)):
        scores[kinds.FLOAT] += CLEARLY
    if matrix:
        scores[kinds.MATRIX] += CLEARLY + NAMED
    for kind, weight in ((kinds.INT, 0.3), (kinds.INTS, 0.2), (kinds.STR, 0.1)):
        if len(scores) < MOST or kind in scores:
            scores[kind] += weight
    if place:
        scores = shaped(scores, place)
    ordered = sorted(scores.items(), key=lambda one: (-one[1], str(one[0])))
    return [(kind, round(weight, 3)) for kind, weight in ordered[:MOST]]


def shaped(scores: Counter[Kind], place: Place) -> Counter[Kind]:
    """Lists as long as the code needs them, texts of digits where it reads them as numbers."""
    item = place.parts.get("element")
    stripped = place.attributes & STRING <= {"strip", "rstrip", "lstrip"}
    other = [name for name in NO_NUMBER if place.votes[name] and not (stripped and name == "str")]
    number = place.votes["digits"] and not other
    number = number or (item and item.votes["digits"] and not item.votes["char"] + item.votes["str"])
    found: Counter[Kind] = Counter()
    for kind, weight in scores.items():
        found[kinds.DIGITS if number and kind == kinds.STR else of_length(kind, place)] += weight
    return found


def looked_for(place: Place | None) -> dict[str, Any]:
    """What the code tells apart in a place, as fields of its Parameter."""
    if place is None:
        return {}
    item = place.parts.get("element", Place())
    cell = item.parts.get("element", Place())
    return {
        "attributes": frozenset(place.attributes),
        "constants": in_order(place.constants) if place.whole else (),
        "letters": in_order(
            one for one in item.constants | cell.constants if isinstance(one, str) and len(one) == 1
        ),
        "base": place.base,
        "gaps": ZERO in cell.attributes,
        "codes": codes(cell if cell.constants else item),
        "sides": (side(place), side(item)),
    }


def side(place: Place) -> int:
    """How many items a matrix has in one direction, where the code only picks them by number."""
    return place.width if place.width > 1 and EVERY not in place.attributes else 0


def codes(item: Place) -> tuple[int, ...]:
    """Small numbers that the code tells apart and does not reckon with; none where 0 is the only one, as of a gap."""
    known = {one for one in item.constants if isinstance(one, int)}
    if known <= {0} or RECKONED in item.attributes or not known <= set(range(10)):
        return ()
    return in_order(known | {0})


def in_order(several: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(several, key=repr))


def of_length(kind: Kind, place: Place) -> Kind:
    """`kind` with its lists of a fixed length where the code takes them so."""
    if kind.name != "list" or len(kind.of) > 1:
        return kind
    item = of_length(kind.of[0], place.parts["element"]) if "element" in place.parts else kind.of[0]
    return Kind("list", (item,) * max(1, place.fixed))


# What has to stand in a text at all, and what is sought there.
PATTERNS = (
    (":type", r":type\s+{}\s*:\s*([^\n]+)"),
    (":param", r":param\s+([\w\[\], ]+?)\s+{}\s*:"),
    ("@param", r"@param\s+\{{?([\w\[\]<>]+)\}}?\s+{}\b"),
    ("@param", r"@param\s+{}\s*:?\s*([^\n]+)"),
    ("(", r"^\s*`?{}`?\s*\(([^)\n]+)\)"),
    (":", r"^\s*[-*]?\s*`?{}`?\s*:\s*([^\n]+)"),
    (":param", r":param\s+{}\s*:\s*([^\n]+)"),
)


@lru_cache(8192)
def sought(pattern: str, name: str) -> re.Pattern[str]:
    return re.compile(pattern.format(re.escape(name)), re.M)


def phrases(text: str, names: Iterable[str]) -> dict[str, str]:
    """What documentation says after each parameter's name."""
    found = {}
    for name in names:
        for needed, pattern in PATTERNS if name in text else ():
            hit = sought(pattern, name).search(text) if needed in text else None
            if hit and kinds.of_words(hit[1]):
                found[name] = hit[1]
                break
    return found


class Calls:
    """Calls anywhere in a file: in code, doctests, comments; and those `seen` when it ran."""

    def __init__(self, tree: ast.Module, text: str, seen: dict[str, list[dict[str, Any]]]) -> None:
        self.seen = seen
        self.found: dict[str, list[ast.Call]] = defaultdict(list)
        self.fixed = names = constants(tree)
        for node in walk(tree):
            if isinstance(node, ast.Call):
                self.add(node, names)
        for line in text.split("\n"):
            prompt = re.match(r"\s*(?:>>>|#\s*(?:>>>)?|print)\s*(.*\(.*)$", line)
            node = kinds.expression(prompt[1].split("#")[0]) if prompt else None
            for call in walk(node) if node else ():
                if isinstance(call, ast.Call):
                    self.add(call, {})

    def add(self, node: ast.Call, names: dict[str, ast.expr]) -> None:
        name = kinds.last_name(node.func)
        if name and (node.args or node.keywords) and len(self.found[name]) < 2 * EXAMPLES:
            args = [names.get(a.id, a) if isinstance(a, ast.Name) else a for a in node.args]
            self.found[name].append(ast.Call(node.func, args, node.keywords))

    def examples(self, name: str, arguments: Sequence[str]) -> list[dict[str, Any]]:
        """Arguments of calls of `name` (`f`, `C.m`, `C.__init__`), by parameter; only literal ones."""
        out = []
        for values in self.given(name, arguments):
            if all(small(value) for value in values.values()) and values not in out:
                out.append(values)
        for values in self.seen.get(name, ()):
            kept = {key: value for key, value in values.items() if key in arguments}
            if kept and kept not in out and all(map(small, kept.values())):
                out.append(kept)
        return out[:EXAMPLES]

    def given(
        self, name: str, arguments: Sequence[str], within: ast.FunctionDef | None = None
    ) -> Iterator[dict[str, Any]]:
        """What each call of `name` but those `within` gives, by parameter; Unknown for what is no literal."""
        own = range(within.lineno, (within.end_lineno or within.lineno) + 1) if within else range(0)
        *owner, last = name.split(".")
        for call in self.found.get(owner[-1] if owner and last == "__init__" else last, ()):
            fits = len(call.args) <= len(arguments) and all(k.arg in arguments for k in call.keywords)
            if fits and getattr(call.func, "lineno", 0) not in own:
                named = dict(zip(arguments, call.args, strict=False))
                named |= {k.arg: k.value for k in call.keywords}
                yield {key: literal(node) for key, node in named.items()}

    def starts(self, node: ast.FunctionDef, arguments: Sequence[str]) -> dict[str, str]:
        """What a recursive function begins with: the value that each of its callers gives, as source."""
        rows = [row for row in self.given(node.name, arguments, node) if Unknown in row.values()]
        calls = (n for n in walk(node) if rows and isinstance(n, ast.Call))
        if not any(kinds.last_name(call.func) == node.name for call in calls):
            return {}
        found = {
            name: {repr(row[name]) for row in rows if row.get(name, Unknown) is not Unknown}
            for name in arguments
        }
        return {
            name: min(several) for name, several in found.items() if len(several) == 1 and several <= FIRST
        }


def small(value: Any) -> bool:
    """Fit to be shown as an example input."""
    if isinstance(value, str):
        return len(value) <= 60
    if isinstance(value, list | tuple | set):
        return len(value) <= 16 and all(map(small, value))
    if isinstance(value, dict):
        return len(value) <= 12 and all(map(small, [*value, *value.values()]))
    return (
        value is None or isinstance(value, bool) or (isinstance(value, int | float) and abs(value) <= 10**9)
    )

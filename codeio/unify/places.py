"""Place: what the names in a function's body stand for.   names, loops, assignments -> Place, Link

A `Place` is something the body handles: a parameter, the elements of one, the keys or values of one. Places that
are indexed, compared or added to each other are remembered as links, from which related inputs are drawn.
"""

import ast
from collections import Counter
from typing import Literal

import msgspec

from codeio.unify import kinds
from codeio.walk import walk

Relation = Literal["below", "index", "column", "cut", "element", "length", "parallel", "part"]
FEW = 9  # items at most of what is picked by number
VIEWS = {"list", "sorted", "reversed", "tuple", "set", "iter", "deque", "array"}


STRING = frozenset([
    "upper", "lower", "split", "strip", "lstrip", "rstrip", "startswith", "endswith", "isdigit",
    "isalpha", "isalnum", "replace", "isupper", "islower", "title", "capitalize", "encode", "zfill",
    "swapcase", "casefold", "splitlines", "partition", "ljust", "rjust", "isspace", "center", "format",
    "isnumeric", "translate", "rsplit", "isdecimal",
])  # fmt: skip
LIST = frozenset(["append", "pop", "sort", "insert", "extend", "remove", "reverse"])
DICT = frozenset(["keys", "values", "items", "get", "update", "setdefault"])
SET = frozenset([
    "add", "discard", "union", "intersection", "difference", "issubset", "issuperset",
    "symmetric_difference",
])  # fmt: skip
NUMPY = frozenset(["shape", "T", "dot", "reshape", "ravel", "size", "ndim", "astype", "mean", "std"])
METHODS = (
    STRING | LIST | DICT | SET | NUMPY | {"count", "index", "find", "copy", "join", "left", "right", "next"}
)


class Link(msgspec.Struct, frozen=True):
    """Parameter `one` relates to parameter `other`: is an index of it, an element, its length ..."""

    one: str
    other: str
    how: Relation


class Place:
    """Something that the body handles, with votes for what it is."""

    def __init__(self, root: str = "", level: int = 0) -> None:
        self.root, self.level = root, level
        self.votes: Counter[str] = Counter()
        self.parts: dict[str, Place] = {}
        self.base = 0  # in which its digits are read, where the code says one
        self.width = 0  # items it is unpacked into, or that the code picks by number
        self.attributes: set[str] = set()
        self.constants: set[str | int] = set()  # that it is compared with, whether it is one of them

    def part(self, name: str) -> "Place":
        if name not in self.parts:
            self.parts[name] = Place(self.root, self.level + 1)
        return self.parts[name]

    @property
    def fixed(self) -> int:
        """How many items it has, where the code only picks them by number or unpacks them; 0 for any number."""
        open_ended = any(self.votes[name] for name in ("sequence", "iterable", "sized", "set", "array"))
        named = any(name[0] in ".[" for name in self.parts) or self.attributes & (STRING | LIST | DICT | SET)
        return self.width if 2 <= self.width <= FEW and not open_ended and not named else 0

    @property
    def whole(self) -> bool:
        """Is never looked into."""
        return not any(self.votes[name] for name in ("sequence", "iterable", "sized", "picked"))

    @property
    def element(self) -> "Place":
        return self.part("element")

    def vote(self, weight: float = 1.0, *names: str) -> None:
        for name in names:
            self.votes[name] += weight

    def merge(self, other: "Place", weight: float, depth: int = 0) -> None:
        """Take over what a helper's parameter says."""
        for name, votes in other.votes.items():
            self.votes[name] += weight * min(votes, 4)
        self.width = max(self.width, other.width)
        self.base = self.base or other.base
        self.attributes |= other.attributes
        self.constants |= other.constants
        if depth < 3:
            for name, part in other.parts.items():
                self.part(name).merge(part, weight, depth + 1)


class Binder(ast.NodeVisitor):
    """Follows what names of one function stand for, from the places that are known at its start."""

    def __init__(self, names: dict[str, Place]) -> None:
        self.places = names
        self.links: set[Link] = set()

    def place(self, node: ast.expr | None) -> Place | None:
        """The place that an expression denotes."""
        if isinstance(node, ast.Name):
            return self.places.get(node.id)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            return self.places.get(f"self.{node.attr}")
        if isinstance(node, ast.Attribute) and node.attr not in METHODS and (base := self.place(node.value)):
            return base.part(f".{node.attr}")
        if isinstance(node, ast.Subscript) and (base := self.place(node.value)):
            if isinstance(node.slice, ast.Slice):
                return base
            text = isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
            if isinstance(node.slice, ast.Tuple):
                return base.element.element
            return base.part(f"[{node.slice.value}]") if text else base.element
        if isinstance(node, ast.Call):
            return self.view(node)
        return None

    def view(self, node: ast.Call) -> Place | None:
        """A call that gives the same items: `sorted(x)`, `x.copy()`."""
        name = kinds.last_name(node.func)
        if isinstance(node.func, ast.Attribute) and name in ("copy", "tolist", "strip", "lower", "upper"):
            return self.place(node.func.value)
        if name in ("copy", "deepcopy") and node.args:
            return self.place(node.args[0])
        if name in VIEWS and len(node.args) >= 1 and (source := self.place(node.args[0])):
            shadow = Place(source.root, source.level)
            shadow.parts = source.parts
            return shadow
        return None

    def iterated(self, node: ast.expr) -> Place | None:
        """The place of what a loop over `node` takes in turn."""
        if isinstance(node, ast.Call):
            name = kinds.last_name(node.func)
            if isinstance(node.func, ast.Attribute) and name in ("keys", "values", "items"):
                return self.entries(node.func.value, name)
            if name == "enumerate" and node.args and (base := self.place(node.args[0])):
                base.vote(1, "iterable")
                pair = Place()
                pair.parts = {"0": Place(), "1": base.element}
                return pair
            if name == "zip":
                return self.zipped(node)
        base = self.place(node)
        if base is None:
            return None
        base.vote(1, "iterable")
        return base.element

    def entries(self, node: ast.expr, name: str) -> Place | None:
        """What a loop over `node.keys()`, `node.values()` or `node.items()` takes in turn."""
        base = self.place(node)
        if base is None:
            return None
        base.vote(3, "dict")
        pair = Place()
        pair.parts = {"0": base.part("key"), "1": base.part("value")}
        return {"keys": base.part("key"), "values": base.part("value"), "items": pair}[name]

    def zipped(self, node: ast.Call) -> Place:
        row = Place()
        roots = []
        for number, part in enumerate(node.args):
            if base := self.place(part):
                base.vote(1, "iterable")
                row.parts[str(number)] = base.element
                roots.append(base)
        for one in roots[1:]:
            self.link(roots[0], one, "parallel")
        return row

    def bind(self, target: ast.expr, place: Place | None) -> None:
        """Names of a loop or assignment target stand for a place."""
        if place is None:
            return
        if isinstance(target, ast.Name):
            self.places.setdefault(target.id, place)
        elif isinstance(target, ast.Tuple | ast.List):
            if not any(key in place.parts for key in ("0", "1")):
                place.width = max(place.width, len(target.elts))
                place.vote(1.5, "picked")
            for number, item in enumerate(target.elts):
                self.bind(item, place.parts.get(str(number)) or place.element)

    def link(self, one: Place, other: Place, how: Relation) -> None:
        if one.root and other.root and one.root != other.root:
            self.links.add(Link(one.root, other.root, how))

    def visit_For(self, node: ast.For) -> None:
        self.bind(node.target, self.iterated(node.iter))
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self.bind(node.target, self.iterated(node.iter))
        self.generic_visit(node)

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        """The loops first: they say what the names in the item stand for."""
        for part in node.generators:
            self.visit(part)
        for item in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self.visit(item)

    visit_SetComp = visit_GeneratorExp = visit_DictComp = visit_ListComp

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                for name, value in zip(target.elts, node.value.elts, strict=False):
                    self.bind(name, self.place(value))
            elif isinstance(target, ast.Name | ast.Tuple):
                self.bind(target, self.place(node.value))
        self.generic_visit(node)


def attributes(init: ast.FunctionDef, places: dict[str, Place]) -> dict[str, Place]:
    """`self.x` that simply keep a constructor parameter, as places."""
    found = {}
    for node in walk(init):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in places:
            for target in node.targets:
                if isinstance(target, ast.Attribute) and kinds.last_name(target.value) == "self":
                    found[f"self.{target.attr}"] = places[node.value.id]
    return found

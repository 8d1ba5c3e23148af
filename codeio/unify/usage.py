"""Usage: what the body of a function does with a parameter says what it is.   function -> votes per kind

A `Place` is something the body handles: a parameter, the elements of one, the keys or values of one. Places that
are indexed, compared or added to each other are remembered as links, from which related inputs are drawn.
"""

import ast
from collections import Counter
from typing import Literal

import msgspec

from codeio.unify import kinds
from codeio.unify.kinds import Kind

Relation = Literal["index", "element", "length", "parallel", "part"]
STRING = set(
    [
        "upper",
        "lower",
        "split",
        "strip",
        "lstrip",
        "rstrip",
        "startswith",
        "endswith",
        "isdigit",
        "isalpha",
        "isalnum",
        "replace",
        "isupper",
        "islower",
        "title",
        "capitalize",
        "encode",
        "zfill",
        "swapcase",
        "casefold",
        "splitlines",
        "partition",
        "ljust",
        "rjust",
        "isspace",
        "center",
        "format",
        "isnumeric",
        "translate",
        "rsplit",
        "isdecimal",
    ]
)
LIST = set(["append", "pop", "sort", "insert", "extend", "remove", "reverse"])
DICT = set(["keys", "values", "items", "get", "update", "setdefault"])
SET = set(
    [
        "add",
        "discard",
        "union",
        "intersection",
        "difference",
        "issubset",
        "issuperset",
        "symmetric_difference",
    ]
)
NUMPY = set(["shape", "T", "dot", "reshape", "ravel", "size", "ndim", "astype", "mean", "std"])
INTEGER = {"range", "xrange", "bin", "hex", "oct", "chr", "divmod", "factorial", "isqrt", "comb"}
NUMERIC = {"abs", "round", "pow", "sqrt", "gcd", "floor", "ceil", "log", "sin", "cos", "exp", "log10", "log2"}
WHOLE = {
    "sum",
    "max",
    "min",
    "sorted",
    "set",
    "list",
    "tuple",
    "Counter",
    "deque",
    "heapify",
    "enumerate",
    "zip",
}
VIEWS = {"list", "sorted", "reversed", "tuple", "set", "iter", "deque", "copy", "deepcopy", "array"}
DEPTH = 3  # of calls followed into helpers


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
        self.width = 0  # items it is unpacked into
        self.attributes: set[str] = set()

    def part(self, name: str) -> "Place":
        if name not in self.parts:
            self.parts[name] = Place(self.root, self.level + 1)
        return self.parts[name]

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
        self.width = self.width or other.width
        if depth < 3:
            for name, part in other.parts.items():
                self.part(name).merge(part, weight, depth + 1)


class Reader(ast.NodeVisitor):
    """Collects votes from one function; `helpers` are the other functions of the module by name."""

    def __init__(self, names: dict[str, Place], helpers: dict[str, ast.FunctionDef], depth: int) -> None:
        self.places = names
        self.helpers, self.depth = helpers, depth
        self.links: set[Link] = set()

    def place(self, node: ast.expr | None) -> Place | None:
        """The place that an expression denotes."""
        if isinstance(node, ast.Name):
            return self.places.get(node.id)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            return self.places.get(f"self.{node.attr}")
        if isinstance(node, ast.Subscript) and (base := self.place(node.value)):
            if isinstance(node.slice, ast.Slice):
                return base
            text = isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
            if isinstance(node.slice, ast.Tuple):
                return base.element.element
            return base.part("value") if text else base.element
        if isinstance(node, ast.Call):
            return self.view(node)
        return None

    def view(self, node: ast.Call) -> Place | None:
        """A call that gives the same items: `sorted(x)`, `x.copy()`."""
        name = kinds.last_name(node.func)
        if isinstance(node.func, ast.Attribute) and name in ("copy", "tolist", "strip", "lower", "upper"):
            return self.place(node.func.value)
        if name in VIEWS and len(node.args) >= 1 and (source := self.place(node.args[0])):
            shadow = Place(source.root, source.level)
            shadow.parts = source.parts
            return shadow
        return None

    def iterated(self, node: ast.expr) -> Place | None:
        """The place of what a loop over `node` takes in turn."""
        if isinstance(node, ast.Call):
            name = kinds.last_name(node.func)
            if isinstance(node.func, ast.Attribute) and (base := self.place(node.func.value)):
                if name in ("keys", "values", "items"):
                    base.vote(3, "dict")
                    pair = Place()
                    pair.parts = {"0": base.part("key"), "1": base.part("value")}
                    return {"keys": base.part("key"), "values": base.part("value"), "items": pair}[name]
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
                place.width = len(target.elts)
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

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name | ast.Tuple):
                self.bind(target, self.place(node.value))
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if base := self.place(node.value):
            name = node.attr
            base.attributes.add(name)
            for table, kind in (
                (STRING, "str"),
                (LIST, "list"),
                (DICT, "dict"),
                (SET, "set"),
                (NUMPY, "array"),
            ):
                if name in table:
                    base.vote(3, kind)
            if name in ("left", "right"):
                base.vote(6, "tree")
            elif name == "next":
                base.vote(6, "linked")
            elif name not in STRING | LIST | DICT | SET | NUMPY | {"count", "index", "find", "copy", "join"}:
                base.vote(1, "object")
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        base, index = self.place(node.value), node.slice
        if base:
            if isinstance(index, ast.Slice):
                base.vote(1, "sequence")
            elif isinstance(index, ast.Constant) and isinstance(index.value, str):
                base.vote(4, "dict")
            elif isinstance(index, ast.Tuple):
                base.vote(4, "array")
            else:
                base.vote(1.5, "sequence")
                base.vote(0.3, "dict")
                if isinstance(node.ctx, ast.Store | ast.Del):
                    base.vote(2, "list")
                    base.vote(0.7, "dict")
        for part in [index.lower, index.upper] if isinstance(index, ast.Slice) else [index]:
            if part is not None and (inner := self.place(part)):
                inner.vote(2, "int")
                if base:
                    self.link(inner, base, "index")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = kinds.last_name(node.func)
        base = self.place(node.func)
        if base:
            base.vote(6, "function")
        for number, part in enumerate(node.args):
            if place := self.place(part):
                self.argument(place, name, node, number)
        self.generic_visit(node)

    def argument(self, place: Place, name: str, node: ast.Call, number: int) -> None:
        """Votes of `place` being an argument of a call."""
        if name in ("isinstance", "issubclass") and number == 0 and len(node.args) == 2:
            checks = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]
            for check in checks:
                if found := kinds.of_annotation(check):
                    place.vote(2, found.name)
        elif name == "len":
            place.vote(1, "sized")
        elif name in INTEGER:
            place.vote(4, "int")
        elif name in NUMERIC:
            place.vote(2, "int")
            place.vote(1, "float")
        elif name in WHOLE and len(node.args) == 1:
            place.vote(1.5, "iterable")
            if name == "sum":
                place.element.vote(2, "int")
                place.vote(1, "list")
        elif name == "int":
            place.vote(1, "digits", "int")
        elif name == "float":
            place.vote(1, "float")
        elif name == "str":
            place.vote(1.5, "int")
        elif name == "ord":
            place.vote(4, "char")
        elif name == "join":
            place.vote(2, "list")
            place.element.vote(3, "str")
        elif name in ("append", "add", "push", "appendleft", "heappush", "print"):
            pass
        elif isinstance(node.func, ast.Attribute) and kinds.last_name(node.func.value) == "re":
            place.vote(3, "str")
        elif isinstance(node.func, ast.Attribute) and kinds.last_name(node.func.value) in ("np", "numpy"):
            place.vote(1.5, "array")
            place.vote(1, "list", "float")
        elif name in self.helpers and self.depth < DEPTH:
            self.follow(place, self.helpers[name], number)

    def follow(self, place: Place, helper: ast.FunctionDef, number: int) -> None:
        """What the helper that gets `place` does with it."""
        names = [a.arg for a in helper.args.args]
        number += bool(names) and names[0] == "self"
        if number < len(names):
            read, _ = read_function(helper, self.helpers, self.depth + 1)
            if names[number] in read:
                place.merge(read[names[number]], 0.8)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if place := self.place(one):
                self.operand(place, other, node.op, one is node.left)
        self.generic_visit(node)

    def operand(self, place: Place, other: ast.expr, op: ast.operator, first: bool) -> None:
        if isinstance(other, ast.JoinedStr) or (
            isinstance(other, ast.Constant) and isinstance(other.value, str)
        ):
            if isinstance(op, ast.Add) or (isinstance(op, ast.Mult) is False and first):
                place.vote(4, "str")
            elif isinstance(op, ast.Mult):
                place.vote(3, "int")
        elif isinstance(other, ast.List | ast.ListComp):
            place.vote(4, "list") if isinstance(op, ast.Add) else place.vote(3, "int")
        elif isinstance(other, ast.Constant) and isinstance(other.value, float):
            place.vote(4, "float")
        elif isinstance(other, ast.Constant):
            place.vote(3, "int")
            place.vote(1, "float") if isinstance(op, ast.Div | ast.Pow) else None
        elif isinstance(
            op, ast.Mod | ast.FloorDiv | ast.BitAnd | ast.BitOr | ast.BitXor | ast.LShift | ast.RShift
        ):
            place.vote(2.5, "int")
        else:
            place.vote(1.5, "int")
            place.vote(0.8, "float")
            place.vote(0.3, "str") if isinstance(op, ast.Add) else None

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if (place := self.place(node.operand)) and isinstance(node.op, ast.USub | ast.Invert):
            place.vote(2, "int")
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if place := self.place(node.target):
            self.operand(place, node.value, node.op, True)
        if (place := self.place(node.value)) and isinstance(node.op, ast.Add | ast.Sub | ast.Mult):
            place.vote(1.2, "int")
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        for op, one, other in zip(node.ops, sides, sides[1:], strict=False):
            if isinstance(op, ast.In | ast.NotIn):
                self.member(one, other)
            elif not isinstance(op, ast.Is | ast.IsNot):
                for left, right in ((one, other), (other, one)):
                    if place := self.place(left):
                        self.compared(place, right, op)
        self.generic_visit(node)

    def member(self, one: ast.expr, other: ast.expr) -> None:
        item, whole = self.place(one), self.place(other)
        if whole:
            whole.vote(0.7, "iterable")
            whole.vote(0.3, "dict")
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                whole.vote(2, "str")
        if item and whole:
            self.link(item, whole, "element")
        if item and isinstance(other, ast.Constant) and isinstance(other.value, str):
            item.vote(3, "char")
        if item and isinstance(other, ast.List | ast.Tuple | ast.Set) and other.elts:
            self.compared(item, other.elts[0], ast.Eq())

    def compared(self, place: Place, other: ast.expr, op: ast.cmpop) -> None:
        if isinstance(other, ast.UnaryOp):
            other = other.operand
        if isinstance(other, ast.Constant):
            value = other.value
            if isinstance(value, str):
                place.vote(3, "char" if len(value) == 1 else "str")
            elif isinstance(value, bool):
                place.vote(2, "bool")
            elif isinstance(value, int | float):
                place.vote(3, "int" if isinstance(value, int) else "float")
            return
        if isinstance(other, ast.List | ast.ListComp):
            place.vote(2, "list")
        elif isinstance(other, ast.Call) and kinds.last_name(other.func) == "len":
            place.vote(3, "int")
            if whole := self.place(other.args[0] if other.args else None):
                self.link(place, whole, "length")
        elif isinstance(op, ast.Lt | ast.Gt | ast.LtE | ast.GtE):
            place.vote(1.2, "int")
            place.vote(0.4, "float")
        if mate := self.place(other):
            if mate.level > place.level:
                self.link(place, mate, "element")
            elif isinstance(op, ast.Eq) and mate.level == place.level:
                self.link(place, mate, "part")


def read_function(
    node: ast.FunctionDef,
    helpers: dict[str, ast.FunctionDef],
    depth: int = 0,
    known: dict[str, Place] | None = None,
) -> tuple[dict[str, Place], set[Link]]:
    """Places of the parameters of `node` by name, and the links between them.

    `known` adds places that exist already: attributes of `self` that hold constructor parameters.
    """
    names = [
        a.arg for a in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs] if a.arg != "self"
    ]
    places = {name: Place(name) for name in names}
    if node.args.vararg:
        names.append(node.args.vararg.arg)
        places[node.args.vararg.arg] = Place(node.args.vararg.arg)
    reader = Reader({**(known or {}), **places}, helpers, depth)
    for child in node.body:  # twice: a name may be used above the line that says what it stands for
        reader.visit(child)
    return {name: reader.places[name] for name in names}, reader.links


def attributes(init: ast.FunctionDef, places: dict[str, Place]) -> dict[str, Place]:
    """`self.x` that simply keep a constructor parameter, as places."""
    found = {}
    for node in ast.walk(init):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in places:
            for target in node.targets:
                if isinstance(target, ast.Attribute) and kinds.last_name(target.value) == "self":
                    found[f"self.{target.attr}"] = places[node.value.id]
    return found


def ranked(place: Place, depth: int = 0) -> list[tuple[Kind, float]]:
    """Kinds by weight, likeliest first."""
    v = place.votes
    parts = place.parts
    inner = ranked(parts["element"], depth + 1) if "element" in parts and depth < 3 else []
    element = inner[0][0] if inner else kinds.INT
    width = parts["element"].width if "element" in parts else 0
    if width >= 2:
        element = Kind("tuple", (inner[0][0] if inner else kinds.INT,) * min(width, 4))
    text = element in (kinds.CHAR, kinds.STR, kinds.DIGITS)
    open_ended = v["sequence"] + v["iterable"] + 0.8 * v["sized"]
    scores: Counter[Kind] = Counter()
    scores[kinds.INT] += v["int"] + 0.3 * v["number"]
    scores[kinds.FLOAT] += v["float"] + 0.25 * v["int"] * bool(v["float"])
    scores[kinds.BOOL] += v["bool"]
    scores[kinds.CHAR] += v["char"]
    scores[kinds.DIGITS] += 0.9 * v["digits"] + (open_ended and element == kinds.DIGITS) * 2
    scores[kinds.STR] += (
        v["str"] + 0.6 * v["char"] + open_ended * (0.9 if text else 0.45) + text * (element == kinds.CHAR)
    )
    scores[kinds.listed(element)] += v["list"] + open_ended * (0.5 if element == kinds.CHAR else 1)
    if len(inner) > 1 and inner[1][1] > 0.5 * inner[0][1]:
        scores[kinds.listed(inner[1][0])] += 0.8 * (v["list"] + open_ended)
    scores[Kind("set", (element,))] += v["set"]
    if v["dict"]:
        scores[mapping(parts, depth)] += v["dict"]
    scores[kinds.TREE] += v["tree"]
    scores[kinds.LINKED] += v["linked"]
    scores[kinds.FUNCTION] += v["function"]
    scores[kinds.ARRAY] += v["array"]
    scores[kinds.MATRIX] += v["array"] * (1.2 if element in (kinds.INTS, kinds.ARRAY) else 0.8)
    return [(kind, weight) for kind, weight in scores.most_common(6) if weight > 0.4]


def mapping(parts: dict[str, Place], depth: int) -> Kind:
    keys = ranked(parts["key"], depth + 1) if "key" in parts and depth < 3 else []
    held = parts.get("value") or parts.get("element")
    values = ranked(held, depth + 1) if held and depth < 3 else []
    return Kind("dict", (keys[0][0] if keys else kinds.STR, values[0][0] if values else kinds.INT))

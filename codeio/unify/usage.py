"""Usage: what the body of a function does with a parameter says what it is.   function -> votes per place"""

import ast
from collections.abc import Mapping

from codeio.unify import kinds
from codeio.unify.compare import RECKONED, Comparer
from codeio.unify.places import DICT, LIST, METHODS, NUMPY, SET, STRING, Link, Place
from codeio.walk import walk

INTEGER = {"range", "xrange", "bin", "hex", "oct", "chr", "divmod", "factorial", "isqrt", "comb"}
NUMERIC = {"abs", "round", "pow", "sqrt", "gcd", "floor", "ceil", "log", "sin", "cos", "exp", "log10", "log2"}
WHOLE = {
    "sum", "max", "min", "sorted", "set", "list", "tuple", "Counter", "deque", "heapify", "enumerate", "zip",
}  # fmt: skip
BY_ITEM = {"sorted", "sort", "max", "min", "map", "filter"}  # call a function with one item after the other
# of numpy: for several numbers
REDUCES = {"sum", "mean", "std", "var", "dot", "norm", "argmax", "argmin", "cumsum"}
SPELT = {"0": "0123456789", "a": "abcdxyz", "A": "ABCDXYZ"}  # characters that are counted from this one
ALPHABETS = SPELT | {ord(first): several for first, several in SPELT.items()}
DEPTH = 3  # of calls followed into helpers
STORED, HANDED_ON = "[]=", "()"  # noted as attributes: items are set; the same goes into a recursive call
SHARE, DIGITWISE = "1-", "%10"  # noted where it is taken from 1; where its digits are gone through
GENTLE, STEEP = "exp", {"exp", "tanh", "sigmoid"}  # noted where a few units more or less are all
HEAP, HEAPED = "heap", {"heappush", "heappop", "heapreplace", "heappushpop"}  # noted where it has to be one


class Helpers(dict[str, ast.FunctionDef]):
    """The functions of a module by name, each read once for all that call it; `fixed`: literals behind its names."""

    def __init__(self, functions: Mapping[str, ast.FunctionDef], fixed: Mapping[str, ast.expr]) -> None:
        super().__init__(functions)
        self.fixed = fixed
        self.known: dict[tuple[str, int], dict[str, Place]] = {}

    def read(self, name: str, depth: int) -> dict[str, Place]:
        """Places of the parameters of `name`, called from a function so deep."""
        if (name, depth) not in self.known:
            self.known[name, depth], _ = read_function(self[name], self, depth)
        return self.known[name, depth]


class Reader(Comparer):
    """Collects votes from one function; `helpers` are the other functions of the module by name."""

    def __init__(self, own: str, names: dict[str, Place], helpers: Helpers, depth: int) -> None:
        super().__init__(names, helpers.fixed)
        self.own, self.helpers, self.depth = own, helpers, depth
        self.indexed: dict[str, Place] = {}  # by the name of the index

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
            elif name not in METHODS:
                base.vote(2, "object")
                base.part(f".{name}")
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        base, index = self.place(node.value), node.slice
        self.digits_of(node.value)
        if not base:
            self.looked_up(node.value, index)
        else:
            if isinstance(index, ast.Slice):
                base.vote(1, "sequence")
            elif isinstance(index, ast.Constant) and isinstance(index.value, str):
                base.vote(4, "dict")
            elif isinstance(index, ast.Tuple):
                base.vote(4, "array")
            elif type(value := getattr(index, "value", None)) is int and not isinstance(node.ctx, ast.Del):
                base.vote(1.5, "picked")
                base.width = max(base.width, value + 1)
                base.vote(0.3, "dict")
                base.vote(2 * isinstance(node.ctx, ast.Store), "list")
                base.attributes |= {STORED} if isinstance(node.ctx, ast.Store) else set()
            else:
                base.vote(1.5, "sequence")
                base.vote(0.3, "dict")
                if isinstance(index, ast.Name) and not base.level:
                    self.link(base, self.indexed.setdefault(index.id, base), "parallel")
                if isinstance(node.ctx, ast.Store | ast.Del):
                    base.vote(2, "list")
                    base.vote(0.7, "dict")
                    base.attributes.add(STORED)
        for part in [index.lower, index.upper] if isinstance(index, ast.Slice) else [index]:
            if part is not None and (inner := self.place(part)):
                inner.vote(2, "int")
                if base:
                    how = "cut" if isinstance(index, ast.Slice) else "index"
                    self.link(inner, base, "column" if base.level else how)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = kinds.last_name(node.func)
        base = self.place(node.func)
        if base:
            base.vote(6, "function")
        self.given_items(node, name)
        if name in STEEP and node.args:
            power = node.args[0].operand if isinstance(node.args[0], ast.UnaryOp) else node.args[0]
            if place := self.place(power):
                place.vote(4, "float")
                place.attributes.add(GENTLE)
        if name in WHOLE | BY_ITEM | {"len", "reversed"}:
            for part in node.args:
                self.digits_of(part)
        if name == "zip":
            self.zipped(node)
        if name == "get" and node.args and isinstance(node.func, ast.Attribute):
            self.looked_up(node.func.value, node.args[0])
        if name in REDUCES and ast.unparse(node.func).split(".")[0] in ("np", "numpy"):
            inside = (self.place(n) for part in node.args for n in walk(part) if isinstance(n, ast.Name))
            for place in filter(None, inside):
                place.vote(6, "array")
        for number, part in enumerate(node.args):
            longer = isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add) and self.place(part.left)
            if longer and name == self.own:
                longer.attributes |= {HANDED_ON, "extend"}
            if place := self.place(part):
                self.argument(place, name, node, number)
                place.attributes |= {HANDED_ON} if name == self.own else set()
        self.generic_visit(node)

    def digits_of(self, node: ast.expr) -> None:
        """`len(str(n))`, `str(n)[0]`, `for digit in str(n)`."""
        text = isinstance(node, ast.Call) and kinds.last_name(node.func) == "str" and node.args
        if text and (place := self.place(node.args[0])):
            place.attributes.add(DIGITWISE)

    def visit_For(self, node: ast.For) -> None:
        self.digits_of(node.iter)
        super().visit_For(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self.digits_of(node.iter)
        super().visit_comprehension(node)

    def given_items(self, node: ast.Call, name: str) -> None:
        """`sorted(points, key=lambda p: p[0])`: what such a function is called with."""
        if name in BY_ITEM:
            values = [*node.args, *(keyword.value for keyword in node.keywords)]
            source = node.func if isinstance(node.func, ast.Attribute) else ast.Tuple(node.args)
            places = [self.place(n) for n in ast.iter_child_nodes(source)]
            whole = next((place for place in places if place), None)
            for inner in values if whole else ():
                if isinstance(inner, ast.Lambda) and len(inner.args.args) == 1:
                    self.bind(ast.Name(inner.args.args[0].arg), whole.element)

    def argument(self, place: Place, name: str, node: ast.Call, number: int) -> None:
        """Votes of `place` being an argument of a call."""
        if name in ("isinstance", "issubclass") and number == 0 and len(node.args) == 2:
            checks = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]
            for found in filter(None, map(kinds.of_annotation, checks)):
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
            others = [*node.args[1:], *(keyword.value for keyword in node.keywords)]
            bases = (getattr(n, "value", None) for n in others)
            place.base = next((base for base in bases if type(base) is int), place.base)
        elif name == "float":
            place.vote(1, "float")
        elif name == "str":
            place.vote(1.5, "int")
        elif name == "ord":
            place.vote(4, "char")
        elif name == "join":
            place.vote(2, "list")
            place.element.vote(3, "str")
        elif name in HEAPED and number == 0:
            place.vote(2, "list")
            place.attributes.add(HEAP)
        elif name in ("append", "add", "push", "appendleft", "heappush", "print"):
            pass
        elif isinstance(node.func, ast.Attribute) and kinds.last_name(node.func.value) == "re":
            place.vote(3, "str")
        elif isinstance(node.func, ast.Attribute) and kinds.last_name(node.func.value) in ("np", "numpy"):
            place.vote(1.5, "array")
            place.vote(1, "list", "float")
        elif name in self.helpers and self.depth < DEPTH:
            self.follow(place, name, number)

    def follow(self, place: Place, helper: str, number: int) -> None:
        """What the helper that gets `place` does with it."""
        names = [a.arg for a in self.helpers[helper].args.args]
        number += bool(names) and names[0] == "self"
        if number < len(names):
            read = self.helpers.read(helper, self.depth + 1)
            if names[number] in read:
                place.merge(read[names[number]], 0.8)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self.counted(node)
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if (
                (place := self.place(one))
                and isinstance(one, ast.Subscript)
                and isinstance(one.slice, ast.Slice)
            ):
                place.vote(1.5, "sequence")  # a part, to which another is put
            elif place:
                self.operand(place, other, node.op, one is node.left)
        self.generic_visit(node)

    def counted(self, node: ast.BinOp) -> None:
        """`ord(c) - ord("a")`, `ord(c) - 48`: a letter, a digit."""
        first = ordinal(node.right) or node.right
        known = ALPHABETS.get(getattr(first, "value", None)) if isinstance(node.op, ast.Sub) else None
        left = node.left.right if isinstance(node.left, ast.BinOp) else node.left  # x * 10 + ord(c) - 48
        if known and (place := self.place(ordinal(left))):
            place.constants |= set(known)

    def operand(self, place: Place, other: ast.expr, op: ast.operator, first: bool) -> None:
        rest = isinstance(op, ast.Sub) and not first and getattr(other, "value", None) == 1
        place.attributes |= {RECKONED, SHARE} if rest else {RECKONED}
        cut = getattr(other, "value", None) if first else None
        shorter = isinstance(op, ast.RShift) or (isinstance(op, ast.FloorDiv) and cut in (2, 8, 16))
        if (shorter and cut) or (isinstance(op, ast.Mod | ast.FloorDiv) and cut == 10):
            place.attributes.add(DIGITWISE)
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
        if isinstance(node.op, ast.Not):
            self.tested(node.operand)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if place := self.place(node.target):
            self.operand(place, node.value, node.op, True)
        if (place := self.place(node.value)) and isinstance(node.op, ast.Add | ast.Sub | ast.Mult):
            place.vote(1.2, "int")
        self.generic_visit(node)


def ordinal(node: ast.expr) -> ast.expr | None:
    """What `ord` is taken of."""
    called = isinstance(node, ast.Call) and kinds.last_name(node.func) == "ord" and node.args
    return node.args[0] if called else None


def read_function(
    node: ast.FunctionDef,
    helpers: Helpers,
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
    reader = Reader(node.name, {**(known or {}), **places}, helpers, depth)
    for child in node.body:  # twice: a name may be used above the line that says what it stands for
        reader.visit(child)
    return {name: reader.places[name] for name in names}, reader.links


def attributes(init: ast.FunctionDef, places: dict[str, Place]) -> dict[str, Place]:
    """`self.x` that simply keep a constructor parameter, as places."""
    found = {}
    for node in walk(init):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in places:
            for target in node.targets:
                if isinstance(target, ast.Attribute) and kinds.last_name(target.value) == "self":
                    found[f"self.{target.attr}"] = places[node.value.id]
    return found

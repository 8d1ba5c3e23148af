"""Usage: what the body of a function does with a parameter says what it is.   function -> votes per place"""

import ast
from collections.abc import Mapping, Sequence

from codeio.unify import kinds, notes
from codeio.unify.compare import checked
from codeio.unify.literals import literal
from codeio.unify.places import DICT, LIST, METHODS, NUMPY, SET, STRING, Link, Place
from codeio.unify.spelling import Speller
from codeio.walk import walk

INTEGER = {"range", "xrange", "bin", "hex", "oct", "chr", "divmod", "factorial", "isqrt", "comb"}
NUMERIC = {"abs", "round", "pow", "sqrt", "gcd", "floor", "ceil", "log", "sin", "cos", "exp", "log10", "log2"}
WHOLE = {
    "sum", "max", "min", "sorted", "set", "list", "tuple", "Counter", "deque", "heapify", "enumerate", "zip",
}  # fmt: skip
BY_ITEM = {"sorted", "sort", "max", "min", "map", "filter"}  # call a function with one item after the other
# of numpy: for several numbers
REDUCES = {"sum", "mean", "std", "var", "dot", "norm", "argmax", "argmin", "cumsum"}
DEPTH = 3  # of calls followed into helpers
STEEP = {"exp", "tanh", "sigmoid"}
HEAPED = {"heappush", "heappop", "heapreplace", "heappushpop"}


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


class Reader(Speller):
    """Collects votes from one function; `helpers` are the other functions of the module by name."""

    def __init__(self, own: str, names: dict[str, Place], helpers: Helpers, depth: int) -> None:
        super().__init__(names, helpers.fixed)
        self.own, self.helpers, self.depth = own, helpers, depth
        self.indexed: dict[str, Place] = {}  # by the name of the index
        self.rounds: dict[str, int] = {}  # how far a loop counts, by the name that does

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
        if base and not base.level and not isinstance(index, ast.Slice | ast.Tuple):
            own = filter(None, map(self.place, walk(index)))
            base.attributes |= {
                notes.OWN_PLACES for place in own if place.root == base.root and place.level == 1
            }
        if not base:
            self.looked_up(node.value, index)
        else:
            if isinstance(index, ast.Slice):
                base.vote(1, "sequence")
            elif isinstance(index, ast.Constant) and isinstance(index.value, str):
                base.vote(4, "dict")
            elif isinstance(index, ast.Tuple):
                base.vote(4, "array")
                self.cell(base, index.elts)
            elif not isinstance(node.ctx, ast.Del) and (most := self.most(index)):
                base.vote(1.5, "picked")
                base.width = max(base.width, most)
                base.vote(0.3, "dict")
                base.vote(2 * isinstance(node.ctx, ast.Store), "list")
                base.attributes |= {notes.STORED} if isinstance(node.ctx, ast.Store) else set()
            else:
                base.vote(1.5, "sequence")
                base.vote(0.3, "dict")
                if isinstance(index, ast.Name) and not base.level:
                    self.link(base, self.indexed.setdefault(index.id, base), "parallel")
                if isinstance(node.ctx, ast.Store | ast.Del):
                    base.vote(2, "list")
                    base.vote(0.7, "dict")
                    base.attributes.add(notes.STORED)
        for part in [index.lower, index.upper] if isinstance(index, ast.Slice) else [index]:
            if part is not None and (inner := self.place(part)):
                inner.vote(2, "int")
                if base:
                    how = "cut" if isinstance(index, ast.Slice) else "index"
                    self.link(inner, base, "column" if base.level else how)
        self.generic_visit(node)

    def most(self, index: ast.expr) -> int:
        """How many items `x[2]` asks for at least, or `x[i]` in a loop over range(3); 0 where nothing tells."""
        number = getattr(index, "value", None)
        return number + 1 if type(number) is int else self.rounds.get(getattr(index, "id", ""), 0)

    def visit_For(self, node: ast.For) -> None:
        self.counts(node.target, node.iter)
        super().visit_For(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self.counts(node.target, node.iter)
        super().visit_comprehension(node)

    def counts(self, target: ast.expr, over: ast.expr) -> None:
        """Remembers how far a loop counts; a name that also counts otherwise tells nothing."""
        if (
            isinstance(target, ast.Name)
            and isinstance(over, ast.Call)
            and kinds.last_name(over.func) == "range"
        ):
            end = literal(self.meant(over.args[min(1, len(over.args) - 1)])) if over.args else 0
            known = self.rounds.get(target.id, end)
            self.rounds[target.id] = end if type(end) is int and end == known and len(over.args) < 3 else 0

    def cell(self, base: Place, at: Sequence[ast.expr]) -> None:
        """`m[1, 0]`: so many rows and columns at least, and so many at all where all are picked by number."""
        for place, part in zip((base, base.element), at, strict=False):
            if type(number := getattr(part, "value", None)) is int:
                place.width = max(place.width, number + 1)
            else:
                place.attributes.add(notes.EVERY)

    def visit_Call(self, node: ast.Call) -> None:
        name = kinds.last_name(node.func)
        base = self.place(node.func)
        if base:
            base.vote(6, "function")
        self.given_items(node, name)
        if name in STEEP and node.args:
            power = node.args[0].operand if isinstance(node.args[0], ast.UnaryOp) else node.args[0]
            for place in filter(None, map(self.place, walk(power))):
                place.vote(4 if place is self.place(power) else 1, "float")
                place.attributes.add(notes.GENTLE)
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
                longer.attributes |= {notes.HANDED_ON, "extend"}
            if place := self.place(part):
                self.argument(place, name, node, number)
                place.attributes |= {notes.HANDED_ON} if name == self.own else set()
        super().visit_Call(node)

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
            checked(place, node.args[1])
        elif name == "len":
            place.vote(1, "sized")
            if getattr(getattr(node.args[0], "slice", None), "value", None) == 0:
                self.place(node.args[0].value).attributes.add(notes.ROWS)
        elif name in INTEGER:
            place.vote(4, "int")
            place.attributes |= {notes.COUNTED} if name in ("range", "xrange") else set()
        elif name in NUMERIC:
            place.vote(1, "int", "float")
            place.vote(1, "float" if (name, len(node.args)) == ("round", 2) else "int")
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
            place.attributes.add(notes.HEAP)
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

    def operand(self, place: Place, other: ast.expr, op: ast.operator, first: bool) -> None:
        rest = isinstance(op, ast.Sub) and not first and getattr(other, "value", None) == 1
        place.attributes |= {notes.RECKONED, notes.SHARE} if rest else {notes.RECKONED}
        cut = getattr(other, "value", None) if first else None
        shorter = isinstance(op, ast.RShift) or (isinstance(op, ast.FloorDiv) and cut in (2, 8, 16))
        if (shorter and cut) or (isinstance(op, ast.Mod | ast.FloorDiv) and cut == 10):
            place.attributes.add(notes.DIGITWISE)
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

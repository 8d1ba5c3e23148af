"""Lift: what a script reads or fixes, as parameters of a function.   tree -> tree that also has functions for it

`n = int(input())` makes `n: int` a parameter, `limit = 1000` makes it one with a default. What a script prints is
then what its function prints. One test case of many is taken: the loop over the cases goes.
"""

import ast
import copy
from collections import Counter
from collections.abc import Iterator, Sequence

from codeio.unify import kinds
from codeio.unify.reads import Read, read
from codeio.unify.scope import Definition, free
from codeio.walk import walk

MOST = 6  # parameters made of one body
LOOPS = ast.For | ast.While
SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
WORK = ast.If | ast.For | ast.While | ast.comprehension | ast.IfExp
LEAVE = {"exit", "quit"}
SCRIPT = "script"


def lifted(tree: ast.Module) -> ast.Module:
    """The module, its functions without parameters given some, and its script as a function."""
    taken = {n.id for n in walk(tree) if isinstance(n, ast.Name)}
    body = [opened(node) if isinstance(node, ast.FunctionDef) else node for node in tree.body]
    made = None if SCRIPT in taken else script(tree)
    return ast.fix_missing_locations(ast.Module([*body, *([made] if made else [])], []))


def opened(node: ast.FunctionDef) -> ast.FunctionDef:
    """The function with a parameter for all that it reads and, where it has none at all, for what it fixes."""
    args = node.args
    if args.defaults or args.vararg or args.kwonlyargs or args.kwarg or not node.body:
        return node
    names = {a.arg for a in args.args}
    if names and not holds_read(node):
        return node
    lifting = Lifting(node.body, names, constants=not names)
    return lifting.function(node) if lifting.parameters else node


def script(tree: ast.Module) -> ast.FunctionDef | None:
    """The statements that run when the file does, as a function; None where they do nothing of their own."""
    functions = [n for n in tree.body if isinstance(n, Definition)]
    shared = set().union(*map(free, functions)) if functions else set()
    body = [copy.deepcopy(n) for n in running(tree.body) if not keeps(n, shared)]
    if not body or any(isinstance(n, ast.ClassDef | ast.Try) for n in body):
        return None
    lifting = Lifting(body, shared, constants=True)
    if not lifting.parameters or not any(isinstance(n, WORK) for s in lifting.body for n in walk(s)):
        return None
    empty = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    plain = ast.FunctionDef(SCRIPT, empty, body, [], None)
    plain.lineno, plain.end_lineno = body[0].lineno, body[-1].end_lineno
    plain.col_offset = 0
    return lifting.function(plain)


def running(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements of the script, those of a main block among them."""
    for node in body:
        if isinstance(node, ast.If) and "__name__" in free(node.test):
            yield from running(node.body)
        elif isinstance(node, Definition | ast.AsyncFunctionDef | ast.Import | ast.ImportFrom):
            continue
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            yield node


def keeps(node: ast.stmt, shared: set[str]) -> bool:
    """An assignment that functions of the file rely on: it stays where it is."""
    names = {n.id for n in walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return isinstance(node, ast.Assign | ast.AnnAssign) and bool(names & shared) and not holds_read(node)


def holds_read(node: ast.AST) -> bool:
    return any(isinstance(n, ast.expr) and read(n) for n in walk(node))


class Lifting:
    """One body on its way: `parameters` by name, with annotation and default, and what is left of the body."""

    def __init__(self, body: Sequence[ast.stmt], taken: set[str], constants: bool) -> None:
        self.parameters: dict[str, tuple[str, ast.expr | None]] = {}
        self.taken = set(taken)
        work = one_case([copy.deepcopy(node) for node in body])
        self.stores = Counter(
            n.id for s in work for n in walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        )
        self.shared = {w for s in work for n in walk(s) if isinstance(n, ast.Global) for w in n.names}
        work = [left for node in work if (left := self.without_reads(node))]
        if constants:
            work = [left for node in work if (left := self.without_constant(node))]
        if constants and not self.parameters:
            work = [Limits(self).visit(node) for node in work]
        self.body = work or [ast.Pass()]

    def function(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """`node` with the parameters; those with a default come last."""
        new = copy.copy(node)
        required = [name for name, (_, default) in self.parameters.items() if default is None]
        optional = [name for name in self.parameters if name not in required]
        made = [ast.arg(n, kinds.expression(self.parameters[n][0])) for n in required + optional]
        new.args = copy.deepcopy(node.args)
        new.args.args += made
        new.args.defaults = [self.parameters[n][1] for n in optional]
        new.body = [Leaving().visit(s) for s in self.body]
        return new

    def add(self, name: str, kind: str, default: ast.expr | None = None) -> str:
        """A new parameter; its name, told apart from those that are there."""
        number, wanted = 2, name
        while name in self.parameters or name in self.taken:
            name, number = f"{wanted}_{number}", number + 1
        self.parameters[name] = (kind, default)
        return name

    def without_reads(self, node: ast.stmt) -> ast.stmt | None:
        """The statement with parameters in the place of what it read; None when nothing is left of it."""
        if len(self.parameters) >= MOST:
            return node
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and (found := read(node.value)):
            return self.assigned(node, node.targets[0], found)
        return Reading(self).visit(node)

    def assigned(self, node: ast.Assign, target: ast.expr, found: Read) -> ast.stmt | None:
        names = [target] if isinstance(target, ast.Name) else getattr(target, "elts", [])
        plain = all(isinstance(n, ast.Name) and self.free(n.id) for n in names)
        if isinstance(target, ast.Name) and plain:
            self.add(target.id, found.kind)
            return None
        if names and plain and found.item and not isinstance(target, ast.Name):
            for n in names:
                self.add(n.id, found.item)
            return None
        name = target.id if isinstance(target, ast.Name) else "values" if found.item else "value"
        node.value = ast.Name(self.add(name, found.kind), ast.Load())
        return node

    def free(self, name: str) -> bool:
        return name not in self.parameters and name not in self.taken and name not in self.shared

    def without_constant(self, node: ast.stmt) -> ast.stmt | None:
        """None for `name = literal` that is assigned only there and says something."""
        if not (isinstance(node, ast.Assign) and len(node.targets) == 1):
            return node
        target, value = node.targets[0], node.value
        fit = isinstance(target, ast.Name) and self.stores[target.id] == 1 and self.free(target.id)
        fit = fit and not target.id.startswith("__")  # `__all__` and its like are for the interpreter
        if not fit or len(self.parameters) >= MOST or not telling(value):
            return node
        self.add(target.id, "", value)
        return None


def telling(node: ast.expr) -> bool:
    """A literal that is worth a parameter, unlike starting values such as 0 and []."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    if isinstance(value, bool) or value in (0, 1, -1, 2) or not value:
        return False
    if isinstance(value, str) and (len(value) > 400 or "\\" in value or "/" in value):
        return False
    return isinstance(value, int | float | str | list | tuple | dict | set)


class Reading(ast.NodeTransformer):
    """Puts parameters in the place of reads that happen once: outside loops and inner functions."""

    def __init__(self, lifting: Lifting) -> None:
        self.lifting = lifting

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(
            node, SCOPES | ast.While | ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp
        ):
            found = read(node) if isinstance(node, ast.expr) else None
            return self.put(found) if found else node
        if isinstance(node, ast.For):
            node.iter = self.visit(node.iter)
            return node
        if isinstance(node, ast.expr) and (found := read(node)):
            return self.put(found)
        return self.generic_visit(node)

    def put(self, found: Read) -> ast.expr:
        name = {"int": "number", "float": "number", "str": "text"}.get(found.kind, "values")
        return ast.Name(self.lifting.add(name, found.kind), ast.Load())


class Limits(ast.NodeTransformer):
    """Puts parameters in the place of the numbers up to which a body counts."""

    def __init__(self, lifting: Lifting) -> None:
        self.lifting = lifting
        self.seen: dict[int, str] = {}

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "range":
            node.args = [self.limit(a) for a in node.args]
        return node

    def visit_While(self, node: ast.While) -> ast.stmt:
        self.generic_visit(node)
        if isinstance(node.test, ast.Compare):
            node.test.comparators = [self.limit(a) for a in node.test.comparators]
        return node

    def limit(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.BinOp) and isinstance(node.right, ast.Constant):
            return ast.BinOp(self.limit(node.left), node.op, node.right)
        value = getattr(node, "value", None)
        if not isinstance(node, ast.Constant) or type(value) is not int or value < 5:
            return node
        if value not in self.seen and len(self.seen) < 2:
            self.seen[value] = self.lifting.add("limit", "int", ast.Constant(value))
        return ast.Name(self.seen[value], ast.Load()) if value in self.seen else node


class Leaving(ast.NodeTransformer):
    """`exit()` as the return that it is in a function."""

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        call = node.value
        func = call.func if isinstance(call, ast.Call) else None
        name = func.id if isinstance(func, ast.Name) else ast.unparse(func) if func else ""
        return ast.Return(None) if name in LEAVE or name == "sys.exit" else node


def one_case(body: list[ast.stmt]) -> list[ast.stmt]:
    """The body of a last loop over test cases, in place of the loop."""
    last = body[-1] if body else None
    if not isinstance(last, ast.For) or last.orelse or not holds_read(ast.Module(last.body, [])):
        return body
    call = last.iter
    ranged = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "range"
    counter = last.target.id if isinstance(last.target, ast.Name) else ""
    uses = {n.id for s in last.body for n in walk(s) if isinstance(n, ast.Name)}
    if not ranged or len(call.args) != 1 or not counter or counter in uses:
        return body
    count = call.args[0].id if isinstance(call.args[0], ast.Name) else ""
    before = [s for s in body[:-1] if not (isinstance(s, ast.Assign) and names_of(s) == {count})]
    return [*before, *(Rounds().visit(s) for s in last.body)]


def names_of(node: ast.Assign) -> set[str]:
    return {n.id for t in node.targets for n in walk(t) if isinstance(n, ast.Name)}


class Rounds(ast.NodeTransformer):
    """`continue` and `break` of the loop that goes, as returns."""

    def visit_For(self, node: ast.For) -> ast.stmt:
        return node

    def visit_While(self, node: ast.While) -> ast.stmt:
        return node

    def visit_Continue(self, node: ast.Continue) -> ast.stmt:
        return ast.Return(None)

    def visit_Break(self, node: ast.Break) -> ast.stmt:
        return ast.Return(None)

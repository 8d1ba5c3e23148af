"""State: whether an object that was only just made holds what its method asks about.   class -> name | None"""

import ast
from collections.abc import Iterator

EMPTY = {"list", "dict", "set", "deque", "defaultdict", "OrderedDict", "Counter"}
FILLING = {
    "append",
    "appendleft",
    "add",
    "insert",
    "extend",
    "update",
    "setdefault",
    "push",
    "put",
    "heappush",
}
READS = ast.Compare | ast.For | ast.comprehension | ast.Subscript


def unfilled(owner: ast.ClassDef) -> str | None:
    """The first attribute that the constructor leaves empty and the other methods of `owner` only look into.

    `owner` has the methods that a call reaches and no others. What is handed on, returned or given another name may
    be filled elsewhere, so that only plain look-ups, loops and tests count.
    """
    methods = {node.name: node for node in owner.body if isinstance(node, ast.FunctionDef)}
    init = methods.pop("__init__", None)
    for name in emptied(init) if init else ():
        used = [use for node in methods.values() for use in uses(node, name)]
        begun = list(uses(init, name)) if init else []
        if used and len(begun) == 1 and all(map(looked_into, used)):
            return name
    return None


def emptied(init: ast.FunctionDef) -> Iterator[str]:
    """Attributes that the constructor sets to an empty list, dict or set."""
    for node in init.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if (
            isinstance(target, ast.Attribute)
            and isinstance(target.value, ast.Name)
            and target.value.id == "self"
        ):
            value = getattr(node, "value", None)
            if makes_empty(value):
                yield target.attr


def makes_empty(value: ast.AST | None) -> bool:
    """`[]`, `dict()`, `defaultdict(list)`, but not `list(items)`."""
    if isinstance(value, ast.List | ast.Dict):
        return not (value.elts if isinstance(value, ast.List) else value.keys)
    if (
        not isinstance(value, ast.Call)
        or value.keywords
        or not isinstance(value.func, ast.Name | ast.Attribute)
    ):
        return False
    name = value.func.id if isinstance(value.func, ast.Name) else value.func.attr
    return name in EMPTY and len(value.args) <= (name == "defaultdict")


def uses(method: ast.FunctionDef, name: str) -> Iterator[tuple[ast.AST, ...]]:
    """Each `self.name` in a method, after the nodes around it, the closest first."""
    work: list[tuple[ast.AST, ...]] = [(method,)]
    while work:
        line = work.pop()
        node = line[0]
        if isinstance(node, ast.Attribute) and node.attr == name and ast.unparse(node.value) == "self":
            yield line
        work += [(child, *line) for child in ast.iter_child_nodes(node)]


def looked_into(use: tuple[ast.AST, ...]) -> bool:
    """`self.graph[node]`, `x in self.graph`, `for x in self.graph`; not `self.graph[node].append(x)`."""
    inner, outer, *further = use
    if isinstance(outer, ast.Call) and isinstance(outer.func, ast.Name) and outer.func.id == "len":
        return True
    if not isinstance(outer, READS) or not isinstance(getattr(inner, "ctx", None), ast.Load):
        return False
    if isinstance(outer, ast.Subscript):
        fills = isinstance(further[0], ast.Attribute) and further[0].attr in FILLING
        return isinstance(outer.ctx, ast.Load) and outer.value is inner and not fills
    return True

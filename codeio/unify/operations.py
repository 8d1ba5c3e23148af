"""Operate: a class whose methods are called one after another, as a function of the calls.   class -> function

`operate_stack([["push", 3], ["pop"]])` makes a Stack, carries the operations out and gives what they returned.
"""

import ast
import keyword
import re
from collections.abc import Iterator

from codeio.unify.candidates import SIDE, calls, gives, signature, stores
from codeio.walk import walk

MOST = 8  # methods
ARGUMENTS = 3  # of a method, and of the constructor
OPERATE = """
def {name}({made}operations):
    instance = {owner}({given})
    results = []
    for name, *values in operations:
{branches}
    return results
"""


def operating(tree: ast.Module) -> Iterator[tuple[ast.ClassDef, ast.FunctionDef | str]]:
    """Each class at top level with two methods to call, with a function that calls them or why there is none."""
    taken = {n.id for n in walk(tree) if isinstance(n, ast.Name)} | {
        n.name for n in tree.body if isinstance(n, ast.FunctionDef)
    }
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and len(operations(node)) > 1:
            yield node, "its name for operations is taken" if function_name(node) in taken else function(node)


def function_name(node: ast.ClassDef) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", node.name)
    return f"operate_{words.lower().strip('_')}"


def function(node: ast.ClassDef) -> ast.FunctionDef | str:
    own, init = operations(node), constructor(node)
    made = required(init) if init else []
    if made is None or len(made) > ARGUMENTS:
        return "constructor takes too much for a list of operations"
    if not any(map(changed_self, own.values())):
        return "no operation changes the object"
    if not any(map(gives, own.values())):
        return "no operation tells of the object"
    branches = []
    for number, (name, method) in enumerate(own.items()):
        call = f"instance.{name}(*values)"
        said = f"results.append({call})" if gives(method) else call
        branches.append(f"        {'elif' if number else 'if'} name == {name!r}:\n            {said}")
    text = OPERATE.format(
        name=function_name(node),
        made="".join(f"{ast.unparse(a)}, " for a in made),
        owner=node.name,
        given=", ".join(a.arg for a in made),
        branches="\n".join(branches),
    )
    (found,) = ast.parse(text).body
    found.lineno, found.end_lineno = node.lineno, node.end_lineno
    return found


def operations(node: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    """Methods that a list of operations can name."""
    if any(re.search("Test|Exception|Enum|Protocol|Thread", ast.unparse(base)) for base in node.bases):
        return {}
    own = {f.name: f for f in node.body if isinstance(f, ast.FunctionDef) and fit(f)}
    return {name: own[name] for name in list(own)[:MOST]}


def fit(node: ast.FunctionDef) -> bool:
    """A public method with few plain arguments that does something and keeps to itself."""
    if node.name.startswith("_") or node.decorator_list or keyword.iskeyword(node.name):
        return False
    needs = required(node)
    taken = {"operations", "instance", "results"} & {a.arg for a in node.args.args}
    return (
        needs is not None
        and len(needs) <= ARGUMENTS
        and not taken
        and not calls(node) & SIDE
        and (gives(node) or stores(node))
    )


def required(node: ast.FunctionDef) -> list[ast.arg] | None:
    """Arguments that a call has to give, by place; None where there are others."""
    args = node.args
    if args.vararg or args.kwarg or args.kwonlyargs or not (args.posonlyargs or args.args):
        return None
    return [argument for argument, default in signature(node, 1) if default is None]


def constructor(node: ast.ClassDef) -> ast.FunctionDef | None:
    return next((f for f in node.body if isinstance(f, ast.FunctionDef) and f.name == "__init__"), None)


def changed_self(node: ast.FunctionDef) -> bool:
    """Whether the method stores something on its object or calls a method of what the object holds."""
    own = node.args.args[0].arg if node.args.args else ""
    for inner in walk(node):
        held = (
            inner.func.value
            if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute)
            else None
        )
        if isinstance(inner, ast.Attribute | ast.Subscript) and not isinstance(inner.ctx, ast.Load):
            held = inner
        if held is not None and rooted(held) == own and not isinstance(held, ast.Name):
            return True
    return False


def rooted(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""

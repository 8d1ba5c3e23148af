"""Reads: expressions that take a value from the user, with the kind of the value.   expression -> Read | None"""

import ast

import msgspec

INPUTS = {"input", "raw_input", "sys.stdin.readline", "stdin.readline"}
TRIMS = {"strip", "rstrip", "lstrip", "lower", "upper"}
CASTS = {"int": "int", "float": "float", "str": "str", "eval": "int"}
WHOLES = {"list", "tuple", "sorted"}


class Read(msgspec.Struct, frozen=True):
    """`kind` is written as an annotation; `item` is that of the items, where there are several."""

    kind: str
    item: str = ""


def read(node: ast.expr) -> Read | None:
    """What `node` reads, if it does nothing else."""
    if isinstance(node, ast.ListComp) and len(node.generators) == 1 and not node.generators[0].ifs:
        return several(node.elt, node.generators[0])
    if not isinstance(node, ast.Call):
        return None
    name = ast.unparse(node.func) if isinstance(node.func, ast.Name | ast.Attribute) else ""
    if name in INPUTS:
        return Read("str")
    if name in CASTS and len(node.args) == 1:
        inner = read(node.args[0])
        return Read(CASTS[name]) if inner and inner.kind in ("str", "int", "float") else None
    if name in WHOLES and len(node.args) == 1:
        inner = read(node.args[0])
        return listed("str") if inner and inner.kind == "str" else inner
    if name == "map" and len(node.args) == 2 and isinstance(node.args[0], ast.Name):
        inner, cast = read(node.args[1]), CASTS.get(node.args[0].id, "")
        return listed(cast) if inner and cast else None
    if isinstance(node.func, ast.Attribute) and not node.keywords:
        inner = read(node.func.value)
        if inner and inner.kind == "str" and node.func.attr in TRIMS:
            return inner
        if inner and inner.kind == "str" and node.func.attr == "split":
            return listed("str")
    return None


def several(item: ast.expr, loop: ast.comprehension) -> Read | None:
    """A list display over a read (`int(x) for x in input().split()`), or of one read per round."""
    if read(loop.iter) and isinstance(item, ast.Call) and isinstance(item.func, ast.Name):
        simple = len(item.args) == 1 and isinstance(item.args[0], ast.Name)
        return listed(CASTS[item.func.id]) if simple and item.func.id in CASTS else None
    inner = read(item)
    return Read(f"list[{inner.kind}]", inner.kind) if inner else None


def listed(item: str) -> Read:
    return Read(f"list[{item}]", item)

"""Judge: an answer that only running it can score.   JSON -> a number from 0 to 1

Runs inside the sandbox, one call per process. Values are compared only when they are built of plain types, so that
no answer brings its own idea of equality.
"""

import ast
import operator

PLAIN = (int, float, complex, bool, str, bytes, type(None), type(Ellipsis), range)
GROUPS = (list, tuple, set, frozenset)


def plain(value, depth=0) -> bool:
    """Whether a value is made of built-in types only."""
    if depth > 100:
        return False
    kind = type(value)
    if kind is dict:
        return all(plain(k, depth + 1) and plain(v, depth + 1) for k, v in value.items())
    if kind in GROUPS:
        return all(plain(one, depth + 1) for one in value)
    return kind in PLAIN


def same(value, wanted) -> float:
    return 1.0 if plain(value) and value == wanted else 0.0


def expression(code, text, wanted) -> float:
    """Whether an expression has the wanted value, with the names of `code` in scope; one that raises has none."""
    scope = {}
    exec(compile(code, "<code>", "exec"), scope)
    gold = eval(wanted, dict(scope))
    return same(eval(text.strip(), scope), gold)


def assertion(code, text, wanted) -> float:
    """CRUXEval's own check: `assert wanted == text` after the code, the text as it is; one that fails raises."""
    exec(compile(f"{code}\nassert {wanted} == {text}", "<code>", "exec"), {})
    return 1.0


def arithmetic(text, wanted) -> float:
    """Whether arithmetic has the wanted value: numbers, + - * / and brackets, nothing else."""
    try:
        value = reckon(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, TypeError, ZeroDivisionError, RecursionError, MemoryError):
        return 0.0
    return 1.0 if value == wanted else 0.0


SIGNS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def reckon(node) -> float:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        value = reckon(node.operand)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp) and type(node.op) in SIGNS:
        return SIGNS[type(node.op)](reckon(node.left), reckon(node.right))
    raise ValueError("not arithmetic")

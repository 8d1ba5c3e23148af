"""Shape: what is left of code without its names and constants.   code -> digest"""

import ast

from codeio import values
from codeio.unify.module import BUILTINS


def structure(code: str) -> str:
    """Digest of the code with names numbered by first use and constants reduced to their type."""
    tree = ast.parse(code)
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        for field in ("id", "arg", "name", "attr"):
            old = getattr(node, field, None)
            if (
                isinstance(old, str)
                and old not in BUILTINS
                and not (field == "attr" and isinstance(node, ast.Attribute))
            ):
                setattr(node, field, names.setdefault(old, f"v{len(names)}"))
        if isinstance(node, ast.Constant):
            node.value = type(node.value).__name__
    return values.digest(ast.dump(tree))

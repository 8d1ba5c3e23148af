"""Repair: text of any Python as a syntax tree of this one.   text -> Parsed, or the reason why not

Three tries: as it is; translated from Python 2; the top-level statements that parse by themselves.
"""

import ast
import re
import warnings
from typing import Literal

import msgspec

from codeio.walk import walk

How = Literal["as is", "python 2", "segments"]
DEEPEST = 90  # nested brackets; the parser gives up a little above
LONGEST_LITERAL = 20_000  # characters of a line: data, not code


class Parsed(msgspec.Struct, frozen=True):
    """A module: its tree, the text that the tree's line numbers refer to, and what it took."""

    tree: ast.Module
    text: str
    how: How


def parse(text: str) -> Parsed | str:
    """The module in `text`, or a short reason why there is none."""
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\f", "")
    if any(len(line) > LONGEST_LITERAL for line in text.split("\n")):
        return "a line longer than 20,000 characters"
    if tree := tried(text):
        return Parsed(modern(tree), text, "python 2") if OLD.search(text) else Parsed(tree, text, "as is")
    translated = from_python_2(text)
    if tree := tried(translated):
        return Parsed(modern(tree), text, "python 2")
    kept = segments(translated)
    tree = tried(kept)
    if tree and any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in tree.body):
        return Parsed(modern(tree) if translated != text.expandtabs(8) else tree, text, "segments")
    return "does not parse"


def tried(text: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


OLD = re.compile(r"\b(xrange|raw_input|iteritems|itervalues|has_key|sys\.maxint)\b")  # Python 2 that parses
PRINT = re.compile(
    r"^(\s*(?:(?:if|else|elif|for|while|try|except)\b[^#'\"]*?:\s*)?)print\b(?!\s*[(=.])[ \t]*(.*)$"
)
PRINT_TUPLE = re.compile(r"^(\s*)print[ \t]+(\(.*\)\s*[%+,.*-].*)$")
RULES = tuple(
    (re.compile(pattern), into)
    for pattern, into in (
        (r"\bexcept\s+([\w.]+|\([^)]*\))\s*,\s*(\w+)\s*:", r"except \1 as \2:"),
        (r"\braise\s+([\w.]+)\s*,\s*([^\n]+)$", r"raise \1(\2)"),
        (r"<>", "!="),
        (r"`([^`\n]+)`", r"repr(\1)"),
        (r"\b(0[xX][0-9a-fA-F]+|\d+)[lL]\b", r"\1"),
        (r"(?<![\w.])0+([1-7][0-7]*)(?![\w.])", r"0o\1"),
        (r"\b[uU][rR]([\"'])", r"r\1"),
        (r"\bexec\s+([^(\n]+)$", r"exec(\1)"),
    )
)


def from_python_2(text: str) -> str:
    """`text` with the statements of Python 2 written as those of Python 3, line by line."""
    lines = []
    for line in text.expandtabs(8).split("\n"):
        if "print" in line:
            line = printed(line)
        for pattern, into in RULES:
            line = pattern.sub(into, line)
        lines.append(line)
    return "\n".join(lines)


def printed(line: str) -> str:
    """A print statement as a call; a trailing comma means no newline."""
    found = PRINT.match(line) or PRINT_TUPLE.match(line)
    if not found:
        return line
    lead, rest = found.groups()
    if rest.count("'") % 2 == rest.count('"') % 2 == 0:
        rest = rest.partition(" #")[0]
    rest = rest.strip().rstrip(";").rstrip()
    if rest.endswith("\\"):
        return line
    target = re.match(r">>\s*([\w.]+)\s*,\s*(.*)$", rest)
    if target:
        return f"{lead}print({target[2]}, file={target[1]})"
    return f"{lead}print({rest[:-1]}, end=' ')" if rest.endswith(",") else f"{lead}print({rest})"


def segments(text: str) -> str:
    """The top-level blocks of `text` that parse on their own; the others become empty lines."""
    blocks: list[list[str]] = []
    for line in text.split("\n"):
        opens = line[:1] not in ("", " ", ")", "]", "}", "#")
        goes_on = re.match(r"(else|elif|except|finally)\b", line)
        decorated = bool(blocks) and blocks[-1][-1].startswith("@")
        if not blocks or (opens and not goes_on and not decorated):
            blocks.append([])
        blocks[-1].append(line)
    return "\n".join("\n".join(b) if tried("\n".join(b)) else "\n" * (len(b) - 1) for b in blocks)


LAZY = {"map", "filter", "zip", "range"}  # lists in Python 2
RENAMED = {"xrange": "range", "raw_input": "input", "unicode": "str", "long": "int", "unichr": "chr"}
METHODS = {"iteritems": "items", "itervalues": "values", "iterkeys": "keys"}


class Modern(ast.NodeTransformer):
    """Names and meanings of Python 2: lists where Python 3 is lazy, integers where it divides exactly."""

    def __init__(self, exact: bool) -> None:
        self.exact = exact

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.copy_location(ast.Name(RENAMED.get(node.id, node.id), node.ctx), node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        node.attr = "maxsize" if node.attr == "maxint" else node.attr
        return node

    def visit_For(self, node: ast.For) -> ast.stmt:
        return self.kept_lazy(node)

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        return self.kept_lazy(node)

    def kept_lazy(self, node: ast.AST) -> ast.AST:
        direct = node.iter
        self.generic_visit(node)
        if isinstance(direct, ast.Call) and isinstance(node.iter, ast.Call) and node.iter is not direct:
            node.iter = node.iter.args[0]
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute):
            return self.method(node, node.func)
        if isinstance(node.func, ast.Name) and node.func.id in LAZY:
            return ast.copy_location(ast.Call(ast.Name("list", ast.Load()), [node], []), node)
        return node

    def method(self, node: ast.Call, func: ast.Attribute) -> ast.expr:
        if func.attr == "has_key" and len(node.args) == 1:
            return ast.copy_location(ast.Compare(node.args[0], [ast.In()], [func.value]), node)
        if func.attr == "next" and not node.args:
            return ast.copy_location(ast.Call(ast.Name("next", ast.Load()), [func.value], []), node)
        func.attr = METHODS.get(func.attr, func.attr)
        if func.attr in ("keys", "values", "items") and not node.args:
            return ast.copy_location(ast.Call(ast.Name("list", ast.Load()), [node], []), node)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.op, ast.Div) and not self.exact:
            node.op = ast.FloorDiv()
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        self.generic_visit(node)
        if isinstance(node.op, ast.Div) and not self.exact:
            node.op = ast.FloorDiv()
        return node


def modern(tree: ast.Module) -> ast.Module:
    """`tree` with the meaning it had in Python 2. Code that uses floats anywhere keeps its exact division."""
    floats = any(isinstance(n, ast.Constant) and isinstance(n.value, float) for n in walk(tree))
    cast = any(isinstance(n, ast.Name) and n.id == "float" for n in walk(tree))
    future = any(isinstance(n, ast.ImportFrom) and n.module == "__future__" for n in walk(tree))
    return ast.fix_missing_locations(Modern(floats or cast or future).visit(tree))

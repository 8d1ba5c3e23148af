"""Spelling: of which digits and letters a place is made, and how it is written.   syntax -> alphabets, votes, notes"""

import ast

from codeio.unify import kinds
from codeio.unify.compare import Comparer
from codeio.unify.notes import DIGITWISE, PARTED

SPELT = {"0": "0123456789", "a": "abcdxyz", "A": "ABCDXYZ"}  # characters that are counted from this one
ALPHABETS = SPELT | {ord(first): several for first, several in SPELT.items()}


class Speller(Comparer):
    """Follows numbers that are read digit by digit, and characters of which the number is taken."""

    def digits_of(self, node: ast.expr) -> None:
        """`len(str(n))`, `str(n)[0]`, `for digit in str(n)`."""
        text = isinstance(node, ast.Call) and kinds.last_name(node.func) == "str" and node.args
        if text and (place := self.place(node.args[0])):
            place.attributes.add(DIGITWISE)

    def visit_Call(self, node: ast.Call) -> None:
        """`text.split()`, `re.split(r"\\s+", text)`."""
        called = isinstance(node.func, ast.Attribute) and node.func.attr == "split"
        place = self.place(node.func.value) if called and not node.args and not node.keywords else None
        if called and len(node.args) == 2 and "\\s" in str(getattr(node.args[0], "value", "")):
            place = self.place(node.args[1])
        if place:
            place.attributes.add(PARTED)
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        self.digits_of(node.iter)
        super().visit_For(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self.digits_of(node.iter)
        super().visit_comprehension(node)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> None:
        parts = node.format_spec.values if isinstance(node.format_spec, ast.JoinedStr) else []
        last = str(getattr(parts[-1], "value", "")) if parts else ""
        if last.endswith("f") and (place := self.place(node.value)):
            place.vote(2.5, "float")
        self.generic_visit(node)

    def counted(self, node: ast.BinOp) -> None:
        """`ord(c) - ord("a")`, `ord(c) - 48`: a letter, a digit."""
        first = ordinal(node.right) or node.right
        known = ALPHABETS.get(getattr(first, "value", None)) if isinstance(node.op, ast.Sub) else None
        left = node.left.right if isinstance(node.left, ast.BinOp) else node.left  # x * 10 + ord(c) - 48
        if known and (place := self.place(ordinal(left))):
            place.constants |= set(known)


def ordinal(node: ast.expr) -> ast.expr | None:
    """What `ord` is taken of."""
    called = isinstance(node, ast.Call) and kinds.last_name(node.func) == "ord" and node.args
    return node.args[0] if called else None

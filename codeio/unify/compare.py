"""Compare: what a body tests a place against, and where it looks it up.   comparisons, look-ups -> votes, constants"""

import ast
from collections.abc import Mapping, Sequence
from itertools import pairwise

from codeio.unify import kinds
from codeio.unify.literals import assigned, keys, literal
from codeio.unify.notes import RECKONED, ZERO
from codeio.unify.places import Binder, Place

MADE = {
    "str": "str",
    "chr": "char",
    "ord": "int",
    "int": "int",
    "float": "float",
    "sorted": "list",
    "set": "set",
}


class Comparer(Binder):
    """Collects what comparisons and look-ups say; `fixed` are the literals behind names."""

    def __init__(self, names: dict[str, Place], fixed: Mapping[str, ast.expr]) -> None:
        super().__init__(names)
        self.fixed = dict(fixed)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.fixed |= {name: value for name, value in assigned([node]) if keys(value)}
        super().visit_Assign(node)

    def meant(self, node: ast.expr) -> ast.expr:
        """`node`, or the literal that it is a name of: `Direction.UP` as 'U'."""
        if isinstance(node, ast.Name) and node.id not in self.places:
            return self.fixed.get(node.id, node)
        if isinstance(node, ast.Attribute) and (owner := kinds.last_name(node.value)):
            return self.fixed.get(f"{owner}.{node.attr}", node)
        return node

    def looked_up(self, table: ast.expr, key: ast.expr) -> None:
        """`table[key]` of a literal table takes its keys only."""
        meant = self.meant(table)
        if isinstance(meant, ast.Dict) and (place := self.place(key)):
            self.one_of(place, meant)

    def one_of(self, place: Place, table: ast.expr) -> None:
        several = keys(table)
        for key in several:
            self.compared(place, ast.Constant(key), ast.Eq(), 3 / len(several))

    def tested(self, node: ast.expr) -> None:
        """A test of the value itself, which any value allows, but of which little else is known for a flag."""
        if place := self.place(node):
            place.attributes.add(ZERO)
            place.vote(0.9 * isinstance(node, ast.Name | ast.Subscript), "bool")

    def visit_If(self, node: ast.If | ast.IfExp) -> None:
        self.tested(node.test)
        self.generic_visit(node)

    visit_IfExp = visit_If

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        for part in node.values:
            self.tested(part)
        self.bounded([part for part in node.values if isinstance(part, ast.Compare)])
        self.generic_visit(node)

    def bounded(self, several: Sequence[ast.Compare]) -> None:
        """`0 <= r < rows`, `r < 0 or r >= rows`: one of so many."""
        sides = [pair for one in several for pair in pairwise([one.left, *one.comparators])]
        sides += [(other, one) for one, other in sides]
        least = {id(self.place(one)) for one, other in sides if literal(other) in (0, -1)}
        for one, other in sides:
            place, count = self.place(one), self.place(other)
            if place and count and id(place) in least and id(count) not in least:
                self.link(place, count, "below")

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        self.bounded([node] if len(sides) > 2 else [])
        for op, one, other in zip(node.ops, sides, sides[1:], strict=False):
            if isinstance(op, ast.In | ast.NotIn):
                self.member(one, self.meant(other))
            elif not isinstance(op, ast.Is | ast.IsNot):
                for left, right in ((one, other), (other, one)):
                    if place := self.place(left):
                        self.compared(place, self.meant(right), op)
        self.generic_visit(node)

    def member(self, one: ast.expr, other: ast.expr) -> None:
        item, whole = self.place(one), self.place(other)
        if whole:
            whole.vote(0.7, "iterable")
            whole.vote(0.3, "dict")
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                whole.vote(2, "str")
        if item and whole:
            self.link(item, whole, "element")
        elif item:
            self.one_of(item, other)

    def compared(self, place: Place, other: ast.expr, op: ast.cmpop, weight: float = 3) -> None:
        """A comparison with `other`; `weight` of a vote for the kind that a constant has."""
        if isinstance(other, ast.UnaryOp):
            other = other.operand
        if not isinstance(op, ast.Eq | ast.NotEq):
            place.attributes.add(RECKONED)
        if isinstance(other, ast.Constant):
            value = other.value
            place.attributes |= {ZERO} if value in (0, 1) else set()
            if isinstance(op, ast.Eq | ast.NotEq) and type(value) in (str, int):
                place.constants.add(value)
            if isinstance(value, str):
                place.vote(weight, "char" if len(value) == 1 else "str")
            elif isinstance(value, bool):
                place.vote(2, "bool")
            elif isinstance(value, int | float):
                place.vote(weight, "int" if isinstance(value, int) else "float")
            return
        if isinstance(other, ast.List | ast.ListComp):
            place.vote(2, "list")
        elif isinstance(other, ast.Call) and (made := MADE.get(kinds.last_name(other.func))):
            place.vote(3, made)
        elif isinstance(other, ast.Call) and kinds.last_name(other.func) == "len":
            place.vote(3, "int")
            if whole := self.place(other.args[0] if other.args else None):
                self.link(place, whole, "length")
        elif isinstance(op, ast.Lt | ast.Gt | ast.LtE | ast.GtE):
            place.vote(1.2, "int")
            place.vote(0.4, "float")
        if mate := self.place(other):
            if mate.level > place.level:
                self.link(place, mate, "element")
            elif isinstance(op, ast.Eq) and mate.level == place.level:
                self.link(place, mate, "part")


def checked(place: Place, against: ast.expr) -> None:
    """Votes of `isinstance(x, (int, list))`; an item that may be a list or none is at any depth."""
    checks = against.elts if isinstance(against, ast.Tuple) else [against]
    for found in filter(None, map(kinds.of_annotation, checks)):
        place.vote(2, found.name)
    names = set(map(kinds.last_name, checks))
    place.vote(3 * bool(place.level and names & kinds.SEQUENCES and "str" not in names), "nested")

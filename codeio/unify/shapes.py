"""Shapes: what holds of a list or tree as a whole: an order, a heap, digits, shares of 1.   kind, order -> statement"""

from codeio.unify import kinds, meaning
from codeio.unify.evidence import Evidence, Parameter
from codeio.unify.kinds import Kind
from codeio.unify.notes import HEAP, OWN_PLACES
from codeio.unify.order import Order

FLOATS = kinds.listed(kinds.FLOAT)


FLAT = (kinds.INTS, kinds.STRS, FLOATS, kinds.LINKED)


def shaped(p: Parameter, kind: Kind, evidence: Evidence) -> list[str]:
    """Statements for what the function says of the order of its values, or else of the values themselves."""
    order, own = evidence.order, meaning.plain(p.own)
    made = in_order(p, kind, order) or of_values(p, kind, order, own)
    if not made and kind in (kinds.INTS, kinds.LINKED) and (evidence.of_digits or own == "digits"):
        made = f"[abs(item) % 10 for item in {p.name}]"
    return [f"    {p.name} = {made}"] if made else []


def in_order(p: Parameter, kind: Kind, order: Order) -> str:
    """An expression for the values in the order that is asked for: a heap, a search tree, ends of intervals."""
    name = p.name
    if kind in FLAT[:3] and (HEAP in p.attributes or order.heap) and "heapify" not in p.attributes:
        return f"draw_heap(rng, {name})"
    if order.rotated and kind == kinds.INTS:
        return f"draw_rotated(rng, {name})"
    if (order.lists or "sorted" in name.lower()) and kind in FLAT:
        return f"sorted({name})"
    if order.lists and kind.name == "list" and kind.of[0] in FLAT:
        return f"[sorted(row) for row in {name}]"
    if order.ends and kind in (kinds.PAIR, Kind("list", (kinds.INT, kinds.INT))):
        return f"sorted({name})"
    if order.ends and kind == kinds.GRID:
        return f"[sorted([row[0], row[-1]]) for row in {name}]"
    if kind == kinds.TREE and (order.trees or order.spoiled):
        tree = f"draw_search_tree(rng, {name})"
        return f"draw_spoiled(rng, {tree})" if order.spoiled else tree
    return ""


def of_values(p: Parameter, kind: Kind, order: Order, own: str) -> str:
    """An expression for values that are places, shares of 1, knots, counts, mirrored, repeated or shared."""
    name = p.name
    if kind == kinds.INTS and order.dense:
        return f"draw_dense(rng, {name}, {order.repeats})"
    if kind == kinds.INTS and OWN_PLACES in p.attributes:
        return f"[rng.randrange(len({name})) for _ in {name}]"
    if kind in (FLOATS, kinds.ARRAY) and (order.shares or meaning.SHARES.search(own)):
        return f"draw_shares(rng, {name})"
    if kind in (FLOATS, kinds.INTS, kinds.ARRAY) and order.steps and meaning.STEPS.match(own):
        return f"sorted(set({name}))"
    if kind in (kinds.INTS, FLOATS) and meaning.POSITIVE.search(own):
        return f"[abs(item) or 1 for item in {name}]"
    if order.mirrored and kind in (kinds.STR, kinds.DIGITS, kinds.INT, *FLAT):
        return f"draw_mirrored(rng, {name})"
    if order.shuffled and kind == kinds.STRS:
        return f"{name} + [''.join(rng.sample(word, len(word))) for word in {name} if rng.random() < 0.7]"
    if order.repeats and kind.name == "list" and len(kind.of) == 1:
        return f"rng.choices({name}, k=len({name}) + 1) if {name} and rng.random() < 0.7 else {name}"
    if kind.name == "list" and kind.of[0] in (kinds.INTS, kinds.STRS) and kinds.SEVERAL.search(p.own):
        shared = f"rng.choice({name}[0]) if {name}[0] and rng.random() < 0.5 else item"
        return f"[[{shared} for item in row] for row in {name}] if {name} else {name}"
    return ""

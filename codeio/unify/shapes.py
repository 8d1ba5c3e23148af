"""Shapes: what holds of a list or tree as a whole: an order, a heap, digits, shares of 1.   kind, order -> statement"""

from codeio.unify import kinds, meaning
from codeio.unify.evidence import Evidence, Parameter
from codeio.unify.kinds import Kind
from codeio.unify.notes import HEAP, OWN_PLACES

FLOATS = kinds.listed(kinds.FLOAT)


def shaped(p: Parameter, kind: Kind, evidence: Evidence) -> str:
    """What the whole function says of its lists: that they are in order, heaps, or hold digits."""
    flat, name, order = (kinds.INTS, kinds.STRS, FLOATS, kinds.LINKED), p.name, evidence.order
    if kind in flat[:3] and (HEAP in p.attributes or order.heap) and "heapify" not in p.attributes:
        return f"    {name} = draw_heap(rng, {name})"
    if order.rotated and kind == kinds.INTS:
        return f"    {name} = draw_rotated(rng, {name})"
    if (order.lists or "sorted" in name.lower()) and kind in flat:
        return f"    {name} = sorted({name})"
    if order.lists and kind.name == "list" and kind.of[0] in flat:
        return f"    {name} = [sorted(row) for row in {name}]"
    if order.ends and kind in (kinds.PAIR, Kind("list", (kinds.INT, kinds.INT))):
        return f"    {name} = sorted({name})"
    if order.ends and kind == kinds.GRID:
        return f"    {name} = [sorted([row[0], row[-1]]) for row in {name}]"
    if order.trees and kind == kinds.TREE:
        return f"    {name} = draw_search_tree(rng, {name})"
    if order.spoiled and kind == kinds.TREE:
        return f"    {name} = draw_spoiled(rng, draw_search_tree(rng, {name}))"
    if kind == kinds.INTS and (OWN_PLACES in p.attributes or order.dense):
        return f"    {name} = draw_dense(rng, {name}, {order.repeats})"
    if kind in (FLOATS, kinds.ARRAY) and (order.shares or meaning.SHARES.search(meaning.plain(p.own))):
        return f"    {name} = draw_shares(rng, {name})"
    if (
        kind in (FLOATS, kinds.INTS, kinds.ARRAY)
        and order.steps
        and meaning.STEPS.match(meaning.plain(p.own))
    ):
        return f"    {name} = sorted(set({name}))"
    if kind in (kinds.INTS, FLOATS) and meaning.POSITIVE.search(meaning.plain(p.own)):
        return f"    {name} = [abs(item) or 1 for item in {name}]"
    if order.mirrored and kind in (kinds.STR, kinds.DIGITS, kinds.INT, *flat):
        return f"    {name} = draw_mirrored(rng, {name})"
    if order.shuffled and kind == kinds.STRS:
        return (
            f"    {name} += [''.join(rng.sample(word, len(word))) for word in {name} if rng.random() < 0.7]"
        )
    if order.repeats and kind.name == "list" and len(kind.of) == 1:
        return f"    {name} = rng.choices({name}, k=len({name}) + 1) if {name} and rng.random() < 0.7 else {name}"
    if kind.name == "list" and kind.of[0] in (kinds.INTS, kinds.STRS) and kinds.SEVERAL.search(p.own):
        shared = f"rng.choice({name}[0]) if {name}[0] and rng.random() < 0.5 else item"
        return f"    {name} = [[{shared} for item in row] for row in {name}] if {name} else {name}"
    if evidence.of_digits and kind in (kinds.INTS, kinds.LINKED):
        return f"    {name} = [abs(item) % 10 for item in {name}]"
    return ""

"""Order: in what order a function takes its values, or how they are like each other, as name, docstring and code say.

function -> Order
"""

import ast
import re

import msgspec

from codeio.unify.kinds import last_name
from codeio.unify.meaning import plain
from codeio.walk import walk

ORDERLY = re.compile(
    r"(binary|interpolation|jump|exponential|fibonacci|ternary)_?search|bisect|^merge$|merge_?(sorted|two|k|lists)"
)
KEEPS_HEAP = re.compile(
    r"heap_?(push|pop|insert|add|extract|replace|remove|peek)|(push|pop|insert|add)\w*_heap$"
)
SEARCH_TREE = re.compile(r"(^|_|\b)bst(s?($|_|\b)|[a-z]{4})|search[ _-]trees?")
REPEATS = re.compile(
    r"duplicat|dedup|uniq|distinct|frequen|majority|most_common|occurrence|repeat|(^|_)(mode|counts?|counter)(_|$)"
)
MENDS = re.compile(r"^is_|valid|check|recover|correct|repair|fix")
DENSE = re.compile(
    r"missing_?(num|pos|int|elem|val)|first_missing|find_?(the_)?(duplicate|repeat)|cyclic_sort|find_missing"
)
SHARED = re.compile(r"entropy|(^|_)gini|perplexity|kl_div|cross_ent|expected_value")
STEPS = re.compile(
    r"interpol|spline|trapez|(^|_)trapz?(_|$)|simpson|lagrange|divided_diff|piecewise|finite_diff"
)
SPAN = re.compile(r"interval|overlap|(^|_)segments?(_|$)|(^|_)ranges?(_|$)")


class Order(msgspec.Struct, frozen=True, kw_only=True):
    lists: bool = False  # its lists are in order
    rotated: bool = False  # its list is in order, and begun in its midst
    heap: bool = False  # its list is a heap
    trees: bool = False  # its trees are search trees
    ends: bool = False  # its pairs of numbers are a lower and an upper end
    mirrored: bool = False  # its texts, lists and numbers often read the same from behind
    shuffled: bool = False  # its texts are often made of the letters of others
    repeats: bool = False  # its lists hold some items more than once
    sums: int = 0  # a number that it looks for is a sum of so many items, or of two or three where it is 1
    spoiled: bool = False  # its trees are nearly search trees
    dense: bool = False  # its list holds the numbers up to its length, but for one
    shares: bool = False  # its fractions are shares of 1
    subject: str = ""  # its name, which may say what its texts are
    steps: bool = False  # its function is told by points one after the other


def order(node: ast.FunctionDef, owner: str, file: str) -> Order:
    """`owner`: the name of the class, `file`: that of the file; both may say what the trees are."""
    name, document = node.name, ast.get_docstring(node) or ""
    rotated = wants_rotation(name, document)
    return Order(
        lists=not rotated and (wants_order(name, document) or halves(node)),
        rotated=rotated,
        heap=keeps_heap(name),
        trees=keeps_search_order(name, document, owner, file) or turns(node),
        ends=SPAN.search(plain(name)) is not None,
        mirrored="palindrom" in plain(name),
        shuffled="anagram" in plain(name),
        repeats=REPEATS.search(plain(name)) is not None,
        sums=summands(f"{plain(name)} {plain(file)}"),
        spoiled=SEARCH_TREE.search(f"{plain(name)} {plain(file)}") is not None
        and bool(MENDS.search(plain(name))),
        dense=DENSE.search(plain(name)) is not None,
        shares=SHARED.search(plain(name)) is not None,
        subject=name,
        steps=STEPS.search(f"{plain(name)} {plain(owner)} {plain(file)}") is not None,
    )


def summands(name: str) -> int:
    """`three_sum`: of three items; `subarray_sum`: 1, for any number of them; 0 where nothing is summed."""
    counted = re.search("(two|three|four|2|3|4|pair|triplet)s?(_with_\\w*|_)?sum", name)
    known = {"two": 2, "pair": 2, "three": 3, "triplet": 3, "four": 4}
    return (known.get(counted[1]) or int(counted[1])) if counted else int("sum" in name)


def wants_order(name: str, document: str) -> bool:
    """Whether a function of that name and docstring is for lists in order."""
    said = document.lower()
    given = re.search(
        r"\b(an?|the|two|k|given|already|in|of) (\w+ )?sorted (\w+ )?(array|list|sequence)", said
    )
    made = re.search(r"(return|give|create|produce|make|yield)\w*\W+(\w+\W+){0,3}sorted|\bsorts?\b", said)
    sorting = re.search(r"(^|_)sort(ed|s)?(_|$)", plain(name))
    sought = re.search(r"\b(binary|interpolation|jump) search\b(?! tree)", said)
    return bool(ORDERLY.search(plain(name)) or sought or (given and not made and not sorting))


def wants_rotation(name: str, document: str) -> bool:
    """Whether a function of that name and docstring looks for something in an ordered list that was rotated."""
    looks = re.search(r"rotated|search|find|min|pivot|target|count", plain(name))
    return looks is not None and "rotat" in f"{plain(name)} {document.lower()}"


def keeps_search_order(name: str, document: str, owner: str, file: str) -> bool:
    """Whether the trees of a function are search trees by what is said of it; one that asks for it gets others too."""
    said = " ".join((plain(name), document.lower(), plain(owner), plain(file)))
    return bool(SEARCH_TREE.search(said)) and not MENDS.search(plain(name))


def keeps_heap(name: str) -> bool:
    """Whether a function of that name takes a heap, the least first, and leaves one."""
    return bool(KEEPS_HEAP.search(plain(name))) and "max" not in plain(name)


def halves(node: ast.FunctionDef) -> bool:
    """Binary search: `mid = (low + high) // 2`, and an item at `mid` is compared with something from elsewhere."""
    middles = {
        target.id
        for part in walk(node)
        if isinstance(part, ast.Assign) and is_middle(part.value)
        for target in part.targets
        if isinstance(target, ast.Name)
    }
    tests = [part for part in walk(node) if middles and isinstance(part, ast.Compare)]
    return any(elsewhere(test, middles) for test in tests)


def is_middle(value: ast.expr) -> bool:
    """Half of a sum, anywhere in an expression."""
    halved = [
        part.left
        for part in walk(value)
        if isinstance(part, ast.BinOp)
        and isinstance(part.op, ast.FloorDiv | ast.Div | ast.RShift)
        and getattr(part.right, "value", None) == (1 if isinstance(part.op, ast.RShift) else 2)
    ]
    ends = [part for half in halved for part in walk(half) if isinstance(part, ast.Name)]
    return len(ends) >= 2


def elsewhere(test: ast.Compare, middles: set[str]) -> bool:
    """Whether one side is an item at a middle and the other is no item of the same list, as its neighbour is."""
    sides = [test.left, *test.comparators]
    at = [s for s in sides if isinstance(s, ast.Subscript) and last_name(s.slice) in middles]
    lists = {ast.unparse(side.value) for side in at}
    others = [part for side in sides if side not in at for part in walk(side)]
    return bool(at) and not any(
        isinstance(o, ast.Subscript) and ast.unparse(o.value) in lists for o in others
    )


def turns(node: ast.FunctionDef) -> bool:
    """A search tree: a comparison with what a node holds says whether it goes left or right."""
    for part in walk(node):
        if isinstance(part, ast.If) and isinstance(part.test, ast.Compare) and part.orelse:
            ordering = any(isinstance(op, ast.Lt | ast.Gt | ast.LtE | ast.GtE) for op in part.test.ops)
            held = {n.attr for n in walk(part.test) if isinstance(n, ast.Attribute)} - {"left", "right"}
            sides = [
                {n.attr for n in walk(ast.Module(body, [])) if isinstance(n, ast.Attribute)}
                for body in (part.body, part.orelse)
            ]
            if ordering and held and any("left" in a and "right" in b for a, b in (sides, sides[::-1])):
                return True
    return False

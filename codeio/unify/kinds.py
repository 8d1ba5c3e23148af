"""Kinds: what a parameter may hold, and how that is read from annotations, values and words.   text -> Kind"""

import ast
import re
from functools import lru_cache
from typing import Any

import msgspec

from codeio.unify.meaning import compiled
from codeio.walk import walk


class Kind(msgspec.Struct, frozen=True):
    """A type as inputs are drawn from it: `list` of `int`, `dict` of `str`, `int`, `tree` ..."""

    name: str
    of: tuple["Kind", ...] = ()
    keys: tuple[
        str, ...
    ] = ()  # of a record: names of its parts; `name()` for a method. Of operations: their names
    make: str = ""  # of a record: `dict`, or the class whose objects it stands for

    def __str__(self) -> str:
        if self.name == "record":
            return f"{self.make}({', '.join(f'{k}: {part}' for k, part in zip(self.keys, self.of, strict=True))})"
        if self.name == "operations":
            return (
                f"operations({', '.join(f'{k} {part}' for k, part in zip(self.keys, self.of, strict=True))})"
            )
        return f"{self.name}[{', '.join(map(str, self.of))}]" if self.of else self.name


INT, FLOAT, STR, CHAR, BOOL = Kind("int"), Kind("float"), Kind("str"), Kind("char"), Kind("bool")
NESTED = Kind("nested")  # a number, or a list of such
DIGITS, BYTES = Kind("digits"), Kind("bytes")  # a string of digits; bytes travel as text
TREE, LINKED, FUNCTION, ABSENT = Kind("tree"), Kind("linked"), Kind("function"), Kind("absent")


def listed(of: Kind) -> Kind:
    return Kind("list", (of,))


def maybe(of: Kind) -> Kind:
    """What a parameter holds whose default is None: that, or None."""
    return Kind("maybe", (of,))


def surely(kind: Kind) -> Kind:
    """What it is where it is not None."""
    return kind.of[0] if kind.name == "maybe" else kind


def operations(several: dict[str, list[Kind]]) -> Kind:
    """A list of operations: each a name and the arguments that go with it."""
    return Kind("operations", tuple(Kind("tuple", tuple(of)) for of in several.values()), tuple(several))


INTS, STRS, GRID = listed(INT), listed(STR), listed(listed(INT))
PAIR = Kind("tuple", (INT, INT))
PAIRS = listed(PAIR)
COUNTS = Kind("dict", (STR, INT))
GRAPH = Kind("dict", (INT, INTS))
ARRAY, MATRIX = Kind("array", (FLOAT,)), Kind("array", (listed(FLOAT),))

NAMED = {
    **dict.fromkeys(("int", "integer", "integers", "long", "Integral"), INT),
    **dict.fromkeys(("float", "double", "number", "numeric", "Number", "Real", "Decimal"), FLOAT),
    **dict.fromkeys(("str", "string", "text", "Text", "AnyStr", "word", "unicode"), STR),
    **dict.fromkeys(("char", "character"), CHAR),
    **dict.fromkeys(("bool", "boolean"), BOOL),
    **dict.fromkeys(("bytes", "bytearray", "ByteString"), BYTES),
    **dict.fromkeys(
        ("list", "List", "Sequence", "Iterable", "Iterator", "Collection", "array", "Array"), INTS
    ),
    **dict.fromkeys(("MutableSequence", "deque", "Deque", "iterable", "sequence", "lists"), INTS),
    **dict.fromkeys(("set", "Set", "frozenset", "FrozenSet", "AbstractSet"), Kind("set", (INT,))),
    **dict.fromkeys(("dict", "Dict", "dictionary", "Mapping", "mapping", "MutableMapping"), COUNTS),
    **dict.fromkeys(("tuple", "Tuple"), PAIR),
    **dict.fromkeys(("ndarray", "NDArray"), ARRAY),
    **dict.fromkeys(("TreeNode", "BinaryTreeNode", "BinaryTree", "BST"), TREE),
    **dict.fromkeys(("ListNode", "LinkedListNode", "SinglyLinkedListNode"), LINKED),
    **dict.fromkeys(("Callable", "callable", "function"), FUNCTION),
}
SEQUENCES = {
    "List",
    "list",
    "Sequence",
    "Iterable",
    "Iterator",
    "Collection",
    "MutableSequence",
    "Deque",
    "deque",
}
SETS = {"Set", "set", "FrozenSet", "frozenset", "AbstractSet", "MutableSet"}
MAPPINGS = {"Dict", "dict", "Mapping", "MutableMapping", "DefaultDict", "defaultdict", "OrderedDict"}


def of_annotation(node: ast.expr | None, aliases: dict[str, ast.expr] | None = None) -> Kind | None:
    """The kind that an annotation names, or None where it says nothing usable."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        node = expression(node.value)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return of_annotation(node.left, aliases) or of_annotation(node.right, aliases)
    if isinstance(node, ast.List):
        return of_subscript("list", node.elts, aliases)
    if isinstance(node, ast.Subscript):
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return of_subscript(last_name(node.value), parts, aliases)
    name = last_name(node)
    if aliases and name in aliases:
        return of_annotation(aliases[name], {})
    return NAMED.get(name)


def told(node: ast.expr | None, aliases: dict[str, ast.expr]) -> Kind | None:
    """What an annotation leaves no doubt of: of `list` or `list[Any]` no items, of one of several kinds nothing."""
    kind = of_annotation(node, aliases)
    if kind is None or node is None:
        return None
    if isinstance(node, ast.BinOp):
        options = [told(part, aliases) for part in (node.left, node.right)]
    elif isinstance(node, ast.Subscript) and last_name(node.value) in ("Optional", "Union"):
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        options = [told(part, aliases) for part in parts]
    else:
        names = {last_name(n) for n in walk(node)} - {"", "typing", "Tuple"}
        clear = isinstance(node, ast.Subscript) and names <= NAMED.keys() | SEQUENCES | SETS | MAPPINGS
        options = [kind if clear else Kind(kind.name)]
    (first, *others) = [option for option in options if option] or [None]
    return None if others else first


def of_subscript(base: str, parts: list[ast.expr], aliases: dict[str, ast.expr] | None) -> Kind | None:
    inner = [of_annotation(part, aliases) for part in parts]
    if base in SEQUENCES:
        return listed((inner and inner[0]) or INT)
    if base in SETS:
        return Kind("set", (inner[0] or INT,))
    if base in MAPPINGS and len(inner) == 2:
        return Kind("dict", (inner[0] or STR, inner[1] or INT))
    if base in ("Optional", "Union", "Final", "Annotated", "Literal"):
        return next((kind for kind in inner if kind), None)
    if base in ("Tuple", "tuple"):
        if len(parts) == 2 and isinstance(parts[1], ast.Constant) and parts[1].value is Ellipsis:
            return listed(inner[0] or INT)
        return Kind("tuple", tuple(kind or INT for kind in inner))
    return NAMED.get(base)


def last_name(node: ast.expr | None) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def expression(text: str) -> ast.expr | None:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None


def of_value(value: Any) -> Kind | None:
    """The kind of a literal."""
    if isinstance(value, bool | int | float | bytes):
        return {bool: BOOL, int: INT, float: FLOAT, bytes: BYTES}[type(value)]
    if isinstance(value, str):
        return STR
    if isinstance(value, list):
        return listed(common(value) or INT)
    if isinstance(value, set | frozenset):
        return Kind("set", (common(value) or INT,))
    if isinstance(value, tuple):
        return (
            Kind("tuple", tuple(of_value(item) or INT for item in value))
            if len(value) <= 4
            else listed(common(value) or INT)
        )
    if isinstance(value, dict):
        held = [of_value(item) or STR for item in value.values()]
        if len(set(held)) > 1 and all(isinstance(key, str) for key in value):
            return Kind("record", tuple(held), tuple(value), "dict")
        return Kind("dict", (common(value) or STR, common(value.values()) or INT))
    return None


def common(values: Any) -> Kind | None:
    """The kind of most items; int and float together are float."""
    found = [kind for kind in map(of_value, values) if kind]
    if not found:
        return None
    if {INT, FLOAT} == set(found):
        return FLOAT
    return max(dict.fromkeys(found), key=found.count)


PHRASES = (
    (r"list\s*\[\s*list\s*\[\s*str|list of (lists? of )?(list|array)s? of str", listed(STRS)),
    (r"(list|array|matrix|grid)\W+(of\s+)?(list|array|row)|2-?d (array|list)|matrix|int\[\]\[\]", GRID),
    (r"(list|array|sequence|iterable|tuple|collection)s?( of|\[|<|\(of)? ?(\w+ )?(tuple|pair)", PAIRS),
    (
        r"(list|array|sequence|iterable|collection)s?( of|\[|<|\(of)? ?(\w+ )?(str|word|name|char)|str(ing)?\[\]",
        STRS,
    ),
    (r"(list|array|sequence|iterable)s?( of|\[|<|\(of)? ?(\w+ )?(float|real|decimal)", listed(FLOAT)),
    (r"(list|array|sequence|iterable|collection)s?( of|\[|<|\(of)? ?(\w+ )?(int|num)|int(eger)?\[\]", INTS),
    (r"\btreenode|root (node )?of|binary tree", TREE),
    (r"\blistnode|\blinked list|head (node )?of", LINKED),
    (r"\bdict(ionary)?\b|\bmapping\b|hash ?map", COUNTS),
    (r"\bset\b( of)?", Kind("set", (INT,))),
    (r"\bint(eger)?s?\b|whole number|natural number", INT),
    (r"\bstr(ing)?s?\b|\btext\b|\bsentence\b|\bword\b", STR),
    (r"\bfloat\b|\bdouble\b|\breal number", FLOAT),
    (r"\bnumber\b", INT),
    (r"\bbool(ean)?\b", BOOL),
    (r"\bnd-?array|numpy", ARRAY),
    (r"\blist\b|\barray\b|\biterable\b|\bsequence\b|\bcollection\b", INTS),
    (r"\btuple\b", PAIR),
    (r"\bcallable\b|\bfunction\b|\bpredicate\b", FUNCTION),
)


@lru_cache(8192)
def of_words(text: str) -> Kind | None:
    """The kind that a phrase of a docstring names: "list of integers", "str", "List[int]"."""
    node = expression(text.strip().rstrip(".,;"))
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and (found := of_annotation(node)):
        return found
    low = text.lower()
    return next((kind for pattern, kind in PHRASES if compiled(pattern).search(low)), None)


SEVERAL = re.compile(r"^(seqs|iterables|sequences|lists|arrays|arrs|colls|collections)$")  # of any lengths
NAMES = (
    (r"^(root|tree|t1|t2|subroot|root1|root2)$", (TREE,)),
    (r"^(head|l1|l2|heada|headb|head1|head2|linked_?list)$", (LINKED,)),
    (
        r"^(f|fn|func|function|callback|predicate|pred|key_?func|key_?fn|iteratee|comparator|mapper|reducer)$",
        (FUNCTION,),
    ),
    (
        r"(matrix|grid|board|^mat$|image|maze|obstaclegrid|triangle|^mtx|rooms|isconnected)",
        (GRID, listed(STRS)),
    ),
    (r"(edges|prerequisites|intervals|points|pairs|connections|tickets|trips|coords|positions)$", (PAIRS,)),
    (
        r"(words|strs|strings|names|worddict|wordlist|tokens|lines|sentences|word_list|emails|letters)$",
        (STRS,),
    ),
    (SEVERAL.pattern, (GRID, STRS)),
    (r"^(graph|adj|adjacency|g)\w*$", (GRAPH, Kind("dict", (STR, STRS)))),
    (
        r"^(nums?\d|nums|arr\w*|array\w*|a_?list\w*|alist|lst\w*|list\w*|l|numbers|data|values|vals|items|seq\w*"
        r"|prices|weights|heights?|coins|candidates|ratings|stones|vec\w*|digits|elements|collection|scores"
        r"|input_?(list|array)|my_?list|\w+_(array|arr|list|lst)|ls|li|xs|ys|iterable|nodes|stack|piles|costs?|profits|sequence)$",
        (INTS, STRS),
    ),
    (
        r"^(s|s\d|str\w*|text\w*|word\w*|name\w*|string\w*|sentence|pattern|txt|message|msg|phrase|st|line|prefix"
        r"|suffix|needle|haystack|sub\w*|dna\w*|password|roman|expression|expr|plaintext|ciphertext|filename)$",
        (STR,),
    ),
    (r"^(char|c|ch|letter|symbol)$", (CHAR, INT)),
    (
        r"(^|_)(path|text|word|string|label|title|message|msg|url|sentence|line|author|city|country|colou?r|e?mail"
        r"|phone|lang|language|query|keyword|html|xml|regex|date|mode|direction|command|action|unit)$|name$",
        (STR, INT),
    ),
    (r"_(count|index|idx|id|size|length|len)$", (INT,)),
    (
        r"^(is_|has_|flag$|flag_|reverse$|verbose|debug|ascending|descending|strict|ignore|use_|should_)|_flag$",
        (BOOL,),
    ),
    (
        r"^(radius|lat\w*|lon\w*|rate\w*|weight|price|temp\w*|celsius|fahrenheit|length|width|height|angle|alpha"
        r"|beta|mass|speed|velocity|theta|mu|sigma|salary|balance|principal|distance|eps\w*|tol\w*)$",
        (FLOAT, INT),
    ),
    (
        r"^(dic\w*|mapping|freq\w*|table|lookup|d|dct|m)$|(^|_)(counts|dict|freqs|scores_by\w*)$",
        (COUNTS, INT),
    ),
    (
        r"^(n\d?|k|m|num\w*|i|j|x\w?|y\w?|z|a|b|c|d|p|q|r|number\w*|start\w*|end\w*|low\w*|high\w*|left|right|lo|hi"
        r"|target\w*|total|amount|size|count|index|idx|limit|year|month|day|age|val\w*|steps?|max\w*|min\w*|row\w*"
        r"|col\w*|w|h|depth|level|base|exp\w*|power|capacity|dividend|divisor|pos|bits?|digit|hours?|minutes?"
        r"|seconds?|offset|shift|width|order|mod\w*|upper\w*|lower\w*|first|last|t|e|v|u|item|elem\w*|element)$",
        (INT, FLOAT),
    ),
)


CLEAR = re.compile(
    r"^(words?|text|strings?|strs?|names|lines|tokens|sentences?|phrase|pattern|needle|haystack|st|txt|nums|(\w+_)?arr(ay)?|matrix|grid|board|root|head)"
    r"_?\d?$|^(is|has|use|should)_|flag$|^pred(icate)?$"
)


@lru_cache(8192)
def of_name(name: str) -> tuple[Kind, ...]:
    """What a parameter of this name usually holds, likeliest first."""
    low = name.lower().strip("_")
    for pattern, kinds in NAMES:
        if compiled(pattern).search(low):
            return kinds
    return (INTS, STRS) if low.endswith("s") and len(low) > 3 else ()

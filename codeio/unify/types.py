"""Guess: what kind of value each parameter takes, from the evidence in the file.   function -> ranked kinds

Annotations, defaults, doctest calls, names and the use in the body each vote; the trial in the sandbox decides.
Kinds are names of the table in generator.py.
"""

import ast
import re
from collections import Counter
from typing import Any

ANNOTATED = {
    "int": "int", "float": "float", "str": "str", "bool": "bool", "list": "ints", "List": "ints",
    "list[int]": "ints", "List[int]": "ints", "Sequence[int]": "ints", "Iterable[int]": "ints",
    "list[float]": "floats", "List[float]": "floats", "list[str]": "words", "List[str]": "words",
    "Sequence[str]": "words", "Iterable[str]": "words", "list[list[int]]": "matrix", "List[List[int]]": "matrix",
    "dict": "counts", "dict[str, int]": "counts", "Dict[str, int]": "counts", "tuple": "ints", "Sequence": "ints",
    "Iterable": "ints", "list[list[str]]": "word_lists", "List[List[str]]": "word_lists", "set": "ints",
    "Iterable[Any]": "ints", "Iterable[_T]": "ints", "Sequence[_T]": "ints", "dict[int, list[int]]": "graph",
    "dict[str, list[str]]": "names_graph", "complex": "float", "Any": "int", "object": "int",
}  # fmt: skip
NAMED = [
    (r"^(n|m|num|number|k|x|y|a|b|c|d|i|j|p|q|limit|count|size|steps?|times|year|month|day|base|exp|power|target"
     r"|index|position|start|stop|end|low|high|left|right|width|height|depth|total|amount|value|val|key|seed|step"
     r"|minimum|maximum|length)$", "int"),
    (r"^(s|t|w|string|text|word|sentence|str\w*|pattern|line|name|char|ch|letter|needle|haystack|prefix|suffix"
     r"|source|message|msg|expr\w*|password|path|sub\w*|sep\w*|delim\w*|s1|s2|str1|str2|word1|word2|label|title)$", "str"),
    (r"^(arr\w*|array|nums?\w*|numbers|lst|list\w*|l|xs|ys|seq\w*|iterable|items?|values|data|collection|elements"
     r"|prices|weights|heights|stack|queue|coll|it|iterables?|row|points|scores|digits|stones|coins)$", "ints"),
    (r"^(matrix|grid|board|mat|m1|m2|rows|table|intervals|edges|pairs|maze|image|triangle)$", "matrix"),
    (r"^(words|strings|names|tokens|lines|strs|keys|texts|dictionary|word_list)$", "words"),
    (r"^(graph|adj\w*|tree)$", "graph"),
    (r"^(d|dict\w*|mapping|counts?|dct|freq\w*|map|table)$", "counts"),
    (r"^(is_\w+|has_\w+|flag|reverse|strict|verbose|inclusive|ascending)$", "bool"),
    (r"^(rate|ratio|prob\w*|radius|angle|temp\w*|speed|distance|price|mass|tolerance|eps\w*)$", "float"),
]  # fmt: skip
STRING_METHODS = {
    "split", "lower", "upper", "strip", "replace", "startswith", "endswith", "isalpha", "isdigit", "isalnum", "join",
    "title", "find", "splitlines", "encode", "rstrip", "lstrip", "capitalize", "isupper", "islower", "isspace",
}  # fmt: skip
LIST_METHODS = {"append", "sort", "extend", "insert", "reverse", "remove"}
DICT_METHODS = {"items", "keys", "values", "get", "setdefault", "update"}
FALLBACK = ("ints", "int", "str", "words", "matrix", "counts")
Votes = Counter[str]


def kinds(function: ast.FunctionDef, examples: list[list[Any]]) -> list[list[str]]:
    """For each parameter its kinds, most likely first; never empty."""
    arguments = [*function.args.posonlyargs, *function.args.args]
    defaults = [None] * (len(arguments) - len(function.args.defaults)) + list(function.args.defaults)
    ranked = []
    for place, (argument, default) in enumerate(zip(arguments, defaults, strict=True)):
        votes: Votes = Counter()
        annotation(argument, votes)
        by_default(default, votes)
        by_example([e[place] for e in examples if place < len(e)], votes)
        by_name(argument.arg, votes)
        by_use(function, argument.arg, votes)
        ranked.append([kind for kind, _ in votes.most_common()] or list(FALLBACK[:4]))
    return ranked


def annotation(argument: ast.arg, votes: Votes) -> None:
    if argument.annotation is None:
        return
    text = ast.unparse(argument.annotation).replace("typing.", "").strip("'\"")
    text = re.sub(r"^Optional\[(.*)\]$", r"\1", text).replace(" | None", "")
    kind = ANNOTATED.get(text) or ANNOTATED.get(text.split("[")[0])
    if kind:
        votes[kind] += 10


def by_default(default: ast.expr | None, votes: Votes) -> None:
    if isinstance(default, ast.Constant) and default.value is not None:
        votes[kind_of(default.value) or "int"] += 6


def by_example(values: list[Any], votes: Votes) -> None:
    for value in values:
        if kind := kind_of(value):
            votes[kind] += 12


def kind_of(value: Any) -> str | None:
    """The kind that a value seen in an example belongs to."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float | str):
        return type(value).__name__
    if isinstance(value, list | tuple | set) and value:
        inner = {kind_of(v) for v in value}
        table = {"int": "ints", "float": "floats", "str": "words", "ints": "matrix", "words": "word_lists"}
        return table.get(inner.pop() or "") if len(inner) == 1 else "ints"
    return "counts" if isinstance(value, dict) else None


def by_name(name: str, votes: Votes) -> None:
    for pattern, kind in NAMED:
        if re.match(pattern, name.lower()):
            votes[kind] += 4


def by_use(function: ast.FunctionDef, name: str, votes: Votes) -> None:
    """What the body does with the parameter."""
    for node in ast.walk(function):
        match node:
            case ast.Attribute(value=ast.Name(id=found), attr=method) if found == name:
                votes["str"] += 4 * (method in STRING_METHODS)
                votes["ints"] += 4 * (method in LIST_METHODS)
                votes["counts"] += 4 * (method in DICT_METHODS)
            case ast.Subscript(value=ast.Subscript(value=ast.Name(id=found))) if found == name:
                votes["matrix"] += 4
            case ast.Subscript(value=ast.Name(id=found)) if found == name:
                votes["ints"] += 2
                votes["str"] += 1
            case ast.For(iter=ast.Name(id=found)) | ast.comprehension(iter=ast.Name(id=found)) if (
                found == name
            ):
                votes["ints"] += 2
                votes["str"] += 1
            case ast.Call(func=ast.Name(id=called), args=[ast.Name(id=found), *_]) if found == name:
                by_call(called, votes)
            case ast.BinOp(left=ast.Name(id=found), op=op) if found == name:
                votes["int"] += (
                    3 if isinstance(op, ast.Mod | ast.FloorDiv | ast.Pow | ast.Sub | ast.Div) else 1
                )
            case ast.Compare(left=ast.Name(id=found), comparators=[ast.Constant(value=other)]) if (
                found == name
            ):
                votes[kind_of(other) or "int"] += 2
    for kind in [kind for kind, count in votes.items() if not count]:
        del votes[kind]


def by_call(called: str, votes: Votes) -> None:
    if called in ("range", "chr", "bin", "hex", "abs", "int"):
        votes["int"] += 3
    elif called in ("len", "sorted", "reversed", "enumerate", "list", "set", "iter", "tuple", "zip"):
        votes["ints"] += 2
        votes["str"] += 1
    elif called in ("sum", "max", "min"):
        votes["ints"] += 3
    elif called in ("ord", "str"):
        votes["str"] += 2

"""State: the question in words and the shapes of input and output.   Plan, Choice -> statement, description, tier"""

import re
from collections.abc import Sequence

from codeio.records import Json, Tier
from codeio.unify import kinds
from codeio.unify.kinds import Kind
from codeio.unify.plan import Plan
from codeio.unify.trial import Choice

LONGEST = 400  # characters of a statement taken from a docstring
SHORTEST = 12
# Names that say nothing about what a function does.
VAGUE = re.compile(
    r"^(solution|solve|script|main|run|func\w*|function\w*|method\w*|foo|bar|baz|test\w*|helper|do|process|calc|compute"
    r"|calculate|f|g|h|fn|part_?(one|two|[ab12])|problem\w*|answer|execute|go|p\d+|q\d+|ex\w*\d+|euler\w*|call|get|wrapper"
    r"|inner|handle|task\w*|step\w*|day\w*|my\w{0,6}|main_solution|display|show|print\w{0,4}|update|apply|create|make|build|convert"
    r"|work|check|value|result|data|output|input|parse|init|init_?\w+|name|next|start|stop|load|save|read|write|send)\d*$",
    re.I,
)
WHETHER = {"is", "has", "have", "can", "are", "does", "contains", "should", "exists"}
WRITTEN_OUT = {
    "cal": "calculate", "calc": "calculate", "dist": "distance", "num": "number", "nums": "numbers", "str": "string",
    "arr": "array", "idx": "index", "max": "maximum", "min": "minimum", "avg": "average", "fib": "fibonacci",
    "gen": "generate", "cnt": "count", "len": "length", "lst": "list", "freq": "frequency", "char": "character",
    "chars": "characters", "seq": "sequence", "pos": "position", "prev": "previous", "val": "value", "vals": "values",
    "bin": "binary", "diff": "difference", "prod": "product", "rev": "reverse", "fact": "factorial", "comb": "combine",
    "perm": "permutation", "elem": "element", "func": "function", "info": "information", "mult": "multiply",
}  # fmt: skip
VAGUE_CLASS = re.compile(r"^(Solution|Main|Program|App|Test|Class|My)\w*$", re.I)
OPERATED = (
    "An object of the class `{owner}` is made, and the operations are carried out on it one after another. "
    "What do those that return something give, in their order?"
)
CODE = re.compile(
    r"\w [-+*/]?= \w|\bfor \w+ in range\(|\breturn \w+ [-+*/] "
)  # an older version, put into quotes
# What a special method is asked for.
SPECIAL = {
    "__str__": "its text", "__repr__": "its text as `repr` gives it", "__len__": "its length",
    "__abs__": "its absolute value", "__neg__": "its negative", "__call__": "the result of calling it",
    "__getitem__": "the item at the given index", "__contains__": "the answer to `in`",
    "__iter__": "the list of what a loop over it visits",
} | {
    f"__{name}__": f"the result of `{sign}`"
    for name, sign in {
        "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "add": "+", "sub": "-", "mul": "*",
        "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "and": "&", "or": "|", "xor": "^", "matmul": "@",
        "radd": "+", "rmul": "*",
    }.items()
}  # fmt: skip
SPECIAL_METHOD = "An object of the class `{owner}` is made from the input. What is {what}?"
SECTION = re.compile(
    r"^\s*(:\w|@\w|>>>|args?\b|arguments?\b|parameters?\b|params?\b|returns?\s*:|return\s*:|raises?\b|examples?\b|input\s*:|output\s*:"
    r"|note\b|usage\b|time complexity|space complexity|complexity|doctest|-{3,}|={3,})",
    re.I,
)


def statement(plan: Plan) -> tuple[str, Tier]:
    """A question, and where its words come from. Empty when neither docstring nor name says anything."""
    told = first_words(plan.document)
    name = plan.candidate.node.name
    if plan.candidate.operated:
        what = f"{told[0].upper()}{told[1:]}. " if told else ""
        return what + OPERATED.format(owner=plan.candidate.operated.name), "docstring" if told else "name"
    if told:
        return question(told), "docstring"
    if name in SPECIAL and plan.candidate.owner:
        return SPECIAL_METHOD.format(owner=plan.candidate.owner.name, what=SPECIAL[name]), "name"
    words = name_words(name)
    if words and not VAGUE.match(name):
        return named(subject(plan), words, [f"`{p.name}`" for p in plan.wrapping.parameters[:4]]), "name"
    return "", "code-only"


def named(who: str, words: str, given: Sequence[str]) -> str:
    """A question about a function of which only the name is known."""
    *most, last = given
    listed = f"{', '.join(most)} and {last}" if most else last
    if words.split(" ")[0] in WHETHER:
        return f'{who} answers yes or no to "{words}". What does it answer for {listed}?'
    return f'{who} is named after what it does: "{words}". What does it give for {listed}?'


def subject(plan: Plan) -> str:
    """What is named: a method also by its class, which often says what the method is about."""
    owner = plan.candidate.owner
    if owner is None or VAGUE_CLASS.match(owner.name):
        return "A function"
    return f"A method of the class `{owner.name}`"


def first_words(document: str) -> str:
    """The first paragraph of a docstring as sentences, without types, examples and sections."""
    lines = []
    for line in document.strip().split("\n"):
        if SECTION.match(line) or (lines and not line.strip()):
            break
        if line.strip():
            lines.append(line.strip())
    text = re.sub(r"(?<![\w*])\*{1,2}(\w+)\*{1,2}(?!\w)", r"`\1`", re.sub(r"\s+", " ", " ".join(lines)))
    text = text.strip(" .:-*=")
    text = re.sub(r"``([^`]*)``", r"`\1`", re.sub(r":\w+:`~?([^`]*)`", r"`\1`", text))
    text = re.sub(r"https?://\S+", "", text).strip(" .:-")
    if CODE.search(text):
        return ""
    if len(text) < SHORTEST or len(text.split()) < 3 or not text.isascii() or "TODO" in text:
        return ""
    if len(text) > LONGEST:
        cut = text[:LONGEST].rfind(". ")
        text = text[:cut] if cut > SHORTEST else ""
    return text


def question(text: str) -> str:
    """A sentence of a docstring as a task with a question."""
    text = text[0].upper() + text[1:]
    if text.endswith("?"):
        return text
    return f"{text.rstrip('.')}. What is the result for the given input?"


def name_words(name: str) -> str:
    """Words of a snake_case or camelCase name, written out; empty where they say too little."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d\d+", name)
    words = [WRITTEN_OUT.get(part.lower(), part.lower()) for part in parts]
    long = [word for word in words if len(word) > 2]
    return " ".join(words) if len(long) >= 2 or (len(long) == 1 and len(long[0]) > 3) else ""


def description(plan: Plan, choice: Choice) -> str:
    """Input and output as observed: names, kinds, sizes, ranges."""
    lines = ["Input:"]
    for p in plan.wrapping.parameters:
        kind = choice.guess.kinds[p.name]
        if kind != kinds.ABSENT:
            held = [given[p.name] for given, _ in choice.seen]
            lines.append(f"  `{p.name}` ({in_words(kind)}): {observed(held)}")
    outputs = [output for _, output in choice.seen]
    lines += ["Output:", f"  `return` ({of_values(outputs)}): {result(choice.how)}{observed(outputs)}"]
    return "\n".join(lines)


def in_words(kind: Kind) -> str:
    """The kind as a reader of JSON knows it."""
    simple = {
        "tree": "list, a binary tree in level order with null for a gap",
        "linked": "list, the values of a linked list",
        "function": "str, the name of a function in FUNCTIONS",
        "char": "str of one character",
        "digits": "str of digits",
        "bytes": "str",
        "set": "list of distinct values",
    }
    if kind.name in simple:
        return simple[kind.name]
    if kind.name == "maybe":
        return f"{in_words(kind.of[0])}, or null"
    if kind.name in ("list", "array") and len(kind.of) == 1:
        return f"list of {in_words(kind.of[0])}"
    if kind.name in ("list", "tuple"):
        return f"list of {len(kind.of)} values: {', '.join(in_words(part) for part in kind.of)}"
    if kind.name == "operations":
        several = (
            f"{key}({', '.join(map(in_words, part.of))})"
            for key, part in zip(kind.keys, kind.of, strict=True)
        )
        return f"list of lists, each the name of an operation and its arguments: {', '.join(several)}"
    if kind.name == "record":
        return f"dict of {', '.join(f'{k} ({in_words(part)})' for k, part in zip(kind.keys, kind.of, strict=True))}"
    return f"dict from {in_words(kind.of[0])} to {in_words(kind.of[1])}" if kind.name == "dict" else kind.name


def of_values(seen: Sequence[Json]) -> str:
    """The JSON types among values: `int`, `list of int`, `str or null`."""
    return " or ".join(sorted({json_type(value) for value in seen if value is not None})) or "null"


def json_type(value: Json) -> str:
    if isinstance(value, list):
        inner = {json_type(item) for item in value if item is not None}
        return f"list of {inner.pop()}" if len(inner) == 1 else "list"
    return "null" if value is None else type(value).__name__


def observed(seen: Sequence[Json]) -> str:
    """Range or length of the values that occurred."""
    flat = [value for value in seen if value is not None]
    numbers = [v for v in flat if isinstance(v, int | float) and not isinstance(v, bool)]
    if flat and all(isinstance(v, bool) for v in flat):
        return "true or false"
    if flat and len(numbers) == len(flat):
        return f"from {min(numbers)} to {max(numbers)} in typical cases"
    sized = [v for v in flat if isinstance(v, str | list | dict)]
    if sized and len(sized) == len(flat):
        low, high = min(map(len, sized)), max(map(len, sized))
        what = {str: "characters", list: "items", dict: "keys"}[type(sized[0])]
        return f"{low} {what}" if low == high else f"{low} to {high} {what}"
    return "of several types"


def result(how: str) -> str:
    """A word on results that are not simply returned."""
    what = how.split(" ")[0]
    return {
        "printed": "the printed lines, ",
        "changed": "the argument after the call, ",
        "tree": "a binary tree in level order, ",
        "linked": "the values of a linked list, ",
        "set": "a set in sorted order, ",
    }.get(what, "")

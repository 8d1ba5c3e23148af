"""Wrap: the entry that takes and returns JSON, around a candidate that wants objects.   guess -> code"""

import ast
import re

import msgspec

from codeio.unify import kinds, meaning, pieces
from codeio.unify.candidates import Candidate, signature
from codeio.unify.evidence import Parameter
from codeio.unify.kinds import Kind
from codeio.unify.module import Module
from codeio.unify.objects import PLAIN, makers
from codeio.walk import walk

ENTRY = "main_solution"
FUNCTIONS = {
    "double": "lambda x: x * 2",
    "halve": "lambda x: x // 2",
    "is_even": "lambda x: x % 2 == 0",
    "is_positive": "lambda x: x > 0",
    "negate": "lambda x: -x",
    "remainder": "lambda x: x % 3",
    "square": "lambda x: x * x",
}
PREDICATES = {
    "is_even": FUNCTIONS["is_even"],
    "is_positive": FUNCTIONS["is_positive"],
    "is_small": "lambda x: x < 4",
}
KEYS = {  # by which several items go together
    "is_even": FUNCTIONS["is_even"],
    "last_digit": "lambda x: x % 10",
    "magnitude": "lambda x: abs(x)",
    "negate": FUNCTIONS["negate"],
    "remainder": FUNCTIONS["remainder"],
}
COMPARING = {
    "ascending": "lambda x, y: (x > y) - (x < y)",
    "descending": "lambda x, y: (x < y) - (x > y)",
    "by_last_digit": "lambda x, y: x % 10 - y % 10",
}
TWO_ARGUMENTS = {
    "add": "lambda x, y: x + y",
    "larger": "lambda x, y: max(x, y)",
    "minus": "lambda x, y: x - y",
}
CONVERTERS = {
    "set": "sorted({})",
    "iterator": "list({})",
    "array": "{}.tolist()",
    "bytes": "bytes({}).decode('latin-1')",
    "text": "str({})",
    "deep": "json_of({})",
}


class Wrapping(msgspec.Struct, frozen=True, kw_only=True):
    """How a candidate is called: its parameters, split between constructor and call, and node classes in reach."""

    candidate: Candidate
    made: tuple[Parameter, ...]  # for the constructor
    given: tuple[Parameter, ...]
    tree: str  # class of tree nodes
    linked: str  # class of list nodes

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return self.made + self.given


def node_classes(module: Module) -> tuple[str, str]:
    """Names of the file's classes for tree and list nodes, or the usual ones."""
    tree, linked = "TreeNode", "ListNode"
    for name, node in module.classes.items():
        stored = {n.attr for n in walk(node) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)}
        init = next((f for f in node.body if isinstance(f, ast.FunctionDef) and f.name == "__init__"), None)
        takes = init is not None and len([1 for _, d in signature(init, 1) if d is None]) <= 1
        if takes and {"left", "right"} <= stored and tree not in module.classes:
            tree = name
        if takes and "next" in stored and linked not in module.classes:
            linked = name
    return tree, linked


def convert(kind: Kind, name: str, tree: str, linked: str) -> str:
    """An expression that makes what the candidate wants of the JSON in `name`; `name` itself if it is that."""
    if kind.name == "tree":
        return f"tree_from_values({tree}, {name})"
    if kind.name == "linked":
        return f"linked_from_values({linked}, {name})"
    if kind.name == "array":
        return f"np.array({name})"
    if kind.name == "bytes":
        return f"{name}.encode()"
    if kind.name == "function":
        return f"FUNCTIONS[{name}]"
    if kind.name == "maybe":
        inner = convert(kind.of[0], name, tree, linked)
        return name if inner == name else f"None if {name} is None else {inner}"
    if kind.name == "tuple":
        if all(convert(part, "item", tree, linked) == "item" for part in kind.of):
            return f"tuple({name})"
        parts = [convert(part, f"{name}[{n}]", tree, linked) for n, part in enumerate(kind.of)]
        return f"({', '.join(parts)},)"
    if kind.name == "record":
        return made(kind, name, tree, linked)
    if kind.name in ("list", "set"):
        item = kind.of[0].name[0]
        inner = convert(kind.of[0], item, tree, linked)
        if kind.name == "set":
            return f"set({name})" if inner == item else f"{{{inner} for {item} in {name}}}"
        return name if inner == item else f"[{inner} for {item} in {name}]"
    if kind.name == "dict":
        key = {"int": "int(key)", "float": "float(key)"}.get(kind.of[0].name, "key")
        value = convert(kind.of[1], "value", tree, linked)
        return (
            name
            if (key, value) == ("key", "value")
            else f"{{{key}: {value} for key, value in {name}.items()}}"
        )
    return name


def made(kind: Kind, name: str, tree: str, linked: str) -> str:
    """The dict or object of named values."""
    held = [f"{name}[{key!r}]" for key in kind.keys]
    parts = [convert(part, one, tree, linked) for part, one in zip(kind.of, held, strict=True)]
    if kind.make == "dict":
        pairs = ", ".join(f"{key!r}: {part}" for key, part in zip(kind.keys, parts, strict=True))
        return name if parts == held else f"{{{pairs}}}"
    if parts == held:
        return f"{kind.make}(**{name})"
    return f"{kind.make}({', '.join(f'{key}={part}' for key, part in zip(kind.keys, parts, strict=True))})"


def call_text(w: Wrapping, guess: dict[str, Kind], arguments: list[str]) -> str:
    """The call of the candidate, with `arguments` for the parameters that are not left out."""
    present = [p.name for p in w.parameters if guess[p.name] != kinds.ABSENT]
    values = dict(zip(present, arguments, strict=True))
    made = [values[p.name] for p in w.made if p.name in values]
    node = w.candidate.node
    target = w.candidate.node.name
    if w.candidate.owner:
        owner = w.candidate.owner.name
        target = (
            f"{owner}({', '.join(made)}).{target}" if w.candidate.form == "method" else f"{owner}.{target}"
        )
    if node.args.vararg and len(w.given) == 1 and w.given[0].own == node.args.vararg.arg:
        return f"{target}(*{values[w.given[0].name]})"
    keyword = {a.arg for a in node.args.kwonlyargs}
    out, skipped = [], False
    for p in w.given:
        if p.name not in values:
            skipped = True
        elif skipped or p.own in keyword:
            out.append(f"{p.own}={values[p.name]}")
        else:
            out.append(values[p.name])
    return f"{target}({', '.join(out)})"


def converted(w: Wrapping, guess: dict[str, Kind]) -> list[str]:
    present = [p.name for p in w.parameters if guess[p.name] != kinds.ABSENT]
    return [convert(guess[name], name, w.tree, w.linked) for name in present]


def trial_calls(w: Wrapping, guesses: list[dict[str, Kind]]) -> str:
    """Text that defines CALLS for inside/trial.py: per guess, JSON -> arguments, and arguments -> result."""
    lines = []
    for guess in guesses:
        names = [p.name for p in w.parameters if guess[p.name] != kinds.ABSENT]
        both = converted(w, guess)
        call = call_text(w, guess, [f"a{n}" for n in range(len(names))])
        places = ", ".join(f"a{n}" for n in range(len(names)))
        lines.append(f"    (lambda {', '.join(names)}: [{', '.join(both)}], lambda {places}: {call}),")
    return "CALLS = [\n" + "\n".join(lines) + "\n]\n"


def trial_code(w: Wrapping, code: str, guesses: list[dict[str, Kind]]) -> str:
    calls = trial_calls(w, guesses)
    trial = pieces.inside_text("trial")
    return "\n\n".join([code, *extras(calls + trial, code, w), trial, calls])


def choices(name: str) -> dict[str, str]:
    """Functions that a parameter of that name may be given."""
    if meaning.PREDICATE.search(name):
        return PREDICATES
    if re.search(r"cmp|compar", name):
        return COMPARING
    if re.search(r"bin|reduc|comb|op|acc", name):
        return TWO_ARGUMENTS
    return KEYS if re.search(r"key|iteratee|group|^by$|criteri", name) else FUNCTIONS


def extras(text: str, code: str, w: Wrapping) -> list[str]:
    """What the entry needs beside the candidate's code: pieces, node classes, numpy, functions to choose from."""
    out = []
    if "np.array(" in text and not re.search(r"import numpy as np\b", code):
        out.append("import numpy as np")
    if f"{PLAIN}(" in text and f"import {PLAIN}" not in code:
        out.append(f"from types import {PLAIN}")
    if "FUNCTIONS[" in text:
        names = [p.own for p in w.parameters if any("function" in str(kind) for kind, _ in p.options)]
        every = FUNCTIONS | PREDICATES | KEYS | COMPARING | TWO_ARGUMENTS
        several = {key: text for name in names for key, text in choices(name).items()} or every
        out.append("FUNCTIONS = {" + ", ".join(f"{k!r}: {v}" for k, v in several.items()) + "}")
    return out + pieces.needed(text, "converters")


def needed_classes(w: Wrapping, guess: dict[str, Kind]) -> tuple[str, ...]:
    """Node classes that a guess builds, as further roots of the closure."""
    text = " ".join(map(str, guess.values()))
    nodes = tuple(name for word, name in (("tree", w.tree), ("linked", w.linked)) if word in text and name)
    return (*nodes, *sorted(set().union(*map(makers, guess.values()))))


def entry(w: Wrapping, code: str, guess: dict[str, Kind], how: str) -> tuple[str, str]:
    """The finished module and the name of its entry; no wrapper where the candidate already takes and returns JSON."""
    names = [p.name for p in w.parameters if guess[p.name] != kinds.ABSENT]
    both = converted(w, guess)
    node = w.candidate.node
    direct = (
        w.candidate.form == "function"
        and both == names
        and how in ("plain", "number")
        and not node.args.vararg
        and not node.args.posonlyargs
        and node.name not in ("input_generator",)
    )
    if direct:
        return code, node.name
    body, imports = body_text(w, guess, names, both, how)
    if used_name(code, ENTRY):
        body = body.replace(f"def {ENTRY}(", "def json_solution(")
    extra = extras(body, code, w)
    imported = [*imports, *(e for e in extra if e.startswith(("import", "from")))]
    rest = [e for e in extra if not e.startswith(("import", "from"))]
    head = "\n".join(line for line in imported if line not in code)
    if head and re.match(r"(import|from) ", code):
        head, code = head + "\n" + code, ""
    parts = [part for part in (head.strip("\n"), code.strip("\n"), *rest, body) if part]
    return "\n\n".join(parts) + "\n", "json_solution" if used_name(code, ENTRY) else ENTRY


def used_name(code: str, name: str) -> bool:
    return re.search(rf"\b{name}\b", code) is not None


def body_text(
    w: Wrapping, guess: dict[str, Kind], names: list[str], both: list[str], how: str
) -> tuple[str, list[str]]:
    """The wrapper function and the imports it needs."""
    head = f"def {ENTRY}({', '.join(names)}):\n"
    what, *more = how.split(" ")
    if what == "changed":
        changed, lines = int(more[0]), []
        for name, expression in zip(names, both, strict=True):
            if expression != name:
                lines.append(f"    {name} = {expression}\n")
        call = call_text(w, guess, names)
        result = shown(names[changed], " ".join(more[1:]))
        return f"{head}{''.join(lines)}    {call}\n    return {result}\n", []
    call = call_text(w, guess, both)
    if what == "printed":
        inner = f"    printed = io.StringIO()\n    with redirect_stdout(printed):\n        {call}\n"
        return head + inner + "    return printed.getvalue().splitlines()\n", [
            "import io",
            "from contextlib import redirect_stdout",
        ]
    return f"{head}    return {shown(call, how)}\n", []


def shown(value: str, how: str) -> str:
    """An expression that gives `value` as JSON, as the trial found it has to be."""
    what, *more = how.split(" ")
    if what == "tree":
        return f"values_of_tree({value}, {more[0]!r})"
    if what == "linked":
        return f"values_of_linked({value}, {more[0]!r})"
    return CONVERTERS.get(what, "{}").format(value)

"""Raw modules for the tests of unify, and the way they go: text -> plans -> trial in a real sandbox -> records."""

import hashlib

from codeio.params import load
from codeio.records import Dropped, Function, Source
from codeio.sandbox import Limits, Sandbox
from codeio.unify import static

P = load().unify


def sandbox() -> Sandbox:
    return Sandbox(Limits(cpu_s=P.cpu_s, memory_mb=P.memory_mb), workers=1)


def source(text: str, path: str = "m.py", **more: str) -> Source:
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    fields = dict(kind="natural", corpus="tests", version="1", licence="MIT")
    return Source(id=sha256[:32], path=path, sha256=sha256, text=text, **fields | more)


def unified(box: Sandbox, *texts: str) -> tuple[list[Function], list[Dropped]]:
    """Functions and drops of modules that lie beside each other."""
    sources = [source(text, f"m{number}.py") for number, text in enumerate(texts)]
    records = list(static.functions(sources, box, P))
    return (
        [r for r in records if isinstance(r, Function)],
        [r for r in records if isinstance(r, Dropped)],
    )


def only(box: Sandbox, text: str, name: str = "") -> Function:
    """The one function of a module, or the one that starts at `def name`."""
    functions, dropped = unified(box, text)
    if name:
        line = next(n for n, row in enumerate(text.split("\n"), 1) if f"def {name}(" in row)
        functions = [f for f in functions if f.lines[0] <= line <= f.lines[1]]
    assert len(functions) == 1, dropped
    return functions[0]

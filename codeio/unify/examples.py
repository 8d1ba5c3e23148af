"""Examples: the calls that a file itself shows, as inputs of a guess and for drawing others.   evidence -> examples"""

from typing import Any

from codeio.unify import kinds
from codeio.unify.evidence import Evidence
from codeio.unify.kinds import Kind
from codeio.unify.literals import literal

ENOUGH = 4  # rows, of which one place holds no more than two values
WORD = "draw_word(rng, ALPHABET, WORDS)"


def whole_inputs(evidence: Evidence, held: dict[str, Kind]) -> list[dict[str, Any]]:
    """Examples of the file as whole inputs where the parameters hold these kinds."""
    names = [p.name for p in evidence.parameters if held[p.name] != kinds.ABSENT]
    defaults = {p.name: p.default for p in evidence.parameters if p.default}
    out = []
    for example in evidence.examples:
        filled = {}
        for name in names:
            if name in example:
                filled[name] = example[name]
            elif name in defaults:
                filled[name] = literal(kinds.expression(defaults[name]))
        if len(filled) == len(names) and all(fits(held[n], v) for n, v in filled.items()):
            out.append({n: as_shown(held[n], v) for n, v in filled.items()})
    return out


def fits(kind: Kind, value: Any) -> bool:
    """Whether a value may stand where `kind` is drawn."""
    name = kind.name
    if name == "maybe":
        return value is None or fits(kind.of[0], value)
    if name == "float":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if name in ("int", "bool"):
        return type(value) is {"int": int, "bool": bool}[name]
    if name in ("str", "char", "digits"):
        return isinstance(value, str)
    if name in ("list", "set", "array") and len(kind.of) == 1:
        return isinstance(value, list | tuple | set) and all(fits(kind.of[0], item) for item in value)
    if name in ("tuple", "list"):
        return (
            isinstance(value, list | tuple) and len(value) == len(kind.of) and all(map(fits, kind.of, value))
        )
    if name == "record":
        same = isinstance(value, dict) and kind.make == "dict" and set(value) == set(kind.keys)
        return same and all(fits(part, value[key]) for key, part in zip(kind.keys, kind.of, strict=True))
    if name == "dict":
        return isinstance(value, dict) and all(
            fits(kind.of[0], key) and fits(kind.of[1], item) for key, item in value.items()
        )
    return name in ("tree", "linked") and isinstance(value, list)


def as_json(value: Any) -> Any:
    if isinstance(value, set | frozenset):
        return sorted(map(as_json, value), key=repr)
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    return value


def as_shown(kind: Kind, value: Any) -> Any:
    """The value as it stands among examples: what has a fixed length is a tuple, and keeps it."""
    if kind.name == "tuple" or (kind.name == "list" and len(kind.of) > 1):
        return tuple(map(as_shown, kind.of, value))
    if kind.name == "maybe" and value is not None:
        return as_shown(kind.of[0], value)
    if kind.name == "list" and isinstance(value, list | tuple):
        return [as_shown(kind.of[0], item) for item in value]
    return as_json(value)


def of_few(kind: Kind, few: list[Any], shown: list[Any]) -> str:
    """An expression that draws what is made of a few values only; empty where they do not fit the kind.

    As long as the kind says, or as all examples are.
    """
    one = f"rng.choice({few})"
    items = (kinds.INT,) if isinstance(few[0], int) else (kinds.CHAR, kinds.STR)
    sizes = {len(value) for value in shown if isinstance(value, str | list | tuple)}
    same = f"range({min(sizes)})" if len(shown) > 1 and len(sizes) == 1 else ""
    if kind == kinds.STR and kinds.STR in items:
        return f"''.join({one} for _ in {same or 'range(rng.randint(1, 10))'})"
    if kind.name not in ("list", "tuple"):
        return ""
    fixed = f"range({len(kind.of)})" if len(kind.of) > 1 else same
    if set(kind.of) <= set(items):
        return f"[{one} for _ in {fixed or 'range(rng.randint(1, 8))'}]"
    row = kind.of[0]
    if row.name not in ("list", "tuple") or set(kind.of) != {row} or not set(row.of) <= set(items):
        return ""
    if len(row.of) > 1:
        return ""
    columns = {len(line) for value in shown for line in value}
    if len(columns) == 1 and (fixed or not columns & sizes):
        return f"[[{one} for _ in range({min(columns)})] for _ in {fixed or 'range(rng.randint(1, 6))'}]"
    return f"draw_grid(rng, lambda: {one})"


def of_rows(kind: Kind, shown: list[Any]) -> str:
    """An expression that draws rows of a fixed length of which a part is one of two values in all examples."""
    row = kind.of[0] if kind.name == "list" and len(kind.of) == 1 else kind
    rows = [line for value in shown for line in value] if row is not kind else []
    if len(rows) < ENOUGH or len(row.of) < 2 or not set(row.of) <= {kinds.INT, kinds.CHAR, kinds.STR}:
        return ""
    if row.name not in ("list", "tuple") or any(len(line) != len(row.of) for line in rows):
        return ""  # rows are dicts, or of another length than the code takes them to be
    columns = [sorted(set(column)) for column in zip(*rows, strict=True)]
    parts = [
        f"rng.choice({column})" if len(column) == 2 else "rng.randint(0, 12)" if part == kinds.INT else WORD
        for column, part in zip(columns, row.of, strict=True)
    ]
    drawn = f"[[{', '.join(parts)}] for _ in range(rng.randint(1, 6))]"
    return drawn if any(len(column) == 2 for column in columns) else ""

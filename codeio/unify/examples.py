"""Examples: the calls that a file itself shows, as whole inputs of a guess.   evidence, kinds -> examples"""

from typing import Any

from codeio.unify import kinds
from codeio.unify.evidence import Evidence, literal
from codeio.unify.kinds import Kind


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
    if kind.name == "list" and isinstance(value, list | tuple):
        return [as_shown(kind.of[0], item) for item in value]
    return as_json(value)

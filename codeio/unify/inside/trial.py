"""Try: call a candidate on guessed inputs and say what came back and how to write it as JSON.

This text is put behind the candidate's code and runs in the sandbox only; CALLS, made by `wrap`, follows it.
"""

import contextlib as _contextlib
import copy as _copy
import io as _io


def trial(guess: int, values: dict) -> dict:
    """One call of a guess: how its result shows itself, and the result as JSON."""
    arguments = CALLS[guess][0](**values)  # noqa: F821
    before = _copy.deepcopy(arguments)
    printed = _io.StringIO()
    with _contextlib.redirect_stdout(printed):
        result = CALLS[guess][1](*arguments)  # noqa: F821
        how, value = _told(result)
    if any(" at 0x" in text for text in _texts([value, printed.getvalue()])):
        raise TypeError("the result tells where something lies in memory")
    if result is not None:
        return {"how": how, "value": value}
    if printed.getvalue().strip():
        return {"how": "printed", "value": printed.getvalue().splitlines()}
    for number, (old, new) in enumerate(zip(before, arguments, strict=True)):
        was, now = _told(old), _told(new)
        if was[0] != "number" and now != was:
            return {"how": f"changed {number} {now[0]}", "value": now[1]}
    return {"how": "nothing", "value": None}


def _told(value):
    """How a value is written as JSON, and the JSON."""
    if value is None or isinstance(value, (bool, int, float)):
        return "number", value
    if _is_json(value):
        return "plain", value
    if isinstance(value, (set, frozenset)) and all(isinstance(x, (int, float)) for x in value):
        return "set", sorted(value)
    if isinstance(value, (set, frozenset)) and all(isinstance(x, str) for x in value):
        return "set", sorted(value)
    if hasattr(value, "left") and hasattr(value, "right"):
        return "tree " + _value_name(value), values_of_tree(value, _value_name(value))  # noqa: F821
    if hasattr(value, "next"):
        return "linked " + _value_name(value), values_of_linked(value, _value_name(value))  # noqa: F821
    if hasattr(value, "tolist"):
        return "array", value.tolist()
    if isinstance(value, (bytes, bytearray)):
        return "bytes", bytes(value).decode("latin-1")
    if hasattr(value, "__next__") or type(value).__name__ in ("range", "deque", "dict_keys", "dict_values"):
        items = [x for x, _ in zip(value, range(100), strict=False)]
        if _is_json(items):
            return "iterator", items
        return "deep", json_of(items)  # noqa: F821
    if isinstance(value, (list, tuple, dict, set, frozenset)) or hasattr(value, "__iter__"):
        return "deep", json_of(value)  # noqa: F821
    if type(value).__module__ in ("decimal", "fractions", "datetime") or isinstance(value, complex):
        return "text", str(value)
    raise TypeError(f"the result is a {type(value).__name__}")


def _is_json(value):
    if value is None or isinstance(value, (bool, int, float, str)):
        return True
    if isinstance(value, (list, tuple)):
        return all(_is_json(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, (str, int)) for key in value) and all(_is_json(x) for x in value.values())
    return False


def _texts(value):
    """The texts in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple, dict)):
        for item in value:
            yield from _texts(item)
        if isinstance(value, dict):
            yield from _texts(list(value.values()))


def _value_name(node):
    """The attribute of a node that holds its value."""
    names = [name for name in vars(node) if name not in ("left", "right", "next", "prev", "parent")]
    return next(
        (name for name in ("val", "value", "data", "key") if name in names), names[0] if names else "val"
    )

"""Harvest: run a file's own statements and note what its functions are called with.   step -> calls so far

This text is put behind the file's statements, each a function in STEPS, and runs in the sandbox only.
"""

import itertools as _itertools
import sys as _sys

_SEEN = {}
_MOST = 8  # calls kept per function
_LONG = 240  # characters of a value
_TYPED = _itertools.cycle(["5", "3", "10", "abc", "2 3 4", "y", "1"])


def input(*_) -> str:
    """What a user might type; the sandbox has none."""
    return next(_TYPED)


def harvest(step: int) -> dict:
    """One statement; the step after the last one says what was seen."""
    if step == len(STEPS):  # noqa: F821
        return {"calls": [[name, row] for name, rows in _SEEN.items() for row in rows][:200]}
    _sys.setprofile(_watch)
    try:
        STEPS[step]()  # noqa: F821
    finally:
        _sys.setprofile(None)
    return {}


def _watch(frame, event, arg):
    code = frame.f_code
    if event != "call" or code.co_filename != "<program>" or code.co_qualname.startswith(("step_", "_")):
        return
    rows = _SEEN.setdefault(code.co_qualname, [])
    if len(rows) < _MOST:
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        held = {name: _written(frame.f_locals.get(name)) for name in names if name not in ("self", "cls")}
        row = {name: text for name, text in held.items() if text}
        if row and row not in rows:
            rows.append(row)


def _written(value):
    """A small literal as text, nothing for all else."""
    if not _is_literal(value, 0):
        return ""
    text = repr(value)
    return text if len(text) <= _LONG else ""


def _is_literal(value, depth):
    kind = type(value)
    if kind in (int, str, bool, float):
        return kind not in (int, float) or -1e9 < value < 1e9
    if kind in (list, tuple, set) and depth < 4 and len(value) <= 20:
        return len(value) > 0 and all(_is_literal(item, depth + 1) for item in value)
    if kind is dict and depth < 4 and len(value) <= 20:
        return all(_is_literal(item, depth + 1) for pair in value.items() for item in pair)
    return False

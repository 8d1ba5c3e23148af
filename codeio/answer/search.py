"""Search: the account of how an input was looked for.   target, probes, guess -> lines

Every probe was really executed; what is said of one is how its result misses the target, and what is said of the
next guess is how it differs from the one before. Which return statement can give the target is read off the code.
"""

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from codeio.answer.operations import Unknown
from codeio.answer.phrases import Voice
from codeio.answer.wording import LONG, brief, exact
from codeio.records import Json
from codeio.walk import walk

Probe = tuple[dict[str, Json], Json]  # an input and its real output


def search(
    entry: ast.FunctionDef, target: Json, probes: Sequence[Probe], guess: dict[str, Json], voice: Voice
) -> Iterator[str]:
    """The lines before the forward check of `guess`."""
    yield " ".join([voice("wanted", entry=entry.name, value=brief(target)), *source(entry, target, voice)])
    last: dict[str, Json] | None = None
    for given, output in probes:
        said = {"args": arguments(given), "value": brief(output), "verdict": missed(output, target, voice)}
        yield voice("probe", **said)
        last = given
    step = last and changed(last, guess)
    if step:
        yield voice("next_change", change=step)
    else:
        yield voice("next_guess" if probes else "guess", args=arguments(guess))


def source(entry: ast.FunctionDef, target: Json, voice: Voice) -> list[str]:
    """Where every return is a constant: the one line that gives the target."""
    found = [n for n in walk(entry) if isinstance(n, ast.Return)]
    if not found or not all(isinstance(node.value, ast.Constant) for node in found):
        return []
    same = [n for n in found if type(n.value.value) is type(target) and n.value.value == target]
    if len(same) != 1 or len(found) == 1:
        return []
    return [voice("only_line", work=ast.unparse(same[0]), value=brief(target))]


def arguments(given: dict[str, Json]) -> str:
    """`a = 1, b = 2 and c = 3`."""
    return joined([f"{name} = {exact(value)}" for name, value in given.items()])


def joined(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def changed(before: dict[str, Json], after: dict[str, Json]) -> str:
    """`n from 3 to 5`, where something stays as it was; empty where all is new."""
    other = [name for name in after if before.get(name) != after[name]]
    if set(before) != set(after) or len(other) == len(after):
        return ""
    return joined([f"{name} from {exact(before[name])} to {exact(after[name])}" for name in other])


def missed(output: Json, target: Json, voice: Voice) -> str:
    """How a probe's result misses the target."""
    number = (int, float)
    if type(output) in number and type(target) in number:
        return "which is too large" if output > target else "which is too small"
    both = isinstance(output, str) and isinstance(target, str)
    if (both and len(target) > 1) or (isinstance(output, list) and isinstance(target, list)):
        return apart(output, target, "text" if both else "list")
    return voice.among("which is not what we need", "and that is not the wanted result", "so it does not fit")


def apart(output: Any, target: Any, what: str) -> str:
    """The first place at which two texts or lists differ, or their lengths."""
    if len(output) != len(target):
        kind = "characters" if what == "text" else "items"
        return f"a {what} with {len(output)} {kind} instead of {len(target)}"
    at = next(n for n, (one, other) in enumerate(zip(output, target, strict=True)) if one != other)
    try:
        one, other = exact(output[at]), exact(target[at])
    except Unknown:
        return f"which differs at index {at}"
    told = len(one) + len(other) <= LONG
    return f"which has {one} instead of {other} at index {at}" if told else f"which differs at index {at}"

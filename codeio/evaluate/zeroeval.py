"""Read as ZeroEval does: the answer field of the first JSON object, compared as text.   response -> Mark

Its rules as facts (yuchenlin/ZeroEval, src/evaluation, August 2024): where JSON is broken or lacks the field, the text
is searched for it, with quotes, without, and without quotes of the key; of models called Llama-3.1 a box at the end
counts too; values of code lose their outer quotes; numbers lose dollars and commas, what holds a slash is worked out,
and the first number in the text counts.
"""

import ast
import json
import re
from typing import Any

from codeio.evaluate.answers import amount
from codeio.evaluate.benchmark import WRONG, Item, Mark, right
from codeio.evaluate.inside.check import reckon

FIELD = (
    re.compile(r'"answer"\s*:\s*"([^"]*)"'),
    re.compile(r'"answer"\s*:\s*([^,\s]*)'),
    re.compile(r"answer\s*:\s*([^,\s]*)"),
)
BOX = re.compile(r"\\boxed\{(\w+)\}")
FIRST = re.compile(r"-?\d+(?:\.\d+)?")


def first_object(text: str) -> dict[str, Any] | None:
    """The first balanced pair of braces, if that is JSON once its line ends are gone."""
    depth, start = 0, 0
    for n, char in enumerate(text):
        if char == "{":
            start = n if depth == 0 else start
            depth += 1
        elif char == "}" and depth:
            depth -= 1
            if depth == 0:
                try:
                    found = json.loads(text[start : n + 1].replace("\n", ""))
                except (json.JSONDecodeError, RecursionError):
                    return None
                return found if isinstance(found, dict) else None
    return None


def last_object(text: str) -> dict[str, Any] | None:
    """The last balanced pair of braces, if that is JSON."""
    found, open_at = None, []
    for n, char in enumerate(text):
        if char == "{":
            open_at.append(n)
        elif char == "}" and open_at:
            start = open_at.pop()
            if not open_at:
                found = text[start : n + 1]
    try:
        value = json.loads(found.replace("\n", "")) if found else None
    except (json.JSONDecodeError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def answer(response: str, model: str = "") -> str | None:
    """The answer field as text; None where there is none."""
    found = first_object(response)
    if found is not None and "answer" in found:
        return str(found["answer"])
    boxes = (BOX,) if "Llama-3.1" in model and "boxed" in response[-30:] else ()
    return next((m.group(1) for pattern in (*FIELD, *boxes) if (m := pattern.search(response))), None)


def text(item: Item, response: str) -> Mark:
    """A value of code: equal as text without outer quotes."""
    found = answer(response, item.about.get("model", ""))
    if found is None:
        return WRONG
    return right(found, found.strip("'\"").replace("\n", "\\n") == item.gold.strip("'\""))


def number(item: Item, response: str) -> Mark:
    """A number: the first one in the answer and in the gold one are equal."""
    found = answer(response, item.about.get("model", ""))
    if found is None:
        return WRONG
    mine, gold = FIRST.search(plain(found)), FIRST.search(plain(item.gold.replace("#", "")))
    return right(found, bool(mine and gold) and amount(mine.group()) == amount(gold.group()))


def plain(text: str) -> str:
    text = text.replace("$", "").replace(",", "").strip()
    if "/" not in text:
        return text
    try:
        return str(float(reckon(ast.parse(text, mode="eval").body)))
    except (SyntaxError, ValueError, TypeError, ArithmeticError, RecursionError, MemoryError):
        return text

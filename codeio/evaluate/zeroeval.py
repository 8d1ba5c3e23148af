"""Read as ZeroEval does: the answer field of the first JSON object, compared as text.   response -> Mark

Its rules as facts, found out from published totals: broken JSON is searched for the field; values of code lose their
outer quotes; numbers lose dollars and commas and are compared by the first number in the text.
"""

import json
import re
from typing import Any

from codeio.evaluate.answers import amount
from codeio.evaluate.benchmark import WRONG, Item, Mark, right

QUOTED = re.compile(r'"answer"\s*:\s*"(.*?)"\s*(?=[,}]|$)', re.S)
PLAIN = re.compile(r'"answer"\s*:\s*"([^"]*?)"')
UNQUOTED = re.compile(r'"answer"\s*:\s*([^,\s]*)')
FIRST = re.compile(r"-?\d+(?:\.\d+)?(?:\s*/\s*\d+)?")


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


def answer(response: str) -> str | None:
    """The answer field as text; None where there is none."""
    found = first_object(response)
    if found is not None and "answer" in found:
        return None if found["answer"] is None else str(found["answer"])
    for pattern in (QUOTED, PLAIN, UNQUOTED):
        if match := pattern.search(response):
            return match.group(1)
    return None


def text(item: Item, response: str) -> Mark:
    """A value of code: equal as text without outer quotes."""
    found = answer(response)
    return WRONG if found is None else right(found, found.strip("'\"") == item.gold.strip("'\""))


def number(item: Item, response: str) -> Mark:
    """A number: equal as text, or by the first number in it."""
    found = answer(response)
    if not found:
        return WRONG
    mine, gold = plain(found), plain(item.gold)
    if mine == gold:
        return right(found, True)
    first, other = FIRST.search(mine), FIRST.search(gold)
    same = bool(first and other) and amount(first.group()) == amount(other.group())
    return right(found, same)


def plain(text: str) -> str:
    return re.sub("[#$,]", "", text).strip()

"""Changes: values like one that is known.   rng, value -> JSON; never imported, as draws.py"""

import copy
from random import Random
from typing import Any


def draw_like(rng: Random, value: Any) -> Any:
    """A value like `value`: changed a little, in a random place, or not at all."""
    if isinstance(value, bool):
        return rng.random() < 0.5
    if isinstance(value, int):
        near = value + rng.randint(-3, 3)
        return rng.choice([value, near if value < 0 else abs(near), rng.randint(0, max(2, 2 * abs(value)))])
    if isinstance(value, float):
        return round(value * rng.uniform(0.3, 2) + rng.choice([0, 0, 1]), 2)
    if isinstance(value, dict):
        return {key: draw_like(rng, item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [draw_like(rng, item) for item in value]
    if isinstance(value, str) and rng.random() < 0.7 and (parts := parts_of(value)):
        return "".join(draw_like_part(rng, part) for part in parts)
    if not isinstance(value, (str, list)) or not value:
        return copy.deepcopy(value)
    if isinstance(value, list) and None in value:
        return [draw_like(rng, item) if rng.random() < 0.5 else item for item in value]
    items = as_lists(value) if isinstance(value, list) else list(value)
    rows = len(items) > 1 and all(isinstance(item, list) for item in value)
    if rows and len({len(item) for item in items}) == 1:
        cells = [cell for row in items for cell in row]
        return [
            [draw_other(rng, cell, cells) if rng.random() < 0.3 else cell for cell in row] for row in items
        ]
    change, at = rng.randrange(6), rng.randrange(len(items))
    if change == 0:
        other = rng.randrange(len(items))
        items[at], items[other] = items[other], items[at]
    elif change == 1:
        items[at] = rng.choice(items) if isinstance(value, str) else draw_other(rng, value[at], items)
    elif change == 2 and len(items) > 1:
        del items[at]
    elif change == 3:
        items.insert(at, copy.deepcopy(rng.choice(items)))
    elif change == 4:
        rng.shuffle(items)
    if isinstance(value, str):
        return "".join(items)
    in_order = len(value) > 3 and all(type(item) is int for item in value) and value == sorted(value)
    return sorted(items) if in_order and rng.random() < 0.9 else items


def draw_other(rng: Random, item: Any, items: list[Any]) -> Any:
    """Another item for one of many: where these are of a few values, as 0 and 1, one of them."""
    plain = all(type(one) in (int, str) for one in items)
    letters = plain and all(type(one) is str and len(one) == 1 for one in items)
    few = plain and len(items) > 4 and len(set(items)) < 4
    return rng.choice(items) if few or letters else draw_like(rng, item)


def as_lists(value: Any) -> Any:
    """A copy with lists for tuples, which only say that a length is fixed."""
    return [as_lists(item) for item in value] if isinstance(value, (list, tuple)) else copy.deepcopy(value)


def parts_of(text: str) -> list[str]:
    """Numbers, words and what is between them, where a text has marks that it may be read by."""
    parts = []
    for one in text:
        kind = (one.isdigit(), one.isalpha())
        if parts and any(kind) and kind == (parts[-1][-1].isdigit(), parts[-1][-1].isalpha()):
            parts[-1] += one
        else:
            parts.append(one)
    return parts if any(not part.isalnum() for part in parts) else []


def draw_like_part(rng: Random, part: str) -> str:
    """Another number for a number, another order for a word now and then; marks stay."""
    if part.isdecimal() and part.isascii():
        return str(draw_like(rng, int(part))) if rng.random() < 0.5 and part[0] != "0" else part
    return draw_like(rng, part) if part.isalpha() and rng.random() < 0.15 else part


def draw_part(rng: Random, text: str) -> str:
    """A text to be found in `text`: a piece of it, mostly short, one like it, or all of it."""
    start = rng.randrange(len(text))
    piece = text[start : start + rng.choice([1, 2, 3, 3])]
    return rng.choice([piece, piece, piece, draw_like(rng, text), text])

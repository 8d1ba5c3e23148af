"""Draw: random values of a kind, near the constants that the code mentions.   rng -> JSON

Never imported: `pieces` writes the functions that an input generator needs into it, which runs in the sandbox
only. The long names keep out of the way of parameters: a generator draws `word` and `numbers` into variables.
"""

import copy
from collections.abc import Callable
from random import Random
from typing import Any


def draw_number(rng: Random, known: list[int]) -> int:
    """An integer: mostly small, sometimes near one that the code mentions."""
    if known and rng.random() < 0.15:
        return rng.choice(known) + rng.choice([-1, 0, 0, 1])
    low, high = rng.choice([(0, 6), (1, 20), (1, 20), (0, 100), (-20, 20), (50, 1000)])
    return rng.randint(low, high)


def draw_real(rng: Random, known: list[int]) -> float:
    """A number with one or two decimals, sometimes near one that the code mentions."""
    if known and rng.random() < 0.15:
        return float(rng.choice(known)) + rng.choice([-0.5, 0, 0.5])
    low, high = rng.choice([(0, 1), (0, 10), (0, 10), (1, 100), (-10, 10)])
    value = rng.uniform(low, high)
    return round(2 * value) / 2 if high > 1 and rng.random() < 0.6 else round(value, rng.choice([1, 2]))


def draw_simple(rng: Random) -> float:
    """A number of a vector or matrix: small, mostly whole."""
    return float(rng.randint(0, 9)) if rng.random() < 0.8 else rng.choice([-2.0, -1.0, 0.5, 1.5, 2.5])


def draw_char(rng: Random, alphabet: str) -> str:
    """A character that the code knows, or an ordinary one."""
    only_mark = len(alphabet) == 1 and not alphabet.isalnum()  # of what was seen, or of an end
    share = 0.3 if only_mark else 0.85 if len(alphabet) == 1 else 0.95
    if alphabet and rng.random() < share:
        return rng.choice(alphabet)
    return rng.choice("0123456789" if alphabet.isdigit() else "abcxyzABC019 ")


def draw_word(rng: Random, alphabet: str, known: list[str]) -> str:
    """A short text of the characters and words that the code knows, or of ordinary ones."""
    choice = rng.random()
    if known and choice < 0.25:
        return rng.choice(known)
    if alphabet and choice < 0.65:
        letters = any(c.isalpha() for c in alphabet)
        if not letters and choice < 0.61 and not all(c.isdigit() or c in "()[]{}<>" for c in alphabet):
            return draw_joined(rng, alphabet)
        pairs = [pair for pair in ("()", "[]", "{}", "<>") if set(pair) <= set(alphabet)]
        if pairs and set(alphabet) <= set("".join(pairs)):
            return draw_nested(rng, pairs)
        return "".join(rng.choice(alphabet) for _ in range(rng.randint(1, 10)))
    if choice < 0.75:
        common = (
            "apple banana level radar hello world tree moon aab noon window garden kitten river balloon civic abcabc "
            "coffee silver orange puzzle pepper kayak rotor aabbcc sunset planet ribbon button yellow castle letter "
            "python stats mississippi cat dog madam bookkeeper aaab"
        )
        return rng.choice(common.split())
    if choice < 0.82:
        return " ".join(
            rng.choice(
                ["the", "quick", "brown", "fox", "is", "Red", "a", "dog", "jumps", "over", "and", "cat"]
            )
            for _ in range(rng.randint(2, 5))
        )
    if choice < 0.87:
        return "".join(rng.choice("0123456789") for _ in range(rng.randint(1, 6)))
    if choice < 0.92:
        half = "".join(rng.choice("abc") for _ in range(rng.randint(1, 4)))
        return half + rng.choice(["", "x"]) + half[::-1]
    return "".join(rng.choice("abcdeABC") for _ in range(rng.randint(1, 8)))


def draw_single(rng: Random, alphabet: str, known: list[str]) -> str:
    """A text without spaces: one of several, a name."""
    return "".join(draw_word(rng, alphabet, known).split()[:1])


def draw_nested(rng: Random, pairs: list[str]) -> str:
    """Brackets that match, or all but one."""
    text = ""
    for _ in range(rng.randint(1, 5)):
        one = rng.choice(pairs)
        text = rng.choice([text + one, one + text, one[0] + text + one[1]])
    at = rng.randrange(len(text))
    return text if rng.random() < 0.5 else text[:at] + rng.choice(["", *pairs[0], text[-1]]) + text[at + 1 :]


def draw_joined(rng: Random, alphabet: str) -> str:
    """Short parts between the marks that the code looks for: `ab.c`, `3,12,5`, `2*(1+7)`."""
    marks = [c for c in alphabet if not c.isdigit() and c not in "()[]{}<>"]
    counted = any(c in "+*/,:" for c in marks) and rng.random() < 0.8
    parts = []
    for _ in range(rng.randint(1, 4)):
        part = str(rng.randint(0, 20)) if counted else rng.choice(["ab", "c", "xyz", "d1", "go", "To"])
        if counted and "(" in alphabet and rng.random() < 0.3:
            part = f"({part}{rng.choice(marks)}{rng.randint(1, 9)})"
        parts += [part, rng.choice(marks)]
    return "".join(parts[:-1] if rng.random() < 0.9 else parts)


def draw_operations(rng: Random, several: list[Callable[[], list]]) -> list[list]:
    """Operations in an order: at first those that take something, on which the others may rely."""
    rows = [rng.choice(several)() for _ in range(rng.randint(3, 10))]
    return sorted(rows[:3], key=len, reverse=True) + rows[3:]


def draw_numbers(rng: Random, known: list[int]) -> list[int]:
    """A list of integers: sorted, a permutation or in no order."""
    size = rng.randint(1, 8) if rng.random() < 0.95 else 0
    high = rng.choice([3, 10, 20, 100])
    low = rng.choice([0, 1, 1, -high])
    values = [rng.randint(low, high) for _ in range(size)]
    if known and values and rng.random() < 0.15:
        values[rng.randrange(size)] = rng.choice(known)
    order = rng.random()
    if order < 0.25:
        return sorted(values)
    return rng.sample(range(1, size + 1), size) if order < 0.33 else values


def draw_heap(rng: Random, values: list[Any]) -> list[Any]:
    """The values as a heap, the least first: in order, but for which of two children comes first."""
    values = sorted(values)
    for at in range(1, len(values) - 1, 2):
        if rng.random() < 0.5:
            values[at], values[at + 1] = values[at + 1], values[at]
    return values


def draw_rotated(rng: Random, values: list[Any]) -> list[Any]:
    """The values in order, begun somewhere in their midst."""
    values = sorted(values)
    at = rng.randrange(len(values)) if values else 0
    return values[at:] + values[:at]


def draw_mirrored(rng: Random, value: Any) -> Any:
    """What reads the same from behind, the like without one item, or the value itself."""
    if isinstance(value, int):
        return int(draw_mirrored(rng, str(abs(value))))
    chance, half = rng.random(), value[:3]
    whole = half + half[::-1][rng.randrange(2) :]
    at = rng.randrange(max(1, len(whole)))
    return value if chance < 0.4 else whole if chance < 0.8 else whole[:at] + whole[at + 1 :] or value


def draw_box(rng: Random) -> list[int]:
    """A rectangle by two of its corners."""
    left, low = rng.randint(0, 9), rng.randint(0, 9)
    return [left, low, left + rng.randint(1, 6), low + rng.randint(1, 6)]


def draw_grid(rng: Random, draw: Callable[[], Any]) -> list[list[Any]]:
    """Rows of equal length, often as many as columns."""
    rows = rng.randint(1, 5)
    columns = rows if rng.random() < 0.6 else rng.randint(1, 5)
    return [[draw() for _ in range(columns)] for _ in range(rows)]


def draw_network(rng: Random, least: int) -> list[list[int]]:
    """Weights of the edges between a few nodes, `least` or more, 0 for none; mostly the same in both directions."""
    size = rng.randint(2, 5)
    rows = [[0] * size for _ in range(size)]
    for one in range(size):
        for other in range(one):
            rows[one][other] = max(least, rng.choice([0, rng.randint(1, 9)]))
            rows[other][one] = rows[one][other] if rng.random() < 0.8 else least
    return rows


def draw_tree(rng: Random) -> list[int | None]:
    """Values of a binary tree in level order: a search tree, one of any shape, or one without gaps."""
    size, shape = rng.randint(1, 9), rng.random()
    values = (
        rng.sample(range(-9, 30), size) if rng.random() < 0.8 else [rng.randint(1, 3) for _ in range(size)]
    )
    return values if shape < 0.25 else grown(rng, values, shape < 0.65)


def draw_search_tree(rng: Random, values: list[int | None]) -> list[int | None]:
    """The values of a tree as a search tree, each once."""
    once = list(dict.fromkeys(value for value in values if value is not None))
    return grown(rng, once, True)


def grown(rng: Random, values: list[int], in_order: bool) -> list[int | None]:
    """A tree to which one value after the other was added, at any place or where a search tree has it."""
    slots = {}
    for value in values:
        at = 0
        while at in slots:
            at = 2 * at + (1 if (value < slots[at] if in_order else rng.random() < 0.5) else 2)
        if at < 31:
            slots[at] = value
    return in_level_order(slots)


def in_level_order(slots: dict[int, int]) -> list[int | None]:
    """The values of numbered tree slots as a list in level order, None for a missing child."""
    values, queue = [], [0]
    while queue:
        at = queue.pop(0)
        values.append(slots.get(at))
        if at in slots:
            queue += [2 * at + 1, 2 * at + 2]
    while values and values[-1] is None:
        values.pop()
    return values


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
    """A text to be found in `text`: a piece of it, one like it, or all of it."""
    start = rng.randrange(len(text))
    return rng.choice([text[start : start + 3], text[start : start + 3], draw_like(rng, text), text])

"""Draw: random values of a kind, near the constants that the code mentions.   rng -> JSON

Never imported: `pieces` writes the functions that an input generator needs into it, which runs in the sandbox
only. The long names keep out of the way of parameters: a generator draws `word` and `numbers` into variables.
"""

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
    low, high = rng.choice([(0, 1), (0, 1), (0, 10), (0, 10), (0, 10), (1, 100), (1, 100), (-10, 10)])
    value = rng.uniform(low, high)
    return round(2 * value) / 2 if high > 1 and rng.random() < 0.6 else round(value, rng.choice([1, 2]))


def draw_simple(rng: Random) -> float:
    """A number of a vector or matrix: small, mostly whole."""
    return float(rng.randint(*rng.choice([(0, 9), (0, 9), (0, 9), (-5, 5)]))) + rng.choice(
        [0, 0, 0, 0, 0, 0.5]
    )


def draw_char(rng: Random, alphabet: str) -> str:
    """A character that the code knows, or an ordinary one."""
    if alphabet in ("0", "1") and rng.random() < 0.97:
        return rng.choice("01")
    only_mark = len(alphabet) == 1 and not alphabet.isalnum()  # of what was seen, or of an end
    share = 0.3 if only_mark else 0.85 if len(alphabet) == 1 else 0.95
    if alphabet and rng.random() < share:
        return rng.choice(alphabet)
    return rng.choice("0123456789" if alphabet.isdigit() else "abcxyzABC019 ")


def draw_word(rng: Random, alphabet: str, known: list[str]) -> str:
    """A short text of the characters and words that the code knows, or of ordinary ones."""
    pairs = [pair for pair in ("()", "[]", "{}", "<>") if set(pair) <= set(alphabet)]
    if pairs and set(alphabet) <= set("".join(pairs)) and rng.random() < 0.8:
        return draw_nested(rng, pairs)
    choice = rng.random()
    if known and choice < 0.25:
        word = rng.choice(known)
        return word if word.isalpha() else rng.choice([word, f"ab{word}", f"item{word}", f"{word}x"])
    if alphabet and choice < 0.65:
        letters = any(c.isalpha() for c in alphabet)
        if not letters and choice < 0.61 and not all(c.isdigit() or c in "()[]{}<>" for c in alphabet):
            return draw_joined(rng, alphabet)
        return "".join(rng.choice(alphabet) for _ in range(rng.randint(1, 10)))
    if choice < 0.75:
        common = (
            "apple banana level radar hello world tree moon aab noon window garden kitten river balloon civic abcabc "
            "coffee silver orange puzzle pepper kayak rotor aabbcc sunset planet ribbon button yellow castle letter "
            "python stats mississippi cat dog madam bookkeeper aaab Hello PYTHON camelCase snake_case e-mail"
        )
        return rng.choice(common.split())
    if choice < 0.82:
        return draw_phrase(rng)
    if choice < 0.87:
        return "".join(rng.choice("0123456789") for _ in range(rng.randint(1, 6)))
    if choice < 0.92:
        half = "".join(rng.choice("abc") for _ in range(rng.randint(1, 4)))
        return half + rng.choice(["", "x"]) + half[::-1]
    return "".join(rng.choice("abcdeABC") for _ in range(rng.randint(1, 8)))


def draw_phrase(rng: Random) -> str:
    """A few words."""
    words = ("the", "quick", "brown", "fox", "is", "Red", "a", "dog", "jumps", "over", "and", "cat")
    return " ".join(rng.choice(words) for _ in range(rng.randint(2, 5)))


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


def draw_operations(
    rng: Random, stores: list[Callable[[], list]], others: list[Callable[[], list]]
) -> list[list]:
    """Operations in an order: at first those that put something in, then any, often with what came before."""
    first = [rng.choice(stores)() for _ in range(rng.randint(1, 3))] if stores else []
    rows = first + [rng.choice(stores + others)() for _ in range(rng.randint(3, 8))]
    if not stores:
        rows = sorted(rows[:3], key=len, reverse=True) + rows[3:]
    given = []
    for number, row in enumerate(rows):
        for at in range(1, len(row)):
            alike = [one for one in given if type(one) is type(row[at])]
            if alike and number >= len(first) and rng.random() < 0.5:
                row[at] = rng.choice(alike)
        given += row[1:]
    return rows


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


def draw_small(rng: Random) -> list[int]:
    """A short list of small integers, some negative now and then."""
    low = rng.choice([0, 0, 0, -9])
    return [rng.randint(low, 9) for _ in range(rng.randint(1, 6))]


def draw_level(rng: Random, depth: int) -> Any:
    """A number, or a list of such and of lists, so deep at most."""
    if depth == 0 or rng.random() < 0.6:
        return rng.randint(0, 12)
    return [draw_level(rng, depth - 1) for _ in range(rng.randint(0, 3))]


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


def draw_sum(rng: Random, values: list[int], count: int) -> int:
    """A sum of so many of the values, or of two or three neighbours where `count` is 1, or one near it."""
    if count > 1:
        some = rng.sample(values, min(count, len(values)))
    else:
        some = values[rng.randrange(len(values)) :][: rng.choice([2, 2, 3])]
    return sum(some) + rng.choice([0, 0, 0, 1, -2])


def draw_dense(rng: Random, values: list[int], repeats: bool) -> list[int]:
    """The numbers from 1 on with one of them twice, or from 0 on with one missing, in any order."""
    size = len(values)
    if repeats:
        return rng.sample([*range(1, size), rng.randint(1, max(1, size - 1))], size) if size > 1 else values
    return rng.sample(range(size + 1), size)


def draw_shares(rng: Random, values: list[float]) -> list[float]:
    """Shares of 1, with two decimals, as many as there are values."""
    ends = [0, *sorted(rng.randint(0, 20) for _ in values[1:]), 20]
    return [(ends[at + 1] - ends[at]) / 20 for at in range(len(values))]


def draw_way(rng: Random, rows: list[list[str]]) -> str:
    """What stands on a way from field to field, or the like with another letter."""
    row, column, seen = rng.randrange(len(rows)), rng.randrange(len(rows[0])), []
    for _ in range(rng.randint(2, 5)):
        seen.append((row, column))
        near = [(row, column + 1), (row + 1, column), (row, column - 1), (row - 1, column)]
        free = [
            (r, c) for r, c in near if 0 <= r < len(rows) and 0 <= c < len(rows[r]) and (r, c) not in seen
        ]
        if not free:
            break
        row, column = rng.choice(free)
    text = "".join(str(rows[r][c]) for r, c in seen)
    return text if rng.random() < 0.7 else text + rng.choice(rng.choice(rows))


def draw_ordered(
    rows: list[list[int]], width: int, below: list[tuple[int, int]], apart: list[tuple[int, int]], least: int
) -> list[list[int]]:
    """Rows of which some numbers are below others or differ from them, none below `least` where that is 0 or 1."""
    out = []
    for row in rows:
        if len(row) < width:
            continue
        row = [max(least, abs(item)) if least >= 0 else item for item in row[:width]]
        for one, other in below:
            if row[one] > row[other]:
                row[one], row[other] = row[other], row[one]
        for one, other in apart:
            row[other] += row[one] == row[other]
        out.append(row)
    return out


def draw_roman(rng: Random) -> str:
    """A number below 4,000 in Roman figures."""
    number, text = rng.randint(1, rng.choice([20, 100, 3999])), ""
    shapes = [
        "",
        "0",
        "00",
        "000",
        "01",
        "1",
        "10",
        "100",
        "1000",
        "02",
    ]  # of a figure: one, five, ten of its size
    for size, marks in ((1000, "M"), (100, "CDM"), (10, "XLC"), (1, "IVX")):
        text += "".join(marks[int(mark)] for mark in shapes[number // size])
        number %= size
    return text


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

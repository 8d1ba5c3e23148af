"""Ends: numbers that are by their names two ends of something, or lie between them.   names -> statements"""

from functools import lru_cache

from codeio.unify import meaning

ORDERED = (
    ("low", "high"), ("lo", "hi"), ("left", "right"), ("l", "r"), ("start", "end"), ("start", "stop"), ("begin", "end"),
    ("first", "last"), ("min", "max"), ("minimum", "maximum"), ("lower", "upper"), ("from", "to"), ("beg", "end"),
    ("p", "r"),
)  # fmt: skip
BETWEEN = ("mid", "middle", "m", "q")
LOWER, UPPER = ({pair[side] for pair in ORDERED} - {"min", "max", "minimum", "maximum"} for side in (0, 1))


def ordered(names: list[str]) -> list[str]:
    """Two ends of something stand in their order, nearly always, and what lies between them too."""
    lines = []
    for several in ends(tuple(names)):
        row = ", ".join(several)
        lines.append(f"    if rng.random() < 0.95:\n        {row} = sorted([{row}])")
    return lines


@lru_cache(maxsize=1024)  # the guesses at a function ask for the same
def ends(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Names that go together as two ends, and what lies between them, in their order."""
    low = {meaning.plain(name): name for name in names}
    found = []
    for one, name in low.items():
        for lower, upper in ORDERED:
            parts = one.split("_")
            others = [
                low.get("_".join(word if part == lower else part for part in parts))
                for word in (*BETWEEN, upper)
            ]
            if others[-1] not in (None, name):
                found.append((name, *filter(None, others)))
    return found

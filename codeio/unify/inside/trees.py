"""Trees: random binary trees, as their values in level order.   rng -> JSON; never imported, as draws.py"""

from random import Random


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


def draw_spoiled(rng: Random, tree: list[int | None]) -> list[int | None]:
    """A tree of which two values changed places, or the tree."""
    held = [at for at, value in enumerate(tree) if value is not None]
    if len(held) > 1 and rng.random() < 0.6:
        one, other = rng.sample(held, 2)
        tree[one], tree[other] = tree[other], tree[one]
    return tree


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

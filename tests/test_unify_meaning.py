"""What names and examples say of values: spans, texts, and the few values that examples are made of."""

from random import Random

import pytest

from codeio.unify import kinds, meaning
from codeio.unify.inside.changes import draw_like
from codeio.unify.inside.draws import draw_heap, draw_joined, draw_nested, draw_number, draw_real, draw_word
from codeio.unify.inside.trees import draw_tree
from tests.unifying import only, sandbox


@pytest.fixture(scope="module")
def box():
    with sandbox() as box:
        yield box


@pytest.mark.parametrize(
    ("name", "table", "first"),
    [
        ("year", meaning.SPANS, "1900, 2030"),
        ("num_rows", meaning.SPANS, "1, 12"),
        ("capacity", meaning.TEXTS, None),
        ("userName", meaning.TEXTS, "Ada"),
        ("internal", meaning.TEXTS, None),
        ("iterations", meaning.REAL_SPANS, None),
        ("interest_rate", meaning.REAL_SPANS, "0, 1"),
    ],
)
def test_a_name_says_what_is_meant(name, table, first):
    found = meaning.of_name(table, name)
    assert (found if found is None or isinstance(found, str) else found[0]) == first


@pytest.mark.parametrize(
    ("shown", "few"),
    [
        ([[2, 0, 1], [1, 1, 0]], [0, 1, 2]),
        ([[[1, 0], [0, 0]], [[1, 1]]], [0, 1]),
        (["GATTACA"], ["A", "C", "G", "T"]),
        ([[3, 1, 4, 1, 5, 9]], None),
        ([[0, 1]], None),
        ([["a", 1, "b", "a", 1, 1]], None),
        ([[7, 7, 7, 7, 7, 7]], None),
    ],
)
def test_examples_of_a_few_values(shown, few):
    assert meaning.few(shown) == few


@pytest.mark.parametrize("name", ["module_name", "title", "fileName", "msg"])
def test_a_name_for_texts(name):
    assert kinds.of_name(name)[0] == kinds.STR


WORDS = ["inch", "foot", "yard", "mile", "rod", "chain", "link", "pole", "hand", "line"]
GIVEN = {
    "examples of three values": (
        'def f(a: list[int]):\n    """\n    >>> f([2, 0, 1, 1, 0, 2])\n    """\n    return sorted(a)[:3]\n',
        lambda g: set(g["a"]) <= {0, 1, 2},
    ),
    "intervals": (
        "def f(intervals: list[list[int]]):\n    return sorted(intervals)[0][0] + sum(b for a, b in intervals)\n",
        lambda g: all(a <= b for a, b in g["intervals"]),
    ),
    "predicate": (
        "def f(pred, items: list[int]):\n    return [x for x in items if not pred(x)]\n",
        lambda g: g["pred"] in ("is_even", "is_positive", "is_small"),
    ),
    "a network": (
        "def f(graph: list[list[int]], start: int):\n    return [n for n, w in enumerate(graph[start]) if w > 0]\n",
        lambda g: all(len(row) == len(g["graph"]) for row in g["graph"]) and g["graph"][0][0] == 0,
    ),
    "rows of an example with a mark": (
        "def f(s, moves):\n    return sum(n if way else -n for way, n in moves) * len(s)\n\n"
        "print(f('abc', [[0, 1], [1, 5], [1, 2], [0, 9]]))\n",
        lambda g: all(len(row) == 2 and row[0] in (0, 1) for row in g["moves"]),
    ),
    "rows as wide as those of the example": (
        "def f(cells):\n    return sum(len(row) * cell for row in cells for cell in row)\n\n"
        "print(f([[0, 1], [1, 1], [2, 0], [1, 2]]))\n",
        lambda g: all(len(row) == 2 for row in g["cells"]),
    ),
    "as long as all examples": (
        "def f(row):\n    return sum(x * n for n, x in enumerate(row))\n\n"
        "print(f([0, 1, 1, 0, 1, 1, 0]), f([1, 0, 0, 1, 0, 1, 1]))\n",
        lambda g: set(g["row"]) <= {0, 1} and 6 <= len(g["row"]) <= 8,
    ),
    "marks of a class": (
        "class Way:\n    UP = 'U'\n    DOWN = 'D'\n\ndef f(moves):\n    at = 0\n    for move in moves:\n"
        "        if move == Way.UP:\n            at += 1\n        elif move == Way.DOWN:\n            at -= 1\n"
        "    return at * 2\n",
        lambda g: set(g["moves"]) <= set("UD"),
    ),
    "letters of a table": (
        "ROMAN = {'I': 1, 'V': 5, 'X': 10}\n\ndef f(s):\n    return sum(ROMAN[c] for c in s)\n",
        lambda g: set(g["s"]) <= set("IVX"),
    ),
    "words of a table": (
        f"SIZES = {dict(zip(WORDS, range(2, 12), strict=True))}\n\ndef f(unit, n: int):\n"
        "    return SIZES.get(unit, 1) * n\n",
        lambda g: g["unit"] in WORDS,
    ),
    "brackets": (
        "def f(s):\n    pairs = {')': '(', ']': '['}\n    stack = []\n    for c in s:\n"
        "        if c not in pairs:\n            stack.append(c)\n"
        "        elif not stack or stack.pop() != pairs[c]:\n            return -1\n    return len(stack)\n",
        lambda g: set(g["s"]) <= set("()[]"),
    ),
    "digits of base 2": (
        "def f(text):\n    return int(text, 2) + 1\n",
        lambda g: set(g["text"]) <= set("01"),
    ),
    "digits of base 16, by name": (
        "def f(hex_string: str):\n    return sum('0123456789abcdef'.index(c) for c in hex_string.lower())\n",
        lambda g: set(g["hex_string"]) <= set("0123456789abcdef"),
    ),
    "several lists": (
        "def f(*parts):\n    return [x for part in parts for x in part][::-1]\n",
        lambda g: all(isinstance(part, list) for part in g["parts"]),
    ),
    "texts that are only written": (
        "def f(label: str, n: int):\n    return '<<' + label + f'>> ({n}; ' + '#$'.join('ab') + ')'\n",
        lambda g: not set(g["label"]) & set("<>(;#$"),
    ),
    "probability": ("def f(prob: float):\n    return 1 - prob * prob\n", lambda g: 0 <= g["prob"] <= 1),
}


@pytest.mark.parametrize("what", GIVEN)
def test_inputs_keep_to_what_is_meant(box, what):
    from tests.test_unify import inputs

    text, fits = GIVEN[what]
    calls = inputs(box, only(box, text, "f"))
    assert sum(fits(call.input) for call in calls) >= 0.75 * len(calls)


def test_marks_stand_between_parts():
    rng = Random(0)
    texts = {draw_word(rng, ".\n", []) for _ in range(200)}
    assert sum(any(c.isalnum() for c in text) for text in texts) > 0.85 * len(texts)
    sums = [draw_joined(rng, "+-*/()") for _ in range(100)]
    assert sum(text[0].isdigit() or text[0] == "(" for text in sums) > 70
    assert any("(" in text for text in sums)
    assert set("".join(draw_word(rng, "()[]", []) for _ in range(60))) >= set("()[]")


def test_numbers_near_those_of_the_code():
    rng = Random(2)
    assert any(draw_real(rng, [9875]) > 9000 for _ in range(40))
    assert any(draw_number(rng, [9875]) > 9000 for _ in range(40))


def test_like_an_example_keeps_its_form_and_sign():
    rng = Random(1)
    assert all(draw_like(rng, 2) >= 0 for _ in range(200))
    assert any(draw_like(rng, -2) < -2 for _ in range(200))
    likes = [draw_like(rng, "[12,-3,7]") for _ in range(200)]
    kept = [text for text in likes if text.count(",") == 2 and text[0] == "[" and text[-1] == "]"]
    assert len(kept) > 120
    assert len(set(kept)) > 30


def test_like_an_example_keeps_fixed_lengths_gaps_few_values_and_order():
    rng = Random(4)
    points = [draw_like(rng, [(1, 2), (3, 4)]) for _ in range(100)]
    assert all(type(point) is list and len(point) == 2 for row in points for point in row)
    trees = [draw_like(rng, [5, None, 3, 4]) for _ in range(100)]
    assert all([value is None for value in tree] == [False, True, False, False] for tree in trees)
    tables = [draw_like(rng, [[0, 1, 1], [1, 0, 0]]) for _ in range(100)]
    assert {cell for table in tables for row in table for cell in row} == {0, 1}
    rows = [draw_like(rng, [1, 4, 6, 9]) for _ in range(100)]
    assert 80 < sum(row == sorted(row) for row in rows) < 100


def test_brackets_match_half_of_the_time():
    rng = Random(5)
    texts = [draw_nested(rng, ["()", "[]"]) for _ in range(200)]
    assert set("".join(texts)) == set("()[]")
    assert 60 < sum(left(text) == "" for text in texts) < 150


def left(text):
    """What is left when brackets that match are taken out."""
    shorter = text.replace("()", "").replace("[]", "")
    return text if shorter == text else left(shorter)


def test_a_drawn_heap_is_one():
    rng = Random(6)
    heaps = [draw_heap(rng, [rng.randint(0, 30) for _ in range(9)]) for _ in range(50)]
    assert all(row[(n - 1) // 2] <= row[n] for row in heaps for n in range(1, 9))
    assert any(row != sorted(row) for row in heaps)


@pytest.mark.parametrize("seed", range(20))
def test_a_drawn_tree_has_no_value_without_a_parent(seed):
    tree = draw_tree(Random(seed))
    slots = sum(2 for value in tree if value is not None)
    assert tree[0] is not None is not tree[-1]
    assert len(tree) - 1 <= slots


@pytest.mark.parametrize(
    ("annotation", "told"),
    [
        ("int | None", "int"),
        ("Optional[List[str]]", "list[str]"),
        ("list", "list"),
        ("dict[Any, list[Any]]", "dict"),
        ("int | str", "None"),
        ("Thing", "None"),
    ],
)
def test_what_an_annotation_leaves_no_doubt_of(annotation, told):
    assert str(kinds.told(kinds.expression(annotation), {})) == told

"""What names and examples say of values: spans, texts, and the few values that examples are made of."""

from random import Random

import pytest

from codeio.unify import kinds, meaning
from codeio.unify.inside.draws import (
    draw_joined,
    draw_like,
    draw_number,
    draw_real,
    draw_tree,
    draw_word,
)
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


@pytest.mark.parametrize(
    ("name", "document", "wants"),
    [
        ("binary_search", "", True),
        ("merge", "", True),
        ("find", "Finds a number in a sorted array.", True),
        ("f", "Sort an array.\n\nReturns:\n    The sorted list.", False),
        ("insertion_sort", "Leaves the sorted list as it is.", False),
        ("search", "Looks for a word.", False),
    ],
)
def test_who_wants_lists_in_order(name, document, wants):
    assert meaning.wants_order(name, document) is wants

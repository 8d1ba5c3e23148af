"""The grammar of small programs: many, distinct, of many structures, the same ones every time."""

import ast
from collections import Counter

import pytest

from codeio.collect import procedural
from codeio.errors import BadInput


@pytest.fixture(scope="module")
def many():
    return procedural.programs(5000, 3, 0)


def test_five_thousand_distinct_programs_of_hundreds_of_structures(many):
    assert len({p.code for p in many}) == 5000
    assert len({p.structure for p in many}) > 1000
    per_level = Counter(p.level for p in many)
    assert set(per_level) == {1, 2, 3}
    assert min(per_level.values()) > 1200


def test_most_structures_have_several_fillings(many):
    sizes = Counter(p.structure for p in many).values()
    assert sum(size >= 2 for size in sizes) > 0.9 * len(sizes)


def test_a_smaller_count_is_a_prefix_and_a_seed_is_a_world(many):
    assert procedural.programs(200, 3, 0) == many[:200]
    assert procedural.programs(200, 3, 1) != many[:200]


def test_levels_can_be_limited():
    assert {p.level for p in procedural.programs(100, 1, 0)} == {1}


def test_text_holds_everything_and_is_python(many):
    for program in many[::50]:
        text = procedural.text(program)
        ast.parse(text)
        assert procedural.parse(text) == program


@pytest.mark.parametrize(
    "text", ["", "def f(x):\n    return x\n", "# procedural program, level 1, structure ab\n"]
)
def test_other_text_is_refused(text):
    with pytest.raises(BadInput):
        procedural.parse(text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("def f(x):\n    return x + 1", "def f(y):\n    return y + 7", True),
        ("def f(x):\n    return x + 1", "def f(x):\n    return x - 1", False),
        ("def f(x):\n    return max(x, 1)", "def f(x):\n    return min(x, 1)", False),
        ("def f(x):\n    return x + 1", "def f(x):\n    return x + 'a'", False),
    ],
)
def test_structure_forgets_names_and_constants_only(one, other, same):
    assert (procedural.structure(one) == procedural.structure(other)) is same

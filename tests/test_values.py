"""Every rule about values: what is the same, what is too large, how it is hashed, what answer a response holds."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeio.values import Sizes, canonical, digest, fault, last_object, same, unit

NAN, INF = float("nan"), float("inf")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | FLOATS | TEXT
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=12,
)
OBJECTS = st.dictionaries(TEXT, JSON, max_size=4)
ANYTHING = JSON | st.floats() | st.binary() | st.sets(st.integers()) | st.dictionaries(st.integers(), JSON)


@pytest.mark.parametrize(
    ("got", "want", "right"),
    [
        (1, 1, True),
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        (False, None, False),
        (None, None, True),
        ("1", 1, False),
        ("a", "a", True),
        ("", [], False),
        ([], {}, False),
        ((1, 2), [1, 2], True),
        ([1, 2], [2, 1], False),
        ([1, 2], [1, 2, 3], False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({1: "x"}, {"1": "x"}, True),
        ({True: 1, None: 2}, {"true": 1, "null": 2}, True),
        ({1.5: 1}, {"1.5": 1}, True),
        ({1: "x", "1": "y"}, {"1": "y"}, False),
        ({(1, 2): 1}, {(1, 2): 1}, False),
        (1.0009, 1.0, True),
        (1.0011, 1.0, False),
        (1001, 1000.5, True),
        (1001, 1000, False),  # two integers have no tolerance
        (9e-7, 0.0, True),
        (2e-6, 0.0, False),
        (-1e-7, 1e-7, True),
        ([{"a": [0.3]}], [{"a": [0.1 + 0.2]}], True),
        (NAN, NAN, False),
        (INF, INF, False),
        (10**400, 1.0, False),
        (10**400, 10**400, True),
        (10**400, 10**400 + 1, False),
        ({1}, {1}, False),
        (object, object, False),
        (b"a", b"a", False),
    ],
)
def test_same(got, want, right):
    assert same(got, want) is right


def test_same_takes_any_depth():
    one, two = [1.0], [1.0001]
    for _ in range(10_000):
        one, two = [one], {"a": two}
    assert not same(one, two)
    for _ in range(10_000):
        one = [one]
    assert same(one, one)


@given(JSON)
def test_a_value_is_itself_and_its_own_json(value):
    assert same(value, value)
    assert same(json.loads(canonical(value)), value)


@given(ANYTHING, ANYTHING)
def test_same_never_raises_and_scalars_are_symmetric_without_tolerance(one, two):
    assert isinstance(same(one, two), bool)
    if not isinstance(one, float) and not isinstance(two, float | list | dict):
        assert same(one, two) is same(two, one)


@given(OBJECTS, TEXT, JSON)
def test_one_more_key_is_another_value(value, key, item):
    if key not in value:
        assert not same(value | {key: item}, value)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (None, None),
        (True, None),
        ([], None),
        ("x" * 99, None),
        ("x" * 100, "string too long"),
        ({"x" * 100: 1}, "string too long"),
        ([0] * 19, None),
        ([0] * 20, "container too long"),
        ([[0] * 20], "container too long"),
        ({str(n): n for n in range(20)}, "container too long"),
        (2**64 - 1, None),
        (-(2**63), None),
        (2**64, "integer beyond 64 bits"),
        (-(2**63) - 1, "integer beyond 64 bits"),
        (10**200, "scalar too large"),
        (NAN, "not finite"),
        ([{"a": INF}], "not finite"),
        ({1}, "not JSON"),
        (b"x", "not JSON"),
        (object(), "not JSON"),
        ({1: 2}, "not JSON"),
        ("\ud800", "not JSON"),
        ([["x" * 50] * 19] * 2, "value too large"),
        (["x" * 99] * 9 + ["x" * 98, "x"], "value too large"),  # 1,024 bytes
        (["x" * 99] * 9 + ["x" * 98, ""], None),
    ],
)
def test_fault(value, why):
    assert fault(value) == why


def test_fault_of_nesting():
    value = []
    for _ in range(63):
        value = [value]
    assert fault(value) is None
    assert fault([[value]]) == "not JSON"
    value.append(value)
    assert fault(value) is not None  # cyclic


def test_sizes_are_the_first_that_are_too_large():
    assert fault("abc", Sizes(characters=4)) is None
    assert fault("abcd", Sizes(characters=4)) == "string too long"
    assert fault([1, 2], Sizes(items=2)) == "container too long"
    assert fault("abc", Sizes(bytes=6)) is None
    assert fault("abc", Sizes(bytes=5)) == "value too large"


@given(ANYTHING)
def test_what_has_no_fault_is_small_json(value):
    why = fault(value)
    if why is None:
        assert len(canonical(value).encode()) < 1024
        assert same(value, json.loads(canonical(value)))
    else:
        assert fault([value]) is not None  # what is too large is not mended by a list around it


@given(OBJECTS)
def test_canonical_and_digest_ignore_the_order_of_keys(value):
    other = dict(reversed(value.items()))
    assert canonical(value) == canonical(other)
    assert digest(value) == digest(other)
    assert unit(value, 1) == unit(other, 1)


def test_digest_and_unit_are_fixed():
    assert canonical({"b": [1, 2.0, None], "a": "é"}) == '{"a":"é","b":[1,2.0,null]}'
    assert digest("a", 1) != digest("a1") != digest("a", "1")
    assert digest() == digest()
    assert len(digest("a")) == 32
    with pytest.raises(TypeError):
        canonical({1, 2})


@given(st.lists(SCALARS.filter(lambda x: not isinstance(x, int) or x < 2**63)))
def test_unit_is_in_range(parts):
    assert 0 <= unit(*parts) < 1


def test_unit_is_spread_evenly():
    numbers = [unit("seed", n) for n in range(4000)]
    for edge in (0.1, 0.5, 0.9):
        assert math.isclose(sum(x < edge for x in numbers) / 4000, edge, abs_tol=0.03)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"output": 3}', {"output": 3}),
        ('first {"a": 1} then {"b": 2} and text', {"b": 2}),
        ('```json\n{"a": [1, 2]}\n```', {"a": [1, 2]}),
        ('{"a": {"b": {"c": 1}}}', {"a": {"b": {"c": 1}}}),
        ('{"a": "} {"}', {"a": "} {"}),
        ("{'a': 'it is', 'b': True, 'c': None}", {"a": "it is", "b": True, "c": None}),
        ('{"a": true, "b": false, "c": null}', {"a": True, "b": False, "c": None}),
        ('{"a": 1,}', {"a": 1}),
        ('{"a": [1, 2,],}', {"a": [1, 2]}),
        ("{1: 2}", {"1": 2}),
        ("{}", {}),
        ('{"a": 1} {"b": ', {"a": 1}),
        ('{"outer": {"b": 1}', {"b": 1}),
        ("the set {1, 2} is no object", None),
        ('the set {x} then {"a": 1}', {"a": 1}),
        ('{"a": NaN}', None),
        ('{"a": Infinity}', None),
        ('{"a": 1e999}', None),
        ('{"a": -0.5e-3, "b": -7}', {"a": -0.0005, "b": -7}),
        ('{"a": 01}', None),
        ('{"a": "\\u00e9\\n\\ud83d\\ude00"}', {"a": "é\n😀"}),
        ('{"a": "\\ud83d"}', None),
        ("{'a': '\\x41'}", {"a": "A"}),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ("[1, 2]", None),
        ("", None),
        ("no braces at all", None),
        ('{"a": ' + "9" * 5000 + "}", None),
        ('{"a": ' + "[" * 100 + "]" * 100 + "}", None),
    ],
)
def test_last_object(text, found):
    assert last_object(text) == found


@given(OBJECTS, st.text(), st.text(st.characters(exclude_characters="{}[]\"'")))
def test_an_object_is_found_in_any_prose(value, before, after):
    assert last_object(f"{before}\n{json.dumps(value)}{after}") == value


@given(OBJECTS)
def test_python_notation_is_read_too(value):
    assert last_object(f"Answer: {value!r}") == value


@given(st.text(st.sampled_from("{}[]\"',:\\ \n1eE.-tTrufalsn"), max_size=200))
def test_no_text_breaks_the_reader(text):
    assert isinstance(last_object(text), dict | None)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a":' * 20_000, None),
        ('{"' * 30_000, None),
        ("{'" * 30_000, None),
        ('{1:"\\' * 9_000, None),
        ('{"a":[' * 10_000 + "]}", {"a": []}),
    ],
)
def test_hostile_text_costs_little(text, found):
    """Would take minutes if a failure were tried again from each brace."""
    assert last_object(text + '{"a": 1') == found

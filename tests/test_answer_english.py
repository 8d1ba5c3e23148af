"""The English narrator: what is said of one run, and that the auditor finds it true."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeio.answer.audit import audit
from codeio.answer.phrases import BANK
from codeio.answer.trace import golds
from codeio.answer.wording import brief
from codeio.params import load
from codeio.sandbox import Sandbox
from tests.answering import LIMITS, pose

HEAD = """import math
from math import sqrt as root
LIMIT = 50
MEMO = {}
class Node:
    def __init__(self, v):
        self.v = v
        self.next = None
class Shop:
    def __init__(self, tax):
        self.tax = tax
        self.sold = []
    def price(self, n):
        self.sold.append(n)
        return n + self.tax
"""
# Body of f(x) -> what its rationale for x = 3 has to say (regular expressions), and what it must not.
SAYS = {
    "a constant of the module": (
        "return 'big' if x > LIMIT else 'small'",
        [r"x \(3\) .* LIMIT \(50\).*'small'", r'"small"'],
        [],
    ),
    "a condition on a constant": (
        "if x >= LIMIT:\n        return 1\n    return 0",
        [r"x \(3\) .* LIMIT \(50\)"],
        ["the condition"],
    ),
    "a changed table is not told as its first value": (
        "MEMO[x] = 1\n    if x in MEMO:\n        return x + 1\n    return 0",
        [],
        [r"MEMO \(\{\}\)"],
    ),
    "a method with its object": (
        "return Shop(2).price(x)",
        [r"Shop\(2\)", r"self\.tax", r"price\(3\)", r"3 \+ self\.tax = 3 \+ 2\b.* 5"],
        [],
    ),
    "a list of an object grows": (
        "s = Shop(1)\n    s.price(x)\n    return s.sold",
        [r"self\.sold.*\[3\]"],
        [],
    ),
    "a set": (
        "s = set()\n    s.add(x)\n    return len(s) + x",
        [r"\bset\(\)", r"\{3\}"],
        [],
    ),
    "an object is true": (
        "n = Node(x)\n    while n:\n        n = n.next\n    return x + 1",
        [r"n is a Node", r"n is null"],
        ["holds"],
    ),
    "a printed line": ("print(x * 2, 'apples')\n    return x + 1", [r'3 \* 2 = 6 and then "apples"'], []),
    "an exception": (
        "try:\n        x = 1 // (x - 3)\n    except ZeroDivisionError:\n        x = 9\n    return x",
        [r"1 // \(x - 3\).*ZeroDivisionError", "caught|handler"],
        [],
    ),
    "parentheses that count": ("return (x & 6) << 2 if x else 0", [r"\(3 & 6\) << 2\b.* 8"], []),
    "a negative base": (
        "y = (-x) ** 2 + (x - 5) ** 2\n    return y",
        [r"\(-3\) \*\* 2 \+ \(3 - 5\) \*\* 2\b.* 13"],
        [],
    ),
    "a sum over a generator": (
        "return sum(i * i for i in range(x) if i)",
        [r"sum\(i \* i for i in range\(x\) if i\) = sum\(\[1, 4\]\)"],
        [r"\(\("],
    ),
    "a function of math": ("y = math.sqrt(x + 1)\n    return y", [r"math\.sqrt\(3 \+ 1\).* 2\.0"], []),
    "a function imported from math": ("y = root(x + 1)\n    return y", [r"root\(3 \+ 1\).* 2\.0"], []),
    "a template": ("print('%d of %s' % (x, 'us'))\n    return x + 1", [r'= "3 of us"'], []),
    "an object is not null": (
        "n = Node(x)\n    if n.next != None:\n        return 0\n    return x + 1 if n != None else 0",
        [r"n\.next is equal to null|n\.next equals null", r"n is not equal to null|n differs from null"],
        [],
    ),
    "a swap of elements": (
        "r = [x, 7]\n    r[0], r[1] = r[1], r[0]\n    return r",
        [r"r\[0\] becomes r\[1\] = 7 and r\[1\] becomes r\[0\] = 3"],
        [],
    ),
    "endless loops are no condition": (
        "while True:\n        x += 1\n        if x > 4:\n            return x",
        [],
        ["(?i)true is true|True holds"],
    ),
    "rounds of a table that change nothing": (
        "t = 0\n    for i in range(20):\n        if i == x:\n            t += i\n    return t",
        [r"changes nothing"],
        [r"; i = \d+;"],
    ),
    "an expression too long to be shown": (
        "t = [[0 for some_long_name_of_a_column in range(x)] for some_long_name_of_a_row in range(2)]\n"
        "    return t",
        [r"\[\[0, 0, 0\], \[0, 0, 0\]\]"],
        ["…"],
    ),
    "a bracket opens a sum": ("y = (x - 14) / float(x + 14)\n    return y", [r"\(3 - 14\) / .*= -0\.64"], []),
    "keys that are numbers": (
        "d = {}\n    for i in (x, 1, x):\n        d[i] = d.get(i, 0) + 1\n    return d",
        [r"1 \+ 1 = 2"],
        [],
    ),
}


@pytest.fixture(scope="module")
def told():
    """Row -> (rationale of the output question, of the input question)."""
    with Sandbox(LIMITS, workers=1) as box:
        problems = [
            one
            for body, _, _ in SAYS.values()
            for one in pose(box, f"{HEAD}def f(x):\n    {body}\n", [{"x": 3}], kind="natural")
        ]
        texts = iter(golds(problems, box, load().answer))
        return {name: (next(texts), next(texts)) for name in SAYS}


@pytest.mark.parametrize("name", SAYS)
def test_it_says(told, name):
    _, wanted, unwanted = SAYS[name]
    for text in told[name]:
        for pattern in wanted:
            assert re.search(pattern, text), text
        for pattern in unwanted:
            assert not re.search(pattern, text), text
        assert audit(text).false == ()


LONG_RUNS = {
    "a loop": (
        "t = 0\n    for i in range(x):\n        t += i\n        if i == 700:\n            t -= 1\n    return t",
        [
            r"\b693 .*rounds.* t = 245350 and i = 700",
            r"245350 - 1 = 245349",
            r"t = 319599 and i = 799",
        ],
    ),
    "an inner loop": (
        "c = 0\n    for i in range(x):\n        for j in range(40):\n            c += i\n    return c",
        [r"\bc = 40\b", r"leave c = 12784000 and i = 799"],
    ),
}


@pytest.mark.parametrize("name", LONG_RUNS)
def test_a_long_run_is_told_with_what_it_leaves_out(name):
    body, patterns = LONG_RUNS[name]
    with Sandbox(LIMITS, workers=1) as box:
        problems = pose(box, f"def f(x):\n    {body}\n", [{"x": 800}], kind="natural")
        for text in golds(problems, box, load("answer.max_lines=100000").answer):
            for pattern in patterns:
                assert re.search(pattern, text), text
            assert audit(text).false == ()


CHOOSE = "def f(x):\n    if x > 9:\n        return 'F'\n    return 'B'\n"


def test_a_search_says_how_a_guess_misses_and_what_is_changed():
    found = set()
    with Sandbox(LIMITS, workers=1) as box:
        inputs = [{"x": x, "y": y} for x, y in ((5, 1), (20, 1), (30, 2))]
        code = "def f(x, y):\n    return x * y\n"
        problems = pose(box, code, inputs, kind="natural") + pose(
            box, CHOOSE, [{"x": 3}, {"x": 12}], kind="natural"
        )
        texts = golds(
            [one for one in problems if one.predict == "input"], box, load("answer.style=english").answer
        )
    for text in texts:
        found |= {word for word in ("too large", "too small", "from 5 to 20", "`return 'F'`") if word in text}
        assert audit(text).false == ()
    assert "`return 'F'`" in found
    assert found & {"too large", "too small"}


def test_every_sentence_has_several_forms():
    assert min(map(len, BANK.values())) >= 2
    assert all(len(set(forms)) == len(forms) for forms in BANK.values())


@given(
    st.recursive(
        st.text(alphabet='ab ,"=[', max_size=40) | st.integers(-99999, 99999),
        lambda inner: st.lists(inner, max_size=4),
        max_leaves=12,
    )
)
def test_a_long_value_is_cut_between_items_so_that_no_text_runs_into_the_next(value):
    left = re.sub(r'"(?:[^"\\]|\\.)*"', "", brief(value))
    assert '"' not in left


def test_of_a_list_of_texts_the_first_and_the_last_are_shown():
    assert brief([["u", "u", "u"], ["=", "l", "l"], ["u", "=", "l"], ["u", "u", "="]]) == (
        '[["u", "u", "u"], ["=", "l", …, "u", "="]]'
    )
    assert brief(["a" * 80, "b"]) == f'["{"a" * 28} …", "b"]'

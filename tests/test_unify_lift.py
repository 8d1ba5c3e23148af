"""Scripts and functions without parameters become functions of what they read and fix; objects are made from JSON."""

import ast

import pytest

from codeio.records import Json
from codeio.sandbox import Program, Sandbox
from codeio.unify.lift import lifted
from tests.unifying import only, sandbox, unified


@pytest.fixture(scope="module")
def box():
    with sandbox() as box:
        yield box


def header(text: str) -> str:
    return ast.unparse(lifted(ast.parse(text)).body[-1]).split("\n")[0]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("n = int(input())\nfor i in range(n):\n    print(i)\n", "def script(n: int):"),
        (
            "a, b = map(int, input().split())\nif a > b:\n    print(a)\n",
            "def script(a: int, b: int):",
        ),
        (
            "xs = [float(x) for x in input().split()]\nif xs:\n    print(sum(xs))\n",
            "def script(xs: list[float]):",
        ),
        (
            "ws = [input() for _ in range(3)]\nfor w in ws:\n    print(w[0])\n",
            "def script(ws: list[str]):",
        ),
        ("total = 0\nfor i in range(1000):\n    total += i\nprint(total)\n", "def script(limit=1000):"),
        ("def f():\n    top = 50\n    return sum(range(top))\n", "def f(top=50):"),
        ("def f(x):\n    top = 50\n    return x + top\n", "def f(x):"),
    ],
)
def test_reads_and_constants_become_parameters(text, wanted):
    assert header(text).replace(": int=", "=") == wanted


def test_one_case_of_many_is_taken():
    text = "t = int(input())\nfor _ in range(t):\n    n = int(input())\n    if n < 3:\n        continue\n    print(n)\n"
    assert ast.unparse(lifted(ast.parse(text)).body[-1]) == (
        "def script(n: int):\n    if n < 3:\n        return\n    print(n)"
    )


@pytest.mark.parametrize(
    "text",
    [
        "print('hello')\n",
        "while True:\n    print(int(input()) * 2)\n",
        "def f(x):\n    return x\nif __name__ == '__main__':\n    f(3)\n",
    ],
)
def test_a_script_that_gives_nothing_to_ask_about_stays_one(text):
    assert "script" not in ast.unparse(lifted(ast.parse(text)))


def run(box: Sandbox, text: str, given: dict[str, Json], name: str = "") -> Json:
    made = only(box, text, name)
    (call,) = box.run(Program(made.code, made.entry), [given])
    assert call.status == "ok", call.error
    return call.output


def test_a_script_in_full(box):
    text = "a = int(input())\nb = int(input())\nwhile b:\n    a, b = b, a % b\nprint('gcd', a)\n"
    assert run(box, text, {"a": 12, "b": 18}) == ["gcd 6"]


POINT = (
    "class Point:\n    def __init__(self, x, y):\n        self.x = x\n        self.y = y\n\n"
    "    def far(self):\n        return abs(self.x) + abs(self.y)\n\n"
)


def test_objects_of_the_file_are_made_of_named_values(box):
    text = POINT + "def nearer(p, q):\n    return p.far() < q.far() or p.x > q.y\n"
    given = {"p": {"x": 1, "y": 2}, "q": {"x": 5, "y": -3}}
    assert run(box, text, given, "nearer") is True


def test_values_with_attributes_where_the_class_is_elsewhere(box):
    text = "def overlap(a, b):\n    return min(a.end, b.end) - max(a.start, b.start)\n"
    assert run(box, text, {"a": {"start": 1, "end": 7}, "b": {"start": 4, "end": 9}}) == 3


def test_a_method_that_nobody_has_makes_no_object(box):
    functions, dropped = unified(box, "def f(a):\n    return a.price() + a.tax * 3\n")
    assert not functions
    assert len(dropped) == 1

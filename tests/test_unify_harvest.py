"""A file runs by itself, statement by statement; what its functions are called with becomes evidence and examples."""

import ast

import pytest

from codeio.unify import harvest
from codeio.unify.harvest import Seen
from tests.unifying import P, only, sandbox, unified

FILE = """
from nowhere import *
import absent

def add(a, b):
    return a + b

class Shop:
    def __init__(self, rate):
        self.rate = rate

    def total(self, prices, *, extra=0):
        return sum(add(p, self.rate) for p in prices) + extra

def fails():
    raise ValueError

fails()
size = int(input("how many? "))
if __name__ == "__main__":
    print(Shop(3).total([1, 2]))
    while True:
        size += 1
"""


@pytest.fixture(scope="module")
def box():
    with sandbox() as box:
        yield box


def seen(box, text: str) -> Seen:
    return harvest.seen(*box.map(harvest.jobs(ast.parse(text), P)))


def test_calls_are_seen_whatever_else_fails(box):
    assert seen(box, FILE) == {
        "Shop.__init__": [{"rate": 3}],
        "Shop.total": [{"prices": [1, 2], "extra": 0}],
        "add": [{"a": 1, "b": 3}, {"a": 2, "b": 3}],
    }


def test_what_depends_on_clock_or_hash_seed_is_left_out(box):
    text = (
        "import time\n\ndef f(x):\n    return x\n\nf(int(time.time()) // 10**5)\nf(7)\n"
        "f(list({'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'}))\n"
    )
    assert seen(box, text) == {"f": [{"x": 7}]}


def test_nothing_to_run(box):
    assert harvest.jobs(ast.parse("import os\n\ndef f(x):\n    return x\n"), P) is None


def test_computed_arguments_become_examples(box):
    text = (
        "def middle(rows):\n    return rows[len(rows) // 2]['name'].upper()\n\n"
        "made = [{'name': w, 'age': n} for n, w in enumerate('ann bob eve'.split())]\nprint(middle(made))\n"
    )
    assert "'name': 'ann'" in only(box, text).generator


def test_a_second_trial_finds_a_rare_output_and_another_kind(box):
    rare = "def lucky(n):\n    return n % 17 == 3 and n > 5\n"
    odd = "def f(n):\n    return [len(row) for row in n] + [n[0].count('a'), n[0].upper()]\n"
    functions, dropped = unified(box, rare, odd)
    assert [f.path for f in functions] == ["m0.py", "m1.py"], dropped


def test_a_module_that_loads_for_ever_is_stopped_by_lines(box):
    text = "n = 0\nwhile n >= 0:\n    n += 1\n\ndef f(x):\n    return x + n\n"
    _, dropped = unified(box, text)
    assert [d.reason for d in dropped] == ["does not load"]
    assert "executed lines" in dropped[0].detail

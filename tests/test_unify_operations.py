"""Classes whose methods are called one after another become functions of a list of operations."""

import ast

import pytest

from codeio.sandbox import Draw, Program
from codeio.unify.operations import function_name, operating
from tests.unifying import sandbox, unified

STACK = """class Stack:
    '''A last-in first-out stack.'''
    def __init__(self):
        self.items = []
    def push(self, item):
        self.items.append(item)
    def pop(self):
        return self.items.pop()
    def size(self):
        return len(self.items)
    def _check(self):
        return True
    def save(self):
        return open('x').write(str(self.items))
"""
CACHE = """class LRUCache:
    def __init__(self, capacity: int):
        self.capacity = capacity
        self.held = {}
    def get(self, key: int) -> int:
        if key not in self.held:
            return -1
        self.held[key] = self.held.pop(key)
        return self.held[key]
    def put(self, key: int, value: int) -> None:
        self.held.pop(key, None)
        self.held[key] = value
        if len(self.held) > self.capacity:
            del self.held[next(iter(self.held))]
"""
CASES = {
    STACK: (
        "operate_stack",
        {"operations": [["push", 3], ["size"], ["push", 5], ["pop"], ["pop"]]},
        [1, 5, 3],
    ),
    CACHE: (
        "operate_lru_cache",
        {"capacity": 1, "operations": [["put", 1, 7], ["get", 1], ["put", 2, 8], ["get", 1], ["get", 2]]},
        [7, -1, 8],
    ),
}


@pytest.fixture(scope="module")
def box():
    with sandbox() as box:
        yield box


def test_what_is_put_into_a_container_is_a_number_whatever_its_name(box):
    text = STACK.replace("item)", "data)")
    (made,) = [f for f in unified(box, text)[0] if f.entry == "operate_stack"]
    (drawn,) = box.map([Draw(Program(made.code, made.entry), made.generator, draws=20, want=20, seed=3)])
    pushed = [values[0] for c in drawn.calls for name, *values in c.input["operations"] if name == "push"]
    assert pushed
    assert {type(value) for value in pushed} == {int}


@pytest.mark.parametrize("text", CASES, ids=["stack", "cache"])
def test_operations_are_carried_out_in_order(box, text):
    entry, given, wanted = CASES[text]
    functions, _ = unified(box, text)
    (made,) = [f for f in functions if f.entry == entry]
    program = Program(made.code, made.entry)
    (call,) = box.run(program, [given])
    assert (call.status, call.output) == ("ok", wanted)
    (drawn,) = box.map([Draw(program, made.generator, draws=40, want=40, seed=3)])
    assert sum(c.status == "ok" for c in drawn.calls) > 10
    assert len({str(c.output) for c in drawn.calls}) > 10
    assert made.lines == (1, text.count("\n"))
    assert "`Stack`" in made.statement or "`LRUCache`" in made.statement
    assert "_check" not in made.code
    assert "open(" not in made.code


REFUSED = {
    "class A:\n    def f(self, x):\n        return x\n    def g(self, x):\n        return x\n": (
        "no operation changes the object"
    ),
    "class A:\n    def f(self, x):\n        self.x = x\n    def g(self, x):\n        self.y = x\n": (
        "no operation tells of the object"
    ),
    "class A:\n    def __init__(self, *x):\n        self.x = x\n    def f(self):\n        self.x = 1\n"
    "    def g(self):\n        return self.x\n": "constructor takes too much for a list of operations",
    "def operate_a():\n    pass\nclass A:\n    def f(self):\n        self.x = 1\n    def g(self):\n"
    "        return self.x\n": "its name for operations is taken",
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_class_that_is_none_says_why(box, text):
    _, dropped = unified(box, text)
    assert [(d.reason, d.id.split(" ")[-1]) for d in dropped if d.id.endswith(" A")] == [(REFUSED[text], "A")]


@pytest.mark.parametrize(
    "text",
    [
        "class A:\n    def f(self):\n        self.x = 1\n",  # one method
        "class A(TestCase):\n    def f(self):\n        self.x = 1\n    def g(self):\n        return self.x\n",
        "class A:\n    def f(self, **x):\n        self.x = x\n    @property\n    def g(self):\n        return self.x\n",
    ],
)
def test_no_candidate(text):
    assert list(operating(ast.parse(text))) == []


def test_names():
    names = ("Stack", "LRUCache", "MinStack2", "HTTPServer", "snake_case")
    assert [function_name(ast.ClassDef(n)) for n in names] == [
        "operate_stack", "operate_lru_cache", "operate_min_stack2", "operate_http_server", "operate_snake_case",
    ]  # fmt: skip

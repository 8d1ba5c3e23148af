"""Files that no corpus should hold, and every corpus does: each is counted with a reason and costs itself only."""

import pytest

from codeio.collect.__main__ import source
from codeio.collect.adapters import Item, Raw
from codeio.records import Dropped, Function
from codeio.unify import static
from tests.unifying import P, sandbox

GOOD = b"def area(width, height):\n    if width > height:\n        return width * height\n    return width + height\n"
ONE = "one function"  # the bad part is left behind, the rest of the file is used
# Name -> (bytes of the file, what it gives: ONE or the reasons of its drops).
FILES = {
    "hangs at import": (b"while True:\n    pass\ndef f(n):\n    return n * 2 + 3\n", ONE),
    "hangs when called": (
        b"def f(n):\n    while True:\n        n += 1\n    return n\n",
        {"takes too many steps"},
    ),
    "waits": (
        b"import time\ndef f(n):\n    time.sleep(600)\n    return n + 1\n",
        {"reads the clock"},
    ),
    "exits at import": (b"import sys\nsys.exit(3)\ndef f(n):\n    return n * 2 + 4\n", ONE),
    "exits when called": (b"def f(n):\n    raise SystemExit(n)\n", {"every guess at its inputs fails"}),
    "dies when called": (
        b"import ctypes\ndef f(n):\n    ctypes.string_at(0)\n    return n + 1\n",
        {"uses ctypes"},
    ),
    "forks": (b"import os\ndef f(n):\n    while n:\n        os.fork()\n    return n\n", {"uses os"}),
    "forks in disguise": (
        b"def f(n):\n    __import__('os').fork()\n    return n + 1\n",
        {"needs input, a file or the interpreter"},
    ),
    "allocates": (b"def f(n):\n    return [0] * 10 ** 11 + [n]\n", {"every guess at its inputs fails"}),
    "doubles without end": (
        b"def f(n):\n    text = 'x'\n    while True:\n        text += text\n    return n\n",
        {"takes too many steps", "every guess at its inputs fails"},
    ),
    "prints without end": (b"def f(n):\n    while True:\n        print(n)\n", {"takes too many steps"}),
    "recurses without end": (b"def f(n):\n    return f(n + 1) + 1\n", {"every guess at its inputs fails"}),
    "shadows builtins": (
        b"def len(xs):\n    return 3\nstr = print = None\ndef f(xs):\n    return xs[0] + len(xs) * 2\n",
        ONE,
    ),
    "shadows our own names": (
        b"main_solution = input_generator = json = None\ndef f(n):\n    return n * 2 + 5\n",
        ONE,
    ),
    "begins with a byte order mark": (b"\xef\xbb\xbf" + b"def f(n):\n    return n * 2 + 6\n", ONE),
    "ends its lines like Windows": (b"def f(n):\r\n    return n * 2 + 7\r\n", ONE),
    "null bytes": (b"def f(n):\0\n    return n\n", {"null bytes"}),
    "not UTF-8": (b"# caf\xe9\ndef f(n):\n    return n\n", {"not UTF-8"}),
    "tabs and blanks": (
        b"def f(n):\n\tif n > 3:\n        return 1\n\treturn n * 2\n",
        {"does not parse", ONE},
    ),
    "Python 2": (b"def f(n):\n    print 'n is', n\n    return n / 2 + 1\n", ONE),
    "a Python to come": (b"def f(n):\n    lazy import math\n    return n |> g\n", {"does not parse"}),
    "half a file": (b"def f(n):\n    return n * 2 + 8\n\ndef g(n:\n    return (n\n", ONE),
    "a literal of 10 MB": (b"DATA = '" + b"x" * 10_000_000 + b"'\n", {"larger than 200 kB"}),
    "a sum of hundreds": (
        b"TOTAL = [lambda x: " + b"x + " * 400 + b"1]\ndef f(n):\n    return TOTAL[0](n)\n",
        {"nested too deeply"},
    ),
    "a long literal": (
        b"DATA = [" + b"1, " * 60_000 + b"]\ndef f(n):\n    return DATA[n % 9] + n\n",
        {"a line longer than 20,000 characters"},
    ),
    "imports a file that imports it": (
        b"from bad import g\ndef f(n):\n    return g(n) + 1\n",
        {"needs a module that is not there"},
    ),
    "imports itself": (b"import m\ndef f(n):\n    return m.f(n - 1)\n", {"needs a module that is not there"}),
    "opens a file": (
        b"def f(name):\n    return len(open(name).read())\n",
        {"needs input, a file or the interpreter"},
    ),
    "random": (b"import random\ndef f(n):\n    return n + random.random()\n", {"uses random"}),
    "only words": (b"# TODO\n'''Nothing here.'''\n", {"file without functions"}),
    "nothing": (b" \n", {"empty"}),
}


@pytest.fixture(scope="module")
def box():
    with sandbox() as opened:
        yield opened


def unified(box, several: dict[str, bytes]) -> list[Function | Dropped]:
    """What collect and unify make of these files, in one go."""
    item = Item(adapter="directory", corpus="bad", version="1", licence="MIT", parts=())
    collected = [source(item, Raw(f"{name}.py", data)) for name, data in several.items()]
    kept = [one for one in collected if not isinstance(one, Dropped)]
    return [*(one for one in collected if isinstance(one, Dropped)), *static.functions(kept, box, P)]


@pytest.fixture(scope="module")
def together(box):
    return unified(
        box, {"good": GOOD, **{name: data for name, (data, _) in FILES.items()}, "last": GOOD + b"\n"}
    )


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_counted_with_its_reason(together, name):
    wanted = FILES[name][1]
    functions = [r for r in together if isinstance(r, Function) and r.path == f"{name}.py"]
    reasons = {r.reason for r in together if isinstance(r, Dropped) and r.id.startswith(f"bad/{name}.py")}
    found = reasons | ({ONE} if functions else set())
    assert found, "it left no trace"
    assert ONE in found if wanted == ONE else found <= wanted, found


def test_the_files_beside_it_are_as_if_it_were_not_there(together, box):
    (alone,) = (r for r in unified(box, {"good": GOOD}) if isinstance(r, Function))
    assert alone in together
    twins = [r for r in together if isinstance(r, Dropped) and r.id.startswith("bad/last.py")]
    assert [t.reason for t in twins] == ["same code as another candidate"]

"""What a file takes from other files of its package: definitions in the place of imports, or the imports."""

import ast
import sys

import pytest

from codeio.records import Dropped, Function
from codeio.unify import static
from codeio.unify.module import Module
from codeio.unify.siblings import bundled, is_installed
from tests.unifying import P, sandbox, source

FILES = {
    "__init__.py": "from .tools import double, size\nfrom .deep import halves\n",
    "tools.py": (
        "import operator\nimport re as expressions\nfrom . import deep\n\nSTEP = 2\n\n"
        "def double(x: int) -> int:\n    return operator.mul(x, STEP)\n\n"
        "def size(text):\n    return len(expressions.findall('.', text)) + deep.half(6)\n\n"
        "def both(x):\n    return size(str(x)) + 1\n\n"
        "def noisy(x):\n    return LOG + x\n\nLOG = print(1)\n"
    ),
    "others.py": (
        "def size(x):\n    return 1\n\ndef map(x):\n    return x\n\ndef least(x):\n    return min(x, 3)\n\n"
        "def visit(x):\n    return VISITS[type(x).__name__](x)\n\n"
        "def visit_list(x):\n    return [visit(y) for y in x]\n\n"
        "def visit_int(x):\n    return x + 1\n\nVISITS = {'list': visit_list, 'int': visit_int}\n"
    ),
    "deep.py": (
        "import siblings_pack as whole\n\ndef half(x):\n    return x // 2\n\n"
        "def halves(items):\n    return [whole.double(half(item)) for item in items]\n"
    ),
}


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / "siblings_pack"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("siblings_pack", None)


def closed(text, name):
    """The code of a function and the names that were taken for its file."""
    taken, names, tree = bundled(ast.parse(text), "siblings_pack")
    closure = Module(ast.Module([*taken, *tree.body], []), "siblings_pack").closure((name,))
    assert closure.missing == ()
    return closure, names


# What is taken: the file, a line of what comes of it, an argument and its result.
TAKING = {
    "an imported function, with the constant and the module that it needs": (
        "from .tools import double\n\ndef f(x):\n    return double(x) + 1\n",
        "STEP = 2",
        5,
        11,
    ),
    "through the package": (
        "from siblings_pack import size\n\ndef f(x):\n    return size(x * 3)\n",
        "def half(x)",
        "ab",
        9,
    ),
    "under another name": (
        "from .tools import double as twice\n\ndef f(x):\n    return twice(x)\n",
        "twice = double",
        5,
        10,
    ),
    "of a module": (
        "import siblings_pack as s\n\ndef f(x):\n    return s.double(x)\n",
        "return double(x)",
        5,
        10,
    ),
    "of a module, where an argument has its name": (
        "import siblings_pack as s\n\ndef f(double):\n    return s.double(double)\n",
        "return s_double(double)",
        5,
        10,
    ),
    "functions and a table that need each other": (
        "from .others import visit_list\n\ndef f(x):\n    return visit_list(x)\n",
        "VISITS = {",
        [1, [2]],
        [2, [3]],
    ),
    "of a file that goes through the package itself": (
        "from .deep import halves\n\ndef f(x):\n    return halves(x)[::-1]\n",
        "return [double(half(item)) for item in items]",
        [4, 9],
        [8, 4],
    ),
}


@pytest.mark.parametrize("what", TAKING)
def test_code_of_other_files_stands_in_the_place_of_imports(package, what):
    text, line, given, gives = TAKING[what]
    closure, _ = closed(text, "f")
    assert "siblings_pack" not in closure.modules
    assert line in closure.code
    scope: dict = {}
    exec(closure.code, scope)  # our own text
    assert scope["f"](given) == gives


KEEPING = {
    "its name means something else here": (
        "from .tools import double\n\nSTEP = 7\n\ndef f(x):\n    return double(x) + STEP\n"
    ),
    "it needs what runs when the file is read": "from .tools import noisy\n\ndef f(x):\n    return noisy(x)\n",
    "two modules have one name": (
        "from siblings_pack import tools as t, others as o\n\ndef f(x):\n    return t.size(x) * 10 + o.size(x)\n"
    ),
    "two files have one name": (
        "from .tools import double\nfrom .others import size\nfrom .tools import both\n\n"
        "def f(x):\n    return double(x) + size(x) + both(x)\n"
    ),
    "it would hide a builtin": "from .others import map\n\ndef f(x):\n    return map(x)\n",
    "it relies on a builtin that the file hides": (
        "from .others import least\n\ndef min(x):\n    return 0\n\ndef f(x):\n    return least(x) + min(x)\n"
    ),
    "it is not there": "from .tools import gone\n\ndef f(x):\n    return gone(x)\n",
}


@pytest.mark.parametrize("what", KEEPING)
def test_an_import_stays_where(package, what):
    closure, _ = closed(KEEPING[what], "f")
    assert "siblings_pack" in closure.modules


def test_what_was_taken_is_no_candidate_and_what_could_not_be_is_named(package, tmp_path):
    good, bad = TAKING["through the package"][0], KEEPING["it needs what runs when the file is read"]
    texts = {"one": good, "two": bad, "three": good.replace("x * 3", "x + x")}
    for name, text in texts.items():
        (tmp_path / "siblings_pack" / f"{name}.py").write_text(
            text if name != "three" else "# of another version\n"
        )
    files = [source(text, f"siblings_pack/{name}.py") for name, text in texts.items()]
    with sandbox() as box:
        records = list(static.functions(files, box, P))
    assert [(r.path, r.lines) for r in records if isinstance(r, Function)] == [
        ("siblings_pack/one.py", (3, 4))
    ]
    reasons = [r.reason for r in records if isinstance(r, Dropped)]
    assert sorted(reasons) == ["needs a module that is not there", "needs another file of its package"]


@pytest.mark.parametrize(
    "path", ["a.py", ".hidden/a.py", "with space/a.py", "__main__/a.py", "no_such_pack/a.py"]
)
def test_a_file_of_no_package_is_not_installed(path):
    assert not is_installed(path, "x = 1\n")


def test_a_file_by_itself_is_left_alone():
    tree = ast.parse("from math import sqrt\n\ndef f(x):\n    return sqrt(x)\n")
    assert bundled(tree, "siblings_pack") == ([], frozenset(), tree)
    assert bundled(tree, "") == ([], frozenset(), tree)

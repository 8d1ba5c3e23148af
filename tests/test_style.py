"""The house rules that a machine can check: one row per rule and file."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("codeio", "analysis")
FILES = [*sorted(f for package in PACKAGES for f in (ROOT / package).rglob("*.py")), ROOT / "train.py"]
SOURCES = [f for f in FILES if f.exists() and f.read_text().strip()]
MAX_FILE, MAX_FUNCTION = 330, 45
BOUNDARIES = (
    "codeio/sandbox/",
    "codeio/llm/",
    "codeio/tracker.py",
)  # where the outside world can raise anything


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> list[ast.FunctionDef]:
    return [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.FunctionDef)]


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_file_is_short_and_says_what_it_does(path):
    text = path.read_text()
    assert len(text.splitlines()) <= MAX_FILE, f"{name(path)} asks to be split by meaning"
    first = (ast.get_docstring(ast.parse(text)) or "").split("\n")[0]
    assert re.match(r"\S+.*[:.]", first), f"{name(path)} needs a first line 'Verb: what it does.   in -> out'"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_functions_are_short_and_typed(path):
    for f in functions(path):
        assert f.end_lineno - f.lineno < MAX_FUNCTION, f"{name(path)}:{f.lineno} {f.name} is too long"
        assert f.name.startswith("_") or f.returns is not None, (
            f"{name(path)}:{f.lineno} {f.name} has no return type"
        )


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_no_broad_except_outside_the_boundaries(path):
    if name(path).startswith(BOUNDARIES):
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            assert caught not in ("everything", "Exception", "BaseException"), f"{name(path)}:{node.lineno}"


RUNS_TEXT = {"exec", "eval", "compile", "__import__", "execfile"}  # in any role: map(eval, ...) runs code too
RUNS_CODE = {
    "runpy", "code", "codeop", "pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "imp", "ctypes", "pty",
    "timeit", "doctest", "bdb", "pdb", "cProfile", "profile", "trace", "cffi", "zipimport",
}  # fmt: skip
STARTS = {"subprocess", "multiprocessing", "concurrent"}
PROGRAMS = {
    "codeio/facts.py": {"git"},
    "codeio/rebuild.py": {"git", "python"},
    "codeio/checkpoints.py": {"dvc"},
    "codeio/train/launch.py": {"accelerate", "srun"},
    "codeio/engine.py": set(),  # processes of its own, for shards
}  # what they start: ours, no foreign code
PROCESS = re.compile(
    r"os\.(system|popen|fork\w*|exec\w+|spawn\w+|posix_spawn\w*)$|importlib\.import_module$"
    r"|asyncio\.create_subprocess\w+$|(module_from_spec|exec_module|FunctionType|CodeType|__builtins__)$"
    r"|builtins\.(exec|eval|compile|__import__)$"
)


def foreign(text: str, may_start: bool = False) -> list[str]:
    """What in a module could run code that is not its own."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name) and node.id in RUNS_TEXT:
            found.append(f"{node.lineno}: {node.id}")
        if isinstance(node, ast.Attribute) and PROCESS.search(ast.unparse(node)):
            found.append(f"{node.lineno}: {ast.unparse(node)}")
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            roots = (
                {n.split(".")[0] for n in names} if isinstance(node, ast.Import) or not node.level else set()
            )
            bad = roots & (RUNS_CODE if may_start else RUNS_CODE | STARTS)
            found += [f"{node.lineno}: {root}" for root in sorted(bad)]
    return found


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_foreign_code_runs_in_the_sandbox_only(path):
    """In codeio/sandbox, and in the texts that it runs inside."""
    if not name(path).startswith("codeio/sandbox/") and path.parent.name != "inside":
        assert foreign(path.read_text(), may_start=name(path) in PROGRAMS) == []


@pytest.mark.parametrize(
    "code",
    [
        "exec(x)", "y = eval", "list(map(eval, z))", "compile(x, y, z)", "import pickle", "import os\nos.system(x)",
        "import subprocess", "from subprocess import run", "import runpy as r", "import os\nos.execv(x, y)",
        "from concurrent.futures import ProcessPoolExecutor", "import importlib\nimportlib.import_module(x)",
        "import builtins\nbuiltins.exec(x)", "import types\ntypes.FunctionType(x, {})", "spec.loader.exec_module(m)",
        "import asyncio\nasyncio.create_subprocess_exec(x)", "from timeit import timeit",
    ],
)  # fmt: skip
def test_the_rule_notices(code):
    assert foreign(code)
    assert not foreign("import re, os\nre.compile(x)\nos.getpid()\nmodel.eval()\nfrom codeio import calls")


def test_mlflow_has_one_door():
    for path in SOURCES:
        if name(path) in ("codeio/tracker.py", "analysis/runs.py"):
            continue
        assert not re.search(r"^\s*(import|from) mlflow", path.read_text(), re.M), name(path)


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    return [p for p in (ROOT / line for line in listed.stdout.splitlines()) if p.is_file()]


@pytest.mark.parametrize(
    "word", [r"/work/", r"/root/", r"/home/\w+/\w", r"pypi\.org", r"files\.pythonhosted"]
)
def test_no_path_of_a_machine_and_no_registry_host(word):
    for path in tracked():
        if path.suffix in (".py", ".md", ".yaml", ".toml", ".txt", "") and path.name != "test_style.py":
            assert not re.search(word, path.read_text(errors="replace")), f"{name(path)} holds {word}"

"""dvc.yaml against the code: a stage that imports a file depends on it, or an edit would go unnoticed."""

import ast
import importlib
from functools import cache
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT

STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
# Fetched at run time from a shared place by name, not by import.
LAZY = {"codeio/tracker.py", "codeio/upkeep.py"}


def module(name: str) -> Path | None:
    at = ROOT / Path(*name.split("."))
    found = [p for p in (at.with_suffix(".py"), at / "__init__.py") if p.is_file()]
    return found[0] if found else None


@cache
def imports(path: Path) -> frozenset[Path]:
    """Files of this repository that one file imports, at any place in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(
        p for name in names if name.split(".")[0] in ("codeio", "analysis") and (p := module(name))
    )


def closure(start: Path) -> set[Path]:
    seen, todo = set(), [start]
    while todo:
        path = todo.pop()
        if path not in seen:
            seen.add(path)
            todo += imports(path)
    return {p for p in seen if p.read_text().strip()}


def entry(command: str) -> Path:
    name = command.split("-m ")[1].split()[0]
    at = ROOT / Path(*name.split("."))
    return at / "__main__.py" if at.is_dir() else at.with_suffix(".py")


def covered(path: Path, deps: list[str]) -> bool:
    return any(path == ROOT / dep or ROOT / dep in path.parents for dep in deps)


@pytest.mark.parametrize("name", STAGES)
def test_code_a_stage_imports_is_a_dependency(name):
    stage = STAGES[name]
    needed = closure(entry(stage["cmd"]))
    missing = sorted(str(p.relative_to(ROOT)) for p in needed if not covered(p, stage["deps"]))
    assert not set(missing) - LAZY, f"add to deps of {name} in dvc.yaml: {missing}"


def test_a_change_of_what_scores_answers_trains_nothing_again():
    scorers = [ROOT / "codeio" / name for name in ("evaluate/run.py", "verify.py", "sandbox/__init__.py")]
    assert all(path.is_file() for path in scorers)
    assert not [path for path in scorers if covered(path, STAGES["train"]["deps"])]
    assert all(covered(path, STAGES["evaluate"]["deps"]) for path in scorers)


@pytest.mark.parametrize("name", ["collect", "unify", "execute", "pose", "answer", "revise"])
def test_settings_a_stage_depends_on_are_its_params(name):
    """What the frame puts into the key of a resumed run, DVC must watch too."""
    start = ".".join(entry(STAGES[name]["cmd"]).relative_to(ROOT).with_suffix("").parts)
    watched = {key for key in STAGES[name]["params"] if isinstance(key, str)}
    assert set(importlib.import_module(start).STAGE.sections) <= watched
    assert watched <= {*importlib.import_module(start).STAGE.sections, "interpreter"}


@pytest.mark.parametrize("name", STAGES)
def test_dependencies_exist(name):
    paths = [d for d in STAGES[name]["deps"] if not d.startswith(("data/", "models/", "metrics/"))]
    assert not [d for d in paths if not (ROOT / d).exists()]


@pytest.mark.parametrize("name", STAGES)
def test_each_stage_declares_metrics_outside_the_cache(name):
    for metric in STAGES[name].get("metrics", []):
        assert all(not options["cache"] for options in metric.values())

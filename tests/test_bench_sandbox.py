"""The bench runs to its end and its last line holds the figures; how large they are is the machine's matter."""

import json
import subprocess
import sys

import pytest

from codeio.errors import BadParams
from tests.bench import bench_sandbox
from tests.bench.workload import INPUTS, embedded
from tests.conftest import ROOT

FIGURES = {
    "x_reference_10", "x_reference_1", "x_process", "isolation_cost", "share_of_limit", "scaling_2", "tier",
    "functions",
}  # fmt: skip
CHECKOUT = """
from pympler import asizeof
import subprocess
solution_prefix = "import json"
def check_input(refcode, io, funcname, solution_prefix="", used_python_path="x", run_path="x"):
    said, wanted = f"{funcname}(**{io['input']})", io["output"]
    script = f"{solution_prefix}\\n{refcode}\\nassert json.dumps({said}) == json.dumps({wanted})"
    subprocess.run([used_python_path, "-"], input=script, text=True, cwd=run_path, check=True)
"""


def bench(*words, code=0):
    command = [sys.executable, "-m", "tests.bench.bench_sandbox", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


@pytest.mark.parametrize("reference", [False, True], ids=["our own baseline", "a checkout"])
def test_one_round(tmp_path, reference):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "utils.py").write_text(CHECKOUT)
    words = [f"reference={tmp_path}"] if reference else []
    said = bench("rounds=1", "first=5", *words).splitlines()
    found = json.loads(said[-1])
    assert set(found) == FIGURES
    assert found["tier"] in ("T3", "T2")
    assert found["functions"] == 5
    assert all(found[name] > 0 for name in FIGURES - {"tier"})
    assert len(said) == 7


def test_what_it_does_not_know_is_told_in_one_line(tmp_path):
    assert bench("round=1", code=1).startswith("bench_sandbox: unknown round")
    assert bench(f"reference={tmp_path}", code=1).strip().endswith("holds no file that defines check_input")


def test_a_way_that_answers_wrongly_is_not_timed():
    works = embedded()[:2]
    with pytest.raises(SystemExit, match="wrong answers"):
        bench_sandbox.measured({"wrong": (lambda works: [[None]] * len(works), False)}, works, 1)


def test_the_baseline_notices_a_wrong_output():
    work = embedded()[0]
    (right,) = bench_sandbox.in_process([work])
    assert len(right) == INPUTS
    assert bench_sandbox.checked(work, work.inputs[0], right[0]) == right[0]
    assert "AssertionError" in bench_sandbox.checked(work, work.inputs[0], right[1])["failed"]


def test_a_folder_that_is_no_checkout(tmp_path):
    with pytest.raises(BadParams, match="check_input"):
        bench_sandbox.opened(tmp_path)

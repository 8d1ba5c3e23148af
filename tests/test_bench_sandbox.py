"""The bench runs to its end and its last line holds the figures; how large they are is the machine's matter."""

import json
import subprocess
import sys

import pytest

from tests.bench import bench_sandbox
from tests.conftest import ROOT


def test_one_round():
    command = [sys.executable, "-m", "tests.bench.bench_sandbox", "--rounds", "1"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = json.loads(said.splitlines()[-1])
    assert found["isolation"] in ("T3", "T2")
    assert len(found["ms_per_check"]) == 6
    assert all(ms > 0 for ms in found["ms_per_check"].values())
    ten, one = found["times_faster"].values()
    assert set(ten) == set(bench_sandbox.PLAIN)
    assert set(ten) - set(one) == {"process per function"}  # its figure is for ten inputs


def test_a_way_that_answers_wrongly_is_not_timed():
    wrong = {"wrong": (lambda program, inputs: [None] * len(inputs), 2)}
    with pytest.raises(SystemExit, match="wrong answers"):
        bench_sandbox.measured(wrong, 1)


def test_ratios():
    assert bench_sandbox.ratio([2, 4, 12], [1, 2, 3]) == {"means": 3.0, "medians": 2.0}

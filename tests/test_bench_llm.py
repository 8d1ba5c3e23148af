"""The bench of asking a model: what its last line says is true of a short run, and of the long one."""

import json
import subprocess
import sys

import pytest

from tests.bench import bench_llm
from tests.conftest import ROOT

pytestmark = [pytest.mark.full, pytest.mark.usefixtures("own_store")]


def test_twenty_thousand_requests_through_faults_lose_nothing_and_stay_small(tmp_path):
    said = bench_llm.through_faults(20_000, tmp_path)
    assert (said["lost"], said["doubled"]) == (0, 0)
    assert said["requests"] > 22_000
    assert said["rss_growth_mb"] < 32


def test_the_last_line_is_one_object():
    words = [sys.executable, "-m", "tests.bench.bench_llm", "requests=300", "count=40"]
    lines = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    said = json.loads(lines[-1])
    assert set(said) == {"x_bare", "requests", "lost", "doubled", "rss_growth_mb"}
    assert said["x_bare"] > 0

"""Runs in processes of their own: several at once on a fresh store, and one that is killed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from codeio import tracker
from tests.test_tracker import migrated, read, root  # noqa: F401  (fixtures)

HOLD = """
import sys, time
from codeio import tracker
from codeio.params import load
about = tracker.About(name=sys.argv[1], kind="single", tags={"codeio.view": "v"})
with tracker.run(load(), about) as now:
    print(now.id, flush=True)
    if sys.argv[2] == "hang":
        time.sleep(120)
"""


def started(root, name, what):  # noqa: F811
    """A run in another process, on a store of its own under `root`."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("MLFLOW")}
    here = Path(tracker.__file__).parents[1]
    environment = kept | {"CODEIO_ROOT": str(root), "PYTHONPATH": str(here)}
    for part in ("params.yaml", "experiments"):
        if not (root / part).is_symlink():
            (root / part).unlink(missing_ok=True)
            (root / part).symlink_to(here / part)
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, name, what], env=environment, stdout=subprocess.PIPE, text=True
    )


def test_three_first_runs_at_once_all_succeed(root):  # noqa: F811
    (root / "mlflow.db").unlink()  # a fresh checkout: the first one makes the tables
    processes = [started(root, f"r{n}", "end") for n in range(3)]
    ids = {process.communicate(timeout=120)[0].strip() for process in processes}
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert {read(one).info.status for one in ids} == {"FINISHED"}
    assert len(ids) == 3


@pytest.mark.parametrize("signal", ["kill", pytest.param("terminate", marks=pytest.mark.full)])
def test_a_killed_run_is_marked_as_killed(root, signal):  # noqa: F811
    process = started(root, "doomed", "hang")
    run_id = process.stdout.readline().strip()
    assert read(run_id).info.status == "RUNNING"
    getattr(process, signal)()
    process.wait(timeout=30)
    assert read(run_id).info.status == "KILLED"

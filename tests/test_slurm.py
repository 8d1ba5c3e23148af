"""Sweeps through submitit: what Slurm would be told, and real jobs of its local executor."""

import importlib.util
import json

import pytest

from tests.house import build
from tests.test_train_py import train_py

pytestmark = [
    pytest.mark.slurm,
    pytest.mark.skipif(
        importlib.util.find_spec("submitit") is None,
        reason="submitit is not installed: `pip install 'codeio[slurm]'`",
    ),
]
SMALL = {"collect.installed": [], "teachers": ["slip"], "evaluate.grids": 0, "evaluate.instructions": 0}


def test_slurm_is_told_what_the_launcher_file_says():
    words = ("--cfg", "hydra", "machine=slurm", "hydra/launcher=slurm", "hydra.launcher.partition=gpu")
    code, said = train_py(*words)
    assert code == 0, said
    launcher = said[said.index("  launcher:") : said.index("  sweeper:")]
    for line in ("SlurmLauncher", "partition: gpu", "gpus_per_node: 1", "max_num_timeout: 3"):
        assert line in launcher


@pytest.mark.full
def test_a_sweep_runs_as_jobs_of_submitit(tmp_path):
    """Each arm in a process of its own, started from a pickled job as on a node of Slurm; one table at the end."""
    house = build(tmp_path / "codeio")
    house.set(SMALL)
    for name in ("collect", "unify", "execute", "pose", "answer", "revise", "tokenizer"):
        house.run("python", "-m", f"codeio.{name}")
    launch = ("hydra/launcher=submitit_local", "allow_stale=true", "train.stages=[io]")
    said = house.run("python", "train.py", "-m", "revisions=0,1", *launch)
    assert "2 of 2 arms" in said
    (plan,) = (house.root / "outputs" / "sweeps").glob("*/plan.json")
    assert len(json.loads(plan.read_text())["arms"]) == 2
    assert len(list(plan.parent.glob(".submitit/*/*_submitted.pkl"))) == 2
    assert len(list((house.root / "outputs" / "arms").glob("*/trained.json"))) == 2

"""Train: the head-line model of the pipeline.   data/revise/<teacher>, models/tokenizer -> models/main, metrics

`python -m codeio.train [key=value ...]`, the DVC stage `train`. Sweeps use `python train.py -m` instead.
"""

import json
import os

from codeio import arm, facts, tracker
from codeio.command import command
from codeio.params import ROOT, Params
from codeio.stage import write_json


def main(params: Params, of: arm.Parts | None = None) -> None:
    """Train the setting of params.yaml, unless a run of the same data, settings and code did; export it."""
    of = of or arm.parts()
    if "DVC_STAGE" not in os.environ:
        facts.require_fresh(arm.stages(params), params.allow_stale)
    this = arm.identify(params, of)
    with arm.locked(this):
        checkpoint = this.folder / "checkpoint"
        if not (tracker.find(this.tags()) and arm.trained(this)):
            name = os.environ.get("DVC_EXP_NAME") or "main"
            about = tracker.About(name=name, kind="dvc", tags=facts.git() | facts.lineage() | this.tags())
            with tracker.run(params, about) as now:
                arm.train(params, this, of, now)
        arm.export(checkpoint, this, ROOT / "models" / "main")
        show(this)


def show(this: arm.Arm) -> None:
    """What `dvc metrics show` and `dvc plots show` tell of a training."""
    write_json(ROOT / "metrics" / "train.json", json.loads((this.folder / "trained.json").read_text()))
    points = arm.Journal(this.folder / "log.jsonl", lambda metrics, step: None).lines()
    losses = [(one["step"], one["metrics"]["train/loss"]) for one in points if "train/loss" in one["metrics"]]
    rows = ["step,loss", *(f"{step},{loss:.6f}" for step, loss in losses)]
    (ROOT / "metrics" / "train-loss.csv").write_text("\n".join(rows) + "\n")


if __name__ == "__main__":
    command("train", __doc__, main)

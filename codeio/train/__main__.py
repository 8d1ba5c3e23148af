"""Train: the head-line model of the pipeline.   data/revise/<teacher>, models/tokenizer -> models/main

`python -m codeio.train [key=value ...]`, the DVC stage `train`. Sweeps use `python train.py -m` instead.
"""

import os

from codeio import arm, facts, tracker
from codeio.command import command
from codeio.params import ROOT, Params


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


if __name__ == "__main__":
    command("train", __doc__, main)

"""Evaluate: score the head-line model.   models/main -> metrics/evaluate.json, data/evaluate/items.parquet

`python -m codeio.evaluate [key=value ...]`, the DVC stage `evaluate`. Its scores join the MLflow run of the
training, found by the hash that the checkpoint carries; a store that has no such run gets one.
"""

from codeio import arm, facts, shards, tracker
from codeio.command import command
from codeio.errors import BadInput
from codeio.evaluate import run
from codeio.params import ROOT, Params
from codeio.stage import screen, write_json


def main(params: Params, of: arm.Parts | None = None) -> None:
    """Score the exported checkpoint, into the versioned files and into the run of its training."""
    of = of or run.parts()
    checkpoint = ROOT / "models" / "main"
    this = arm.scored_by(arm.exported(checkpoint), params)
    run_id = tracker.find({**this.tags(), "codeio.scoring": this.scoring}) or tracker.find(
        this.tags(), without="codeio.scoring"
    )
    if run_id:
        with tracker.reopened(run_id) as now:
            scores = arm.score(params, this, checkpoint, of, now)
    else:
        screen.print("evaluate: this MLflow store holds no run of the training; the scores get their own")
        about = tracker.About(name="main", kind="dvc", tags=facts.git() | facts.lineage() | this.tags())
        with tracker.run(params, about) as now:
            arm.Journal(this.folder / "log.jsonl", now.log).replay()
            now.checkpoint(checkpoint)
            scores = arm.score(params, this, checkpoint, of, now)
    if not scores.items:
        raise BadInput(
            "evaluate: nothing was asked: raise evaluate.items, or data/pose has no held-out problem"
        )
    write_json(ROOT / "metrics" / "evaluate.json", scores.metrics)
    shards.write(ROOT / "data" / "evaluate" / "items.parquet", scores.items, type(scores.items[0]))


if __name__ == "__main__":
    command("evaluate", __doc__, main)

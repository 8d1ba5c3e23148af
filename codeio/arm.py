"""Arm: train and evaluate one setting, once.   params -> checkpoint, scores, an MLflow run

An arm is known by content: the view it trains on, what training depends on, what scoring depends on. Its
folder outputs/arms/<training> outlives sweeps, so that a killed run goes on from its checkpoint and a
finished one is shown again instead of being trained again. A sweep's job calls `run`; the DVC stages call its
halves.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from safetensors import SafetensorError

from codeio import facts, tracker
from codeio.errors import BadInput
from codeio.locks import held
from codeio.params import ROOT, Params
from codeio.stage import screen, write_json
from codeio.train import conversations, corpus, instructions
from codeio.values import digest

# Words of a full disk; the last two are torch's.
FULL = ("No space left", "disk is full", "unexpected pos", "file write failed")
SAMPLES = 60  # rows of the table of answers that each run shows
FIRST = ("prompt", "response", "wanted", "status", "correct")  # its columns on the left


class Arm(msgspec.Struct, frozen=True):
    """What makes two runs the same run: three hashes, each including the one before."""

    view: str  # the examples of stage 1, whether of the view or of a corpus
    training: str  # + model, seed, training settings, tokenizer, code, package versions
    scoring: str  # + evaluation settings, code

    def tags(self) -> dict[str, str]:
        return {"codeio.view": self.view, "codeio.training": self.training}

    @property
    def folder(self) -> Path:
        return ROOT / "outputs" / "arms" / self.training


class Parts(NamedTuple):
    """The functions an arm is made of."""

    check: Callable[[Params], None]  # refuses a view that the store cannot give
    view_hash: Callable[[Params], str]
    train: Callable[[Params, Path, tracker.Log], dict[str, float]]
    shown: Callable[[Params], list[dict[str, str]]]  # some of what it trains on, for people
    evaluate: Callable[[Params, Path], Any] | None = (
        None  # -> Scores(metrics, items); what only trains has none
    )


def parts() -> Parts:
    """Those that train. evaluate/run.py has those that score too."""
    return Parts(corpus.check, corpus.data_hash, real_training, corpus.shown)


def real_training(params: Params, out: Path, log: tracker.Log) -> dict[str, float]:
    """The training; torch costs ten seconds, which a refusal and a finished arm shall not wait for."""
    from codeio.train.run import train

    return train(params, out, log)


def stages(params: Params) -> tuple[str, ...]:
    """The DVC stages whose outputs a run reads."""
    return (f"revise@{params.store}", "tokenizer")


def identify(params: Params, of: Parts) -> Arm:
    """The arm's hashes. Raises BadParams on a view that the store cannot give."""
    of.check(params)
    view = of.view_hash(params)
    plain = msgspec.to_builtins(params)
    settings = {name: plain[name] for name in ("seed", "model", "machine", "train", "tokenizer")}
    tokenizer = facts.folder_hash(ROOT / "models" / "tokenizer")
    taught = instructions_hash(params)
    training = digest(view, settings, tokenizer, taught, facts.code(), facts.numeric_packages())
    return scored_by({"codeio.view": view, "codeio.training": training}, params)


def instructions_hash(params: Params) -> str:
    """Content of what stage 2 reads; empty for the embedded tasks, which the seed fixes.

    Raises BadInput where it is not there, and so before stage 1.
    """
    source = params.train.instructions.source
    if source is None or set(params.train.stages) == {"io"}:
        return ""
    return conversations.content(source, instructions.SETTING)


def scored_by(tags: dict[str, str], params: Params) -> Arm:
    """The arm of a checkpoint that carries `tags`, under the evaluation settings of `params`."""
    view, training = tags["codeio.view"], tags["codeio.training"]
    return Arm(view, training, digest(training, msgspec.to_builtins(params.evaluate), facts.code()))


def run(params: Params, about: tracker.About, of: Parts) -> str:
    """The MLflow run of this arm: the finished one, now also in this sweep, or a new one. Returns its id."""
    arm = identify(params, of)
    with locked(arm):
        known = tracker.find({**arm.tags(), "codeio.scoring": arm.scoring})
        if known:
            screen.print(f"{about.name}: finished before with the same data, settings and code; shown again")
            tracker.join(known, about)
            return known
        with tracker.run(params, described(about, arm)) as now:
            train(params, arm, of, now)
            score(params, arm, arm.folder / "checkpoint", of, now)
            return now.id


def locked(arm: Arm) -> AbstractContextManager[None]:
    """One process at a time for an arm: a second one waits and then finds it finished."""
    return held(f"arm-{arm.training}", lambda: screen.print("another process trains this arm; waiting"))


def described(about: tracker.About, arm: Arm) -> tracker.About:
    return msgspec.structs.replace(about, tags={**about.tags, **arm.tags()})


def train(params: Params, arm: Arm, of: Parts, now: tracker.Run) -> Path:
    """The checkpoint of this arm, trained unless it lies there whole; its curve and facts logged."""
    journal = Journal(arm.folder / "log.jsonl", now.log)
    done = arm.folder / "trained.json"
    checkpoint = arm.folder / "checkpoint"
    if trained(arm):
        screen.print("trained before; only its evaluation is new")
        metrics = json.loads(done.read_text())
    else:
        try:
            metrics = of.train(params, checkpoint, journal)
        except (OSError, RuntimeError, SafetensorError) as error:
            refuse_full_disk(error)
            raise
        write_json(done, metrics)
    journal.replay()
    now.log(metrics, 0)
    now.checkpoint(checkpoint)
    now.table(of.shown(params), "samples/training.json")
    return checkpoint


def refuse_full_disk(error: Exception) -> None:
    """Raise BadInput where there was no room for a checkpoint: each library has its own words for that."""
    if any(words in str(error) for words in FULL):
        mend = "free some and run it again, it goes on from its last checkpoint"
        raise BadInput(f"no space left on the disk for a checkpoint in outputs/: {mend}") from error


def trained(arm: Arm) -> bool:
    return (arm.folder / "trained.json").exists() and (arm.folder / "checkpoint").is_dir()


def score(params: Params, arm: Arm, checkpoint: Path, of: Parts, now: tracker.Run) -> Any:
    """Scores of a checkpoint, logged with a sample of the answers; marks the run as scored."""
    assert of.evaluate is not None, "an arm that is scored needs a scorer"
    scores = of.evaluate(params, checkpoint)
    now.log({beside(name): value for name, value in scores.metrics.items()}, 0)
    now.table([row(item) for item in spread(scores.items)], "samples/answers.json")
    now.text(msgspec.json.encode(scores.items).decode(), "samples/items.json")
    now.tag({"codeio.scoring": arm.scoring} | facts.versions())  # those of the scoring, maybe later ones
    return scores


def beside(name: str) -> str:
    """A metric's name in MLflow: what goes with a score gets a section below all others (bench, data, train)."""
    kind, _, score = name.partition("/")
    return name if kind in ("bench", "data", "train") else f"yardstick/{score}_{kind}"


def spread(items: Sequence[msgspec.Struct]) -> Sequence[msgspec.Struct]:
    """At most SAMPLES items, evenly from all rungs."""
    return items[:: -(-len(items) // SAMPLES) or 1]


def row(item: msgspec.Struct) -> dict[str, Any]:
    """An item as a row of text, for the table in the UI, which shows some five columns without scrolling."""
    plain = msgspec.to_builtins(item)
    names = [*(name for name in FIRST if name in plain), *(name for name in plain if name not in FIRST)]
    return {name: v if isinstance(v := plain[name], str) else json.dumps(v) for name in names}


class Journal:
    """A training's log on disk: a run that goes on after a crash or is scored again shows the whole curve."""

    def __init__(self, path: Path, sink: tracker.Log) -> None:
        self.path, self.sink, self.open = path, sink, False

    def __call__(self, metrics: dict[str, float], step: int) -> None:
        if not self.open:
            self.replay(before=step)
        line = json.dumps({"step": step, "metrics": metrics})
        with self.path.open("a") as file:
            file.write(line + "\n")
        self.sink(metrics, step)

    def replay(self, before: float = float("inf")) -> None:
        """Hand on what an earlier process logged; what lies at or after the first new step is dropped."""
        if self.open:
            return
        self.open = True
        self.path.parent.mkdir(parents=True, exist_ok=True)
        kept = [line for line in self.lines() if line["step"] < before]
        self.path.write_text("".join(json.dumps(line) + "\n" for line in kept))
        for line in kept:
            self.sink(line["metrics"], line["step"])

    def lines(self) -> list[dict[str, Any]]:
        """Whole lines only: a killed process may have left half of one."""
        if not self.path.exists():
            return []
        return [json.loads(text) for text in self.path.read_text().split("\n")[:-1] if text]


def export(checkpoint: Path, arm: Arm, to: Path) -> None:
    """The checkpoint as the pipeline's own model, with the hash by which evaluation finds its run."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(checkpoint, to)
    write_json(to / "arm.json", arm.tags())


def exported(at: Path) -> dict[str, str]:
    """The tags of the arm whose checkpoint lies at `at`."""
    path = at / "arm.json"
    if not path.exists():
        raise BadInput(f"{at.relative_to(ROOT)} holds no trained model: run `dvc repro train`")
    return json.loads(path.read_text())

"""Keep: what becomes of the checkpoints of runs.   MLflow run -> models/<name>, or room on the disk

python -m codeio.checkpoints promote=RUN [as=NAME]
    copies the checkpoint of an MLflow run to models/NAME with a model card, and has DVC track it with its lineage
python -m codeio.checkpoints prune=SWEEP [confirm=true]
    lists the checkpoints that only this sweep's runs hold and that were not promoted; with confirm=true removes them
"""

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from codeio import facts, shards, stage
from codeio.command import arguments
from codeio.command import run as run_command
from codeio.errors import BadInput, BadParams
from codeio.exchange.card import ordered, table
from codeio.params import ROOT
from codeio.records import Problem
from codeio.stage import screen, write_json

WAYS = (("promote", "as"), ("prune", "confirm"))
NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
TAKEN = ("main", "tokenizer")  # outputs of the pipeline
LINEAGE = (
    "codeio.view",
    "codeio.training",
    "codeio.git_sha",
    "codeio.dvc_lock_md5",
    "codeio.checkpoint_sha256",
)


def main(words: Sequence[str]) -> None:
    given = asked(words)
    if "promote" in given:
        promote(given["promote"], given.get("as"))
    else:
        prune(given["prune"], given.get("confirm") == "true")


def asked(words: Sequence[str]) -> dict[str, str]:
    """Either `promote` or `prune` with what belongs to it. Raises BadParams."""
    given = {
        key: value
        for key, value in arguments(words, {key: "" for way in WAYS for key in way}).items()
        if value
    }
    if not any(first in given and given.keys() <= {first, more} for first, more in WAYS):
        raise BadParams("say promote=RUN [as=NAME], or prune=SWEEP [confirm=true]")
    return given


def promote(run_id: str, name: str | None) -> Path:
    """The checkpoint of a run as models/`name`, tracked by DVC. Raises BadInput where it is gone or altered."""
    run = of(run_id)
    name = name or re.sub(r"[^a-z0-9._-]+", "-", run.name.lower()).strip("-")
    if not NAME.fullmatch(name) or name in TAKEN:
        raise BadParams(
            f"as={name}: a short name of small letters, digits, . _ -, and none of {', '.join(TAKEN)}"
        )
    source, to = whole(run), ROOT / "models" / name
    if to.exists():
        raise BadParams(f"models/{name} is there already: give another name with as=NAME")
    fresh = to.with_name(f"{name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(source, fresh)
    write_json(fresh / "arm.json", {key: run.tags[key] for key in LINEAGE[:2] if key in run.tags})
    (fresh / "README.md").write_text(card(run), encoding="utf-8")
    fresh.rename(to)
    track(to, lineage(run))
    screen.print(f"checkpoints: models/{name}; `git add models/{name}.dvc` and `dvc push` share it")
    return to


def of(run_id: str) -> Any:
    """An MLflow run by its id. Raises BadInput where there is none."""
    from analysis import runs  # here: it needs pandas and MLflow

    found = [one for one in runs.read("tags.`codeio.checkpoint` LIKE '%'") if one.id.startswith(run_id)]
    if len(found) != 1:
        many = (
            f"{len(found)} runs with a checkpoint begin so"
            if found
            else "no run with a checkpoint has that id"
        )
        raise BadInput(f"promote={run_id}: {many}; `mlflow ui` lists them")
    return found[0]


def whole(run: Any) -> Path:
    """Where a run's checkpoint lies, byte for byte as it was trained."""
    at = ROOT / run.tags["codeio.checkpoint"]
    if not at.is_dir():
        raise BadInput(f"{run.tags['codeio.checkpoint']} of run {run.id} is gone: train it again")
    if facts.folder_hash(at) != run.tags["codeio.checkpoint_sha256"]:
        raise BadInput(
            f"{run.tags['codeio.checkpoint']} is not what run {run.id} trained: its bytes were altered"
        )
    return at


def lineage(run: Any) -> dict[str, str]:
    """What the weights come from: run, data, code."""
    kept = {key: value for key, value in run.tags.items() if key in LINEAGE or key.startswith("dvc.")}
    return {"mlflow_run": run.id, **dict(sorted(kept.items()))}


def track(at: Path, about: Mapping[str, str]) -> None:
    """`dvc add`, with the lineage in the .dvc file, where DVC leaves it alone."""
    command = [sys.executable, "-m", "dvc", "add", "--quiet", str(at.relative_to(ROOT))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=facts.quiet())
    if done.returncode:
        said = (done.stderr.strip() or "no message").splitlines()[-1]
        raise BadInput(f"{at.relative_to(ROOT)} lies there, but dvc add failed: {said}")
    path = at.with_name(f"{at.name}.dvc")
    told = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump(told | {"meta": dict(about)}, sort_keys=False))


def card(run: Any) -> str:
    """The model card: results, data and its licences, hashes."""
    scores = sorted((name, value) for name, value in run.metrics.items() if name.startswith("bench/"))
    parts = [
        "---\nlibrary_name: transformers\npipeline_tag: text-generation\n---",
        f"# {run.name}",
        "Trained with codeio in two stages (CODEI/O, arXiv 2502.07316), the first on what is named below. It loads in "
        "transformers and vLLM; the chat template lies beside the weights.",
        table("result", [(name.removeprefix("bench/"), f"{value:.3f}") for name, value in scores]),
        table(
            "base",
            sorted(
                (key, value) for key, value in run.params.items() if key.startswith("model.") and "hub" in key
            ),
        ),
        *trained_on(run),
        table("lineage", sorted(lineage(run).items())),
    ]
    return "\n\n".join(parts) + "\n"


def trained_on(run: Any) -> list[str]:
    """The view and the licences of what it shows; or the corpus that stage 1 had in its place."""
    if "corpus.name" in run.params:
        told = {key: value for key, value in run.params.items() if key.startswith("corpus.")}
        return [table("corpus", sorted(told.items()))]
    names = ("teacher", "revisions", "predict", "format", "loss")
    view = sorted((name, run.params[name]) for name in names if name in run.params)
    origins = licences(run.params.get("teacher", ""))
    return [table("view", view), table("problems by licence of the origin files", origins)]


def licences(teacher: str) -> list[tuple[str, int]]:
    """Problems by licence that the store could teach, now on this disk; their hash is in the lineage."""
    at = stage.folder("revise", teacher)
    taught = shards.read_all(at, Problem) if teacher and shards.files(at) else ()
    return ordered(Counter(one.licence or "unknown" for one in taught if one.split == "train"))


def prune(sweep: str, confirm: bool) -> list[Path]:
    """Checkpoints of a sweep that nothing else needs: listed, and removed where that is confirmed."""
    from analysis import runs

    every = runs.read("tags.`codeio.checkpoint` LIKE '%'")
    inside = [one for one in every if sweep in one.sweeps]
    if not inside:
        raise BadInput(f"prune={sweep}: no run of such a sweep holds a checkpoint; `mlflow ui` lists sweeps")
    needed = {one.tags["codeio.checkpoint"] for one in every if set(one.sweeps) - {sweep} or not one.sweeps}
    needed |= {one.tags["codeio.checkpoint"] for one in inside if one.status == "RUNNING"}
    kept = promoted()
    several = {
        one.tags["codeio.checkpoint"]: one for one in inside if one.tags["codeio.checkpoint"] not in needed
    }
    going = [
        ROOT / where for where, one in several.items()
        if (ROOT / where).is_dir() and one.tags.get("codeio.training") not in kept
    ]  # fmt: skip
    for at in going:
        size = sum(path.stat().st_size for path in at.rglob("*") if path.is_file())
        screen.print(
            f"{'removed' if confirm else 'would remove'} {at.relative_to(ROOT)}, {size / 2**20:.1f} MB"
        )
        if confirm:
            shutil.rmtree(at)
    if not confirm and going:
        screen.print(f"nothing was removed: prune={sweep} confirm=true does it")
    return going


def promoted() -> set[str]:
    """The trainings (codeio.training) whose checkpoints DVC tracks."""
    told = (yaml.safe_load(path.read_text()) for path in (ROOT / "models").glob("*.dvc"))
    return {str((one.get("meta") or {}).get("codeio.training")) for one in told}


if __name__ == "__main__":
    run_command("checkpoints", __doc__, main)

"""Analyse an experiment file: every run of its arms under today's settings, whichever sweep made it.   runs -> page

A run belongs to an arm when it differs from params.yaml in nothing but what the file sweeps and the seed; of several
runs of one arm and seed the newest counts. Arms without enough seeds are named with the runs they lack.
"""

from collections.abc import Iterable
from pathlib import Path

from analysis import runs, sweeps, swept
from analysis.runs import Run
from codeio import catalogue, facts
from codeio.errors import BadInput, BadParams
from codeio.params import ROOT, did_you_mean, group_files, load
from codeio.stage import screen

# Settings that say how a run was made or scored elsewhere, not what it is.
BESIDE = (
    "seed",
    "workers",
    "allow_stale",
    "isolation",
    "engine",
    "experiment",
    "machine.",
    "server.",
    "evaluate.bench.",
)


def analyse(name: str) -> list[Path]:
    """The page of one experiment, or of each that has runs where `all` is asked."""
    names = group_files("experiment")
    if name != "all" and name not in names:
        raise BadParams(f"experiment={name}: there is no such file{did_you_mean(name, names)}")
    finished = runs.every()
    made: list[Path] = []
    for one in names if name == "all" else [name]:
        axes, arms = asked(one)
        found = chosen(finished, axes, arms)
        if found:
            folder = ROOT / "outputs" / "experiments" / one
            made += sweeps.written(swept.by_value(found), folder, f"Experiment {one}", arms)
        else:
            screen.print(f"experiment {one}: no run yet: python train.py -m experiment={one} seed=0,1,2")
    if not made:
        raise BadInput(f"experiment={name}: no finished run of today's settings in the MLflow store")
    return made


def asked(name: str) -> tuple[list[str], list[str]]:
    """What the file sweeps, and its arms by name: "revisions=1"."""
    sweeps_of = catalogue.read(catalogue.ROOT / "experiments" / "experiment" / f"{name}.yaml").sweeps
    arms = [""]
    for key, values in sweeps_of.items():
        arms = [f"{arm} {key}={value.strip()}".strip() for arm in arms for value in values.split(",")]
    return list(sweeps_of), arms


def chosen(finished: Iterable[Run], axes: list[str], arms: list[str]) -> list[Run]:
    """The newest run of each arm and seed that is like params.yaml in all but the swept settings."""
    today = facts.flat(load())
    inside = {name.rpartition(".")[0] for name in today}
    newest: dict[tuple[str, str], Run] = {}
    for run in finished:  # the oldest first
        differing = {name for name, value in today.items() if run.params.get(name, value) != value}
        differing |= {name.rpartition(".")[0] for name in run.params} & today.keys()  # null today: corpus
        differing |= inside & run.params.keys()  # null then
        beside = {name for name in differing if name.startswith(BESIDE)}
        arm = swept.arm_of(run, axes)
        if differing - beside <= set(axes) and arm in arms:
            newest[arm, run.params.get("seed", "0")] = run
    return list(newest.values())

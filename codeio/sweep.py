"""Sweep: plan and check all arms before the first one trains; show them together at the end.

    command line -> outputs/sweeps/<id>/plan.json -> arms -> table and chart link

Hydra composes and launches; this module tells it where to write, asks DVC once whether the data is current
and hands the answer to the jobs (several `dvc status` at once kill one another).
"""

import colorsys
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from hydra.core.config_store import ConfigStore
from hydra.experimental.callback import Callback
from omegaconf import DictConfig, OmegaConf

from codeio import arm, catalogue, charts, facts, tracker
from codeio import params as settings
from codeio.errors import CodeioError
from codeio.overrides import arms
from codeio.params import DATA, ROOT, Params, group_files, load
from codeio.stage import screen

# Okabe and Ito's colours: told apart by colour-blind readers and in print.
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#7f7f7f", "#f0e442")
open_sweeps: list[Path] = []  # folders of sweeps whose end was not shown yet; one at most


class Planned(msgspec.Struct, frozen=True):
    """An arm of a sweep before it runs."""

    overrides: tuple[str, ...]
    name: str  # only what differs from the other arms
    colour: str


class Plan(msgspec.Struct, frozen=True):
    """What the jobs of a sweep are told: plan.json in the sweep's folder."""

    sweep: str
    arms: tuple[Planned, ...]
    tags: dict[str, str]  # git, dvc.lock and data facts, gathered once


def register() -> None:
    """Make `train` a Hydra config: params.yaml and the groups, output folders that no two runs share."""
    settings.register()
    stamp = f"{datetime.now():%Y%m%d-%H%M%S-%f}-{os.getpid()}"
    hydra = {
        "run": {"dir": str(ROOT / "outputs" / "single" / stamp)},
        "sweep": {"dir": str(ROOT / "outputs" / "sweeps" / stamp), "subdir": "${hydra.job.num}"},
        "callbacks": {"codeio": {"_target_": "codeio.sweep.BeforeSweep"}},
        "job_logging": {"root": {"level": "WARNING"}},
        "help": {"app_name": "train.py", "template": help_text()},
    }
    ConfigStore.instance().store(name="train", node={"defaults": ["codeio", "_self_"], "hydra": hydra})


def help_text() -> str:
    """`python train.py --help`: what it does, how to sweep, which settings there are."""
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    view = text[text.index("# --- views") : text.index("# --- models")].rstrip()
    experiments = "\n".join(
        f"  experiment={name:<20} {about_experiment(name)}" for name in group_files("experiment")
    )
    return f"""train.py: train and evaluate one model, or a sweep of them, on the data that `dvc repro` made.

  python train.py revisions=0                 one run
  python train.py -m revisions=0,1,2          three arms of one sweep, compared in `mlflow ui`
  python train.py -m experiment=revisions     the same from a file of experiments/experiment/
  python train.py --cfg job revisions=0       only print the settings

{view}

Also seed=, model= ({", ".join(group_files("model"))}), machine= ({", ".join(group_files("machine"))}),
corpus= ({", ".join(group_files("corpus"))}),
train.*, evaluate.*, allow_stale=true; all with their defaults in params.yaml.
{", ".join(f"{name}.*" for name in DATA)} decide the data on disk: `dvc exp run -S key=value` changes those.

Experiments (experiments/README.md):
{experiments}

Flags: -m (sweep), --cfg job (print settings), --hydra-help (the rest)"""


def about_experiment(name: str) -> str:
    """What an experiment is about: its row in the paper, without the figures."""
    return (
        catalogue.read(ROOT / "experiments" / "experiment" / f"{name}.yaml")
        .row.split(" (")[0]
        .split(": Q")[0]
    )


class BeforeSweep(Callback):
    """Hydra's hook: the plan of a sweep, checked and written down before its first job starts."""

    def on_multirun_start(self, config: DictConfig, **_: Any) -> None:
        try:
            at = Path(config.hydra.sweep.dir)
            inside = OmegaConf.to_container(config.hydra.sweeper).get("params") or {}
            made = plan(at.name, arms(inside, config.hydra.overrides.task), arm.parts())
        except CodeioError as error:  # Hydra turns an Exception of a callback into a warning
            raise SystemExit(f"train.py: {error}") from None
        at.mkdir(parents=True, exist_ok=True)
        (at / "plan.json").write_bytes(msgspec.json.format(msgspec.json.encode(made)))
        open_sweeps.append(at)


def plan(sweep: str, combinations: Sequence[Sequence[str]], of: arm.Parts) -> Plan:
    """Check data and views of all arms, gather the facts that they share."""
    wanted = [load(*one) for one in combinations]
    for one in wanted:
        of.check(one)  # refuses an impossible view now and not after hours
        arm.instructions_hash(one)
    tags = shared(wanted)
    names = differing(combinations)
    planned = [
        Planned(tuple(one), name, colour(n, len(names)))
        for n, (one, name) in enumerate(zip(combinations, names, strict=True))
    ]
    return Plan(sweep, tuple(planned), tags)


def shared(wanted: Sequence[Params]) -> dict[str, str]:
    """Facts of git and the data; raises Stale unless the data is current or DVC itself started us."""
    wrong: list[str] = []
    if "DVC_STAGE" not in os.environ:
        stages = sorted({stage for one in wanted for stage in arm.stages(one)})
        wrong = facts.require_fresh(stages, all(one.allow_stale for one in wanted))
    for phrase in wrong:
        screen.print(f"train.py: stale data, as allowed: {phrase}", style="yellow")
    tags = facts.git() | facts.lineage()
    return tags | ({"codeio.stale": "; ".join(wrong)} if wrong else {})


def differing(combinations: Sequence[Sequence[str]]) -> list[str]:
    """Each arm's name: the overrides that not all arms share; all of them where there is one arm."""
    common = set.intersection(*map(set, combinations)) if len(combinations) > 1 else set()
    return [" ".join(x for x in one if x not in common) or "main" for one in combinations]


def colour(n: int, total: int) -> str:
    if total <= len(COLOURS):
        return COLOURS[n]
    red, green, blue = colorsys.hsv_to_rgb(n / total, 0.85, 0.85 if n % 2 else 0.6)
    return f"#{int(red * 255):02x}{int(green * 255):02x}{int(blue * 255):02x}"


def about(folder: Path, overrides: Sequence[str], params: Params) -> tracker.About:
    """How a job presents itself: from the sweep's plan, or on its own."""
    path = folder / "plan.json"
    if not path.exists():
        name = differing([list(overrides)])[0]
        return tracker.About(name=name, kind="single", tags=shared([params]), overrides=tuple(overrides))
    told = msgspec.json.decode(path.read_bytes(), type=Plan)
    mine = next(one for one in told.arms if sorted(one.overrides) == sorted(overrides))
    return tracker.About(
        name=mine.name,
        kind="sweep",
        tags=told.tags,
        sweep=told.sweep,
        colour=mine.colour,
        overrides=mine.overrides,
    )


def failed(folder: Path, number: int, reason: str) -> None:
    """Note an arm that failed for a known reason; the others go on."""
    (folder / f"{number}.failed").write_text(reason + "\n")
    screen.print(f"train.py: {reason}", style="red")


def close() -> int:
    """Show what the sweep brought, also after Ctrl-C: table, chart link, what failed. Returns failed arms."""
    if not open_sweeps:
        return 0
    folder = open_sweeps.pop()
    from analysis import runs  # here: only the end needs pandas

    told = msgspec.json.decode((folder / "plan.json").read_bytes(), type=Plan)
    failures = sorted(folder.glob("*.failed"))
    found = runs.finished(told.sweep)
    show(found, f"sweep {told.sweep}: {len(found)} of {len(told.arms)} arms")
    for path in failures:
        screen.print(f"failed: {told.arms[int(path.stem)].name}: {path.read_text().strip()}")
    if len(found) < len(told.arms):
        screen.print("the same command goes on: finished arms are not trained again")
    screen.print(f"charts:  mlflow ui, then {link(told.sweep, found)}", soft_wrap=True)
    screen.print(f"figures: python -m analysis sweep={told.sweep}", soft_wrap=True)
    return len(failures)


def link(sweep: str, found: Sequence[Any]) -> str:
    """Where MLflow shows the charts of a sweep, scores from near to far."""
    from analysis import scores, swept

    settings = swept.axes_of(found) if found else []
    names = {name for run in found for name in run.metrics if name.startswith("bench/")}
    seeds = ["seed"] if len({run.params.get("seed") for run in found}) > 1 else []
    layout = charts.layout(sweep, [*settings, *seeds], sorted(names, key=scores.place))
    return tracker.show(sweep, layout)


def show(found: Sequence[Any], title: str) -> None:
    """Scores of finished runs on the screen."""
    from analysis import swept, table

    if found:
        screen.print(table.on_screen(swept.summarise(swept.items_of(found)), title, screen.width))


def show_single(run_id: str) -> None:
    """The end of a run without -m: its scores and where MLflow shows it."""
    from analysis import runs

    run = runs.one(run_id)
    show([run], f"run {run.name}")
    screen.print(f"run:     mlflow ui, then {tracker.run_link(run_id)}", soft_wrap=True)

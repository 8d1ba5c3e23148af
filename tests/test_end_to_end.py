"""The product's commands for real, at tiny sizes: DVC, Hydra and MLflow in a clone of their own."""

import json
import os
import shutil
import signal
import time
from pathlib import Path

import pytest
import yaml

from codeio import shards
from codeio.records import Function, Problem
from tests.house import House, build


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> House:
    """A clone after one `dvc repro`, committed as its user would."""
    made = build(tmp_path_factory.mktemp("house") / "codeio")
    made.run("dvc", "repro")
    made.run("git", "add", "-A")
    made.run("git", "commit", "-qm", "first run")
    return made


def lock(house: House) -> dict:
    return yaml.safe_load((house.root / "dvc.lock").read_text())["stages"]


def outs(house: House, *stages: str) -> dict:
    return {name: s.get("outs") for name, s in lock(house).items() if name.split("@")[0] in stages}


def test_every_stage_leaves_its_output_and_metrics(house):
    stages = {name.split("@")[0] for name in lock(house)}
    order = "collect unify execute pose answer revise tokenizer train evaluate contamination analyze"
    assert stages == set(order.split())
    shown = json.loads(house.run("dvc", "metrics", "show", "--json"))[""]["data"]
    assert shown["metrics/execute.json"]["data"]["pairs"] > 0
    assert shown["metrics/contamination.json"]["data"]["texts"] > 0
    assert any("constants" in str(metric) for metric in shown["metrics/evaluate.json"]["data"])
    assert shown["metrics/train.json"]["data"]["train/io_steps"] > 0


def test_the_page_the_cards_and_the_plots_are_there(house):
    page = (house.root / "analysis/report.html").read_text()
    for wanted in ("Token lengths", "toolz 1.2.0, toolz/", "certified by engine"):
        assert wanted in page
    card = (house.root / "analysis/data_card.md").read_text()
    assert "| toolz | 1.2.0 |" in card
    assert "right by turn 1" in card
    assert "| structure | output |" in (house.root / "analysis/model_card.md").read_text()
    assert "index.html" in house.run("dvc", "plots", "show")
    drawn = (house.root / "dvc_plots" / "index.html").read_text()
    assert all(name in drawn for name in ("Training loss", "From raw code to right answers", "ladder.png"))


def test_any_row_leads_to_its_source(house):
    problem = next(
        one for one in shards.read_all(house.root / "data/revise/slip", Problem) if one.kind == "natural"
    )
    said = house.run("python", "-m", "codeio.lineage", f"row={problem.id}")
    assert "toolz 1.2.0, toolz/" in said
    assert "certified by engine" in said


def test_a_second_repro_runs_nothing(house):
    assert "Data and pipelines are up to date" in house.run("dvc", "repro")
    assert house.run("git", "status", "--short") == ""


def test_what_a_stage_says_of_its_run_makes_nothing_stale(house):
    sidecar = house.root / "data/revise/slip.run.json"
    kept = sidecar.read_text()
    assert json.loads(kept)["seconds"] > 0
    sidecar.write_text('{"seconds": 0, "isolation": "T3"}')
    try:
        assert "up to date" in house.run("dvc", "status")
    finally:
        sidecar.write_text(kept)


def test_train_and_heldout_do_not_overlap(house):
    rows = list(shards.read_all(house.root / "data/pose", Problem))
    train = [p for p in rows if p.split == "train"]
    held = [p for p in rows if p.split != "train"]
    assert train
    assert {"inputs", "constants", "structure", "natural"} >= {p.split for p in held}
    assert not {p.pair for p in train} & {p.pair for p in held}
    assert not {p.function for p in train} & {p.function for p in held if p.split != "inputs"}
    assert not {p.structure for p in train} & {p.structure for p in held if p.split == "structure"}
    origin = {f.id: f.sha256 for f in shards.read_all(house.root / "data/execute", Function)}
    natural = {origin[p.function] for p in held if p.split == "natural"}
    assert not natural & {origin[p.function] for p in train}
    store = [p for p in shards.read_all(house.root / "data/revise/slip", Problem) if p.turns]
    assert {p.split for p in store} == {"train"}


def test_sweep_is_three_runs_and_leaves_everything_clean(house):
    said = house.run("python", "train.py", "-m", "revisions=0,1,2")
    assert "#/experiments/" in said  # the chart link
    assert house.run("git", "status", "--short") == ""
    assert "up to date" in house.run("dvc", "status")
    counted = house.run("python", "-c", COUNT)
    assert counted.split() == ["3", "1", "0,1,2"]


COUNT = """
from analysis import runs
found = [r for r in runs.read() if r.tags.get("codeio.sweep")]
sweeps = {r.tags["codeio.sweep"] for r in found}
print(len(found), len(sweeps), ",".join(sorted(r.params["revisions"] for r in found)))
"""


OWN = """
name: own
source: {path}
columns: {{question: asked, answer: said}}
licence: mit
rows: 300
"""
CORPORA = """
from analysis import runs
for run in runs.finished(runs.latest()):
    names = run.params.get("corpus.name", "view"), run.tags.get("codeio.teacher"), run.tags.get("codeio.corpus")
    print(*names, int(run.metrics["train/io_steps"]), int(run.metrics["train/instruct_steps"]), sep=" | ")
"""


@pytest.mark.full
def test_a_corpus_in_place_of_the_view_is_trained_under_the_same_budget(house, tmp_path):
    rows = ({"asked": f"{n}+{n % 7}?", "said": f"{n + n % 7}"} for n in range(500))
    path, own = tmp_path / "rows.jsonl", house.root / "experiments" / "corpus" / "own.yaml"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    own.write_text(OWN.format(path=path))
    try:
        said = house.run("python", "train.py", "-m", "corpus=view,own")
        told = house.run("python", "-c", CORPORA)
    finally:
        own.unlink()
    assert "corpus=view: finished before" in said  # it is the head-line run
    view, other = told.splitlines()
    assert view.startswith("view | slip (simulated mistakes) | None | ")
    assert other.startswith(f"own | None | own ({path}), licence mit | ")
    assert "corpus=view" in said.split("rung, predict")[1]
    assert "\ncorpus    " in house.run("python", "-m", "codeio.lineage", "run=corpus=own")


def test_stale_data_is_refused_with_the_mend(house):
    path = shards.files(house.root / "data/revise/slip")[0]
    kept = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(shards.files(house.root / "data/revise/trace")[0].read_bytes())
    try:
        said = house.run("python", "train.py", "revisions=2", code=1)
        assert "dvc" in said
        assert "Traceback" not in said
    finally:
        path.write_bytes(kept)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("python", "train.py", "revisons=1"), "did you mean revisions"),
        (("python", "train.py", "revisions=9"), "revise.max_turns"),
        (("python", "train.py", "teacher=oracle"), "dvc exp run -S 'teachers=[slip,trace,oracle]'"),
        (("python", "train.py", "execute.pairs=3"), "dvc"),
        (("python", "train.py", "pairs_per_function=99"), "execute.pairs"),
        (("python", "-m", "codeio.execute", "execute.pares=3"), "did you mean execute.pairs"),
        (("python", "-m", "codeio.collect", "collect.directory=nowhere"), "nowhere"),
        (("python", "-m", "codeio.collect", "collect.installed=[no-such-thing]"), "no-such-thing"),
    ],
)
def test_bad_input_is_one_line(house, command, says):
    said = house.run(*command, code=1)
    assert says in said
    assert "Traceback" not in said


def test_bad_input_lost_nothing(house):
    assert "up to date" in house.run("dvc", "status")


def test_damaged_shard_is_named(house):
    path = shards.files(house.root / "data/unify")[0]
    kept = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(kept[: len(kept) // 2])
    try:
        said = house.run("python", "-m", "codeio.execute", code=1)
        assert "part-00000.parquet is not a whole shard of Function" in said
    finally:
        path.write_bytes(kept)


def interrupt(house: House, stage: str, after: str, how: int) -> None:
    """Start a stage under DVC anew and end all of it once a file like `after` is there."""
    for old in house.root.glob(after):  # of a run that a test before this one broke
        old.unlink()
    running = house.start("setsid", "python", "-m", "dvc", "repro", "-f", "-s", "--no-run-cache", stage)
    deadline = time.monotonic() + 120
    while not list(house.root.glob(after)):
        assert running.poll() is None, running.communicate()[0]
        assert time.monotonic() < deadline, f"no {after}"
        time.sleep(0.01)
    os.killpg(running.pid, how)
    running.communicate()


@pytest.mark.parametrize(
    ("stage", "after", "how"),
    [
        ("execute", ".work/execute/*/part-*.parquet.json", signal.SIGKILL),
        ("revise@slip", ".work/revise-slip/*/part-*.parquet.json", signal.SIGKILL),
        ("execute", ".work/execute/*/part-*.parquet.json", signal.SIGINT),
    ],
)
def test_killed_stage_goes_on_to_the_same_bytes(house, stage, after, how):
    before = outs(house, stage.split("@")[0])
    interrupt(house, stage, after, how)
    said = house.run("dvc", "repro", "-f", "-s", "--no-run-cache", stage)
    assert "shards finished by an earlier run" in said
    assert outs(house, stage.split("@")[0]) == before


def test_killed_training_goes_on_to_the_same_weights(house):
    weights = house.root / "models/main/model.safetensors"
    before = weights.read_bytes()
    shutil.rmtree(house.root / "outputs/arms")  # or the finished arm would be exported again
    interrupt(
        house, "train", "outputs/arms/*/checkpoint.work/io/checkpoint-*/trainer_state.json", signal.SIGKILL
    )
    said = house.run("dvc", "repro", "-f", "-s", "--no-run-cache", "train")
    assert "stage io goes on from step" in said
    assert weights.read_bytes() == before


@pytest.fixture(scope="module")
def pulled(house) -> House:
    """Another clone of it, on another machine as it were: its data from a remote, no MLflow store."""
    store = str(house.root.parent / "store")
    there = House(house.root.parent / "there")
    house.run("dvc", "remote", "add", "--local", "-d", "store", store)
    house.run("dvc", "push")
    house.run("git", "clone", "-q", str(house.root), str(there.root))
    for name, value in (("user.name", "test"), ("user.email", "test@example.org")):
        there.run("git", "config", name, value)
    there.run("dvc", "remote", "add", "--local", "-d", "store", store)
    there.run("dvc", "pull")
    return there


def test_a_clone_that_pulled_the_data_runs_nothing(pulled):
    said = pulled.run("dvc", "repro")
    assert "Data and pipelines are up to date" in said
    assert "Running stage" not in said
    assert pulled.run("git", "status", "--short") == ""


@pytest.mark.full
def test_three_trainings_at_once_on_a_fresh_checkout(pulled):
    assert not (pulled.root / "mlflow.db").exists()
    started = [pulled.start("python", "train.py", f"revisions={n}") for n in range(3)]
    said = [one.communicate()[0] for one in started]
    assert [one.returncode for one in started] == [0, 0, 0], said
    assert pulled.run("python", "-c", ARMS).split() == ["0:0", "0:1", "0:2"]


@pytest.mark.full
def test_a_parallel_sweep_of_six_is_six_runs(pulled):
    words = ("hydra/launcher=joblib", "hydra.launcher.n_jobs=6", "revisions=0,1,2", "seed=3,4")
    said = pulled.run("python", "train.py", "-m", *words)
    assert "6 of 6 arms" in said
    swept = pulled.run("python", "-c", ARMS, "sweep").split()
    assert swept == [f"{seed}:{revisions}" for seed in (3, 4) for revisions in (0, 1, 2)]
    assert pulled.run("git", "status", "--short") == ""


ARMS = """
import sys
from analysis import runs
found = [r for r in runs.every() if sys.argv[1:] == [r.tags["codeio.kind"]] or not sys.argv[1:]]
print(*sorted(r.params["seed"] + ":" + r.params["revisions"] for r in found))
"""


@pytest.mark.full
def test_dvc_tells_what_an_experiment_changed(pulled):
    pulled.run("dvc", "exp", "run", "-n", "fewer", "-S", "evaluate.items=6")
    changed = json.loads(pulled.run("dvc", "params", "diff", "--json"))
    assert changed["params.yaml"]["evaluate.items"] == {"old": 8, "new": 6, "diff": -2}
    asked = json.loads(pulled.run("dvc", "metrics", "diff", "--json"))
    # of fewer items the interval is wider, also where the score stays
    assert "high/constants_output" in asked["metrics/evaluate.json"]
    shown = pulled.run("dvc", "exp", "show", "--csv")
    assert "fewer" in shown
    assert "evaluate.items" in shown.splitlines()[0]


@pytest.mark.full  # `make check-lock` does it on the default run
def test_rebuild_agrees_and_a_wrong_lock_is_caught(house):
    said = house.run("python", "-m", "codeio.rebuild", "stages=collect,unify")
    assert said.count("same bytes") == 2
    path: Path = house.root / "dvc.lock"
    kept = path.read_text()
    wrong = lock(house)["collect"]["outs"][0]["md5"]
    path.write_text(kept.replace(wrong, "0" * 32 + ".dir"))
    house.run("git", "commit", "-qam", "a wrong lock")
    said = house.run("python", "-m", "codeio.rebuild", "stages=collect", code=1)
    assert "collect          DIFFERS" in said
    path.write_text(kept)
    house.run("git", "commit", "-qam", "the right lock")

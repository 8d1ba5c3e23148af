"""Reading and moving runs: a real store, runs made by the real tracker around a small fake training."""

import math

import pytest

from analysis import experiments, inputs, look, move, origins, runs, sweeps
from codeio import arm, tracker
from codeio.errors import BadInput
from codeio.evaluate.run import Item
from codeio.params import load
from tests.bench import bench_runs
from tests.test_tracker import Fakes, Scored, about, migrated, root  # noqa: F401  (fixtures)


@pytest.fixture(autouse=True)
def folders(root, monkeypatch):  # noqa: F811
    monkeypatch.setattr(runs, "ROOT", root)


@pytest.fixture
def swept(root):  # noqa: F811
    """Two sweeps: the later one shares an arm with the earlier."""
    fakes = Fakes()
    for sweep, values in (("20260101-1", (0, 1)), ("20260102-1", (1, 2))):
        for value in values:
            arm.run(load(f"revisions={value}"), about(f"revisions={value}", sweep), fakes.parts())
    return root


def test_a_sweep_holds_all_its_arms_also_the_shared_one(swept):
    for sweep, names in (("20260101-1", ["0", "1"]), ("20260102-1", ["1", "2"]), ("latest", ["1", "2"])):
        assert sorted(run.params["revisions"] for run in runs.of_sweep(sweep)) == names
    assert len(runs.read()) == 3
    items = runs.items(runs.of_sweep("latest")[0])
    assert items[["id", "correct"]].to_numpy().tolist() == [["a", True], ["b", False]]
    for unknown in ("20260109-1", "1", "it's", "%"):
        with pytest.raises(BadInput, match="no finished run of sweep"):
            runs.of_sweep(unknown)


def test_both_ways_of_reading_all_runs_give_the_same_records(swept):
    client = tracker.store().MlflowClient()
    kept = runs.read(runs.FINISHED)
    client.log_metric(kept[0].id, "bench/odd", float("nan"))
    client.set_terminated(kept[1].id, "FAILED")
    client.delete_run(kept[2].id)
    assert len(kept) == 3
    (mine,), (other,) = runs.every(), runs.read(runs.FINISHED)
    assert math.isnan(mine.metrics.pop("bench/odd"))
    assert math.isnan(other.metrics.pop("bench/odd"))
    assert mine == other


@pytest.mark.full
def test_ten_thousand_runs_are_read_in_seconds(root, tmp_path):  # noqa: F811
    found = bench_runs.measured(10_000, tmp_path)
    assert found["runs"] == 10_000
    assert found["cpu_seconds"] < 20, found


def test_no_sweep_yet_says_how_to_make_one(root):  # noqa: F811
    with pytest.raises(BadInput, match=r"train\.py -m"):
        runs.of_sweep("latest")


def test_runs_move_to_another_store_once(swept, monkeypatch, tmp_path):
    before = runs.read()
    items = runs.items(before[0])
    assert move.send(tmp_path / "moved") == 3
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/laptop.db")
    assert runs.read() == []
    assert move.bring(tmp_path / "moved") == (3, 0)
    assert move.bring(tmp_path / "moved") == (0, 3)
    after = runs.read()
    assert [(r.name, r.params, r.metrics, r.started) for r in after] == [
        (r.name, r.params, r.metrics, r.started) for r in before
    ]
    assert [r.tags["codeio.origin"] for r in after] == [r.id for r in before]
    assert runs.items(after[0]).equals(items)
    assert sorted(r.params["revisions"] for r in runs.of_sweep("latest")) == ["1", "2"]


def test_every_input_of_a_run_is_told(swept):
    run = runs.read()[0]
    for name in (run.id, run.id[:8], "revisions=0"):
        assert runs.named(name).id == run.id
    said = "\n".join(f"{label} {text}" for label, text in inputs.of_run(run.id))
    logged = [*run.tags.items(), *((n, run.params[n]) for n in ("model.name", "seed", "revisions"))]
    wanted = ("codeio.", "dvc.data/", "model", "seed", "revisions")
    beside = {"codeio.process", "codeio.checkpoint_bytes"}  # whether it lives, what the hash says better
    told = [(name, value) for name, value in logged if name.startswith(wanted) and name not in beside]
    assert len(told) > 20
    assert not [(name, value) for name, value in told if value not in said]
    assert "torch 2" in said
    with pytest.raises(BadInput, match=r"run=revisions: no such run .* did you mean revisions=[012]\?"):
        runs.named("revisions")


def test_a_name_means_the_newest_finished_run(swept):
    client = tracker.store().MlflowClient()
    first, _, last = runs.read()
    client.set_tag(first.id, "mlflow.runName", last.name)
    assert runs.named(last.name).id == last.id
    client.set_terminated(last.id, "KILLED")
    assert runs.named(last.name).id == first.id
    assert runs.named(last.id).status == "KILLED"
    with pytest.raises(BadInput, match=r"run=%: no such run .*; `mlflow ui` lists them"):
        runs.named("%")


def test_an_empty_store_is_said_to_be_empty(root):  # noqa: F811
    with pytest.raises(BadInput, match=r"run=main: no such run in .*, which holds no run yet"):
        runs.named("main")


def test_what_an_older_run_did_not_log_is_said_so(swept):
    run = runs.read()[0]
    client = tracker.store().MlflowClient()
    client.delete_tag(run.id, "codeio.prompts")
    assert f"prompts {inputs.ABSENT}" in dict(inputs.of_run(run.id))["versions"]


def scored(right):
    """Two items of a rung with what a page shows of them."""
    more = {
        "kind": "procedural",
        "corpus": "made up",
        "baseline_correct": False,
        "baseline": "0",
        "wanted": "1",
    }
    made = [
        Item(
            id=name,
            rung="constants",
            predict="output",
            correct=ok,
            status="ok",
            prompt="f?",
            response=f"{ok}",
            **more,
        )
        for name, ok in zip("ab", right, strict=True)
    ]
    return Scored({"bench/constants_output": sum(right) / 2, "data/constants_untaught": 3.0}, tuple(made))


@pytest.fixture
def revised(root, monkeypatch):  # noqa: F811
    """A sweep over revisions, one of whose arms has three seeds."""
    for module in (sweeps, experiments, origins):
        monkeypatch.setattr(module, "ROOT", root)
    parts = Fakes().parts()
    for revisions, seeds in ((0, (0, 1, 2)), (1, (0,))):
        for seed in seeds:
            given = parts._replace(evaluate=lambda params, at, r=revisions: scored([True, r == 1]))
            shown = about(f"revisions={revisions} seed={seed}", "20260103-1")
            arm.run(load(f"revisions={revisions}", f"seed={seed}"), shown, given)
    return root


def test_a_sweeps_page_tells_what_differs_and_is_kept_with_its_runs(revised):
    look.set_style()
    made = sweeps.analyse("latest")
    page = (revised / "outputs/sweeps/20260103-1/figures/report.html").read_text()
    assert {path.name for path in made} >= {"report.html", "scores.csv", "scores.svg", "differences.csv"}
    for wanted in (
        "revisions=1 against revisions=0: +50.0 points",
        "2 items, 1 seed each",
        "paper: AVG of 14",
    ):
        assert wanted in page
    assert '<td>revisions=1</td><td>0</td><td class="n">2</td><td>seed=1,2</td>' in page
    for run in runs.of_sweep("latest"):
        assert runs.text(run, "report/report.html") == page


def test_runs_on_other_data_than_the_checkouts_are_known(revised):
    found = runs.of_sweep("latest")
    assert not sweeps.outdated(found)
    lock = revised / "dvc.lock"
    lock.write_text(lock.read_text().replace("abc.dir", "other.dir"))
    assert sweeps.outdated(found)


def test_a_page_of_one_run_and_of_an_experiment(revised):
    look.set_style()
    one = runs.of_sweep("latest")[0]
    (page,) = [path for path in sweeps.of_run(one.id) if path.name == "report.html"]
    assert "Flips" in page.read_text()
    experiments.analyse("all")
    pages = {
        path.parent.name: path.read_text() for path in (revised / "outputs/experiments").glob("*/report.html")
    }
    assert '<td>revisions=2</td><td>none</td><td class="n">3</td><td>seed=0,1,2</td>' in pages["revisions"]
    assert (
        "<td>wrong=drop</td><td>none</td>" in pages["wrong"]
    )  # the head-line setting is an arm of every file


def test_an_empty_folder_is_refused(root, tmp_path):  # noqa: F811
    with pytest.raises(BadInput, match="holds no exported runs"):
        move.bring(tmp_path / "nothing")

"""Reading and moving runs: a real store, runs made by the real tracker around a small fake training."""

import pytest

from analysis import inputs, move, runs
from codeio import arm, tracker
from codeio.errors import BadInput
from codeio.params import load
from tests.test_tracker import Fakes, about, migrated, root  # noqa: F401  (fixtures)


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


def test_what_an_older_run_did_not_log_is_said_so(swept):
    run = runs.read()[0]
    client = tracker.store().MlflowClient()
    client.delete_tag(run.id, "codeio.prompts")
    assert f"prompts {inputs.ABSENT}" in dict(inputs.of_run(run.id))["versions"]


def test_an_empty_folder_is_refused(root, tmp_path):  # noqa: F811
    with pytest.raises(BadInput, match="holds no exported runs"):
        move.bring(tmp_path / "nothing")

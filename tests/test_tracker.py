"""What a run leaves in MLflow: a real store in a folder of its own; the training is a small fake."""

import json
import os
import shutil
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest
from safetensors import SafetensorError

from codeio import arm, facts, locks, shards, tracker
from codeio.errors import BadInput, BadParams
from codeio.evaluate import __main__ as evaluate_half
from codeio.llm import Ledger
from codeio.params import load
from codeio.records import Record
from codeio.train import __main__ as train_half


class Answer(Record):
    id: str
    correct: bool


class Scored(NamedTuple):
    metrics: dict
    items: tuple


class Fakes:
    """The functions of an arm, which count their calls."""

    def __init__(self):
        self.trained = self.evaluated = 0

    def check(self, params):
        if params.revisions > params.revise.max_turns:
            raise BadParams(f"revisions={params.revisions}: raise revise.max_turns")

    def view_hash(self, params):
        return f"view-{params.revisions}"

    def train(self, params, out, log):
        self.trained += 1
        out.mkdir(parents=True)
        (out / "weights").write_text("w" * 100)
        for step in range(3):
            log({"train/loss": 3.0 - step}, step)
        return {"train/seconds": 1.0, "data/examples": 12}

    def evaluate(self, params, checkpoint):
        self.evaluated += 1
        assert (checkpoint / "weights").exists()
        return Scored({"bench/constants_output": 0.5}, (Answer("a", True), Answer("b", False)))

    def parts(self):
        return arm.Parts(self.check, self.view_hash, self.train, self.shown, self.evaluate)

    def shown(self, params):
        return [{"prompt": "f(1)?", "turns": "turn 0: 2", "verdicts": "turn 0: ok: right", "answer": "2"}]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """An empty MLflow database: making its tables costs seconds, a copy does not."""
    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    tracker.imported().MlflowClient(f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture
def root(tmp_path, monkeypatch, migrated):
    """A checkout's folder for stores and outputs; the settings still come from this one."""
    for module in (arm, facts, locks, tracker, train_half, evaluate_half):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shutil.copyfile(migrated, tmp_path / "mlflow.db")
    (tmp_path / "params.yaml").write_text("seed: 0\n")
    (tmp_path / "dvc.lock").write_text(
        "schema: '2.0'\nstages:\n  revise@slip:\n    cmd: x\n"
        "    outs: [{path: data/revise/slip, md5: abc.dir}]\n"
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "execute.run.json").write_text('{"isolation": "T3", "seconds": 2}')
    yield tmp_path
    os.environ.pop("MLFLOW_TRACKING_URI", None)  # MLflow sets it for children


def about(name="revisions=1", sweep="s1", **more):
    tags = facts.lineage() | {"codeio.git_sha": "123"}
    return tracker.About(name=name, kind="sweep", tags=tags, sweep=sweep, colour="#0072b2", **more)


def read(run_id):
    return tracker.store().MlflowClient().get_run(run_id)


def test_a_run_holds_all_that_its_numbers_depend_on(root):
    fakes = Fakes()
    found = read(arm.run(load("revisions=1"), about(overrides=("revisions=1",)), fakes.parts()))
    assert found.info.status == "FINISHED"
    assert found.info.run_name == "revisions=1"
    assert {"revisions": "1", "model.name": "tiny", "train.stages": '["io", "instruct"]'}.items() <= (
        found.data.params.items()
    )
    wanted = {
        "codeio.sweep": "s1",
        "codeio.kind": "sweep",
        "codeio.overrides": "revisions=1",
        "codeio.view": "view-1",
        "codeio.isolation": "T3",
        "codeio.git_sha": "123",
        "dvc.data/revise/slip": "abc.dir",
        "codeio.checkpoint_bytes": "100",
        "mlflow.runColor": "#0072b2",
    }
    assert wanted.items() <= found.data.tags.items()
    assert len(found.data.tags["codeio.dvc_lock_md5"]) == 32
    assert found.data.tags["codeio.teacher"] == "slip (simulated mistakes)"
    assert {"codeio.prompts", "codeio.scorer", "codeio.sandbox", "codeio.code"} <= set(found.data.tags)
    assert float(found.data.tags["codeio.memory_gb"]) > 0
    assert (root / found.data.tags["codeio.checkpoint"] / "weights").exists()
    assert found.data.metrics["bench/constants_output"] == 0.5
    assert found.data.metrics["data/examples"] == 12
    (view,) = found.inputs.dataset_inputs
    assert (view.dataset.name, view.dataset.digest) == ("data/revise/slip", "view-1")


def test_a_run_on_a_corpus_looks_like_none_on_the_view(root):
    path = root / "rows.jsonl"
    path.write_text('{"refcode": "x = 1"}\n')
    params = load("corpus=pyedu", f"corpus.source={path}")
    found = read(arm.run(params, about(overrides=("corpus=pyedu",)), Fakes().parts()))
    assert found.data.tags["codeio.corpus"] == f"pyedu ({path}), licence odc-by"
    assert "codeio.teacher" not in found.data.tags
    assert found.data.params["corpus.name"] == "pyedu"
    (corpus,) = found.inputs.dataset_inputs
    assert (corpus.dataset.name, {tag.key: tag.value for tag in corpus.tags}["licence"]) == (
        "pyedu",
        "odc-by",
    )
    pinned = read(arm.run(load("corpus=openmathinstruct-2", "seed=1"), about(), Fakes().parts()))
    assert "f8593b6af7f122b66c44f98fcb6b0e6967e56b93" in pinned.data.tags["codeio.corpus"]
    assert "f8593b6af7f122b66c44f98fcb6b0e6967e56b93" in pinned.inputs.dataset_inputs[0].dataset.source


def test_a_run_holds_what_a_language_model_took_for_its_data(root):
    ledger = Ledger(price={"prompt": 2.0, "completion": 4.0})
    ledger.sent()
    ledger.used(prompt=1_000_000, cached=0, completion=500_000)
    ledger.failed("time-out")
    for name in ("unify", "answer/slip", "answer/trace"):
        path = root / "data" / f"{name}.run.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"seconds": 1.0} | (ledger.facts() if "/" in name else {})))
    told = read(arm.run(load(), about(), Fakes().parts())).data.metrics
    assert told["data/answer_cost"] == 4.0
    assert told["data/answer_prompt_tokens"] == 1_000_000
    assert (told["data/answer_requests"], told["data/answer_failed_tries"]) == (1, 1)
    assert facts.asked("llm") == {}  # of another store, and of a stage that asked nobody
    assert not [name for name in told if name.startswith("data/unify")]


def test_a_run_keeps_its_files(root):
    found = read(arm.run(load(), about(), Fakes().parts()))
    place = Path(found.info.artifact_uri.removeprefix("file://"))
    assert place.is_relative_to(root / "mlartifacts")
    files = {str(p.relative_to(place)) for p in place.rglob("*") if p.is_file() and p.stat().st_size}
    assert files == {
        "config/config.yaml",
        "config/params.yaml",
        "config/dvc.lock",
        "config/packages.txt",
        "data/stages.json",
        "samples/answers.json",
        "samples/items.json",
        "samples/training.json",
    }


def test_a_finished_arm_is_shown_again_and_not_trained_again(root):
    fakes = Fakes()
    first = arm.run(load("revisions=1"), about("revisions=1", "s1"), fakes.parts())
    again = arm.run(load("revisions=1"), about("teacher=slip", "s2"), fakes.parts())
    other = arm.run(load("revisions=2"), about("revisions=2", "s2"), fakes.parts())
    assert (first == again, other == first, fakes.trained) == (True, False, 2)
    shown = read(first)
    assert shown.data.tags["codeio.sweep"] == "s1 s2"
    assert set(shown.info.run_name.split()) == {"revisions=1", "teacher=slip"}


def test_new_evaluation_settings_reuse_the_checkpoint_and_show_the_whole_curve(root):
    fakes = Fakes()
    arm.run(load(), about(), fakes.parts())
    second = arm.run(load("evaluate.items=3"), about(), fakes.parts())
    assert (fakes.trained, fakes.evaluated) == (1, 2)
    curve = tracker.store().MlflowClient().get_metric_history(second, "train/loss")
    assert [(point.step, point.value) for point in curve] == [(0, 3.0), (1, 2.0), (2, 1.0)]


def test_a_failed_training_is_marked_and_its_reason_kept(root):
    fakes = Fakes()

    def broken(params, out, log):
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError):
        arm.run(load(), about(), fakes.parts()._replace(train=broken))
    mlflow = tracker.store()
    (run,) = mlflow.MlflowClient().search_runs([tracker.experiment(mlflow)])
    assert run.info.status == "FAILED"
    assert run.data.tags["codeio.error"] == "RuntimeError: out of memory"


def test_a_store_that_fails_on_the_way_is_one_line(root):
    """A full disk under mlflow.db, say: the run's end cannot be written either."""

    def broken(params, out, log):
        (root / "mlflow.db").write_bytes(b"no database")
        log({"train/loss": 1.0}, 0)

    with pytest.raises(BadInput, match=r"^MLflow store .*mlflow\.db: [^\n]*; free its disk or mend it"):
        arm.run(load(), about(), Fakes().parts()._replace(train=broken))


def test_a_store_that_is_no_database_is_named(root):
    (root / "mlflow.db").write_bytes(b"no database")
    with pytest.raises(BadInput, match=r"^MLflow store [^\n]*mlflow\.db: [^\n]*; set MLFLOW_TRACKING_URI"):
        tracker.store()


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 576 vs 534"),  # torch.save
        SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)"),
        OSError(28, "No space left on device"),
    ],
)
def test_no_room_for_a_checkpoint_is_one_line(root, error):
    def full(params, out, log):
        raise error

    with pytest.raises(BadInput, match="no space left on the disk for a checkpoint in outputs/: free some"):
        arm.run(load(), about(), Fakes().parts()._replace(train=full))


def test_another_content_of_the_instructions_is_another_arm(root):
    fakes, path = Fakes(), root / "chats.jsonl"
    own = f"train.instructions.source={path}"
    path.write_text("one\n")
    first = arm.identify(load(own), fakes.parts())
    assert arm.identify(load(own), fakes.parts()) == first
    path.write_text("two\n")
    assert arm.identify(load(own), fakes.parts()).training != first.training
    path.unlink()
    with pytest.raises(BadInput, match=r"train\.instructions\.source=.*chats\.jsonl: there is no such file"):
        arm.identify(load(own), fakes.parts())
    arm.identify(load(own, "train.stages=[io]"), fakes.parts())  # nobody reads it


def test_values_over_mlflows_limit_are_kept_whole(root):
    long = "x" * 7000
    found = read(arm.run(load(f"collect.directory={long}"), about(), Fakes().parts()))
    assert "collect.directory.txt" in found.data.params["collect.directory"]
    place = Path(found.info.artifact_uri.removeprefix("file://"))
    assert (place / "config" / "collect.directory.txt").read_text() == long


def test_the_pipelines_halves_meet_in_one_run(root, monkeypatch):
    """DVC's stages: evaluate finds the run of train by the hash that the checkpoint carries."""
    monkeypatch.setenv("DVC_STAGE", "train")
    fakes = Fakes()
    train_half.main(load(), fakes.parts())
    evaluate_half.main(load(), fakes.parts())
    mlflow = tracker.store()
    (found,) = mlflow.MlflowClient().search_runs([tracker.experiment(mlflow)])
    assert found.info.run_name == "main"
    assert {"train/loss", "bench/constants_output"} <= set(found.data.metrics)
    assert json.loads((root / "metrics/evaluate.json").read_text()) == {"bench/constants_output": 0.5}
    assert len(shards.read(root / "data/evaluate/items.parquet", Answer)) == 2
    shown = arm.run(load(), about("revisions=1", "s1"), fakes.parts())
    assert (shown, fakes.trained) == (found.info.run_id, 1)  # a sweep over the same setting shows it again


def test_a_checkpoint_without_its_run_gets_a_run_of_its_own(root, monkeypatch):
    """After clone and pull: models/main is there, the MLflow store is empty."""
    monkeypatch.setenv("DVC_STAGE", "train")
    fakes = Fakes()
    train_half.main(load(), fakes.parts())
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{root}/other.db")
    evaluate_half.main(load(), fakes.parts())
    mlflow = tracker.store()
    (found,) = mlflow.MlflowClient().search_runs([tracker.experiment(mlflow)])
    assert {"train/loss", "bench/constants_output"} <= set(found.data.metrics)  # the curve from its journal


def test_evaluating_without_a_model_names_the_command(root):
    with pytest.raises(BadInput, match="run `dvc repro train`"):
        evaluate_half.main(load(), Fakes().parts())


@pytest.mark.parametrize(
    ("name", "stored"),
    [("train/loss", "train/loss"), ("bench/pass@1", "bench/pass_1"), ("a(b)=c", "a_b__c")],
)
def test_metric_names_are_made_valid(name, stored):
    assert tracker.valid(name) == stored


def test_the_journal_forgets_steps_that_a_resumed_training_repeats(tmp_path):
    path = tmp_path / "log.jsonl"
    first = arm.Journal(path, lambda metrics, step: None)
    for step in (0, 1, 2):
        first({"loss": float(step)}, step)
    path.write_text(path.read_text() + '{"step": 3, "met')  # killed while writing
    seen = []
    second = arm.Journal(path, lambda metrics, step: seen.append(step))
    second({"loss": 9.0}, 2)
    second.replay()
    assert seen == [0, 1, 2]
    assert [json.loads(x)["metrics"]["loss"] for x in path.read_text().splitlines()] == [0.0, 1.0, 9.0]


def test_a_moved_checkout_finds_its_artifacts_and_leaves_the_old_place_alone(
    root, tmp_path_factory, monkeypatch
):
    first = arm.run(load("revisions=1"), about(), Fakes().parts())
    there = tmp_path_factory.mktemp("moved") / "another_place"
    shutil.copytree(root, there)
    for module in (arm, facts, locks, tracker):
        monkeypatch.setattr(module, "ROOT", there)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    before = sorted(path for path in root.rglob("*") if path.suffix != ".lock")
    found = read(first)
    assert found.info.artifact_uri.startswith((there / "mlartifacts").as_uri())
    second = read(arm.run(load("revisions=2"), about(), Fakes().parts()))
    assert second.info.artifact_uri.startswith((there / "mlartifacts").as_uri())
    place = Path(url2pathname(urlsplit(second.info.artifact_uri).path))
    assert (place / "config" / "config.yaml").exists()
    assert sorted(path for path in root.rglob("*") if path.suffix != ".lock") == before

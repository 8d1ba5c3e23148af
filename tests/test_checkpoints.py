"""Checkpoints of a sweep: one is promoted with its lineage, the rest goes when that is confirmed, no other ever."""

import subprocess
import sys

import pytest
import yaml

from analysis import runs
from codeio import arm, checkpoints, facts, stage
from codeio.errors import BadInput, BadParams
from codeio.params import load
from tests.test_tracker import Fakes, about, migrated, root  # noqa: F401  (fixtures)

FIRST, SECOND = "20260101-1", "20260102-1"


@pytest.fixture
def swept(root, monkeypatch):  # noqa: F811
    """Two sweeps of two arms, one of them shared; ids by their revisions."""
    for module in (runs, checkpoints, stage):
        monkeypatch.setattr(module, "ROOT", root)
    fakes, found = Fakes(), {}
    for sweep, values in ((FIRST, (0, 1)), (SECOND, (1, 2))):
        for value in values:
            told = about(f"revisions={value}", sweep)
            found[value] = arm.run(load(f"revisions={value}"), told, fakes.parts())
    return found


def dvc(at, *words):
    subprocess.run([sys.executable, "-m", "dvc", *words], cwd=at, check=True, capture_output=True)


def test_a_promoted_checkpoint_is_tracked_with_its_lineage(swept, root):  # noqa: F811
    dvc(root, "init", "-q", "--no-scm")
    checkpoints.main([f"promote={swept[1][:12]}", "as=best"])
    told = yaml.safe_load((root / "models" / "best.dvc").read_text())
    assert told["outs"][0]["path"] == "best"
    meta = told["meta"]
    assert meta["mlflow_run"] == swept[1]
    assert meta["codeio.view"] == "view-1"
    assert meta["dvc.data/revise/slip"] == "abc.dir"
    assert (root / "models" / "best" / "weights").read_text() == "w" * 100
    card = (root / "models" / "best" / "README.md").read_text()
    for wanted in (
        "| constants_output | 0.500 |",
        "abc.dir",
        swept[1],
        "view-1",
        "licence of the origin files",
    ):
        assert wanted in card
    dvc(root, "status", "-q")  # and DVC still reads the file
    assert checkpoints.prune(FIRST, confirm=True) == [runs_folder(root, swept[0])]
    assert (root / runs.one(swept[1]).tags["codeio.checkpoint"]).is_dir()


def test_the_card_of_a_run_on_a_corpus_names_it_and_no_view(swept, root):  # noqa: F811
    path = root / "rows.jsonl"
    path.write_text('{"refcode": "x = 1"}\n')
    told = about("corpus=pyedu", "20260103-1")
    made = arm.run(load("corpus=pyedu", f"corpus.source={path}", "seed=7"), told, Fakes().parts())
    card = checkpoints.card(runs.one(made))
    assert "| corpus.name | pyedu |" in card
    assert "| corpus.licence | odc-by |" in card
    assert "| view |" not in card


def runs_folder(root, run_id):  # noqa: F811
    return root / runs.one(run_id).tags["codeio.checkpoint"]


def test_nothing_is_removed_unasked_and_nothing_that_another_sweep_shows(swept, root):  # noqa: F811
    checkpoints.main([f"prune={FIRST}"])
    assert all(runs_folder(root, one).is_dir() for one in swept.values())
    checkpoints.main([f"prune={FIRST}", "confirm=true"])
    left = {value for value, one in swept.items() if runs_folder(root, one).is_dir()}
    assert left == {1, 2}
    assert checkpoints.prune(FIRST, confirm=True) == []


def altered(root, run_id):  # noqa: F811
    (runs_folder(root, run_id) / "weights").write_text("x")


def gone(root, run_id):  # noqa: F811
    (runs_folder(root, run_id) / "weights").unlink()
    runs_folder(root, run_id).rmdir()


@pytest.mark.parametrize(
    ("spoil", "says"), [(altered, "its bytes were altered"), (gone, "is gone: train it again")]
)
def test_a_checkpoint_that_is_not_the_runs_is_refused(swept, root, spoil, says):  # noqa: F811
    spoil(root, swept[0])
    with pytest.raises(BadInput, match=says):
        checkpoints.promote(swept[0], "best")
    assert not (root / "models" / "best").exists()


def test_a_failed_dvc_add_is_told(swept, root):  # noqa: F811
    with pytest.raises(BadInput, match="dvc add failed"):
        checkpoints.promote(swept[0], "best")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["promote="], "say promote=RUN"),
        (["promote=1", "prune=2"], "say promote=RUN"),
        (["prune=1", "as=x"], "say promote=RUN"),
        (["promte=1"], "did you mean promote"),
        ([], "say promote=RUN"),
        (["promote=nobody"], "no run with a checkpoint has that id"),
        (["prune=nothing"], "no run of such a sweep"),
    ],
)
def test_a_mistake_is_one_line(swept, words, says):
    with pytest.raises((BadInput, BadParams), match=says):
        checkpoints.main(words)


@pytest.mark.parametrize("name", ["main", "tokenizer", "../x", "A b"])
def test_a_name_is_plain_and_free(swept, name):
    with pytest.raises(BadParams, match="a short name"):
        checkpoints.promote(swept[0], name)
    assert facts.locked()

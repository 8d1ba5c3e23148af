"""train.py as its user meets it: refusals in one line, help that helps, a plan before the first arm."""

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from codeio import facts, locks, sweep
from codeio.errors import BadInput, BadParams, Stale
from codeio.params import ROOT, load
from tests.test_tracker import Fakes


def train_py(*words, cwd=ROOT):
    """Exit code and all that `python train.py WORDS` printed, from some folder."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW", "CODEIO", "DVC"))}
    command = [sys.executable, str(ROOT / "train.py"), *words]
    done = subprocess.run(
        command, cwd=cwd, env=kept, text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["revisons=1"], "train.py: unknown key revisons; did you mean revisions?"),
        (["-m", "train.epoch=1,2"], "did you mean train.epochs?"),
        (["pose.near_duplicate=0.5"], "`dvc exp run -S pose.near_duplicate=0.5`"),
        (["experiment=revisions"], "add -m"),
    ],
)
def test_a_refusal_is_one_line_and_a_bad_exit_code(tmp_path, words, says):
    code, said = train_py(*words, cwd=tmp_path)
    assert code == 1
    assert says in said
    assert said.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_help_names_the_commands_the_views_and_the_experiments(tmp_path):
    code, said = train_py("--help", cwd=tmp_path)
    assert code == 0
    for wanted in (
        "train.py -m revisions=0,1,2",
        "pairs_per_function: 4",
        "experiment=wrong",
        "dvc exp run -S",
    ):
        assert wanted in said


def test_cfg_job_prints_the_settings_from_any_folder(tmp_path):
    code, said = train_py("--cfg", "job", "revisions=2", cwd=tmp_path)
    assert (code, "revisions: 2" in said, "callbacks" in said) == (0, True, False)
    assert not list(tmp_path.iterdir())


DVC_YAML = """
stages:
  revise:
    matrix: {teacher: [slip, trace]}
    cmd: mkdir -p data/revise && cp source.txt data/revise/${item.teacher}
    deps: [source.txt]
    outs: ["data/revise/${item.teacher}"]
  tokenizer:
    cmd: mkdir -p models && cat data/revise/slip data/revise/trace > models/tokenizer
    deps: [data/revise]
    outs: [models/tokenizer]
"""


def dvc(at, *words):
    subprocess.run([sys.executable, "-m", "dvc", *words], cwd=at, check=True, capture_output=True)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A small checkout with real git and DVC, its two stages run."""
    at = tmp_path_factory.mktemp("dvc")
    (at / "dvc.yaml").write_text(DVC_YAML)
    (at / "source.txt").write_text("one\n")
    (at / ".gitignore").write_text(".work/\n")
    subprocess.run(["git", "init", "-q"], cwd=at, check=True)
    dvc(at, "init", "-q")
    dvc(at, "config", "core.analytics", "false")
    dvc(at, "repro", "-q")
    subprocess.run(["git", "add", "-A"], cwd=at, check=True)
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", *identity, "commit", "-qm", "x"], cwd=at, check=True)
    return at


@pytest.fixture
def checkout(fresh, tmp_path, monkeypatch):
    """A copy of it to break, and the modules that look at it."""
    at = tmp_path / "checkout"
    shutil.copytree(fresh, at, symlinks=True)
    monkeypatch.delenv("DVC_STAGE", raising=False)
    for module in (facts, locks, sweep):
        monkeypatch.setattr(module, "ROOT", at)
    return at


def test_a_changed_checkout_is_named_with_its_changes(checkout):
    (checkout / "source.txt").write_text("two\n")
    (checkout / "new.py").write_text("")
    found = facts.git()
    assert (found["codeio.git_dirty"], found["codeio.git_changed"]) == ("true", "source.txt new.py")


def arms(*values, **more):
    extra = [f"{key}={value}" for key, value in more.items()]
    return [[f"revisions={value}", *extra] for value in values]


def test_a_plan_holds_names_colours_and_facts_once(checkout):
    plan = sweep.plan("id", arms(0, 1, 2, seed=3), Fakes().parts())
    assert [one.name for one in plan.arms] == ["revisions=0", "revisions=1", "revisions=2"]
    assert len({one.colour for one in plan.arms}) == 3
    assert plan.tags["codeio.git_dirty"] == "false"
    assert {"dvc.data/revise/slip", "dvc.models/tokenizer", "codeio.dvc_lock_md5"} <= set(plan.tags)
    assert msgspec.json.decode(msgspec.json.encode(plan), type=sweep.Plan) == plan


def alter(at: Path) -> None:
    path = at / "data/revise/slip"
    path.chmod(0o644)
    path.write_text("altered\n")


def change_source(at: Path) -> None:
    (at / "source.txt").write_text("two\n")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (alter, "revise@slip: changed outs data/revise/slip"),
        (change_source, "revise@slip: changed deps source.txt"),
        (lambda at: (at / "data/revise/slip").unlink(), "changed outs data/revise/slip"),
        (lambda at: (at / "dvc.lock").unlink(), "revise@slip was never run"),
        (lambda at: (at / "dvc.yaml").write_text("stages: ["), "dvc status failed"),
    ],
)
def test_stale_data_is_refused_with_the_command_that_mends_it(checkout, damage, says):
    damage(checkout)
    with pytest.raises(Stale) as raised:
        sweep.plan("id", arms(0, 1), Fakes().parts())
    assert says in str(raised.value)
    assert "`dvc repro revise@slip tokenizer`" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_stale_data_is_used_and_tagged_where_that_is_allowed(checkout):
    alter(checkout)
    plan = sweep.plan("id", arms(0, 1, allow_stale="true"), Fakes().parts())
    assert "changed outs data/revise/slip" in plan.tags["codeio.stale"]


def powerless() -> None:
    """Take root's right to write where the mode forbids it; other users have none."""
    drop, override = 24, 1  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE
    ctypes.CDLL(None).prctl(drop, override, 0, 0, 0)


IN_A_READ_ONLY_CACHE = """
import subprocess, sys
from codeio import facts
from codeio.params import ROOT
try:
    (ROOT / ".dvc" / "cache" / "new").write_text("")
except PermissionError:
    subprocess.run([sys.executable, "-m", "dvc", "checkout", "-q"], cwd=ROOT, check=True)
    print(facts.stale(["revise@slip", "revise@trace", "tokenizer"]))
"""


def test_a_cache_that_may_only_be_read_is_enough(checkout):
    for path in [at := checkout / ".dvc" / "cache", *at.rglob("*")]:
        path.chmod(path.stat().st_mode & ~0o222)
    (checkout / "data/revise/slip").unlink()
    for part in ("params.yaml", "experiments"):
        (checkout / part).symlink_to(ROOT / part)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW", "DVC"))}
    given = kept | {"CODEIO_ROOT": str(checkout), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", IN_A_READ_ONLY_CACHE]
    done = subprocess.run(
        command, cwd=checkout, env=given, preexec_fn=powerless, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_under_dvc_nothing_is_asked_again(checkout, monkeypatch):
    alter(checkout)
    monkeypatch.setenv("DVC_STAGE", "train")
    assert "codeio.stale" not in sweep.plan("id", arms(0), Fakes().parts()).tags


def test_only_the_stores_that_a_sweep_reads_must_be_current(checkout):
    (checkout / "data/revise/trace").unlink()
    with pytest.raises(Stale, match="revise@trace"):
        sweep.plan("id", [["teacher=slip"], ["teacher=trace"]], Fakes().parts())


def test_an_impossible_view_stops_the_sweep_before_its_first_arm(checkout):
    fakes = Fakes()
    with pytest.raises(BadParams, match=r"raise revise\.max_turns"):
        sweep.plan("id", arms(0, 9), fakes.parts())
    with pytest.raises(BadInput, match=r"train\.instructions\.source=nowhere\.jsonl"):
        sweep.plan("id", arms(0, 1, **{"train.instructions.source": "nowhere.jsonl"}), fakes.parts())
    assert fakes.trained == 0


@pytest.mark.parametrize(
    ("combinations", "names"),
    [
        ([["a=1", "c=0"], ["a=2", "c=0"]], ["a=1", "a=2"]),
        ([["a=1", "b=1"], ["a=1", "b=2"]], ["b=1", "b=2"]),
        ([["a=1", "b=1"]], ["a=1 b=1"]),
        ([[]], ["main"]),
    ],
)
def test_an_arm_is_named_by_what_differs(combinations, names):
    assert sweep.differing(combinations) == names


@pytest.mark.parametrize("total", [1, 3, 8, 24])
def test_colours_are_distinct(total):
    colours = {sweep.colour(n, total) for n in range(total)}
    assert len(colours) == total
    assert all(len(colour) == 7 for colour in colours)


def test_a_single_run_is_named_by_its_overrides(checkout):
    about = sweep.about(checkout / "nothing", ["revisions=2"], load("revisions=2"))
    assert (about.name, about.kind, about.sweep) == ("revisions=2", "single", "")

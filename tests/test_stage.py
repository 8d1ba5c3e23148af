"""The frame: resume after a crash, the same bytes, drops kept, failures in one line."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from codeio import engine, shards, stage
from codeio.errors import BadInput
from codeio.params import load
from codeio.records import Dropped, Pair
from tests import numbers

CALLS: list[int] = []


def double(rows):
    """A stage's function: doubles, drops odd numbers, fails on 13."""
    for row in rows:
        CALLS.append(row.output)
        if row.output == 13:
            raise BadInput("row 13: unlucky; take another")
        if row.output % 2:
            yield Dropped(id=row.id, reason="odd")
        else:
            yield Pair(id=row.id, input=row.input, output=2 * row.output)


@contextmanager
def opened(params) -> Iterator:
    yield double


@pytest.fixture
def house(tmp_path, monkeypatch):
    """An empty checkout: the frame's folders lie under a temporary root."""
    monkeypatch.setattr(stage, "ROOT", tmp_path)
    CALLS.clear()
    return tmp_path


def make(house, *outputs, size=2):
    rows = [Pair(id=str(n), input={}, output=n) for n in outputs]
    numbers.put(house, *(rows[at : at + size] for at in range(0, len(rows), size)))
    return numbers.staged(house, "double", opened)


def outputs(house):
    return [row.output for row in shards.read_all(house / "data/double", Pair)]


def test_rows_drops_and_metrics(house):
    stage.run(make(house, 2, 3, 4, 5, 6), load())
    assert outputs(house) == [4, 8, 12]
    dropped = list(shards.read_all(house / "data/double/dropped", Dropped))
    assert [d.id for d in dropped] == ["3", "5"]
    metrics = json.loads((house / "metrics/double.json").read_text())
    assert metrics == {"rows_in": 5, "rows_out": 3, "dropped": {"odd": 2}}
    assert not list((house / ".work/double").glob("*"))  # nothing is left behind


def test_where_no_bar_can_be_seen_a_line_tells_how_far_it_is(house, monkeypatch, capsys):
    monkeypatch.setattr(engine, "TELL_S", -1.0)
    stage.run(make(house, 2, 3, 4, 5, 6), load())
    said = capsys.readouterr().err
    for done, dropped in ((1, 1), (2, 2), (3, 2)):
        assert re.search(rf"double: {done} of 3 shards, [\d,]+ rows/s, {dropped} odd; 0 min left", said)


def test_what_a_run_took_is_left_beside_its_rows(house):
    stage.run(make(house, 2, 3, 4, 5, 6), load())
    told = json.loads((house / "data/double.run.json").read_text())
    assert (told["made_rows"], told["resumed_shards"]) == (5, 0)
    assert 0 < told["cpu_seconds"] < 60


def test_a_stage_that_leaves_nothing_says_why(house):
    with pytest.raises(BadInput, match=r"no row is left \(3 odd\): data/double/dropped names them"):
        stage.run(make(house, 1, 3, 5), load())
    assert len(list(shards.read_all(house / "data/double/dropped", Dropped))) == 3


def test_another_interpreter_is_told(house, capsys):
    stage.run(make(house, 2), load("interpreter='3.10'"))
    said = " ".join(capsys.readouterr().err.split())
    assert "params.yaml says interpreter 3.10: the data may differ from dvc.lock" in said


def test_a_kill_after_the_commit_makes_no_shard_again(house, monkeypatch):
    work = make(house, 2, 4, 6)
    commit = stage.commit

    def killed_after(*arguments):
        commit(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(stage, "commit", killed_after)
    with pytest.raises(KeyboardInterrupt):
        stage.run(work, load())
    monkeypatch.setattr(stage, "commit", commit)
    CALLS.clear()
    stage.run(work, load())
    assert (CALLS, outputs(house)) == ([], [4, 8, 12])


def test_a_crash_costs_one_shard(house, capsys):
    broken = make(house, 2, 4, 6, 8, 13, 10)
    with pytest.raises(BadInput):
        stage.run(broken, load())
    assert not (house / "data/double").exists()  # nothing half-made is shown
    CALLS.clear()
    good = house / "data/numbers"
    # the mend changes the third shard, so the key changes and all is made again: never a mix of two inputs
    shards.write(good / stage.part(2), [Pair(id="a", input={}, output=12)], Pair)
    stage.run(broken, load())
    assert outputs(house) == [4, 8, 12, 16, 24]


def test_finished_shards_are_not_made_again(house, monkeypatch):
    work = make(house, 2, 4, 6, 8, 10, 12)
    stage.run(work, load())
    undisturbed = [f.read_bytes() for f in shards.files(house / "data/double")]
    real, made = stage.shard, []

    def dies_at_third(*arguments):
        if arguments[2] == 2:
            raise KeyboardInterrupt
        made.append(arguments[2])
        return real(*arguments)

    monkeypatch.setattr(stage, "shard", dies_at_third)
    with pytest.raises(KeyboardInterrupt):
        stage.run(work, load())
    monkeypatch.setattr(stage, "shard", real)
    CALLS.clear()
    stage.run(work, load())
    assert made == [0, 1]
    assert CALLS == [10, 12]  # only the third shard was still to do
    assert [f.read_bytes() for f in shards.files(house / "data/double")] == undisturbed


def test_a_damaged_unfinished_shard_is_made_again(house, monkeypatch):
    work = make(house, 2, 4, 6, 8)
    monkeypatch.setattr(
        stage, "commit", lambda *a: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(OSError, match="No space left"):
        stage.run(work, load())
    monkeypatch.undo()
    monkeypatch.setattr(stage, "ROOT", house)
    broken = next((house / ".work/double").glob("*/part-00001.parquet"))
    broken.write_bytes(broken.read_bytes()[:-5])
    CALLS.clear()
    stage.run(work, load())
    assert CALLS == [6, 8]
    assert outputs(house) == [4, 8, 12, 16]


@pytest.mark.parametrize("name", ["part-00000.parquet", None])  # pyarrow names no file
def test_full_disk_is_one_line(house, monkeypatch, name):
    def full(*arguments):
        raise OSError(28, "Error writing bytes to file", name)

    work = make(house, 2)
    monkeypatch.setattr(shards, "write", full)
    with pytest.raises(SystemExit) as raised:
        stage.main(work, [])
    mend = "no space left on the disk, free some; finished shards are kept, run it again"
    assert str(raised.value) == f"double: {name or house}: {mend}"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["pose.near_duplcate=0.5"],
            "double: unknown key pose.near_duplcate; did you mean pose.near_duplicate",
        ),
        ([], r"double: data/numbers holds no shards: run `dvc repro numbers`"),
    ],
)
def test_mistakes_are_one_line(house, arguments, says):
    missing = make(house)
    with pytest.raises(SystemExit, match=says):
        stage.main(missing, arguments)


SLOW = """
import sys, time
sys.path.insert(0, {repo!r})
from contextlib import contextmanager
from pathlib import Path
from codeio import stage
from codeio.params import load
from codeio.records import Pair
stage.ROOT = Path({house!r})
def slow(rows):
    for row in rows:
        time.sleep({pause})
        yield row
@contextmanager
def opened(params):
    yield slow
stage.main(stage.Stage(name="slow", takes=Pair, gives=Pair, reads=lambda p: stage.ROOT / "data/numbers",
                       open=opened, sections=("pose",)), [])
"""


@pytest.mark.parametrize(("how", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_killed_for_real_then_goes_on(house, how, code):
    make(house, *range(8), size=1)

    def start(pause):
        script = SLOW.format(repo=str(stage.__file__).rsplit("/codeio/", 1)[0], house=str(house), pause=pause)
        return subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True)

    running = start(0.5)
    while len(list((house / ".work").glob("slow/*/part-*.json"))) < 2:
        assert running.poll() is None, running.stderr.read()
        time.sleep(0.05)
    os.kill(running.pid, how)
    running.communicate()
    assert running.returncode == code
    assert not (house / "data/slow").exists()
    again = start(0)
    said = again.communicate()[1]
    assert again.returncode == 0
    assert "of 8 shards finished by an earlier run" in said
    assert [row.output for row in shards.read_all(house / "data/slow", Pair)] == list(range(8))

"""The funnel counts every row of the three stages once, under its corpus."""

import subprocess
import sys

import pytest

from codeio import shards, stage
from codeio.errors import BadInput, BadParams
from codeio.records import Dropped, Function
from codeio.unify import report
from tests.conftest import ROOT
from tests.test_execute import function
from tests.unifying import source


@pytest.fixture
def data(tmp_path, monkeypatch):
    """The three stores, with rows of two corpora of which one's name begins the other's."""
    monkeypatch.setattr(stage, "ROOT", tmp_path)
    monkeypatch.setattr(report, "ROOT", tmp_path)
    one, two = source("a = 1\n", "a.py"), source("b = 1\n", "b.py")
    fields = {"id": "1" * 32, "corpus": "tests"}
    made = [function("def f(x): ...", **fields), function("def g(x): ...", **fields | {"id": "2" * 32})]
    rows = {
        "collect": ([one, two], [Dropped(id="tests/c.py", reason="empty")]),
        "unify": (made, [Dropped(id="tests/b.py:1 h", reason="no parameters")]),
        "execute": (made[:1], [Dropped(id="2" * 32, reason="constant output")]),
    }
    for name, (given, dropped) in rows.items():
        at = tmp_path / "data" / name
        shards.write(at / "part-00000.parquet", given, report.STAGES[name])
        shards.write(at / "dropped" / "part-00000.parquet", dropped, Dropped)
    return tmp_path


def test_every_row_is_counted_once(data):
    (found,) = report.funnels().values()
    assert (found.files, found.candidates, found.functions, found.kept) == (2, 3, 2, 1)
    assert found.dropped == {
        ("collect", "empty"): 1,
        ("unify", "no parameters"): 1,
        ("execute", "constant output"): 1,
    }


def test_the_longest_corpus_name_wins():
    assert report.origin("raw/old/a.py", ["raw/old", "raw"]) == "raw/old"
    assert report.origin("rawest/a.py", ["raw/old", "raw"]) is None


def test_it_prints_a_table_per_corpus(data, capsys):
    report.main([])
    said = capsys.readouterr().out
    assert "from files to functions" in said
    assert "constant output" in said


def test_a_stage_that_has_not_run_is_named(data):
    shards.write(data / "data" / "execute" / "part-00000.parquet", [], Function)
    (data / "data" / "unify" / "part-00000.parquet").unlink()
    with pytest.raises(BadInput, match="data/unify holds no shards: run `dvc repro unify`"):
        report.funnels()


def test_arguments(capsys):
    report.main(["--help"])
    assert "python -m codeio.unify.report" in capsys.readouterr().out
    with pytest.raises(BadParams, match="takes no arguments"):
        report.main(["first=3"])


def test_as_a_command_an_error_is_one_line():
    command = [sys.executable, "-m", "codeio.unify.report", "corpus=x"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr == "unify.report: unknown corpus=x: the report takes no arguments\n"

"""Command lines: one line and exit code 1 on what we know, everything else as it comes."""

import pytest

from codeio.command import command, run
from codeio.errors import BadInput


def failing(error):
    def main(words):
        raise error

    return main


@pytest.mark.parametrize(
    ("error", "mend", "says"),
    [
        (BadInput("f.jsonl: no rows"), "; again", "x: f.jsonl: no rows"),
        (FileNotFoundError(2, "No such file or directory", "f"), "; again", "; again"),
        (KeyboardInterrupt(), "; again", "x: interrupted; again"),
        (KeyboardInterrupt(), "", "x: interrupted"),
    ],
)
def test_a_known_failure_is_one_line(monkeypatch, error, mend, says):
    monkeypatch.setattr("sys.argv", ["x", "a=1"])
    with pytest.raises(SystemExit) as ended:
        run("x", "help", failing(error), mend)
    assert str(ended.value).endswith(says)
    assert "\n" not in str(ended.value)


def test_a_mistake_of_ours_is_not_hidden(monkeypatch):
    monkeypatch.setattr("sys.argv", ["x"])
    with pytest.raises(ZeroDivisionError):
        run("x", "help", failing(ZeroDivisionError()))


def test_help_runs_nothing(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["x", "--help"])
    run("x", "What it does.", failing(ZeroDivisionError()))
    assert capsys.readouterr().out == "What it does.\n"


def test_overrides_reach_the_settings(monkeypatch):
    monkeypatch.setattr("sys.argv", ["x", "seed=3"])
    seen = []
    command("x", "help", lambda params: seen.append(params.seed))
    assert seen == [3]
    monkeypatch.setattr("sys.argv", ["x", "sead=3"])
    with pytest.raises(SystemExit, match="did you mean seed"):
        command("x", "help", seen.append)

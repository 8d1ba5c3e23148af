"""What changed between two runs, with a test of whether that is chance."""

import json

import pytest
from msgspec.structs import replace

from codeio import shards, stage, values
from codeio.errors import BadInput
from codeio.evaluate import flips
from codeio.evaluate.flips import Answer, Flips
from codeio.evaluate.run import Item
from codeio.evaluate.score import Scored
from codeio.records import Function, Pair
from tests.test_execute import function


@pytest.mark.parametrize(
    ("gained", "lost", "p"),
    [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 0.0625), (10, 1, 0.01171875), (3, 3, 1.0), (1, 6, 0.125)],
)
def test_mcnemar_of_known_values(gained, lost, p):
    assert Flips(100, gained, lost).p == pytest.approx(p)
    assert Flips(100, lost, gained).p == pytest.approx(p)


def run(**right: bool) -> dict[tuple[str, str], Answer]:
    return {
        ("gsm8k", name): Answer(("easy" if name < "c" else "hard",), float(is_right))
        for name, is_right in right.items()
    }


def test_flips_by_benchmark_and_group_of_what_both_have():
    found = flips.flips(
        run(a=True, b=False, c=False, d=True, x=True), run(a=False, b=True, c=True, d=True, y=True)
    )
    assert found == {
        ("gsm8k", ""): Flips(4, 2, 1),
        ("gsm8k", "easy"): Flips(2, 1, 1),
        ("gsm8k", "hard"): Flips(2, 1, 0),
    }


def test_items_of_the_ladder_by_pattern_and_difficulty(tmp_path, monkeypatch):
    """The patterns of the function and the difficulty of the pair, found in data/execute by the problem's id."""
    monkeypatch.setattr(stage, "ROOT", tmp_path)
    hard, easy = (Pair(id=name, input={"x": 1}, output=2, difficulty=n) for name, n in (("p", 4), ("q", 1)))
    made = replace(function("def f(x):\n    return x + 1"), patterns=("loop", "state"), pairs=(hard, easy))
    shards.write(tmp_path / "data/execute/part-00000.parquet", [made], Function)
    ids = [values.digest(name, "output") for name in ("p", "q")]
    for name, right in (("a", (False, True)), ("b", (True, True))):
        items = [evaluated(i, "natural", "output", correct) for i, correct in zip(ids, right, strict=True)]
        shards.write(tmp_path / name / "items.parquet", items, Item)
    found = flips.flips(*(flips.read(f"{tmp_path}/{name}", flips.tags()) for name in ("a", "b")))
    assert found == {
        ("natural_output", ""): Flips(2, 1, 0),
        ("natural_output", "difficulty 1"): Flips(1, 0, 0),
        ("natural_output", "difficulty 4"): Flips(1, 1, 0),
    }
    answers = flips.read(f"{tmp_path}/a", flips.tags()).values()
    assert {answer.groups[:3] for answer in answers} == {("natural", "pattern loop", "pattern state")}


def evaluated(name: str, rung: str, predict: str, correct: bool) -> Item:
    return Item(
        id=name, rung=rung, predict=predict, kind="natural", corpus="c", correct=correct, baseline_correct=False,
        status="ok", prompt="", wanted="", response="", baseline="",
    )  # fmt: skip


def row(name: str, score: float) -> Scored:
    return Scored(
        benchmark="gsm8k", id=name, group="", reading="chat", version="1.1", prompt="", response="", extracted="",
        found=True, score=score,
    )  # fmt: skip


def test_the_command_reads_files_of_items(tmp_path, capsys):
    shards.write(tmp_path / "a" / "items.parquet", [row("0", 0.0), row("1", 1.0), row("2", 0.5)], Scored)
    shards.write(tmp_path / "b.parquet", [row("0", 1.0), row("1", 1.0), row("3", 1.0)], Scored)
    flips.main([f"a={tmp_path}/a", f"b={tmp_path}/b.parquet"])
    said = capsys.readouterr().out.strip().split("\n")[-1]
    assert json.loads(said) == {"items": 2, "gained": 1, "lost": 0, "only_a": 1, "only_b": 1}
    with pytest.raises(BadInput, match=r"no file of items"):
        flips.read(str(tmp_path / "none.parquet"))

"""What changed between two runs, with a test of whether that is chance."""

import json

import pytest

from codeio import shards
from codeio.errors import BadInput
from codeio.evaluate import flips
from codeio.evaluate.flips import Answer, Flips
from codeio.evaluate.score import Scored


@pytest.mark.parametrize(
    ("gained", "lost", "p"),
    [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 0.0625), (10, 1, 0.01171875), (3, 3, 1.0), (1, 6, 0.125)],
)
def test_mcnemar_of_known_values(gained, lost, p):
    assert Flips(100, gained, lost).p == pytest.approx(p)
    assert Flips(100, lost, gained).p == pytest.approx(p)


def run(**right: bool) -> dict[tuple[str, str], Answer]:
    return {
        ("gsm8k", name): Answer("easy" if name < "c" else "hard", is_right)
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

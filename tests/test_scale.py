"""Scale: the figures follow from what was measured, and what was not measured has none."""

import json

import pytest

from codeio import scale, shards, stage
from codeio.errors import BadInput, BadParams
from codeio.params import load
from codeio.records import Problem, Sample, Turn, Verdict

SIZES = {"functions": 1000, "instances": 8000, "tokens_per_s": 100.0, "train_tokens_per_s": 0}


def problem(n: int, *responses: str) -> Problem:
    verdict = Verdict(status="ok", correct=True, feedback="")
    turns = tuple(Turn(samples=(Sample(response=text, verdict=verdict),)) for text in responses)
    return Problem(
        id=str(n), function="f", pair="p", rank=0, predict="output", split="train", kind="natural", corpus="c",
        licence="MIT", structure="s", statement="", io_description="", tier="code-only", code="def f(x): return x",
        entry="f", given={"x": 1}, wanted=1, turns=turns,
    )  # fmt: skip


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A checkout after a run: 10 functions of 20 files, 40 problems, a quarter with a second turn."""
    for module in (stage, scale):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    rows = {"collect": (20, 20), "unify": (20, 12), "execute": (12, 10), "pose": (10, 40)}
    rows |= {"answer-slip": (40, 40), "revise-slip": (40, 40)}
    (tmp_path / "metrics").mkdir()
    for label, (taken, given) in rows.items():
        name, _, variant = label.partition("-")
        at = stage.folder(name, variant)
        store = [problem(n, "a" * 400, *(["b" * 80] if n % 4 == 0 else [])) for n in range(given)]
        shards.write(at / stage.part(0), store, Problem)
        counted = {"rows_in": taken, "rows_out": given, "dropped": {}}
        (tmp_path / "metrics" / f"{label}.json").write_text(json.dumps(counted))
        told = {"seconds": 9.0, "made_rows": taken, "cpu_seconds": taken * 0.5}
        at.with_name(f"{at.name}.run.json").write_text(json.dumps(told))
    return tmp_path


def found(*settings: str) -> dict[str, scale.Need]:
    return {one.stage: one for one in scale.needs(load(*settings), SIZES)}


def test_the_figures_follow_from_the_measured_ones(house):
    made = found()
    assert list(made) == [
        "collect",
        "unify",
        "execute",
        "pose",
        "answer-slip",
        "revise-slip",
        "train, one epoch",
    ]
    assert [made[name].rows for name in ("collect", "unify", "execute", "pose")] == [2000, 2000, 1200, 1000]
    assert made["execute"].core_hours == pytest.approx(1200 * 0.5 / 3600)
    assert made["answer-slip"].rows == 8000
    assert made["answer-slip"].tokens == 8000 * 100
    assert made["revise-slip"].tokens == 8000 * 80 // 4 // 4
    assert made["answer-slip"].gpu_hours == pytest.approx(800_000 / 100 / 3600)
    assert made["train, one epoch"].gpu_hours is None  # no speed was given
    bytes_here = (house / "data/pose/part-00000.parquet").stat().st_size
    assert made["pose"].disk_gb == pytest.approx(bytes_here * 100 / 1e9)
    assert "500.00 ms of CPU a row, 12 rows" in made["execute"].basis


def test_what_was_not_measured_has_no_figure(house):
    (house / "data/execute.run.json").write_text('{"seconds": 9.0}')
    made = found()
    assert made["execute"].core_hours is None
    assert "no CPU time measured: `dvc repro -f -s execute`" in made["execute"].basis


def test_without_a_run_it_says_what_to_run(house):
    (house / "metrics/pose.json").unlink()
    with pytest.raises(BadInput, match=r"metrics/pose\.json is not there.*dvc repro"):
        found()


@pytest.mark.parametrize("word", ["functions=many", "instances=0", "tokens_per_s=-1"])
def test_a_size_that_is_none_is_refused(word):
    with pytest.raises(BadParams, match="scale"):
        scale.main([word])


def test_the_basis_of_each_figure_is_shown(house, capsys):
    scale.main(["functions=1000", "instances=8000"])
    said = capsys.readouterr().err
    assert "1,000 functions, 8,000 instances" in said
    assert "execute: 500.00 ms of CPU a row, 12 rows" in said

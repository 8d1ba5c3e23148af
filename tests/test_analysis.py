"""Numbers of the analysis against hand-made items, and figures that are the same bytes twice."""

import io
import json
import re
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from analysis import funnel, headline, ladder, look, report, scores, stats, swept, table, turns
from analysis.__main__ import chosen
from analysis.runs import Run
from codeio import shards
from codeio.errors import BadInput, BadParams
from codeio.evaluate.intervals import wilson
from codeio.records import Problem, Sample, Turn, Verdict


def items(arm="main", seed="0", right=6, n=10, rung="constants", predict="output"):
    return pd.DataFrame(
        {
            "id": [f"{rung}-{predict}-{k}" for k in range(n)],
            "arm": arm,
            "seed": seed,
            "rung": rung,
            "predict": predict,
            "correct": [k < right for k in range(n)],
            "baseline_correct": [k < 1 for k in range(n)],
        }
    )


def run(name, **params):
    plain = {key.replace("__", "."): str(value) for key, value in params.items()}
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Run(id=name, name=name, status="FINISHED", started=now, params=plain, metrics={}, tags={})


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (0, 0, 0.0, 1.0)],
)
def test_wilson(right, n, low, high):
    """Against published values of the interval."""
    assert wilson(right, n) == pytest.approx((low, high), abs=1e-4)


def test_paired_difference_sees_what_unpaired_cannot():
    other = np.array([0, 1] * 50)
    mine = other.copy()
    mine[:10:2] = 1  # five more right, none lost
    mean, low, high = stats.paired_difference(mine, other)
    assert mean == pytest.approx(0.05)
    assert 0 < low < mean < high
    assert stats.paired_difference(mine, other) == (mean, low, high)


def test_an_interval_over_seeds_is_wider_when_seeds_disagree():
    def of(*shares):
        return stats.interval_over_seeds([np.array([1.0] * s + [0.0] * (100 - s)) for s in shares])

    agree, disagree = of(50, 50, 50), of(20, 50, 80)
    assert disagree[1] - disagree[0] > 2 * (agree[1] - agree[0])
    assert of(50) == wilson(50, 100)
    assert of(0, 0) == wilson(0, 200)  # all wrong twice is not certainty


def test_tidy_counts_per_rung_and_direction_from_near_to_far():
    every = pd.concat([items(rung="natural", right=2), items(rung="inputs"), items(predict="input", right=3)])
    frame = scores.tidy(every)
    assert list(zip(frame["rung"], frame["predict"], strict=True)) == [
        ("inputs", "output"),
        ("constants", "input"),
        ("natural", "output"),
    ]
    assert list(frame["right"]) == [6, 3, 2]
    assert list(frame["baseline"]) == [0.1] * 3
    assert frame["low"].iloc[0] == pytest.approx(wilson(6, 10)[0])


def test_differences_pair_the_same_items():
    frame = scores.differences(pd.concat([items("a", right=2), items("b", right=8)]))
    assert frame[["arm", "against", "n", "difference"]].to_numpy().tolist() == [["b", "a", 10, 0.6]]
    assert frame["low"].iloc[0] > 0


@pytest.mark.parametrize(
    ("arms", "axes", "names"),
    [
        (
            [{"revisions": 10, "seed": 0}, {"revisions": 9, "seed": 1}],
            ["revisions"],
            ["revisions=9", "revisions=10"],
        ),
        (
            [{"teacher": "trace", "fraction": 1.0}, {"teacher": "slip", "fraction": 1.0}],
            ["teacher"],
            ["teacher=slip", "teacher=trace"],
        ),
        (
            [{"model__name": "b", "model__layers": 4}, {"model__name": "a", "model__layers": 2}],
            ["model.name"],
            ["model=a", "model=b"],
        ),
        ([{"model__name": "tiny", "seed": 1}, {"model__name": "tiny", "seed": 0}], [], ["tiny", "tiny"]),
    ],
)
def test_arms_are_named_by_what_differs_and_ordered_by_value(arms, axes, names):
    runs = [run(str(n), **params) for n, params in enumerate(arms)]
    assert swept.axes_of(runs) == axes
    assert [swept.arm_of(one, axes) for one in swept.by_value(runs)] == names


def test_summarise_pools_seeds():
    frame = swept.summarise(pd.concat([items("a", "0", 4), items("a", "1", 6), items("b", "0", 5)]))
    assert frame[["arm", "n", "score", "seeds"]].to_numpy().tolist() == [["a", 20, 0.5, 2], ["b", 10, 0.5, 1]]


def problem(n, turned, predict="output", kind="procedural"):
    """A problem whose turns were right or wrong as `turned` says."""
    said = tuple(
        Turn(samples=(Sample(response="", verdict=Verdict(status="ok", correct=ok, feedback="")),))
        for ok in turned
    )
    text = {"statement": "", "io_description": "", "code": "", "entry": "", "corpus": "", "licence": ""}
    return Problem(
        id=str(n), function="f", pair=str(n), rank=0, predict=predict, split="train", kind=kind, structure="",
        tier="code-only", given={}, wanted=1, turns=said, **text,
    )  # fmt: skip


def test_turns_count_right_by_then_and_mended():
    store = [problem(0, [True]), problem(1, [False, True]), problem(2, [False, False]), problem(3, [])]
    frame = turns.count(store, "slip")
    assert frame[["turn", "n", "right", "tried", "mended"]].to_numpy().tolist() == [
        [0, 3, 1, 3, 1],
        [1, 3, 2, 2, 1],
    ]


def test_the_funnel_names_the_biggest_reasons_and_sums_the_rest(tmp_path):
    dropped = {f"reason {n}": n for n in range(1, 10)}
    (tmp_path / "unify.json").write_text(json.dumps({"rows_in": 99, "rows_out": 54, "dropped": dropped}))
    frame = funnel.read(tmp_path)
    assert frame["rows"].tolist() == [54, 9, 8, 7, 6, 5, 4, 6]
    assert frame["what"].tolist()[-1] == "other reasons"
    assert set(frame["stage"]) == {"unify"}


def figures():
    look.set_style()
    every = pd.concat(
        [items("a"), items("b", right=8), items("a", predict="input"), items("b", predict="input")]
    )
    yield "ladder", lambda: ladder.draw(scores.tidy(every), "title")
    yield "swept", lambda: swept.draw(swept.summarise(every), "title")
    yield "turns", lambda: turns.draw(turns.count([problem(0, [True]), problem(1, [False, True])], "slip"))
    frame = pd.DataFrame([("unify", "kept", 9), ("unify", "no types", 3)], columns=["stage", "what", "rows"])
    yield "funnel", lambda: funnel.draw(frame)


@pytest.mark.parametrize(("name", "draw"), list(figures()), ids=lambda x: x if isinstance(x, str) else "")
def test_a_figure_is_the_same_bytes_twice(tmp_path, name, draw):
    first = [path.read_bytes() for path in look.save(draw(), tmp_path / "a", name)]
    again = [path.read_bytes() for path in look.save(draw(), tmp_path / "b", name)]
    assert first == again
    assert all(len(data) > 3000 for data in first)


def test_tables_as_markdown_and_csv(tmp_path):
    csv, md = table.save(scores.tidy(items()), tmp_path, "scores", "note")
    assert csv.read_text().splitlines()[1] == "main,constants,output,10,6,0.600000,0.312674,0.831820,0.100000"
    assert "| constants | output | main | 0.60 [0.31, 0.83] | 0.10 | yes | 10 |" in md.read_text()


@pytest.mark.parametrize(("width", "tables"), [(60, 4), (80, 2), (100, 1)])
def test_the_screen_shows_as_many_arms_side_by_side_as_fit(width, tables):
    frame = scores.tidy(pd.concat([items(f"revisions={n}") for n in range(4)]))
    screen = Console(width=width, record=True, file=io.StringIO())
    screen.print(table.on_screen(frame, "title", width))
    text = screen.export_text()
    assert text.count("title") == tables
    assert text.count(".60 .31-.83*") == 4
    assert "…" not in text


@pytest.mark.parametrize("arguments", [["swep=1"], ["sweep="], ["sweep=1", "more=2"]])
def test_a_wrong_argument_is_refused(arguments):
    with pytest.raises(BadParams, match="sweep"):
        chosen(arguments)


def test_the_report_is_one_safe_page(tmp_path):
    (tmp_path / "a.svg").write_text("<svg/>")
    kept = report.Few(2)
    for n in range(5):
        kept.look(problem(n, [False, True], kind="natural"))
    shown = report.browser([report.of_problem(one, "slip") for one in kept.problems()], "Samples")
    figure = report.figure(tmp_path / "a.svg", "what it shows")
    frame = pd.DataFrame([("<script>", 1)], columns=["name", "n"])
    page = report.page("title", "note", [("Scores", figure + report.table(frame))], shown)
    assert "<td>&lt;script&gt;</td>" in page
    assert page.count("<details>") == 2
    assert not re.search(r"(?:src|href)=\"(?!data:)", page)
    assert page == report.page("title", "note", [("Scores", figure + report.table(frame))], shown)


def test_the_few_are_the_same_in_any_order():
    store = [problem(n, [True]) for n in range(30)]
    first, again = report.Few(4), report.Few(4)
    for one in store:
        first.look(one)
    for one in reversed(store):
        again.look(one)
    assert first.problems() == again.problems()
    assert len(first.problems()) == 4


def tree(at):
    return {str(path.relative_to(at)): path.read_bytes() for path in sorted(at.rglob("*")) if path.is_file()}


def test_the_head_line_analysis_writes_the_same_files_twice(tmp_path, monkeypatch):
    """From versioned files to all tables, figures and the report."""
    monkeypatch.setattr(headline, "ROOT", tmp_path)
    look.set_style()
    with pytest.raises(BadInput, match="run `dvc repro evaluate`"):
        headline.analyse()
    (tmp_path / "data/evaluate").mkdir(parents=True)
    both = pd.concat([items(rung="inputs"), items(predict="input")]).drop(columns=["arm", "seed"])
    path = tmp_path / "data/evaluate/items.parquet"
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(BadInput, match=r"data/evaluate/items\.parquet is damaged: run `dvc repro"):
        headline.analyse()
    both.to_parquet(path)
    store = [problem(n, [n % 2 == 0, True]) for n in range(8)]
    shards.write(tmp_path / "data/revise/slip/part-00000.parquet", store, Problem)
    (tmp_path / "metrics").mkdir()
    counts = {"rows_in": 3, "rows_out": 2, "dropped": {"no types": 1}}
    (tmp_path / "metrics/unify.json").write_text(json.dumps(counts))
    rate = {"items": 4, "testable": 3, "raw": 2, "found": 1, "whole": 0}
    leaks = {"grids": rate, "inputs": rate | {"score": 0.5, "unleaked": None}}
    (tmp_path / "metrics/contamination.json").write_text(json.dumps({"texts": 9, "sets": leaks}))
    made = headline.analyse()
    assert {path.name for path in made} == {path.name for path in (tmp_path / "plots").iterdir()}
    first = tree(tmp_path / "plots")
    headline.analyse()
    assert tree(tmp_path / "plots") == first
    assert {
        "scores.md",
        "scores.csv",
        "ladder.svg",
        "turns.svg",
        "funnel.svg",
        "contamination.svg",
        "report.html",
    } <= set(first)
    assert "<td>66.7 %</td>" in (tmp_path / "plots/report.html").read_text()

"""Numbers of the analysis against hand-made items, and figures that are the same bytes twice."""

import io
import json
import re
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from analysis import (
    benchmarks,
    breakdown,
    enough,
    experiments,
    flips,
    funnel,
    headline,
    ladder,
    lengths,
    look,
    origins,
    paper,
    report,
    samples,
    scores,
    stats,
    sweeps,
    swept,
    table,
    turns,
)  # fmt: skip
from analysis.__main__ import chosen
from analysis.runs import Run
from codeio import facts, shards
from codeio.errors import BadInput, BadParams
from codeio.evaluate.benchmarks import ALL
from codeio.evaluate.intervals import wilson
from codeio.params import load
from codeio.records import Function, Problem, Sample, Turn, Verdict
from tests.conftest import ROOT
from tests.test_lineage import golden


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
            "kind": "procedural",
            "corpus": "made up",
            "status": "ok",
            "prompt": "what does f give?",
            "wanted": "1",
            "response": [f"answer {k}" for k in range(n)],
            "baseline": "0",
        }
    )


def run(name, metrics=(), **params):
    plain = {key.replace("__", "."): str(value) for key, value in params.items()}
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Run(
        id=name, name=name, status="FINISHED", started=now, params=plain, metrics=dict(metrics), tags={}
    )


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


def test_a_paired_difference_is_less_sure_when_seeds_disagree():
    rng = np.random.default_rng(1)
    other = rng.random((3, 200)) < 0.5
    alike = np.array([other[0] | (rng.random(200) < 0.1)] * 3)
    apart = np.array([other[0], np.ones(200), np.zeros(200)])
    _, low, high = stats.paired_difference(alike, other)
    mean, lowest, highest = stats.paired_difference(apart, other)
    assert mean == pytest.approx(apart.mean() - other.mean())
    assert highest - lowest > 2 * (high - low)
    assert stats.paired_difference(np.zeros((2, 0)), np.zeros((1, 0))) == (0.0, -1.0, 1.0)


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
    every = [items("a", right=2), items("b", right=8), items("b", "1", right=8), items("b", rung="inputs")]
    frame = scores.differences(pd.concat(every))
    assert frame[["rung", "arm", "against", "n", "seeds"]].to_numpy().tolist() == [
        ["constants", "b", "a", 10, 1],
        [scores.ALL, "b", "a", 10, 1],  # what only one of them was asked compares nothing
    ]
    assert frame["difference"].tolist() == pytest.approx([0.6, 0.6])
    assert (frame["low"] > 0).all()
    (said,) = re.findall(
        r"b against a: \+60\.0 points \[.*\] on 10 items, 1 seed each: a difference\.",
        sweeps.in_one_look(frame),
    )
    assert said


def test_flips_count_both_ways_and_doubt_themselves_over_seeds():
    one = flips.between(pd.concat([items("a", right=3), items("b", right=9)]))
    assert one[["n", "gained", "lost"]].to_numpy().tolist() == [[10, 6, 0]]
    assert one["p"].iloc[0] == pytest.approx(2 / 2**6)
    assert flips.readable(one)["McNemar p"].tolist() == ["0.031"]
    two = flips.between(pd.concat([items("a", s) for s in "01"] + [items("b", s, right=9) for s in "012"]))
    assert two[["n", "seeds"]].to_numpy().tolist() == [[20, 2]]
    assert flips.readable(two)["McNemar p"].tolist() == ["-"]
    assert flips.against_majority(items())[["gained", "lost"]].to_numpy().tolist() == [[5, 0]]


def test_arms_without_enough_seeds_are_told_how_many_runs_they_lack():
    arms = {"a=0": [run("x", seed=s) for s in (0, 1, 2)], "a=1": [run("y", seed=1)]}
    assert enough.missing(arms).to_numpy().tolist() == [["a=1", "1", 2, "seed=0,2"]]
    assert enough.missing(arms, ["a=0", "a=2"]).to_numpy().tolist() == [
        ["a=1", "1", 2, "seed=0,2"],
        ["a=2", "none", 3, "seed=0,1,2"],
    ]


def test_the_papers_figures_stand_beside_ours_and_are_marked():
    assert tuple(ALL) == paper.BENCHMARKS
    for name, figures in paper.MAIN.items():
        assert sum(figures) / 14 == pytest.approx(paper.AVERAGE[name], abs=0.06)
    ours = {
        "bench/gsm8k_limit50": 0.5, "yardstick/gsm8k_limit50_low": 0.4, "yardstick/gsm8k_limit50_high": 0.6,
        "bench/avg_1_of_14_limit50": 0.5,
    }  # fmt: skip
    frame = benchmarks.beside_the_paper({"mine": [run("x", ours)]}).set_index("benchmark")
    assert frame.loc["gsm8k"].tolist() == ["50.0 [40.0, 60.0] (first 50)", "83.4", "86.4", "85.7"]
    assert frame.loc["drop", "mine"] == "-"
    assert frame.loc["AVG"].tolist() == ["50.0 (of 1)", "54.8", "57.2", "57.7"]
    assert benchmarks.html({"mine": []}).count('class="quoted"') == 3 * (1 + 14 + 1)
    assert benchmarks.ablation("revisions")["paper: AVG of 14"].tolist() == ["57.2", "57.7", "57.1"]
    assert benchmarks.ablation("seed") is None


def test_an_experiment_takes_the_newest_run_of_each_arm_under_todays_settings():
    axes, arms = experiments.asked("revisions")
    assert (axes, arms) == (["revisions"], ["revisions=0", "revisions=1", "revisions=2"])
    today = facts.flat(load())

    def like(name, **other):
        return run(name, **{**{k.replace(".", "__"): v for k, v in today.items()}, **other})

    finished = [
        like("old", revisions=0), like("new", revisions=0), like("seed", revisions=0, seed=1),
        like("other data", revisions=0, fraction=0.5), like("no arm", revisions=7),
        like("other", workers=9, revisions=2),
    ]  # fmt: skip
    assert [one.name for one in experiments.chosen(finished, axes, arms)] == ["new", "seed", "other"]
    with pytest.raises(BadParams, match="did you mean revisions"):
        experiments.analyse("revision")


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


def test_the_flow_goes_from_raw_files_to_right_answers():
    frame = funnel.flow(ROOT / "metrics").set_index("step")["rows"]
    told = {
        name: json.loads((ROOT / f"metrics/{name}.json").read_text())
        for name in ("collect", "execute", "revise-slip")
    }
    turned = told["revise-slip"]["turns"]
    assert frame["raw files"] == told["collect"]["rows_out"]
    assert frame["certified pairs"] == told["execute"]["pairs"]
    assert frame["slip: answered"] == turned["turn_0"]["answers"]
    assert frame["slip: right by turn 2"] == sum(turned[f"turn_{n}"]["right"] for n in range(3))


@pytest.mark.parametrize(
    ("length", "bin"),
    [(0, "0-99"), (99, "0-99"), (100, "100-199"), (3199, "1600-3199"), (9999, "3200 and more")],
)
def test_lengths_fall_into_bins(length, bin):
    assert breakdown.binned(length) == bin


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A checkout with the golden file's functions and problems."""
    root = tmp_path_factory.mktemp("kept")
    for name, record in (("execute", Function), ("pose", Problem)):
        shards.write(root / "data" / name / "part-00000.parquet", golden(name), record)
    shards.write(root / "data/revise/slip/part-00000.parquet", golden("revise"), Problem)
    return root


def test_answers_are_broken_down_by_what_their_problems_are_like(kept):
    problems = golden("revise")
    known = origins.of({one.id for one in problems} | {"unknown"}, kept)
    assert set(known) == {one.id for one in problems}
    assert all(known[one.id].pair.id == one.pair for one in problems)
    assert known[problems[0].id].place.endswith("grades.py:6-12")
    frame = breakdown.summarise(breakdown.of_problems(problems, known, "slip"))
    first = frame[(frame["series"] == "slip, first answer") & (frame["by"] == "length")]
    assert (first["n"].sum(), first["right"].sum()) == (8, sum(one.turns[0].correct for one in problems))
    last = frame[(frame["series"] == "slip, after the last turn") & (frame["by"] == "difficulty")]
    assert last["right"].sum() == sum(any(turn.correct for turn in one.turns) for one in problems)
    assert set(frame[frame["by"] == "pattern"]["value"]) == {
        name for one in golden("execute") for name in one.patterns
    }


def test_tokens_are_those_of_the_view(tmp_path):
    from tokenizers import Tokenizer, models, pre_tokenizers

    made = Tokenizer(models.WordLevel({"?": 0}, unk_token="?"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.save(str(tmp_path / "tokenizer.json"))
    params = load("revisions=0", "pairs_per_function=1")
    frame = lengths.count(golden("revise"), params, tmp_path)
    shown = [one for one in golden("revise") if one.rank == 0]
    assert frame["answered"].tolist() == [len(one.turns[0].main.response.split()) for one in shown]
    assert lengths.table(frame, 10)["over 10 tokens"].tolist() == ["100%"] * 2


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
    steps = pd.DataFrame([("raw files", 9), ("slip: answered", 3)], columns=["step", "rows"])
    yield "flow", lambda: funnel.draw_flow(steps)
    cases = [breakdown.Case(series, n % 3 == 0, None, 90 * n) for n in range(60) for series in "ab"]
    yield "breakdown", lambda: breakdown.draw(breakdown.summarise(cases), "the question")
    tokens = pd.DataFrame(
        [("natural", "output", 9 * n, n) for n in range(1, 50)],
        columns=["kind", "predict", "asked", "answered"],
    )
    yield "lengths", lambda: lengths.draw(tokens, 200)
    seeds = pd.concat([items("a", "0"), items("a", "1", 4), items("b", "0", 8)])
    yield "seeds", lambda: swept.draw(swept.summarise(seeds), "title", seeds)


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
    few = samples.Few(2)
    for n in range(5):
        few.look(problem(n, [False, True], kind="natural"))
    shown = samples.browser([samples.of_problem(one, "slip") for one in few.problems()], "Samples")
    figure = report.figure(tmp_path / "a.svg", "what it shows")
    frame = pd.DataFrame([("<script>", 1)], columns=["name", "n"])
    sections = [("Scores", figure + report.table(frame)), ("Samples", shown)]
    page = report.page("title", "note", sections)
    assert "<td>&lt;script&gt;</td>" in page
    assert page.count("<details>") == 2
    assert not re.search(r"(?:src|href)=\"(?!data:|#)", page)
    for target in re.findall(r'href="#([^"]+)"', page):
        assert f'id="{target}"' in page
    assert page == report.page("title", "note", sections)


def test_an_item_shows_the_answers_of_all_arms_side_by_side():
    both = pd.concat([items("a", right=3), items("b", right=9), items("b", "1", right=0)])
    shown = samples.of_items(both, {})
    assert len(shown) == 10
    assert [one.count('class="right">a right') for one in shown] == [1] * 3 + [0] * 7
    assert [one.count('class="right">b right') for one in shown] == [1] * 9 + [0]
    assert all(one.count("answer ") == 2 for one in shown)


def test_the_few_are_the_same_in_any_order():
    store = [problem(n, [True]) for n in range(30)]
    first, again = samples.Few(4), samples.Few(4)
    for one in store:
        first.look(one)
    for one in reversed(store):
        again.look(one)
    assert first.problems() == again.problems()
    assert len(first.problems()) == 4


def tree(at):
    return {str(path.relative_to(at)): path.read_bytes() for path in sorted(at.rglob("*")) if path.is_file()}


def test_the_head_line_analysis_writes_the_same_files_twice(kept, monkeypatch):
    """From versioned files to all tables, figures and the page."""
    for module in (headline, facts):
        monkeypatch.setattr(module, "ROOT", kept)
    look.set_style()
    with pytest.raises(BadInput, match="run `dvc repro evaluate`"):
        headline.analyse()
    (kept / "data/evaluate").mkdir(parents=True)
    asked = golden("pose")
    both = pd.concat([items(rung="inputs"), items(predict="input")]).drop(columns=["arm", "seed"])
    both.loc[both.index[:2], "id"] = [one.id for one in asked[:2]] * 2
    path = kept / "data/evaluate/items.parquet"
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(BadInput, match=r"data/evaluate/items\.parquet is damaged: run `dvc repro"):
        headline.analyse()
    both.to_parquet(path)
    (kept / "metrics").mkdir()
    counts = {"rows_in": 3, "rows_out": 2, "dropped": {"no types": 1}}
    (kept / "metrics/unify.json").write_text(json.dumps(counts))
    rate = {"items": 4, "testable": 3, "raw": 2, "found": 1, "whole": 0}
    leaks = {"grids": rate, "inputs": rate | {"score": 0.5, "unleaked": None}}
    (kept / "metrics/contamination.json").write_text(json.dumps({"texts": 9, "sets": leaks}))
    (kept / "dvc.lock").write_text("stages: {pose: {outs: [{path: data/pose, md5: abc.dir}]}}\n")
    made = headline.analyse()
    written = {path.name for folder in ("plots", "analysis") for path in (kept / folder).iterdir()}
    assert {path.name for path in made} == written
    first = tree(kept / "plots") | tree(kept / "analysis")
    headline.analyse()
    assert tree(kept / "plots") | tree(kept / "analysis") == first
    assert {"scores.md", "scores.csv", "ladder.svg", "turns.svg", "flow.csv", "breakdown_model.svg"} <= set(
        first
    )
    page = first["report.html"].decode()
    for wanted in (
        "abc.dir",
        "grades.py:6-12",
        "paper: CODEI/O++",
        "certified by engine",
        "wrong to right",
        "<td>66.7 %</td>",
    ):
        assert wanted in page
    assert "| source | d27950c35b19 | unknown | 2 |" in first["data_card.md"].decode()
    model = first["model_card.md"].decode()
    assert "| inputs | output | 0.60 [0.31, 0.83] | 0.10 | yes | 10 |" in model
    assert "Not above the majority answer: none." in model

"""What is said of differences between arms: scores, intervals, pairs, flips, arms that lack runs."""

import re

import numpy as np
import pandas as pd
import pytest

from analysis import (
    benchmarks,
    enough,
    experiments,
    flips,
    paper,
    scores,
    stats,
    sweeps,
    swept,
)  # fmt: skip
from codeio import facts
from codeio.errors import BadParams
from codeio.evaluate.benchmarks import ALL
from codeio.evaluate.intervals import wilson
from codeio.params import load
from tests.analysing import items, run


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
        r"b against a: \+60\.0 points \[.*\] on 10 items, 1 seed each: a difference of these runs\. What another",
        sweeps.in_one_look(frame),
    )
    assert said


def test_what_never_differs_is_not_called_certain():
    alike = scores.differences(pd.concat([items("a", right=0), items("b", right=0)]))
    assert sweeps.readable(alike)["95 % interval"].tolist() == ["-", "-"]
    three = [items("a", s, right=2) for s in "012"] + [items("b", s, right=8) for s in "012"]
    said = sweeps.in_one_look(scores.differences(pd.concat(three)))
    assert said.endswith("on 10 items, 3 seeds each: a difference.")


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
        like("other", workers=9, revisions=2), like("corpus", revisions=0, corpus__name="pyedu"),
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
        ([{"corpus__name": "pyedu"}, {"corpus": "null"}], ["corpus.name"], ["corpus=view", "corpus=pyedu"]),
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

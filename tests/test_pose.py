"""Two questions per pair; nothing that resembles a held-out function is trained on."""

import pytest
from msgspec.structs import replace

from codeio.pose import known, shard
from codeio.records import Dropped, Pair
from tests.test_execute import function

CODE = "def f(x):\n" + "".join(f"    v{i} = x * {i} + {i * i}\n" for i in range(20)) + "    return v3\n"
PAIRS = (Pair(id="a", input={"x": 1}, output=9), Pair(id="b", input={"x": 2}, output=12, heldout=True))


def posed(functions):
    return list(shard(functions, known(functions, 0.8)))


def test_two_problems_per_pair_and_the_inputs_rung():
    problems = posed([function(CODE, pairs=PAIRS)])
    assert [(p.predict, p.split, p.rank) for p in problems] == [
        ("output", "train", 0), ("input", "train", 0), ("output", "inputs", 1), ("input", "inputs", 1),
    ]  # fmt: skip
    assert (problems[0].given, problems[0].wanted) == ({"x": 1}, 9)
    assert (problems[1].given, problems[1].wanted) == (9, {"x": 1})
    assert len({p.id for p in problems}) == 4


def test_near_duplicate_of_a_heldout_function_is_dropped():
    held = replace(function(CODE, pairs=PAIRS), split="natural")
    twin = replace(function(CODE.replace("v3", "v4"), pairs=PAIRS), id="twin")
    *stays, dropped = posed([held, twin])
    assert len(stays) == 4  # the held-out one itself
    assert isinstance(dropped, Dropped)
    assert (dropped.reason, dropped.detail) == ("near duplicate of a held-out function", held.id)
    ours = replace(twin, kind="procedural")
    assert len(posed([held, ours])) == 8  # its twins are the constants rung


@pytest.mark.parametrize("splits", [("train", "train"), ("train", "natural"), ("natural", "train")])
def test_a_function_of_two_files_is_taken_once_and_held_out_if_one_of_them_is(splits):
    first, second = (
        replace(function(CODE, pairs=PAIRS), source=split + str(n), split=split)
        for n, split in enumerate(splits)
    )
    found = posed([first, second])
    kept = [one for one in found if not isinstance(one, Dropped)]
    (dropped,) = (one for one in found if isinstance(one, Dropped))
    assert dropped.reason == "same code as a function of another file"
    assert len({one.id for one in kept}) == len(kept) == 4
    assert ("natural" in splits) == (kept[0].split == "natural")

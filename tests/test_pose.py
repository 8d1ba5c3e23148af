"""Two questions per pair; nothing that resembles a held-out function is trained on."""

from msgspec.structs import replace

from codeio.pose import shard
from codeio.records import Dropped, Pair
from codeio.similar import Similar
from tests.test_execute import function

CODE = "def f(x):\n" + "".join(f"    v{i} = x * {i} + {i * i}\n" for i in range(20)) + "    return v3\n"
PAIRS = (Pair(id="a", input={"x": 1}, output=9), Pair(id="b", input={"x": 2}, output=12, heldout=True))


def test_two_problems_per_pair_and_the_inputs_rung():
    problems = list(shard([function(CODE, pairs=PAIRS)], Similar(0.8)))
    assert [(p.predict, p.split, p.rank) for p in problems] == [
        ("output", "train", 0), ("input", "train", 0), ("output", "inputs", 1), ("input", "inputs", 1),
    ]  # fmt: skip
    assert (problems[0].given, problems[0].wanted) == ({"x": 1}, 9)
    assert (problems[1].given, problems[1].wanted) == (9, {"x": 1})
    assert len({p.id for p in problems}) == 4


def test_near_duplicate_of_a_heldout_function_is_dropped():
    known = Similar(0.8, [("held", CODE)])
    twin = function(CODE.replace("v3", "v4"), pairs=PAIRS)
    (dropped,) = shard([twin], known)
    assert isinstance(dropped, Dropped)
    assert (dropped.reason, dropped.detail) == ("near duplicate of a held-out function", "held")
    assert len(list(shard([replace(twin, split="natural")], known))) == 4  # the held-out ones themselves stay
    assert (
        len(list(shard([replace(twin, kind="procedural")], known))) == 4
    )  # their twins are the constants rung

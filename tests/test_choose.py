"""Which calls of a pool are the pairs: coverage first, then no case too often."""

import pytest

from codeio.choose import cover, greedy, not_all_echoed
from codeio.sandbox import Call


def call(x, output, arcs=(), lines=1, **more):
    return Call(input={"x": x, **more}, status="ok", output=output, arcs=tuple(arcs), lines=lines)


def test_greedy_takes_new_arcs_then_buckets_then_outputs():
    dull = [call(n, 0, [(1, 2, 1)]) for n in range(20)]
    loop = call(50, 0, [(1, 2, 9)])
    branch = call(60, 0, [(1, 2, 1), (2, 3, 1)])
    fresh = call(70, 1, [(1, 2, 1)])
    chosen = greedy([*dull, fresh, loop, branch], 4)
    assert chosen[0].input["x"] == 60
    assert {c.input["x"] for c in chosen} > {50, 60, 70}
    assert cover(chosen, [*dull, fresh, loop, branch]) == 1.0


def test_greedy_spreads_over_outputs_and_inputs():
    pool = [call(x, x > 90) for x in range(-100, 100)]
    chosen = greedy(pool, 6)
    assert sum(c.output for c in chosen) == 3
    negative = sorted(c.input["x"] for c in chosen if not c.output)
    assert negative[-1] - negative[0] > 20, "no neighbours of one text"


def test_greedy_prefix_is_greedy_of_fewer():
    pool = [call(n, n % 5, [(n % 7, n % 3, n)]) for n in range(40)]
    assert greedy(pool, 10)[:4] == greedy(pool, 4)


def test_chosen_pairs_do_not_all_repeat_an_argument():
    echoes, other = [call(n, n) for n in range(4)], call(9, 1)
    assert not_all_echoed(echoes, [*echoes, other]) == [*echoes[:-1], other]
    assert not_all_echoed([*echoes, other], [*echoes, other]) == [*echoes, other]


@pytest.mark.parametrize("given", [{"x": 5, "y": 5}, {"x": 0, "y": 5}, {"x": [], "y": 5}, {"x": 3, "y": "a"}])
def test_what_a_few_have_in_common_is_chosen_once_in_five_at_most(given):
    """Four in ten are of one case, and would come first for their longer traces."""
    others = [call(n, 100 + n, y=-n, lines=n) for n in range(10, 70)]
    special = [call(given["x"], n, y=given["y"], lines=300 + n) for n in range(40)]
    chosen = greedy([*others, *special], 10)
    assert sum(c in special for c in chosen) <= 1


def test_an_argument_does_not_hold_the_same_in_more_pairs_than_others_allow():
    often = [call(n, 100 + n, y="a", lines=300 + n) for n in range(40)]
    others = [call(n, 200 + n, y="bcdefgh"[n % 7], lines=n) for n in range(40)]
    assert sum(c.input["y"] == "a" for c in greedy([*often, *others], 10)) <= 2
    either = [call(n, n, y=n % 2 == 0, lines=n) for n in range(40)]
    assert sum(c.input["y"] for c in greedy(either, 10)) == 5


@pytest.mark.parametrize("copies", [lambda n: [1, 2, 3, n], lambda n: [n, 1, 2, 3], lambda n: f"abc{n}"])
def test_near_copies_of_one_input_are_one_pair_of_ten(copies):
    others = [call([n, -n, n * n, n + 3], n, lines=n) for n in range(40)]
    near = [call(copies(n), 100 + n, lines=300 + n) for n in range(40)]
    assert sum(c in near for c in greedy([*others, *near], 10)) == 1


def test_numbers_are_of_many_sizes():
    pool = [call(n, n * n, [(1, 2, 1)], lines=n) for n in range(1, 64)]
    chosen = [c.input["x"].bit_length() for c in greedy(pool, 12)]
    assert max(map(chosen.count, chosen)) <= 3
    assert set(chosen) == {1, 2, 3, 4, 5, 6}


def test_a_number_is_not_always_the_length_of_the_list():
    whole = [call(list(range(n, n + 6)), 100 + n, k=6, lines=300 + n) for n in range(0, 90, 7)]
    parts = [call(list(range(n, n + 6)), 200 + n, k=1 + n % 5, lines=n) for n in range(1, 400, 7)]
    assert sum(c.input["k"] == 6 for c in greedy([*whole, *parts], 10)) <= 1


def test_a_common_result_is_not_chosen_more_often_than_others():
    pool = [call([n], 0 if n > 20 else n, [(1, 2, n)]) for n in range(200)]
    assert sum(c.output == 0 for c in greedy(pool, 10)) <= 2


def test_what_most_have_in_common_is_no_special_case():
    pool = [call([n], n, y=1, lines=3) for n in range(40)]
    assert len(greedy(pool, 10)) == 10
    near = [call(n, n + 1, y=n) for n in range(30)] + [call(n, n + 2, y=n + 1) for n in range(10)]
    assert sum(c.input["x"] == c.input["y"] for c in greedy(near, 8)) > 2

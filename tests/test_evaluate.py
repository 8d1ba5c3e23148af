"""The held-out ladder: what is asked, what guessing gets, how answers are judged, and generation itself."""

import math
from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from codeio import tokenizer
from codeio.assemble import view
from codeio.evaluate import generate, run
from codeio.evaluate.intervals import wilson
from codeio.evaluate.ladder import RUNGS, Held, Majority, held_out
from codeio.params import load
from codeio.records import Problem
from codeio.train import model
from tests.views import problem

PARAMS = load("workers=1", "model.context=96", "evaluate.max_new_tokens=24", "evaluate.instructions=8")


def asked(function: str, split: str, structure: str = "", predict: str = "output", rank: int = 0) -> Problem:
    return replace(problem(function, rank, predict, [True], split), structure=structure or function)


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (5, 10, 0.2366, 0.7634),
        (81, 263, 0.2553, 0.3662),  # Newcombe, Statistics in Medicine 17 (1998), table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_of_known_values(right, n, low, high):
    assert wilson(right, n) == pytest.approx((low, high), abs=5e-5)


def test_wilson_of_nothing_says_nothing():
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share_and_mirrors(case):
    right, n = case
    low, high = wilson(right, n)
    assert 0 <= low <= right / n + 1e-12
    assert right / n - 1e-12 <= high <= 1
    assert wilson(n - right, n) == pytest.approx((1 - high, 1 - low))
    assert math.isclose(high - low, wilson(n - right, n)[1] - wilson(n - right, n)[0], abs_tol=1e-9)


STORE = [
    *(asked("seen", "train", "s", rank=rank, predict=p) for rank in range(3) for p in ("output", "input")),
    asked("seen", "inputs", "s", rank=7),
    asked("seen", "inputs", "s", "input", rank=7),
    asked("twin", "constants", "s"),
    asked("stranger", "constants", "no program of train has it"),
    asked("new", "structure", "n"),
    *(asked(f"real {n}", "natural") for n in range(5)),
]


def test_rungs_share_nothing_with_what_is_trained_on():
    params = replace(PARAMS, pairs_per_function=PARAMS.execute.pairs)
    trained_ids = {example.id for example in view(STORE, params, Counter())}
    trained = [one for one in STORE if one.id in trained_ids]
    held = held_out(STORE, 10)
    by = {rung: [one for at, one in held.items if at == rung] for rung in RUNGS}
    assert trained
    assert all(by.values())
    assert not {one.pair for one in trained} & {one.pair for _, one in held.items}
    functions, structures = {one.function for one in trained}, {one.structure for one in trained}
    assert {one.function for one in by["inputs"]} <= functions
    for rung in ("constants", "structure", "natural"):
        assert not functions & {one.function for one in by[rung]}
    assert {one.structure for one in by["constants"]} <= structures
    for rung in ("structure", "natural"):
        assert not structures & {one.structure for one in by[rung]}
    assert held.untaught == 1


def test_fewer_items_are_among_more_whatever_the_order():
    more, fewer = (held_out(STORE, count) for count in (5, 2))
    assert all(item in more.items for item in fewer.items)
    assert len(fewer.items) < len(more.items)
    assert held_out(STORE[::-1], 2).items == fewer.items
    assert Counter((rung, one.predict) for rung, one in fewer.items)["natural", "output"] == 2


def test_majority_knows_the_nearest_level():
    majority = Majority()
    for function, structure, wanted in (
        ("f", "s", 1), ("f", "s", 1), ("f", "s", 2), ("g", "s", 2), ("g", "s", 2), ("h", "t", 3), ("h", "t", 3),
        ("h", "t", 3), ("h", "t", 3),
    ):  # fmt: skip
        majority.learn(replace(asked(function, "train", structure), wanted=wanted))
    guesses = [majority.answer(asked(*one)) for one in (("f", "inputs", "s"), ("x", "constants", "s"))]
    assert guesses == ['{"output":1}', '{"output":2}']
    assert majority.answer(asked("x", "structure", "x")) == '{"output":3}'
    assert majority.answer(asked("x", "structure", "x", "input")) == ""


# --- judged by a real sandbox

CODE = "def f(x):\n    return x % 10"
LADDER = [replace(asked("f", "inputs", rank=n), code=CODE, given={"x": 24}, wanted=4) for n in range(4)]
INPUTS = [
    replace(asked("f", "inputs", predict="input", rank=n), code=CODE, given=4, wanted={"x": 24})
    for n in range(8)
]
SAID = {
    "output": [
        ('{"output": 4}', "ok"),
        ('{"output": 5}', "mismatch"),
        ("4", "no_answer"),
        (None, "too_long"),
    ],
    "input": [
        ('{"input": {"x": 24}}', "ok"),
        ('another one: {"input": {"x": 1994}}', "ok"),
        ('{"input": {"x": 25}}', "mismatch"),
        ('{"input": 24}', "no_answer"),
        ('{"output": 4}', "no_answer"),
        ('{"input": {"x": ', "no_answer"),
        ('{"input": {"y": 24}}', "exception"),
        ("", "no_answer"),
    ],
}


@pytest.fixture(scope="module")
def judged():
    majority = Majority()
    majority.learn(replace(LADDER[0], split="train"))
    held = Held(tuple(("inputs", one) for one in [*LADDER, *INPUTS]), majority, 0)
    responses = [text for text, _ in [*SAID["output"], *SAID["input"]]]
    return run.ladder(held, PARAMS, lambda questions: responses[: len(questions)])


@pytest.mark.parametrize("predict", ["output", "input"])
def test_answers_are_judged_by_execution_and_malformed_is_wrong(judged, predict):
    found = [(item.response or None, item.status) for item in judged if item.predict == predict]
    assert found == [(text or None, status) for text, status in SAID[predict]]
    assert all(item.correct == (item.status == "ok") for item in judged)


def test_everything_asked_is_scored(judged):
    found = run.metrics(judged)
    assert found["items/inputs_output"] == 4
    assert found["items/inputs_input"] == 8
    assert (found["bench/inputs_output"], found["bench/inputs_input"]) == (0.25, 0.25)
    assert (found["malformed/inputs_output"], found["malformed/inputs_input"]) == (0.5, 0.5)
    assert (found["baseline/inputs_output"], found["baseline/inputs_input"]) == (1.0, 0.0)
    assert (found["low/inputs_output"], found["high/inputs_output"]) == pytest.approx(wilson(1, 4), abs=1e-6)


def test_instructions_are_equal_as_text():
    found = run.general(PARAMS, lambda questions: [None, "no", *[" 4\n"] * (len(questions) - 2)])
    assert [item.status for item in found[:2]] == ["too_long", "mismatch"]
    assert all(item.correct == (item.response.strip() == item.wanted) for item in found)
    assert len(found) == 8
    other = run.general(replace(PARAMS, seed=PARAMS.seed + 1), lambda questions: [None] * len(questions))
    named = {(item.id, item.prompt) for item in [*found, *other]}
    assert (
        len(named) == len({id for id, _ in named}) == len({prompt for _, prompt in named})
    )  # no id by place
    right = {item.prompt: f"{item.wanted}\n" for item in found}
    assert all(item.correct for item in run.general(PARAMS, lambda questions: [right[q] for q in questions]))


# --- generation

QUESTIONS = ["f(1)?", "2 + 2", "x" * 30, "def f(x):\n    return x", "what?", "z" * 84, "y" * 500]
SPREAD = 10.0


@pytest.fixture(scope="module")
def loaded():
    """A random model whose text shows every token: ASCII only, and weights too large to repeat the last one."""
    words = tokenizer.train([("def f(x):\n    return x + 12", "")], 264)
    made = model.fresh(PARAMS, words).eval()
    mute = [n for n in words.get_vocab().values() if not words.decode(n).isascii()]
    with torch.no_grad():
        made.get_input_embeddings().weight[mute] = 0.0
        for weights in made.model.layers.parameters():
            weights.mul_(SPREAD if weights.dim() > 1 else 1.0)
    return generate.Loaded(made, words, "cpu")


def test_answers_do_not_depend_on_their_batch(loaded):
    alone, together = (
        generate.answers(QUESTIONS, loaded, replace(PARAMS, evaluate=replace(PARAMS.evaluate, batch=batch)))
        for batch in (1, len(QUESTIONS))
    )
    assert alone == together
    assert alone[-1] is None  # leaves no room in the context
    assert all(text is not None for text in alone[:-1])
    assert len(set(alone)) > 2


def test_an_answer_that_is_gone_on_with_is_the_one_made_in_one_go(loaded, monkeypatch):
    said = []
    for first in (3, 10_000):
        monkeypatch.setattr(generate, "FIRST", first)
        said.append(generate.answers(QUESTIONS, loaded, PARAMS))
    assert said[0] == said[1]
    assert max(len(loaded.tokenizer(text)["input_ids"]) for text in said[0] if text) > 3 * 3


def test_answers_end_with_their_context(loaded):
    for question, text in zip(QUESTIONS[:-1], generate.answers(QUESTIONS[:-1], loaded, PARAMS), strict=True):
        room = PARAMS.model.context - len(generate.encode(question, loaded.tokenizer))
        said = loaded.tokenizer(text, add_special_tokens=False)["input_ids"]
        assert (
            len(said) <= min(room, PARAMS.evaluate.max_new_tokens) + 1
        )  # halves of a character may part anew


def test_the_same_seed_gives_the_same_model(loaded):
    one, again, other = (
        model.fresh(replace(PARAMS, seed=seed), loaded.tokenizer).state_dict() for seed in (0, 0, 1)
    )
    assert all((weights == again[name]).all() for name, weights in one.items())
    assert any((weights != other[name]).any() for name, weights in one.items())


def test_a_saved_checkpoint_answers_alike(loaded, tmp_path):
    loaded.model.save_pretrained(tmp_path)
    loaded.tokenizer.save_pretrained(tmp_path)
    opened = generate.open_checkpoint(tmp_path, PARAMS)
    few = QUESTIONS[:3]
    assert generate.answers(few, opened, PARAMS) == generate.answers(few, loaded, PARAMS)

"""Formats of a view: what is asked and answered; and problems by how often they are solved."""

from collections import Counter

import pytest
from msgspec.structs import replace

from codeio import assemble
from codeio.assemble import view
from codeio.errors import BadParams
from codeio.records import Problem, Turn
from tests.views import PARAMS, problem, taken, turn, wished

WORDS = {"statement": "What is one more than a number?", "io_description": "`x` (int)"}


def worded(function: str, rank: int, predict: str, right: list[bool]) -> Problem:
    return replace(problem(function, rank, predict, right), **WORDS)


@pytest.mark.parametrize("name", ["code_cot", "q_then_code_cot"])
def test_a_format_changes_what_is_asked_and_never_what_was_reasoned(name):
    one = worded("f", 0, "output", [False, True])
    params = wished(format=name, revisions=1, model=replace(PARAMS.model, prompts="ask"))
    said = [m.content for m in assemble.conversation(one, params).messages]
    assert ("one more than" in said[0]) == (name != "code_cot")
    assert (one.code in said[0]) == (name == "code_cot")
    code = "" if name == "code_cot" else f"```python\n{one.code}\n```\n"
    assert said[1] == code + one.turns[0].main.response
    assert said[3] == one.turns[1].main.response


def test_the_code_is_asked_for_once_per_function():
    store = [worded("f", rank, predict, [False]) for rank in (0, 1) for predict in ("output", "input")]
    counts = Counter()
    (example,) = view(
        [*store, problem("g", 0, "output", [True])], wished(format="q_then_code", predict="input"), counts
    )
    assert example.id == "f.0.output"
    assert example.messages[1].content == f"```python\n{store[0].code}\n```"
    assert store[0].code not in example.messages[0].content
    assert counts["the code is asked for once"] == 3
    assert counts["no statement to ask without the code"] == 1


def test_answers_given_with_the_code_in_sight_are_not_shown_without_it():
    with pytest.raises(BadParams, match=r"slip tells of the code.* teacher=llm"):
        assemble.check(wished(format="q_cot"))
    own = {"teacher": "llm", "teachers": ("llm",)}
    with pytest.raises(BadParams, match=r"teachers=\[llm,llm_blind\]"):
        assemble.check(wished(format="q_cot", **own))
    own = {"teacher": "llm", "teachers": ("llm", "llm_blind")}
    assert [wished(format=name, **own).store for name in ("q_cot", "code_cot")] == ["llm_blind", "llm"]
    one = worded("f", 0, "output", [True])
    (example,) = taken([one], wished(format="q_cot", **own)).values()
    assert one.code not in example.messages[0].content
    assert example.messages[1].content == one.turns[0].main.response


@pytest.mark.parametrize(
    ("rates", "kept"), [((0.0, 1.0), 5), ((0.1, 0.9), 3), ((0.5, 1.0), 3), ((1.0, 1.0), 1)]
)
def test_problems_of_a_pass_rate(rates, kept):
    def solved(times: int) -> Problem:
        samples = tuple(turn(n < times, str(n)).main for n in range(4))
        return replace(problem(f"f{times}", 0, "output", []), turns=(Turn(samples=samples),))

    counts = Counter()
    found = list(view([solved(times) for times in range(5)], wished(pass_rate=rates), counts))
    assert len(found) == kept
    assert counts["beyond pass_rate"] == 5 - kept


def test_rates_the_wrong_way_round_are_refused():
    with pytest.raises(BadParams, match="must not be above the second"):
        assemble.check(wished(pass_rate=(0.9, 0.1)))

"""Test items in training text: found where they are, not where they are not, in bounded memory."""

import tracemalloc

import pytest
from msgspec.structs import replace

from codeio import contamination
from codeio.contamination import Rate, searched
from codeio.evaluate.benchmark import Item
from codeio.records import Sample, Turn, Verdict
from tests.test_assemble import problem

LONG = "A robe takes two bolts of blue fiber and half that much white fiber. How many bolts in total?"
SETS = {
    "gsm8k": [Item(id="0", question=LONG, gold="3"), Item(id="1", question="How many is it?", gold="1")],
    "korbench": [Item(id="0", question="x " * 40, gold="x")],
    "bbh_zh": [Item(id="0", question="安和李在同一条街上住了十二年他们养了三只猫", gold="是")],
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("nothing of it", (0, 0, 0, 0)),
        (LONG, (1, 0, 0, 0)),
        (f"before {LONG.upper().replace(' ', '  ')} after", (1, 0, 0, 0)),
        (" ".join(LONG.split()[:12]), (0, 0, 0, 0)),
        (" ".join(LONG.split()[2:15]), (1, 0, 0, 0)),
        ("so: how many, is it", (0, 1, 0, 0)),
        ("x " * 13, (0, 0, 1, 0)),
        ("据说安和李在同一条街上住了十二年他们", (0, 0, 0, 1)),
    ],
)
def test_what_is_found(text, found):
    rates, count = searched(SETS, [text])
    long, short, pattern, chinese = found
    assert count == 1
    assert rates["gsm8k"] == Rate(2, 1, long, long, short)
    assert rates["korbench"] == Rate(1, 1, pattern, 0, 0)
    assert rates["bbh_zh"] == Rate(1, 1, chinese, chinese, 0)


def test_prompts_code_responses_and_feedback_are_searched():
    verdict = Verdict(status="mismatch", correct=False, feedback="told")
    one = replace(
        problem("f", 0, "output", [True]), statement="asked", code="coded", gold="gilded",
        turns=(Turn(samples=(Sample(response="said", verdict=verdict), Sample(response="other"))),),
    )  # fmt: skip
    assert {"asked", "coded", "gilded", "said", "told", "other"} <= set(contamination.texts(one))


def test_memory_does_not_grow_with_the_corpus():
    """A stream of 400 kB of generated texts; what is kept is the test sets' grams and what Python has yet to free."""
    peaks = []
    for count in (1000, 3000):
        tracemalloc.start()
        searched(
            SETS, (f"text {n} " + "some words of a program that adds numbers " * 3 for n in range(count))
        )
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert max(peaks) < 300_000


def test_gold_questions_of_real_sets_are_found(shared):
    """Every testable item of a set, when that set itself is the training text."""
    from codeio.evaluate.benchmarks import ALL
    from codeio.evaluate.data import load

    items = load(ALL["gsm8k"], shared / "benchmarks").items[:200]
    rates, _ = searched({"gsm8k": items}, [item.question for item in items])
    assert rates["gsm8k"].raw == rates["gsm8k"].testable
    assert rates["gsm8k"].found >= 0.99 * rates["gsm8k"].testable

"""Test items in training text: found where they are, not where they are not, in bounded memory."""

import json
import tracemalloc

import pytest
from msgspec.structs import asdict, replace

from codeio import contamination, shards, stage
from codeio.contamination import Asked, Found, Rate, Told, search
from codeio.errors import BadInput
from codeio.evaluate import run
from codeio.evaluate.flips import Answer
from codeio.evaluate.score import Scored
from codeio.params import load
from codeio.records import Problem, Sample, Turn, Verdict
from codeio.train import instructions
from tests import asked as sets
from tests.test_flips import evaluated, row
from tests.views import problem

LONG = "A robe takes two bolts of blue fiber and half that much white fiber. How many bolts in total?"


def asked(*more: Asked) -> list[Asked]:
    return [Asked("gsm8k", "0", "0", LONG), Asked("gsm8k", "1", "1", "How many is it?"), *more]


def test_rates_and_scores_of_those_not_found():
    found, count = search(asked(), ["x", LONG, "x", "so how many is it"])
    assert count == 3  # the x is read once
    assert [(one.testable, one.found, one.whole) for one in found] == [
        (True, True, False),
        (False, False, True),
    ]
    some = [*asked(), Asked("gsm8k", "2", "2", LONG.replace("blue", "red"))]
    found, _ = search(some, [LONG[:75]])
    answers = {
        ("gsm8k", "0"): Answer((), 1.0),
        ("gsm8k", "1"): Answer((), 0.5),
        ("gsm8k", "2"): Answer((), 0.0),
    }
    made = contamination.rates(found, contamination.scored(some, answers))
    assert made == {"gsm8k": Rate(items=3, testable=2, raw=1, found=1, whole=0, score=0.5, unleaked=0.25)}


def test_a_problem_of_leetcode_is_found_by_a_case_or_by_its_address():
    items = sets.items("leetcode_o")
    told = "# https://leetcode.com/problems/sum-3/description\n"
    found, _ = search(list(contamination.asked_of("leetcode_o", items)), [told])
    assert len(found) == 6
    assert [one.unit for one in found if one.found] == ["sum-3"]
    assert not any(one.raw or one.whole for one in found)


def test_all_that_training_may_read_is_searched():
    verdict = Verdict(status="mismatch", correct=False, feedback="told")
    one = replace(
        problem("f", 0, "output", [True]), statement="asked", code="coded", gold="gilded", io_description="described",
        given={"x": "given"},
        turns=(Turn(samples=(Sample(response="said", verdict=verdict), Sample(response="other"))),),
    )  # fmt: skip
    every = "".join(contamination.texts(one))
    assert all(
        word in every for word in ("asked", "coded", "gilded", "described", "given", "said", "told", "other")
    )


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A small store, what was posed and what was evaluated, as the stages leave them."""
    for module in (contamination, stage):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    rare = (
        "def rare(x):\n    return sorted(set(first + second for first, second in zip(left_part, right_part)))"
    )
    store = [replace(problem("f", 0, "output", [True]), code=rare), problem("g", 0, "output", [False, True])]
    held = [replace(problem("h", 0, "output", []), split="natural", id="leaked", code=rare)]
    held.append(
        replace(
            held[0],
            id="clean",
            code=rare.replace("zip", "map").replace("sorted", "max").replace("first", "a"),
        )
    )
    shards.write(tmp_path / "data/revise/slip/part-00000.parquet", store, Problem)
    shards.write(tmp_path / "data/pose/part-00000.parquet", [*store, *held], Problem)
    params = load(
        "teachers=[slip]", "train.instructions.rows=24", "evaluate.instructions=4", "evaluate.grids=2"
    )
    judged = [evaluated(one.id, "natural", "output", one.id == "leaked") for one in held]
    judged += run.general(params, lambda questions: [None] * len(questions))
    judged += run.grid(params, lambda questions: ["{}"] * len(questions))
    shards.write(tmp_path / "data/evaluate/items.parquet", judged, run.Item)
    return tmp_path, params


def test_without_benchmark_data_the_embedded_sets_are_compared_and_named(house, capsys, monkeypatch):
    root, params = house
    contamination.main(params)
    made = json.loads((root / "metrics/contamination.json").read_text())
    assert made["absent"] == 14
    assert list(made["sets"]) == ["natural_output", "instructions_answer", "grids_answer"]
    assert made["sets"]["natural_output"] == asdict(
        Rate(items=2, testable=2, raw=1, found=1, whole=0, score=0.5, unleaked=0.0)
    )
    assert (made["sets"]["instructions_answer"]["items"], made["sets"]["grids_answer"]["items"]) == (4, 2)
    rows = shards.read(root / "data/contamination/items.parquet", Found)
    assert [one.unit for one in rows if one.found] == ["leaked"]
    said = " ".join(capsys.readouterr().err.split())
    assert "compared: 3 sets of data/evaluate, 0 of the 14 public benchmarks" in said
    assert "not compared (no evaluate.bench.data_root given): winogrande, drop, gsm8k" in said


def test_a_benchmark_and_a_run_of_it_beside_the_embedded_sets(house, tmp_path):
    root, params = house
    for name, one in sets.ROWS["bbh_zh"]:
        at = tmp_path / "sets/bbh_zh" / f"{name}.json"
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text(json.dumps(one))
    scored = [
        replace(row(name, score), benchmark="bbh_zh")
        for name, score in (("web_of_lies/0", 1.0), ("navigate/0", 0.0))
    ]
    shards.write(tmp_path / "run/items.parquet", scored, Scored)
    params = load(
        f"evaluate.bench.data_root={tmp_path}/sets", f"contamination.scored={tmp_path}/run", "teachers=[slip]"
    )
    contamination.main(params)
    made = json.loads((root / "metrics/contamination.json").read_text())
    assert made["absent"] == 13
    assert made["sets"]["bbh_zh"] | {"items": 3, "score": 0.5, "unleaked": 0.5} == made["sets"]["bbh_zh"]


def test_a_view_and_a_file_of_chats(house, tmp_path):
    """What a view leaves out is not its training text; instructions of stage 2 are."""
    store, view, fewer = (
        list(contamination.training(load("teachers=[slip]", "train.instructions.rows=12", *words)))
        for words in (
            ["contamination.of=stores"],
            ["contamination.of=view"],
            ["contamination.of=view", "fraction=0.000001"],
        )
    )
    assert len(store) > len(view) > len(fewer) == 24
    question = next(
        instructions.examples(
            load("train.instructions.rows=12").train.instructions, 0, instructions.Counter()
        )
    )
    assert question.messages[0].content in fewer
    chats = tmp_path / "chats.jsonl"
    chats.write_text(
        json.dumps({"messages": [{"role": "user", "content": LONG}, {"role": "assistant", "content": "3"}]})
    )
    told = list(contamination.training(load(f"contamination.of={chats}")))
    assert told == [LONG, "3"]
    with pytest.raises(
        BadInput, match=r"contamination\.of=nowhere\.jsonl: there is no such file; say stores, view"
    ):
        list(contamination.training(load("contamination.of=nowhere.jsonl")))


def test_a_corpus_in_place_of_the_view_is_what_is_searched(house, tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"refcode": LONG}))
    words = ("corpus=pyedu", f"corpus.source={path}", "train.stages=[io]")
    assert list(contamination.training(load("contamination.of=view", *words))) == ["", LONG]


def test_a_store_that_is_not_there_is_not_passed_over(house):
    with pytest.raises(BadInput, match="data/revise/trace is not there to be searched"):
        list(contamination.training(load("teachers=[slip,trace]")))


def test_memory_does_not_grow_with_the_corpus():
    """A stream of generated texts; what is kept is the test sets' runs, a batch, and digests up to a bound."""
    peaks = []
    for count in (20_000, 60_000):
        tracemalloc.start()
        search(
            asked(), (f"text {n} " + "some words of a program that adds numbers " * 3 for n in range(count))
        )
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 40_000 * 150  # the digests


def test_gold_questions_of_real_sets_are_found(shared):
    """Every testable item of a set, when that set itself is the training text."""
    from codeio.evaluate.benchmarks import ALL
    from codeio.evaluate.data import load as data

    items = data(ALL["gsm8k"], shared / "benchmarks").items
    found, _ = search(list(contamination.asked_of("gsm8k", items)), [item.question for item in items])
    made = contamination.rates(found, {})["gsm8k"]
    assert made.raw == made.testable == len(items)
    assert made.found >= 0.99 * made.testable


def test_told_reads_what_the_store_holds(house):
    root, _ = house
    (one, _) = shards.read(root / "data/revise/slip/part-00000.parquet", Told)
    assert one.code.startswith("def rare")

"""Exchange: rows of other tools say what the view says; released data is believed only where it runs."""

import gzip
import json
import subprocess
import sys

import pyarrow.parquet as pq
import pytest

from codeio import assemble, facts, prompting, shards, stage
from codeio.errors import BadInput, BadParams
from codeio.exchange import __main__ as exchange
from codeio.exchange.layouts import LAYOUTS
from codeio.exchange.reward import compute_score
from codeio.params import load
from codeio.records import Dropped, Problem
from tests.answering import many, revised
from tests.conftest import ROOT

VIEW = ("teacher=slip", "revisions=1", "pairs_per_function=2")


@pytest.fixture(scope="module")
def store(tmp_path_factory, box):
    """A checkout's store of the teacher slip, small and real."""
    at = tmp_path_factory.mktemp("root")
    found = revised(many(box, 8, pairs=2), box, "teacher=slip")
    shards.write(at / "data" / "revise" / "slip" / "part-00000.parquet", found, Problem)
    return at


@pytest.fixture(autouse=True)
def here(store, monkeypatch):
    monkeypatch.setattr(stage, "ROOT", store)
    monkeypatch.setattr(facts, "ROOT", store)


def exported(layout: str, to, *settings: str) -> list[dict]:
    exchange.main([f"export={layout}", f"to={to}", *VIEW, *settings])
    if layout == "verl":
        return pq.read_table(to / "train.parquet").to_pylist()
    return [json.loads(line) for line in (to / "train.jsonl").read_text().splitlines()]


def examples() -> list[assemble.Example]:
    from collections import Counter

    params = load(*VIEW)
    return list(assemble.view(assemble.store(params), params, Counter()))


def test_parquet_is_written_part_by_part(tmp_path, monkeypatch):
    whole = exported("verl", tmp_path / "whole")
    monkeypatch.setattr(exchange, "AT_ONCE", 3)
    assert exported("verl", tmp_path / "parts") == whole
    assert pq.ParquetFile(tmp_path / "parts/train.parquet").num_row_groups > 1


def test_messages_are_the_views_own(tmp_path):
    rows = exported("messages", tmp_path)
    assert [row["id"] for row in rows] == [one.id for one in examples()]
    for row, one in zip(rows, examples(), strict=True):
        assert [(m["role"], m["content"]) for m in row["messages"]] == [
            (m.role, m.content) for m in one.messages
        ]
        assert row["supervised"] == list(one.supervised)
    assert {len(row["messages"]) for row in rows} == {2, 4}


def test_sharegpt_and_alpaca_hold_the_same_words(tmp_path):
    shared, alpaca = exported("sharegpt", tmp_path / "s"), exported("alpaca", tmp_path / "a")
    for talk, task, one in zip(shared, alpaca, examples(), strict=True):
        words = [m.content for m in one.messages]
        assert [x["value"] for x in talk["conversations"]] == words
        assert [x["from"] for x in talk["conversations"]] == ["human", "gpt"] * (len(words) // 2)
        assert [*(w for pair in task["history"] for w in pair), task["instruction"], task["output"]] == words


def test_the_released_layout_has_its_five_fields(tmp_path):
    rows = exported("released", tmp_path, "revisions=2")
    wanted = {"prompt", "turn_1", "feedback_1", "turn_2", "feedback_2"}
    assert all(wanted <= set(row) for row in rows)
    again = [row for row in rows if row["turn_2"]]
    assert again
    assert all(row["feedback_2"] and "wrong" in row["feedback_1"] for row in again)
    assert {row["feedback_1"] for row in rows if row["turn_2"] is None} == {"The answer is right."}


def test_verls_reward_runs_the_predicted_input(tmp_path):
    rows = exported("verl", tmp_path)
    store = {one.id: one for one in assemble.store(load(*VIEW))}
    for row in rows[:12]:
        one = store[row["id"]]
        truth = row["reward_model"]["ground_truth"]
        assert row["prompt"][0]["content"] == prompting.question(one, "brief")
        assert compute_score("codeio", one.gold, truth) == 1.0
        assert compute_score("codeio", "I cannot say", truth, {}) == 0.0
        wrong = [turn.main for turn in one.turns if not turn.correct]
        assert all(compute_score("codeio", sample.response, truth) == 0.0 for sample in wrong)


def test_every_input_that_leads_there_is_rewarded():
    truth = {"id": "x", "predict": "input", "code": "def f(a): return a % 3", "entry": "f", "kind": "natural"}
    text = json.dumps(truth | {"given": 1, "wanted": {"a": 4}})
    assert compute_score("codeio", '{"input": {"a": 4}}', text) == 1.0
    assert compute_score("codeio", '{"input": {"a": 7}}', text) == 1.0
    assert compute_score("codeio", '{"input": {"a": 5}}', text) == 0.0
    assert compute_score("codeio", '{"input": {"b": 4}}', text) == 0.0


def test_the_reward_file_loads_as_verl_loads_it(tmp_path):
    exported("verl", tmp_path)
    program = (
        f"import runpy; print(runpy.run_path({str(tmp_path / 'reward.py')!r})['compute_score'].__name__)"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "compute_score"


def test_the_card_counts_what_is_there(tmp_path):
    rows = exported("messages", tmp_path)
    text = (tmp_path / "README.md").read_text()
    assert f"{len(rows)} examples of 8 functions" in text
    assert "| slip (simulated mistakes) |" in text
    assert f"| train.jsonl | {shards.sha256(tmp_path / 'train.jsonl')} |" in text
    assert "none was searched for, which python -m codeio.contamination does" in text
    assert "| revisions | 1 |" in text


@pytest.mark.parametrize(
    ("words", "error", "says"),
    [
        (["export=sharegp"], BadParams, "did you mean sharegpt"),
        (["export=messages", "revisons=1"], BadParams, "did you mean revisions"),
        (["export=messages", "import=x"], BadParams, "either"),
        (["export=messages", "teacher=trace"], BadInput, "holds no shards"),
        (["import=nowhere.jsonl"], BadInput, "no such file"),
    ],
)
def test_a_wrong_command_is_one_line(words, error, says, tmp_path):
    with pytest.raises(error, match=says) as raised:
        exchange.main([*words, f"to={tmp_path}"])
    assert "\n" not in str(raised.value)


def test_all_layouts_are_tested():
    assert set(LAYOUTS) == {"messages", "sharegpt", "alpaca", "verl", "released"}


def imported(rows: list[dict], tmp_path, *settings: str) -> tuple[list[Problem], list[Dropped]]:
    path = tmp_path / "data.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    exchange.main([f"import={path}", f"to={tmp_path / 'out'}", *settings])
    at = tmp_path / "out"
    return list(shards.read_all(at, Problem)), list(shards.read_all(at / "dropped", Dropped))


def parsed(code: str, *ios: tuple) -> dict:
    pairs = [{"input": given, "output": output} for given, output in ios]
    fields = {"problem_description": "What?", "io_requirements": "`a`", "funcname": "main_solution"}
    return fields | {"refcode": code, "ios": pairs}


def test_recorded_pairs_are_run_again_and_what_differs_is_named(tmp_path):
    rows = [
        parsed(
            "def main_solution(a):\n    return a + 1",
            ({"a": 1}, 2),
            ({"a": 2}, 3),
            ({"a": 3}, 5),
            ({"b": 1}, 1),
        ),
        parsed("import random\ndef main_solution(a):\n    return random.random()", ({"a": 1}, 0.5)),
        parsed(
            "def main_solution(a):\n    a.append(1)\n    return len(a)", ({"a": [1]}, 2), ({"a": [1, 2]}, 2)
        ),
        parsed("def main_solution(a:", ({"a": 1}, 2)),
        parsed("def other(a):\n    return a", ({"a": 1}, 1)),
        parsed("def main_solution(a):\n    return a", ({"a": 1}, None)) | {"ios": 3},
    ]
    found, dropped = imported(rows, tmp_path, "unify.heldout_natural=0")
    assert sorted((one.predict, json.dumps(one.given)) for one in found) == [
        ("input", "2"), ("input", "2"), ("input", "3"),
        ("output", '{"a": 1}'), ("output", '{"a": 2}'), ("output", '{"a": [1]}'),
    ]  # fmt: skip
    assert {(one.id.split("/")[1], one.reason) for one in dropped} == {
        ("row 0 pair 2", "recorded output is another"),
        ("row 0 pair 3", "the call ends as exception"),
        ("row 1 pair 0", "nondeterministic"),
        ("row 1", "no pair is left"),
        ("row 2 pair 1", "recorded output is another"),
        ("row 3", "does not parse"),
        ("row 4", "no such function"),
        ("row 5", "a field is not of its type"),
    }
    with pytest.raises(BadInput, match="holds problems already"):
        imported(rows, tmp_path)


def test_answered_prompts_become_chats(tmp_path):
    rows = [
        {"prompt": "p", "turn_1": "a", "feedback_1": "no", "turn_2": "b", "feedback_2": "yes"},
        {"prompt": "q", "turn_1": "c", "feedback_1": "yes", "turn_2": None, "feedback_2": None},
    ]
    path = tmp_path / "r.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    exchange.main([f"import={path}", f"to={tmp_path}"])
    made = [json.loads(line)["messages"] for line in (tmp_path / "chats.jsonl").read_text().splitlines()]
    assert [[m["content"] for m in one] for one in made] == [["p", "a", "no", "b"], ["q", "c"]]


@pytest.mark.parametrize(
    ("row", "says"),
    [({"content": "x = 1"}, "set collect.jsonl="), ({"text": 1}, "no known layout"), ({}, "no known layout")],
)
def test_other_files_are_named_with_the_mend(row, says, tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(row) + "\n")
    with pytest.raises((BadInput, BadParams), match=says):
        exchange.main([f"import={path}", f"to={tmp_path / 'out'}"])


def test_an_export_can_be_imported_again(tmp_path):
    exported("released", tmp_path)
    exchange.main([f"import={tmp_path / 'train.jsonl'}", f"to={tmp_path}"])
    assert (tmp_path / "chats.jsonl").stat().st_size > 0


@pytest.mark.full
def test_released_functions_come_out_again(shared, tmp_path):
    """The functions that a model unified, as released: most pairs hold, and what does not is counted by reason."""
    with gzip.open(shared / "pyedu" / "functions.jsonl.gz") as file:
        rows = [json.loads(line) for line in file][:60]
    found, dropped = imported(rows, tmp_path, "execute.pairs=10", "unify.heldout_natural=0")
    recorded = sum(len(row["ios"]) for row in rows)
    assert len(found) / 2 > 0.75 * recorded
    reasons = {one.reason for one in dropped}
    assert "recorded output is another" in reasons
    assert not [one for one in found if values_fault(one)]


def values_fault(one: Problem) -> str | None:
    from codeio import values

    return values.fault(one.given) or values.fault(one.wanted)

"""What training sees: masks turn by turn, nothing cut, and instructions that evaluation never asks."""

import json
import os
import subprocess
import sys
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeio import tokenizer
from codeio.assemble import Example, Message
from codeio.errors import BadInput, BadParams
from codeio.params import ROOT
from codeio.settings import DataSet, Instructions
from codeio.tokenizer import END
from codeio.train import instructions
from codeio.train.data import encoded, order, rows

CHAT = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "2+2?"},
    {"role": "assistant", "content": "4"},
    {"role": "user", "content": "sure?"},
    {"role": "assistant", "content": "yes"},
]


@pytest.fixture(scope="module")
def made():
    return tokenizer.train([("def f(x):\n    return x + 12", '{"output": 12}')], 300)


def conversation(*texts: str, supervised: tuple[int, ...]) -> Example:
    """Texts that are a user's and an assistant's in turn."""
    messages = tuple(Message(("user", "assistant")[n % 2], text) for n, text in enumerate(texts))
    return Example("x", messages, supervised)


def spans(tokens: np.ndarray) -> list[list[int]]:
    """The runs of supervised tokens; two that touch are one."""
    ids, supervised = tokens.T
    bounds = np.flatnonzero(np.diff(supervised, prepend=0, append=0)).reshape(-1, 2)
    return [ids[start:stop].tolist() for start, stop in bounds]


@st.composite
def conversations(draw: st.DrawFn) -> Example:
    texts = draw(st.lists(st.text(max_size=20), min_size=2, max_size=8).filter(lambda t: len(t) % 2 == 0))
    answers = range(1, len(texts), 2)
    chosen = [n for n in answers if draw(st.booleans())]
    return conversation(*texts, supervised=tuple(chosen))


@given(conversations())
def test_supervised_are_the_chosen_answers_and_their_ends(made, example):
    row = next(rows([example], made))
    assert set(row.tokens[:, 1]) <= {0, 1}
    said = [made.decode(span) for span in spans(row.tokens)]
    assert said == [example.messages[n].content + END for n in example.supervised]


def test_too_long_and_unsupervised_rows_are_left_out_and_counted(made):
    short = conversation("a", "b", supervised=(1,))
    length = len(next(rows([short], made)).tokens)
    several = [short, conversation("a", "bb" * 40, supervised=(1,)), conversation("a", "b", supervised=())]
    counts = Counter()
    (row,) = encoded(several, made, length, counts)
    assert row.tokens.tolist() == next(rows([short], made)).tokens.tolist()
    assert counts == {
        "trained": 1, "tokens": length, "supervised tokens": 2,
        "longer than the context": 1, "nothing supervised": 1,
    }  # fmt: skip
    assert not list(encoded([short], made, length - 1, counts))


def wish(source: str | DataSet | None, rows: int = 50) -> Instructions:
    return Instructions(source=source, columns=None, rows=rows, tokens=1000)


@pytest.fixture(params=["jsonl", "parquet"])
def write(request, tmp_path):
    """A function that writes rows as a file of either kind."""

    def write(rows: list[dict]) -> str:
        path = tmp_path / f"chats.{request.param}"
        if request.param == "parquet":
            pq.write_table(pa.Table.from_pylist(rows), path)
        else:
            path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return str(path)

    return write


def test_chats_of_a_file(write):
    path = write([{"messages": CHAT}] * 3)
    first, second = instructions.examples(wish(path, rows=2), 0, Counter())
    assert first == second  # an id tells the content, not the place
    assert [m.content for m in first.messages] == ["Be brief.\n2+2?", "4", "sure?", "yes"]
    assert [m.role for m in first.messages] == ["user", "assistant"] * 2
    assert first.supervised == (1, 3)


def test_chats_of_a_hub_data_set(tmp_path, monkeypatch):
    """As the hub's reader finds them in a folder of files."""
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    (tmp_path / "set").mkdir()
    chats = [{"messages": [{"role": "user", "content": f"{n}+1?"}, CHAT[2]]} for n in range(5)]
    pq.write_table(pa.Table.from_pylist(chats), tmp_path / "set" / "train-00000-of-00001.parquet")
    found = instructions.examples(
        wish(DataSet(id=str(tmp_path / "set"), revision=None), rows=3), 0, Counter()
    )
    assert [one.messages[0].content for one in found] == ["0+1?", "1+1?", "2+1?"]
    with pytest.raises(BadInput, match=r"cannot read split nowhere of .*check id, revision and split"):
        list(
            instructions.examples(
                wish(DataSet(id=str(tmp_path / "set"), revision=None, split="nowhere")), 0, Counter()
            )
        )


def test_a_question_of_evaluation_is_not_taught(write):
    (question, answer), *_ = instructions.evaluated(1, 7)
    leak = [{"role": "user", "content": f"{question}\n"}, {"role": "assistant", "content": answer}]
    counts = Counter()
    (kept,) = instructions.examples(wish(write([{"messages": leak}, {"messages": CHAT}])), 7, counts)
    assert kept.messages[1].content == "4"
    assert counts == {"asked by evaluation": 1}


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([{"messages": CHAT}, {"messages": CHAT[2:]}], "row 2 does not start with a user message"),
        ([{"messages": CHAT[:1]}], "row 1 does not start with a user message"),
        ([{"text": "2+2?"}], "row 1 has no `messages` list"),
        ([{"messages": [{"role": "user"}]}], "row 1 has no `messages` list"),
        ([{"messages": [{"role": "user", "content": ["2+2?"]}]}], "row 1 has no `messages` list"),
    ],
)
def test_a_bad_row_is_named(write, rows, says):
    with pytest.raises(BadInput, match=says):
        list(instructions.examples(wish(write(rows)), 0, Counter()))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("chats.jsonl", '{"messages": []}\n{"mess', "row 1 does not start"),
        ("chats.jsonl", '{"mess', "line 1 is not JSON"),
        ("chats.parquet", "PAR1", "not a whole parquet file"),
    ],
)
def test_a_damaged_file_is_named(tmp_path, name, content, says):
    (tmp_path / name).write_text(content)
    with pytest.raises(BadInput, match=says):
        list(instructions.examples(wish(str(tmp_path / name)), 0, Counter()))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadInput, match=r"train\.instructions\.source=.*gone\.jsonl"):
        list(instructions.examples(wish(str(tmp_path / "gone.jsonl")), 0, Counter()))


def test_default_tasks_are_seeded_and_spread():
    first, again, other = (list(instructions.examples(wish(None), seed, Counter())) for seed in (3, 3, 4))
    assert first == again != other
    assert len(first) == 50
    assert all(
        one.supervised == (1,) and len(one.messages[0].content) <= instructions.LONGEST for one in first
    )
    longer = list(instructions.examples(wish(None, rows=60), 3, Counter()))
    assert longer[:50] == first


def test_tasks_are_the_same_under_every_hash_seed():
    script = "from codeio.train.instructions import *; print(list(tasks((*FAMILIES, *EVALUATED), 160, 1)))"

    def told(hash_seed: str) -> str:
        env = os.environ | {"PYTHONHASHSEED": hash_seed}
        return subprocess.run(
            [sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout

    assert told("1") == told("2") != ""


def test_no_family_is_both_taught_and_asked():
    kept_out = {"codeio", "zebra_puzzles", *instructions.EVALUATED}
    assert not kept_out & set(instructions.FAMILIES)
    taught = {one.messages[0].content for one in instructions.examples(wish(None, rows=500), 0, Counter())}
    asked = {question for question, _ in instructions.evaluated(500, 0)}
    assert not taught & asked


def test_evaluation_cannot_ask_more_than_is_kept_out():
    with pytest.raises(BadParams, match=r"evaluate\.instructions=1001"):
        instructions.evaluated(1001, 0)
    few = list(instructions.evaluated(20, 0))
    assert list(instructions.evaluated(200, 0))[:20] == few


@given(
    lengths=st.lists(st.integers(1, 50), min_size=1, max_size=60),
    batch=st.integers(1, 9),
    steps=st.integers(1, 12),
    seed=st.integers(0, 3),
)
def test_every_step_sees_a_batch_and_the_same_seed_the_same_order(lengths, batch, steps, seed):
    found = order(lengths, batch, steps, seed)
    assert len(found) == batch * steps
    assert set(found) <= set(range(len(lengths)))
    assert found == order(lengths, batch, steps, seed)
    assert found[: batch * (steps - 1)] == order(lengths, batch, steps - 1, seed)


def test_an_epoch_shows_each_row_once_and_batches_hold_rows_of_like_length():
    lengths = [n % 40 for n in range(400)]
    found = order(lengths, 10, 40, 0)
    assert sorted(found) == list(range(400))
    batches = [[lengths[n] for n in found[at : at + 10]] for at in range(0, 400, 10)]
    assert all(max(one) - min(one) <= 1 for one in batches)
    middles = [one[0] for one in batches]
    assert middles not in (sorted(middles), sorted(middles, reverse=True))

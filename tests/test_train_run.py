"""Training: the lean loss of small vocabularies is TRL's own; what a stage trains on, like which, how long."""

import pytest
import torch
from datasets import Dataset
from msgspec.structs import replace
from transformers import Qwen3Config, Qwen3ForCausalLM
from trl import SFTConfig, SFTTrainer

from codeio import shards, stage, tokenizer, values
from codeio.params import load
from codeio.records import Problem, Sample, Turn, Verdict
from codeio.train.data import IGNORED
from codeio.train.run import WholeLogits, data_of, likened, steps_of
from tests.answering import asked

ROWS = [
    {"input_ids": [1, 2, 3, 4, 5], "labels": [IGNORED, IGNORED, 3, 4, 5]},
    {"input_ids": [6, 7, 8], "labels": [IGNORED, 7, 8]},
]


@pytest.fixture(scope="module")
def words():
    return tokenizer.train([("def f(x):\n    return x + 12", '{"output": 12}')], 300)


def made():
    torch.manual_seed(0)
    size = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    return Qwen3ForCausalLM(Qwen3Config(vocab_size=300, num_key_value_heads=2, head_dim=8, **size))


def trained(kind, folder, words):
    """Losses and weights of two steps of two accumulated batches of different length."""
    config = SFTConfig(
        output_dir=str(folder), max_steps=2, per_device_train_batch_size=1, gradient_accumulation_steps=2,
        use_cpu=True, bf16=False, max_length=None, report_to="none", logging_steps=1, learning_rate=1e-2,
        gradient_checkpointing=False,
    )  # fmt: skip
    trainer = kind(model=made(), args=config, train_dataset=Dataset.from_list(ROWS), processing_class=words)
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    return losses, trainer.model.state_dict()


def test_the_lean_loss_is_trls_own(tmp_path, words):
    lean, weights = trained(WholeLogits, tmp_path / "lean", words)
    own, expected = trained(SFTTrainer, tmp_path / "own", words)
    assert lean == pytest.approx(own, rel=1e-5)
    for name, weight in expected.items():
        torch.testing.assert_close(weights[name], weight, rtol=1e-4, atol=1e-5)


RIGHT = Sample(
    response='{"output": 1}', verdict=Verdict(status="ok", correct=True, feedback="The answer is right.")
)
SMALL = load(
    "model.context=4000", "train.instructions.rows=12", "train.tokens=9000", "train.instructions.tokens=3000"
)


@pytest.fixture
def store(tmp_path, monkeypatch):
    """Sixty answered problems as the view's store."""
    monkeypatch.setattr(stage, "ROOT", tmp_path)
    posed = [asked("def f(x): return 1", "f", "output", {"x": n}, 1) for n in range(60)]
    answered = [replace(one, turns=(Turn(samples=(RIGHT,)),)) for one in posed]
    shards.write(tmp_path / "data" / "revise" / SMALL.store / "part-00000.parquet", answered, Problem)
    return answered


def test_a_mixture_holds_the_view_or_a_tenth_of_it_and_the_instructions(store, words):
    ids = {}
    for name in ("io", "instruct", "io+instruct", "io10+instruct"):
        rows, counts = data_of(name, SMALL, words)
        assert counts["trained"] == len(rows)
        ids[name] = sorted(tuple(row["input_ids"]) for row in rows)
    assert (len(ids["io"]), len(ids["instruct"])) == (60, 12)
    assert ids["io+instruct"] == sorted(ids["io"] + ids["instruct"])
    tenth = [row for row in ids["io10+instruct"] if row not in ids["instruct"]]
    assert set(tenth) < set(ids["io"])
    assert len(tenth) == sum(values.unit(one.id) < 0.1 for one in store) > 0


@pytest.mark.parametrize(
    ("stages", "likes", "tokens"),
    [
        (["io", "instruct"], ["io", "instruct"], [9000, 3000]),
        (["instruct"], ["instruct"], [3000]),
        (["io+instruct"], ["io"], [12000]),
        (["io+instruct", "instruct"], ["io", "instruct"], [12000, 3000]),
        (["io", "io10+instruct"], ["io", "instruct"], [9000, 3000]),
    ],
)
def test_a_mixture_is_trained_like_the_stage_in_whose_place_it_stands(stages, likes, tokens):
    assert [likened(name, first=n == 0) for n, name in enumerate(stages)] == likes
    rows = [{"input_ids": [0] * 10, "labels": [0] * 10}] * 7
    found = [steps_of(name, like, SMALL, rows, 5) for name, like in zip(stages, likes, strict=True)]
    assert found == [n // 50 for n in tokens]

"""Training: the lean loss is TRL's own; what a stage trains on and how long; what cannot be trained loses nothing."""

import pytest
import torch
from datasets import Dataset
from msgspec.structs import replace
from transformers import Qwen3Config, Qwen3ForCausalLM, Trainer
from trl import SFTConfig, SFTTrainer

from codeio import shards, stage, tokenizer, values
from codeio.errors import BadInput, BadParams
from codeio.params import load
from codeio.records import Problem, Sample, Turn, Verdict
from codeio.train import memory, model
from codeio.train.rows import IGNORED
from codeio.train.run import data_of, encode, last_save, likened, steps_of, train
from codeio.train.trainer import NotFinite, WholeLogits
from tests import families
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
    if isinstance(trainer, WholeLogits):
        trainer.watch("io", None, lambda step: [])
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    return losses, trainer.model.state_dict()


def test_the_lean_loss_is_trls_own(tmp_path, words):
    lean, weights = trained(WholeLogits, tmp_path / "lean", words)
    own, expected = trained(SFTTrainer, tmp_path / "own", words)
    assert lean == pytest.approx(own, rel=1e-5)
    for name, weight in expected.items():
        torch.testing.assert_close(weights[name], weight, rtol=1e-4, atol=1e-5)


@pytest.fixture
def root(tmp_path, monkeypatch):
    return families.root(tmp_path, monkeypatch)


def quiet(metrics, step):
    """A curve that nobody looks at."""


def test_a_loss_that_is_no_number_stops_with_step_and_examples(root):
    stage = "{learning_rate: 1.0e+30, schedule: constant, warmup: 0, batch: 2, steps: 16}"
    params = families.params("tiny", root, f"model.instruct={stage}")
    with pytest.raises(
        NotFinite, match=r"stage instruct: the loss is (nan|inf) at step [2-9], whose batch holds"
    ) as raised:
        train(params, root / "out", quiet)
    ids = str(raised.value).split("holds ")[1].split(";")[0].split(", ")
    assert len(ids) == 2
    assert not (root / "out").exists()


def test_a_checkpoint_of_other_data_is_not_taken_further(root):
    params = families.params("tiny", root, "train.save_steps=4")

    def stop(metrics, step):
        if step >= 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(params, root / "out", stop)
    saved = sorted((root / "out.work").glob("instruct/checkpoint-*"))
    assert [one.name for one in saved] == ["checkpoint-4"]
    kept = (root / "chats.jsonl").read_text()
    (root / "chats.jsonl").write_text(kept.replace("sure?", "really?"))
    with pytest.raises(BadInput, match=r"instruct was begun on other data .*remove the folder"):
        train(params, root / "out", quiet)
    (root / "chats.jsonl").write_text(kept)
    steps = []
    train(params, root / "out", lambda metrics, step: steps.append(step))
    assert steps[0] > 4  # it went on


def test_a_full_disk_leaves_the_checkpoint_before(root, monkeypatch):
    params = families.params("tiny", root, "train.save_steps=4")
    real = Trainer._save_optimizer_and_scheduler

    def full(self, to):
        if to.endswith("-8"):
            raise OSError(28, "No space left on device")
        real(self, to)

    with monkeypatch.context() as fault:
        fault.setattr(Trainer, "_save_optimizer_and_scheduler", full)
        with pytest.raises(OSError, match="No space left"):
            train(params, root / "out", quiet)
    assert last_save(root / "out.work" / "instruct").endswith("checkpoint-4")
    assert not (root / "out").exists()
    train(params, root / "out", quiet)
    train(params, root / "undisturbed", quiet)
    weights = [(root / name / "model.safetensors").read_bytes() for name in ("out", "undisturbed")]
    assert weights[0] == weights[1]


def test_what_no_memory_holds_is_refused_with_the_estimate(root):
    params = load("model=gemma-2-27b", "model.init=scratch")
    config = model.config(params, model.tokenizer_of(params))
    with pytest.raises(
        BadParams, match=r"gemma-2-27b needs at least \d{3}\.\d GB on each device \(weights \d+\.\d"
    ):
        memory.check(params, config)
    parts = memory.estimate(params, config)
    assert parts["gradients and moments"] == pytest.approx(3 * parts["weights"], abs=8)
    sharded = load("model=gemma-2-27b", "model.init=scratch", "machine=node")
    assert memory.estimate(sharded, config)["weights"] == pytest.approx(parts["weights"] / 8, abs=8)
    tiny = families.params("tiny", root)
    memory.check(tiny, model.config(tiny, model.tokenizer_of(tiny)))


def test_convolutions_are_not_packed(root):
    with pytest.raises(BadParams, match=r"model.packing=true: the conv layers of lfm2 would see"):
        train(families.params("tiny", root, "model.packing=true"), root / "out", quiet)


def test_a_gpu_that_is_not_there_is_named(root, monkeypatch):
    monkeypatch.setattr(memory.torch.cuda, "is_available", lambda: False)
    params = families.params("tiny", root, "machine=workstation", "machine.lora=null")
    with pytest.raises(BadParams, match=r"machine=workstation wants a GPU .*machine=cpu"):
        train(params, root / "out", quiet)


def test_without_stages_there_is_nothing_to_train(root):
    with pytest.raises(BadInput, match=r"train\.stages is empty"):
        train(families.params("tiny", root, "train.stages=[]"), root / "out", quiet)


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


def test_a_mixture_holds_the_view_or_a_tenth_of_it_and_the_instructions(store, words, tmp_path):
    ids = {}
    for name in ("io", "instruct", "io+instruct", "io10+instruct"):
        counts = encode(name, SMALL, words, tmp_path / name)
        rows = data_of(SMALL, tmp_path / name).rows
        assert counts["trained"] == len(rows.lengths)
        ids[name] = sorted(tuple(rows.row(n)[0].tolist()) for n in range(len(rows.lengths)))
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
    found = [steps_of(name, like, SMALL, [10] * 7) for name, like in zip(stages, likes, strict=True)]
    assert found == [
        round(n / 10 / getattr(SMALL.model, like).batch) for n, like in zip(tokens, likes, strict=True)
    ]

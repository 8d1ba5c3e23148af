"""Training: the lean loss of small vocabularies is TRL's own number, and so are its gradients."""

import pytest
import torch
from datasets import Dataset
from transformers import Qwen3Config, Qwen3ForCausalLM
from trl import SFTConfig, SFTTrainer

from codeio import tokenizer
from codeio.train.data import IGNORED
from codeio.train.run import WholeLogits

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

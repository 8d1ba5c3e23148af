"""Adapters: few weights are trained, and the checkpoint at the end is whole."""

import json
import sys

import pytest
import torch
from safetensors.torch import load_file

from codeio.errors import BadParams
from codeio.train import adapters, model
from codeio.train.run import train
from tests import families

LORA = "machine.lora={rank: 4, alpha: 8, dropout: 0.0, targets: all-linear}"


@pytest.fixture
def root(tmp_path, monkeypatch):
    return families.root(tmp_path, monkeypatch)


def test_adapters_end_in_a_whole_checkpoint(root):
    pytest.importorskip("peft")
    params = families.params("llama-3.1-8b", root, LORA)
    curve = []
    train(params, root / "out", lambda metrics, step: curve.append(metrics["train/loss"]))
    assert curve[-1] < curve[0]
    before = model.fresh(params, model.tokenizer_of(params)).state_dict()
    after = load_file(root / "out" / "model.safetensors")
    moved = {name for name, weight in after.items() if not torch.equal(weight, before[name])}
    assert {name.rsplit(".", 2)[-2] for name in moved} == {
        "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj",
    }  # fmt: skip
    assert json.loads((root / "out" / "config.json").read_text())["architectures"] == ["LlamaForCausalLM"]
    assert not list((root / "out").glob("adapter*"))


def test_adapters_leave_few_weights_free(root):
    pytest.importorskip("peft")
    params = families.params("llama-3.1-8b", root, LORA)
    made = adapters.added(model.fresh(params, model.tokenizer_of(params)), params.machine.lora)
    free = sum(w.numel() for w in made.parameters() if w.requires_grad)
    assert 0 < free < sum(w.numel() for w in made.parameters()) / 4


def test_without_peft_its_installation_is_named(root, monkeypatch):
    monkeypatch.setitem(sys.modules, "peft", None)
    params = families.params("llama-3.1-8b", root, LORA)
    with pytest.raises(BadParams, match=r"pip install 'codeio\[lora\]'"):
        adapters.added(model.fresh(params, model.tokenizer_of(params)), params.machine.lora)

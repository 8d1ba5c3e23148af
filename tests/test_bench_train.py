"""The benches of training say what they measure, at sizes that show no speed."""

import pytest
import torch

from codeio.train import model
from tests import families
from tests.bench import bench_gpu

SMALL = ["device=cpu", "dtype=float32", "context=16", "vocab=64", "steps=2", "warm=1", "size=64", "layers=1"]


@pytest.mark.parametrize("name", ["tiny", "small"])
def test_a_gpus_bench_runs_on_a_cpu(name):
    told = bench_gpu.measured(bench_gpu.asked([f"model={name}", *SMALL, "peak=1e12"]))
    assert told["tokens_per_s"] > 0
    assert told["share_of_matmul"] > 0
    assert told["peak_memory_gb"] is None


def test_flops_of_a_token_are_six_per_parameter_and_attention(tmp_path, monkeypatch):
    root = families.root(tmp_path, monkeypatch)
    params = families.params("llama-3.1-8b", root)
    made = model.fresh(params, model.tokenizer_of(params))
    count = sum(w.numel() for w in made.parameters()) - made.get_input_embeddings().weight.numel()
    assert bench_gpu.flops_of_a_token(made, 100) == 6 * count + 6 * 2 * 100 * 32
    experts = families.params("deepseek-coder-v2-lite", root)
    with pytest.raises(SystemExit, match="mixture of experts"):
        bench_gpu.flops_of_a_token(model.fresh(experts, model.tokenizer_of(experts)), 100)


@pytest.mark.parametrize(("words", "says"), [(["modle=tiny"], "say key=value"), (["model"], "say key=value")])
def test_a_mistake_is_told(words, says):
    with pytest.raises(SystemExit, match=says):
        bench_gpu.asked(words)


def test_without_a_gpu_it_says_so(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SystemExit, match="sees no GPU"):
        bench_gpu.measured(bench_gpu.asked([]))
